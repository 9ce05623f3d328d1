//! Rewriting of HTML files.

use proptest::prelude::*;
use staticfiles::references::HtmlScanner;

use crate::support::{Site, assert_law, check_rewriting};

#[test]
fn what_a_page_loads_gets_its_hash_and_everything_else_stays() {
    let rewritten = [
        ("<img src=\"x.png\">", "<img src=\"x.X.png\">"),
        ("<IMG SRC='x.png'>", "<IMG SRC='x.X.png'>"),
        ("<img src=x.png>", "<img src=x.X.png>"),
        ("<img src=x.png/>", "<img src=x.png/>"),
        ("<img src=x.png />", "<img src=x.X.png />"),
        ("<img\n  alt\n  src\n=\n'x.png'/>", "<img\n  alt\n  src\n=\n'x.X.png'/>"),
        ("<img alt='a>b' src=' x.png '>", "<img alt='a>b' src=' x.X.png '>"),
        ("<img/src='x.png'alt=''>", "<img/src='x.X.png'alt=''>"),
        ("<img src='x.png' src='y.png'>", "<img src='x.X.png' src='y.png'>"),
        ("<img src='a&amp;b.png'>", "<img src='a&amp;b.X.png'>"),
        ("<img src='a&b.png'>", "<img src='a&b.X.png'>"),
        ("<img src=a&#38b.png>", "<img src=a&#38b.X.png>"),
        ("<img src='a&#38;b&period;png'>", "<img src='a&#38;b.X&period;png'>"),
        ("<img src='&eacute;.png'>", "<img src='&eacute;.X.png'>"),
        ("<img src='&#XE9.png'>", "<img src='&#XE9.X.png'>"),
        ("<img src='x.png?a=1&copy=2&b;'>", "<img src='x.png?a=1&copy=2&b;'>"),
        ("<img src='x.png?a=1&copy=2&b'>", "<img src='x.X.png?a=1&copy=2&b'>"),
        ("<img src='&sol;static&sol;a&sol;x.png'>", "<img src='&sol;static&sol;a&sol;x.X.png'>"),
        ("<img srcset='x.png, y.png 2x'>", "<img srcset='x.X.png, y.X.png 2x'>"),
        ("<img srcset='\n x.png 100w,\n y.png 200w,\n'>", "<img srcset='\n x.X.png 100w,\n y.X.png 200w,\n'>"),
        ("<source srcset='a,b.png 1x,x.png'>", "<source srcset='a,b.X.png 1x,x.X.png'>"),
        ("<img srcset='x.png,y.png 2x'>", "<img srcset='x.png,y.png 2x'>"),
        (
            "<img srcset='data:image/png;base64,eA== 1x, x.png 2x'>",
            "<img srcset='data:image/png;base64,eA== 1x, x.X.png 2x'>",
        ),
        ("<img srcset='x.png a(1,2) , y.png 2x'>", "<img srcset='x.X.png a(1,2) , y.X.png 2x'>"),
        ("<img srcset='a&amp;b.png 1x, &#120;.png'>", "<img srcset='a&amp;b.X.png 1x, &#120;.X.png'>"),
        ("<link rel=stylesheet href=b.css>", "<link rel=stylesheet href=b.B.css>"),
        ("<LINK HREF='b.css' REL='Alternate STYLESHEET'>", "<LINK HREF='b.B.css' REL='Alternate STYLESHEET'>"),
        (
            "<link rel='shortcut icon' href=x.png><link rel=manifest href=noext>",
            "<link rel='shortcut icon' href=x.X.png><link rel=manifest href=noext.X>",
        ),
        (
            "<link rel=preload as=image imagesrcset='x.png 1x, y.png 2x'>",
            "<link rel=preload as=image imagesrcset='x.X.png 1x, y.X.png 2x'>",
        ),
        ("<link rel=modulepreload href=./m.js>", "<link rel=modulepreload href=./m.X.js>"),
        (
            "<script src=m.js></script><script type=module src=./m.js></script>",
            "<script src=m.X.js></script><script type=module src=./m.X.js></script>",
        ),
        (
            "<video poster=x.png src=y.png><track src=x.png></video>",
            "<video poster=x.X.png src=y.X.png><track src=x.X.png></video>",
        ),
        (
            "<object data=s.svg></object><embed src=s.svg><iframe src=s.svg></iframe>",
            "<object data=s.X.svg></object><embed src=s.X.svg><iframe src=s.X.svg></iframe>",
        ),
        (
            "<input type=IMAGE src=x.png><body background=x.png>",
            "<input type=IMAGE src=x.X.png><body background=x.X.png>",
        ),
        (
            "<svg><use xlink:href='s.svg#i'/><feImage href='x.png'/></svg>",
            "<svg><use xlink:href='s.X.svg#i'/><feImage href='x.X.png'/></svg>",
        ),
        ("<svg><style/><title/><image href=x.png /></svg>", "<svg><style/><title/><image href=x.X.png /></svg>"),
        (
            "<svg><style><![CDATA[a{fill:url(x.png)}]]></style></svg>",
            "<svg><style><![CDATA[a{fill:url(x.X.png)}]]></style></svg>",
        ),
        ("<p style=\"background:url('x.png')\">", "<p style=\"background:url('x.X.png')\">"),
        (
            "<p style='background:url(&quot;a&amp;b.png&quot;)'>",
            "<p style='background:url(&quot;a&amp;b.X.png&quot;)'>",
        ),
        ("<p style=background:url(a\\(1\\).png?a&amp;b)>", "<p style=background:url(a\\(1\\).X.png?a&amp;b)>"),
        (
            "<style>@import 'b.css';a > b{c:url(x.png)}</style>",
            "<style>@import 'b.B.css';a > b{c:url(x.X.png)}</style>",
        ),
        ("<STYLE>a{c:url(x.png)}</STYLE ><img src=y.png>", "<STYLE>a{c:url(x.X.png)}</STYLE ><img src=y.X.png>"),
        (
            "<style>a{c:url(\"<img src=x.png>\")}</styles></style><img src=x.png>",
            "<style>a{c:url(\"<img src=x.png>\")}</styles></style><img src=x.X.png>",
        ),
        (
            "<script type=module>import './m.js'; if (1 < 2) import('./m.js')</script>",
            "<script type=module>import './m.X.js'; if (1 < 2) import('./m.X.js')</script>",
        ),
        ("<script>import('./m.js')</script>", "<script>import('./m.X.js')</script>"),
        (
            "<template><img src=x.png></template><noscript><img src=x.png></noscript>",
            "<template><img src=x.X.png></template><noscript><img src=x.X.png></noscript>",
        ),
        (
            "<script><!-- <script></script> <img src=x.png> --></script><img src=x.png>",
            "<script><!-- <script></script> <img src=x.png> --></script><img src=x.X.png>",
        ),
        ("<script><!-- </script><img src=x.png>", "<script><!-- </script><img src=x.X.png>"),
        ("<script><!--><script></script><img src=x.png>", "<script><!--><script></script><img src=x.X.png>"),
        (
            "<!----><img src=x.png><!--><img src=x.png><!---><img src=x.png>",
            "<!----><img src=x.X.png><!--><img src=x.X.png><!---><img src=x.X.png>",
        ),
        (
            "<!-- a --!><img src=x.png><!-- -- ---><img src=x.png>",
            "<!-- a --!><img src=x.X.png><!-- -- ---><img src=x.X.png>",
        ),
        ("<!doctype html 'a><img src=x.png>", "<!doctype html 'a><img src=x.X.png>"),
        ("<?php x ?><img src=x.png></><//><img src=x.png>", "<?php x ?><img src=x.X.png></><//><img src=x.X.png>"),
        ("1 < 2 <3 <img src=x.png>", "1 < 2 <3 <img src=x.X.png>"),
        (
            "<div>{% if a %}<img src='x.png' {{ b }}>{% endif %}",
            "<div>{% if a %}<img src='x.X.png' {{ b }}>{% endif %}",
        ),
        (
            "<img src=\"{% static \"x.png\" %}\"><img src=x.png>",
            "<img src=\"{% static \"x.png\" %}\"><img src=x.X.png>",
        ),
        ("<base href='./'><img src=x.png>", "<base href='./'><img src=x.X.png>"),
        ("<base target=_top><img src=x.png>", "<base target=_top><img src=x.X.png>"),
        (
            "<base href='/app/'><img src=x.png><img src=/static/a/x.png>",
            "<base href='/app/'><img src=x.png><img src=/static/a/x.X.png>",
        ),
        (
            "<textarea><img src=x.png></textarea><title><img src=x.png></title><img src=x.png>",
            "<textarea><img src=x.png></textarea><title><img src=x.png></title><img src=x.X.png>",
        ),
    ];
    let left = [
        "",
        "<a href=x.png ping=x.png><area href=x.png><form action=x.png><q cite=x.png>",
        "<link rel=canonical href=x.png><link rel=alternate href=x.png><link href=b.css><link rel=next href=x.png>",
        "<img data-src=x.png :src='x.png' alt=x.png title='url(x.png)'><input src=x.png><p src=x.png>",
        "<!-- <img src=x.png> --><!--[if IE]><link rel=stylesheet href=b.css><![endif]-->",
        "<iframe><img src=x.png></iframe><xmp><img src=x.png></xmp><noframes><img src=x.png></noframes>",
        "<script type=importmap>{\"imports\":{\"m\":\"./m.js\"}}</script>",
        "<script type='text/template'><img src=x.png></script><script type=application/json>\"./m.js\"</script>",
        "<style type=text/less>a{b:url(x.png)}</style>",
        "<img src='{{ x }}.png'><img src={{x}}.png><p style='b:url({{ x }}.png)'><img src='<?= x ?>.png'>",
        "<script type=module>import './{{ m }}.js'</script>",
        "<script src=m.js integrity=sha384-x></script><link rel=stylesheet href=b.css integrity='sha384-x'>",
        "<base href=//h/><img src=x.png><img src=/static/a/x.png><p style='b:url(x.png)'>",
        "<img src=x.png><base href='sub/'>",
        "<base href='{{ base }}'><img src=/static/a/x.png>",
        "<img src='x.png",
        "<img src=x.png ",
        "<!-- <img src=x.png>",
        "<style>a{}</style",
        "<plaintext><img src=x.png></plaintext><img src=x.png>",
        "<img src='x.\npng'><img src=''><img src='#'><img src='about:blank'><img src='javascript:0'>",
        "</img src=x.png>",
    ];
    let rows: Vec<_> = rewritten.into_iter().chain(left.map(|text| (text, text))).collect();
    check_rewriting("html", "html", &rows);
}

#[test]
fn a_page_is_collected_with_what_it_loads() {
    let page =
        "<!doctype html><link rel=icon href=x.png><script type=module>import './m.js'</script><a href=b.html>b</a>";
    let settings = |more: &str| format!("static_root = \"out\"\n[[dirs]]\npath = \"src\"\n[rewrite]\n{more}\n");
    let site = Site::new()
        .settings(&settings("html = false"))
        .file("src/A.HTM", page)
        .file("src/b.html", "b")
        .file("src/m.js", "export {}")
        .file("src/x.png", "1");
    let published = |site: &Site| site.read(&format!("out/{}", site.stored("A.HTM")));
    site.collect();
    assert_eq!(published(&site), page);
    let site = site.settings(&settings("html = true"));
    site.collect();
    let with_icon = page.replace("x.png", &site.stored("x.png"));
    assert_eq!(published(&site), with_icon.replace("m.js", &site.stored("m.js")));
    let site = site.settings(&settings("html = true\njs_modules = false"));
    site.collect();
    assert_eq!(published(&site), with_icon);
}

proptest! {
    #[test]
    fn any_text_is_scanned_without_harm(text in "([a<>/!?=;'\"\\- \n\r\u{feff}é\0]|<img |src=|srcset=|, |<style>|</style>|<script>|</script>|<!--|-->|<svg>|import './m\\.js'|url\\(|\\)|\\\\|x\\.png|&amp;|&amp|&#x41|&#|&eacute;|&x;|style='|<base href=/a/>){0,40}") {
        assert_law(&HtmlScanner::new(true), &text);
    }
}
