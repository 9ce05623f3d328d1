//! Rewriting of SVG files.

use proptest::prelude::*;
use staticfiles::references::SvgScanner;

use crate::support::{Site, assert_law, check_rewriting};

#[test]
fn what_an_image_loads_gets_its_hash_and_everything_else_stays() {
    let rewritten = [
        (r#"<svg><image href="x.png"/></svg>"#, r#"<svg><image href="x.X.png"/></svg>"#),
        (r#"<image xlink:href="x.png"/>"#, r#"<image xlink:href="x.X.png"/>"#),
        (
            r#"<svg xmlns:l="http://www.w3.org/1999/xlink"><image l:href="x.png"/>"#,
            r#"<svg xmlns:l="http://www.w3.org/1999/xlink"><image l:href="x.X.png"/>"#,
        ),
        (r#"<svg:image href='x.png'></svg:image>"#, r#"<svg:image href='x.X.png'></svg:image>"#),
        ("<image\n\thref\n=\r\n'../top.png'\n/>", "<image\n\thref\n=\r\n'../top.X.png'\n/>"),
        ("<image href=' x.png '/>", "<image href=' x.X.png '/>"),
        ("<image a='>' href='x.png'/>", "<image a='>' href='x.X.png'/>"),
        ("<image href='x.png' xlink:href='y.png'/>", "<image href='x.X.png' xlink:href='y.X.png'/>"),
        ("<use href='s.svg#icon'/>", "<use href='s.X.svg#icon'/>"),
        ("<use href='/static/a/s.svg#i'/>", "<use href='/static/a/s.X.svg#i'/>"),
        ("<use href='./s.svg?v=1&amp;w=2#i'/>", "<use href='./s.X.svg?v=1&amp;w=2#i'/>"),
        ("<image href='a&amp;b.png'/>", "<image href='a&amp;b.X.png'/>"),
        ("<image href='a&#38;b.png'/>", "<image href='a&#38;b.X.png'/>"),
        ("<image href='a&#x26;b&#46;png'/>", "<image href='a&#x26;b.X&#46;png'/>"),
        ("<image href='&#x78;.png'/>", "<image href='&#x78;.X.png'/>"),
        ("<image href='&#xE9;.png'/>", "<image href='&#xE9;.X.png'/>"),
        ("<image href='é.png'/>", "<image href='é.X.png'/>"),
        ("<image href='%C3%A9.png'/>", "<image href='%C3%A9.X.png'/>"),
        ("<image href='c%20d.png'/>", "<image href='c%20d.X.png'/>"),
        ("<image href='c d.png'/>", "<image href='c d.X.png'/>"),
        ("<image href='c&#x20;d.png'/>", "<image href='c&#x20;d.X.png'/>"),
        ("<feImage href='x.png'/>", "<feImage href='x.X.png'/>"),
        (
            "<script href='m.js'/><script xlink:href='m.js'></script>",
            "<script href='m.X.js'/><script xlink:href='m.X.js'></script>",
        ),
        ("<linearGradient xlink:href='s.svg#g'/>", "<linearGradient xlink:href='s.X.svg#g'/>"),
        ("<rect fill='url(s.svg#g)'/>", "<rect fill='url(s.X.svg#g)'/>"),
        (
            "<rect fill='url(#g)' stroke='url(\"s.svg#g\") none'/>",
            "<rect fill='url(#g)' stroke='url(\"s.X.svg#g\") none'/>",
        ),
        (
            "<g filter='url(s.svg#f)' mask='url(s.svg#m)' clip-path='url(s.svg#c)'/>",
            "<g filter='url(s.X.svg#f)' mask='url(s.X.svg#m)' clip-path='url(s.X.svg#c)'/>",
        ),
        ("<path marker-end='url( s.svg#e )'/>", "<path marker-end='url( s.X.svg#e )'/>"),
        (
            r#"<g style="fill:url('x.png');cursor:url(y.png),auto"/>"#,
            r#"<g style="fill:url('x.X.png');cursor:url(y.X.png),auto"/>"#,
        ),
        (r#"<g style="fill:url(&quot;x.png&quot;)"/>"#, r#"<g style="fill:url(&quot;x.X.png&quot;)"/>"#),
        ("<g style='fill:url(&apos;a&amp;b.png&apos;)'/>", "<g style='fill:url(&apos;a&amp;b.X.png&apos;)'/>"),
        (r"<g style='fill:url(a\(1\).png)'/>", r"<g style='fill:url(a\(1\).X.png)'/>"),
        (
            r"<g style='fill:url(a&#x5C;(1\)&#x5c;.png?a&amp;b)'/>",
            r"<g style='fill:url(a&#x5C;(1\).X&#x5c;.png?a&amp;b)'/>",
        ),
        ("<g style='fill:&#117;rl(x.png)'/>", "<g style='fill:&#117;rl(x.X.png)'/>"),
        ("<style>@import 'b.css';a{fill:url(x.png)}</style>", "<style>@import 'b.B.css';a{fill:url(x.X.png)}</style>"),
        (
            "<svg:style type='text/css'>@import \"b.css\";</svg:style>",
            "<svg:style type='text/css'>@import \"b.B.css\";</svg:style>",
        ),
        (
            "<style>a &gt; b{fill:url(&quot;x.png&quot;)} c{fill:url(x.png)}</style>",
            "<style>a &gt; b{fill:url(&quot;x.X.png&quot;)} c{fill:url(x.X.png)}</style>",
        ),
        ("<style><![CDATA[a > b{fill:url(x.png)}]]></style>", "<style><![CDATA[a > b{fill:url(x.X.png)}]]></style>"),
        (
            "<style>/*<![CDATA[*/a{fill:url('a&b.png')}/*]]>*/</style><image href='x.png'/>",
            "<style>/*<![CDATA[*/a{fill:url('a&b.X.png')}/*]]>*/</style><image href='x.X.png'/>",
        ),
        (
            "<style>a{fill:<!-- url(y.png) -->url(x.png)}</style>",
            "<style>a{fill:<!-- url(y.png) -->url(x.X.png)}</style>",
        ),
        ("<style>a{fill:url(x.png)}", "<style>a{fill:url(x.X.png)}"),
        (
            "<?xml version='1.0'?><?xml-stylesheet type=\"text/css\" href=\"b.css\"?><svg/>",
            "<?xml version='1.0'?><?xml-stylesheet type=\"text/css\" href=\"b.B.css\"?><svg/>",
        ),
        ("<?xml-stylesheet\nhref = 'b.css?a&amp;b'?>", "<?xml-stylesheet\nhref = 'b.B.css?a&amp;b'?>"),
        (
            "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" 'http://www.w3.org/x.dtd'><image href='x.png'/>",
            "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" 'http://www.w3.org/x.dtd'><image href='x.X.png'/>",
        ),
        (
            "<!DOCTYPE svg [<!ENTITY a \"<image href='y.png'/>]>\"><!-- ' ]> --><?p ' ]> ?>]><image href='x.png'/>",
            "<!DOCTYPE svg [<!ENTITY a \"<image href='y.png'/>]>\"><!-- ' ]> --><?p ' ]> ?>]><image href='x.X.png'/>",
        ),
        ("\u{feff}<svg><image href='x.png'/>", "\u{feff}<svg><image href='x.X.png'/>"),
        (
            "<foreignObject><img xmlns='http://www.w3.org/1999/xhtml' src='x.png' srcset='x.png 1x, y.png 2x'/>",
            "<foreignObject><img xmlns='http://www.w3.org/1999/xhtml' src='x.X.png' srcset='x.X.png 1x, y.X.png 2x'/>",
        ),
        ("<style>a{fill:url(<![CDATA[x.png]]>)}</style>", "<style>a{fill:url(<![CDATA[x.X.png]]>)}</style>"),
        ("a < b <image href='x.png'/>", "a < b <image href='x.X.png'/>"),
    ];
    let left = [
        "",
        "<a href='x.png' xlink:href='y.png'><text>x.png</text></a>",
        "<Image href='x.png'/><image HREF='x.png'/>",
        "<!-- <image href='x.png'/> --><image/>",
        "<![CDATA[<image href='x.png'/>]]>",
        "<?other href='x.png'?><?xml-stylesheets href='b.css'?>",
        "<use href='#x'/><image href='data:image/png;base64,eA=='/><image href='https://h/x.png'/>",
        "<style type='text/less'>a{fill:url(x.png)}</style>",
        "<style/><text>url(x.png)</text>",
        "<!DOCTYPE svg [<!ENTITY x 'x.png'>]><image href='&x;'/><g style='fill:url(&x;)'/>",
        "<style>a{fill:url(x<![CDATA[.png]]>)}</style>",
        "<image href='missing.png'/><use xlink:href=''/><use href=' '/>",
        "<image href='{{ url }}.png'/>",
        "<image href='x.png",
        "<image href='x.png' ",
        "<!-- <image href='x.png'/>",
        "<!DOCTYPE svg [ <image href='x.png'/>",
        "<metadata><rdf:li rdf:resource='x.png'/></metadata>",
        "<image href='x.\npng'/>",
        "<script>const a = \"url(x.png)\"; import './m.js'</script>",
        "<script href='m.js' integrity='sha384-x'/>",
    ];
    let rows: Vec<_> = rewritten.into_iter().chain(left.map(|text| (text, text))).collect();
    check_rewriting("svg", "svg", &rows);
}

#[test]
fn svg_is_left_unless_asked_for_and_names_follow_what_it_refers_to() {
    let site = Site::new().file("src/a.svg", "<image href='x.png'/>").file("src/x.png", "1");
    site.collect();
    assert_eq!(site.read(&format!("out/{}", site.stored("a.svg"))), "<image href='x.png'/>");
    let site =
        site.settings("static_root = \"out\"\n[[dirs]]\npath = \"src\"\n[rewrite]\nsvg = true\nstyle = \"django\"\n");
    site.collect();
    let before = site.stored("a.svg");
    assert_eq!(site.read(&format!("out/{before}")), format!("<image href='{}'/>", site.stored("x.png")));
    site.write("src/x.png", "2");
    site.collect();
    assert_ne!(site.stored("a.svg"), before);
    site.write("src/a.svg", "<svg>\n <image href='y.png'/>");
    let run = site.run(&["collectstatic", "--no-input"]).status(1);
    assert!(run.stderr.contains("a.svg:2:15: `y.png` is not collected"), "{run:?}");
}

proptest! {
    #[test]
    fn any_text_is_scanned_without_harm(text in "([a<>/!?=;'\" \n\r\u{feff}é\0\\[\\]]|<image |href=|<style>|</style>|<!--|-->|<!\\[CDATA\\[|\\]\\]>|<!DOCTYPE|url\\(|\\)|\\\\|x\\.png|&amp;|&#x41;|&#|&x;|style='|<\\?xml-stylesheet ){0,40}") {
        assert_law(&SvgScanner, &text);
    }
}
