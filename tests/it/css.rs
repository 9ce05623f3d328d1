//! Rewriting of style sheets: what is a reference, where its hash goes, and that nothing else changes.

use proptest::prelude::*;
use staticfiles::references::{CssScanner, Scanner, splice};

use crate::support::Site;

const PNG: &str = "bff139fa05ac"; // "png"
const CSS: &str = "d2a57f83213a"; // "/*b*/"

fn site() -> Site {
    Site::new()
        .settings("static_root = \"out\"\n[[dirs]]\npath = \"src\"\n[rewrite]\nmissing = \"warn\"\n")
        .file("src/css/x.png", "png")
        .file("src/css/c d.png", "png")
        .file("src/css/é.png", "png")
        .file("src/css/it's(1).png", "png")
        .file("src/css/b.css", "/*b*/")
        .file("src/css/a.css.map", "{}")
        .file("src/font.eot", "png")
}

/// `X` and `B` stand for the hashes of the image and of the imported sheet.
#[test]
fn references_get_their_hash_and_everything_else_stays() {
    let map = "99914b932bd3";
    let rows: Vec<(&str, &str)> = vec![
        ("", ""),
        ("a{b:url(x.png)}", "a{b:url(x.X.png)}"),
        ("a{b:url( 'x.png' )}", "a{b:url( 'x.X.png' )}"),
        ("a{b:URL(\"x.png\")}", "a{b:URL(\"x.X.png\")}"),
        ("a{b:url(\n  x.png\n)}", "a{b:url(\n  x.X.png\n)}"),
        ("a{b:url(./sub/../x.png)}", "a{b:url(./sub/../x.X.png)}"),
        ("a{b:url(../font.eot?#iefix)}", "a{b:url(../font.X.eot?#iefix)}"),
        ("a{b:url(x.png?v=2#f)}", "a{b:url(x.X.png?v=2#f)}"),
        ("a{b:url(/static/css/x.png)}", "a{b:url(/static/css/x.X.png)}"),
        ("a{b:url(c%20d.png)}", "a{b:url(c%20d.X.png)}"),
        ("a{b:url(\"c d.png\")}", "a{b:url(\"c d.X.png\")}"),
        ("a{b:url(c\\ d.png)}", "a{b:url(c\\ d.X.png)}"),
        ("a{b:url(c\\20 d.png)}", "a{b:url(c\\20 d.X.png)}"),
        ("a{b:url(\\78.png)}", "a{b:url(\\78.X.png)}"),
        ("a{b:url(x\\2e png)}", "a{b:url(x.X\\2e png)}"),
        ("a{b:url(it\\'s\\(1\\).png)}", "a{b:url(it\\'s\\(1\\).X.png)}"),
        ("a{b:url(\"x\\\n.png\")}", "a{b:url(\"x.X\\\n.png\")}"),
        ("a{b:url(é.png)}", "a{b:url(é.X.png)}"),
        ("a{b:url(%C3%A9.png)}", "a{b:url(%C3%A9.X.png)}"),
        ("a{b:url(x.png), url(x.png)}", "a{b:url(x.X.png), url(x.X.png)}"),
        ("a{b:image-set(\"x.png\" 1x, url(x.png) 2x)}", "a{b:image-set(\"x.X.png\" 1x, url(x.X.png) 2x)}"),
        ("a{b:-webkit-image-set('x.png' 1x)}", "a{b:-webkit-image-set('x.X.png' 1x)}"),
        ("a{b:src(\"x.png\")}", "a{b:src(\"x.X.png\")}"),
        ("a{--x:url(x.png)}", "a{--x:url(x.X.png)}"),
        ("@media print{@supports(a:b){a{b:url(x.png)}}}", "@media print{@supports(a:b){a{b:url(x.X.png)}}}"),
        ("@import \"b.css\" screen;", "@import \"b.B.css\" screen;"),
        ("@import 'b.css';@import url(b.css);", "@import 'b.B.css';@import url(b.B.css);"),
        ("@IMPORT/**/\"b.css?v=2\";", "@IMPORT/**/\"b.B.css?v=2\";"),
        (
            "@import url(\"b.css\") layer(x) supports(a:b) screen;",
            "@import url(\"b.B.css\") layer(x) supports(a:b) screen;",
        ),
        ("\u{feff}a{b:url(x.png)}", "\u{feff}a{b:url(x.X.png)}"),
        ("a{b:url(x.png", "a{b:url(x.X.png"),
        ("a{b:url(\"x.png", "a{b:url(\"x.X.png"),
        ("a{}\r\n/*# sourceMappingURL=a.css.map */\r\n", "a{}\r\n/*# sourceMappingURL=a.css.M.map */\r\n"),
        ("/*@ sourceMappingURL=a.css.map*/", "/*@ sourceMappingURL=a.css.M.map*/"),
    ];
    let untouched = [
        "/* url(x.png) */",
        "a{content:\"url(x.png)\"}",
        "a{content:\"x.png\"}",
        "@namespace x \"b.css\";@namespace url(b.css);",
        "@import-x \"b.css\";",
        "@import screen \"b.css\";",
        "a{b:url(DATA:image/png;base64,xx)}",
        "a{b:url(https://h/x.png) url(//h/x.png) url(/other/x.png) url(#f) url() url(?x) url(.) url(..) url(sub/)}",
        "a{b:url(missing.png) url(../../../x.png) url(a b.png)}",
        "a[href=\"x.png\"]{}",
        "/*# sOurceMappingURL=a.css.map */",
        "/* unclosed url(x.png)",
    ];
    let site = site();
    let rows: Vec<_> = rows.into_iter().chain(untouched.map(|text| (text, text))).collect();
    for (number, (source, _)) in rows.iter().enumerate() {
        site.write(&format!("src/css/row{number}.css"), source);
    }
    site.write("src/css/latin1.css", b"/*\xe9*/a{b:url(x.png)}");
    site.collect();
    for (number, (source, expected)) in rows.iter().enumerate() {
        let expected = expected.replace(".X", &format!(".{PNG}")).replace(".B", &format!(".{CSS}"));
        let expected = expected.replace(".M", &format!(".{map}"));
        let rewritten = site.read(&format!("out/{}", site.stored(&format!("css/row{number}.css"))));
        assert_eq!(rewritten, expected, "{source:?}");
        assert_eq!(site.read(&format!("out/css/row{number}.css")), *source, "the plain copy is the source");
    }
    let latin1 = std::fs::read(site.path(&format!("out/{}", site.stored("css/latin1.css")))).expect("collected");
    assert_eq!(latin1, [b"/*\xe9*/a{b:url(x.", PNG.as_bytes(), b".png)}"].concat());
}

#[test]
fn names_change_with_what_they_refer_to_and_cycles_change_together() {
    let site = Site::new()
        .file("src/a.css", "@import \"b.css\";")
        .file("src/b.css", "@import \"c.css\"; a{b:url(x.png)}")
        .file("src/c.css", "@import \"b.css\";")
        .file("src/self.css", "a{b:url(self.css)}")
        .file("src/apart.css", "a{}")
        .file("src/x.png", "1");
    site.collect();
    let names = ["a.css", "b.css", "c.css", "self.css", "apart.css", "x.png"];
    let before = names.map(|name| site.stored(name));
    assert_eq!(site.read(&format!("out/{}", before[0])), format!("@import \"{}\";", before[1]));
    assert_eq!(site.read(&format!("out/{}", before[2])), format!("@import \"{}\";", before[1]));
    assert_eq!(site.read(&format!("out/{}", before[3])), format!("a{{b:url({})}}", before[3]));
    site.write("src/x.png", "2");
    site.collect();
    let changed: Vec<&str> =
        names.into_iter().zip(&before).filter(|(name, old)| site.stored(name) != **old).map(|(name, _)| name).collect();
    assert_eq!(changed, ["a.css", "b.css", "c.css", "x.png"]);
    // The page that was loaded before still has all of its files.
    for old in before {
        assert!(site.path(&format!("out/{old}")).is_file());
        assert!(site.manifest()["files"][&old].is_object(), "{old} is recorded");
    }
}

proptest! {
    #[test]
    fn any_text_is_scanned_without_harm(text in "([a@{}();:'\"\\\\/*# \n\r\u{feff}é\0]|url\\(|@import |image-set\\(|x\\.png|sourceMappingURL=|\\\\66 ){0,40}") {
        let mut end = 0;
        for reference in CssScanner.scan(&text) {
            prop_assert!(reference.span.start >= end, "in order, not overlapping");
            end = reference.span.end;
            prop_assert!(text.get(reference.span.clone()).is_some(), "on character boundaries");
            for at in 0..=reference.specifier.len() {
                let position = reference.position(text.as_bytes(), at);
                prop_assert!(reference.span.contains(&position) || position == reference.span.end);
            }
        }
        prop_assert_eq!(splice::<&str>(text.as_bytes(), []), text.as_bytes());
    }
}

#[test]
fn a_byte_order_mark_is_no_column() {
    let site = Site::new().file("src/a.css", "\u{feff}a{b:url(none.png)}");
    let run = site.run(&["collectstatic", "--no-input"]).status(1);
    assert!(run.stderr.contains("a.css:1:9: `none.png`"), "{run:?}");
}
