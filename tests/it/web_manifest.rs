//! Rewriting of web application manifests.

use proptest::prelude::*;
use staticfiles::references::WebManifestScanner;

use crate::support::{Site, assert_law, check_rewriting};

#[test]
fn images_get_their_hash_and_everything_else_stays() {
    let rewritten = [
        (r#"{"icons":[{"src":"x.png"}]}"#, r#"{"icons":[{"src":"x.X.png"}]}"#),
        (
            "{\r\n\t\"icons\" : [ { \"sizes\": \"1x1\", \"src\" :\n\"./x.png\" } ]\r\n}\r\n",
            "{\r\n\t\"icons\" : [ { \"sizes\": \"1x1\", \"src\" :\n\"./x.X.png\" } ]\r\n}\r\n",
        ),
        (
            r#"{"icons":[{"src":"x.png"},{"src":"y.png","type":"image/png"}]}"#,
            r#"{"icons":[{"src":"x.X.png"},{"src":"y.X.png","type":"image/png"}]}"#,
        ),
        (r#"{"icons":[{"src":"\/static\/a\/x.png"}]}"#, r#"{"icons":[{"src":"\/static\/a\/x.X.png"}]}"#),
        (r#"{"icons":[{"src":"\u0078\u002epng"}]}"#, r#"{"icons":[{"src":"\u0078.X\u002epng"}]}"#),
        (
            r#"{"icons":[{"src":"\u00e9.png"},{"src":"é.png"}]}"#,
            r#"{"icons":[{"src":"\u00e9.X.png"},{"src":"é.X.png"}]}"#,
        ),
        (r#"{"icons":[{"src":"x.png?v=\ud83d\ude00"}]}"#, r#"{"icons":[{"src":"x.X.png?v=\ud83d\ude00"}]}"#),
        (r#"{"\u0069cons":[{"s\u0072c":"x.png"}]}"#, r#"{"\u0069cons":[{"s\u0072c":"x.X.png"}]}"#),
        (
            r#"{"icons":[{"src":"c%20d.png"},{"src":"c d.png"}]}"#,
            r#"{"icons":[{"src":"c%20d.X.png"},{"src":"c d.X.png"}]}"#,
        ),
        (
            r#"{"icons":[],"screenshots":[{"src":"x.png","label":"x.png"}]}"#,
            r#"{"icons":[],"screenshots":[{"src":"x.X.png","label":"x.png"}]}"#,
        ),
        (
            r#"{"start_url":"x.png","shortcuts":[{"url":"x.png","icons":[{"src":"x.png"}]}]}"#,
            r#"{"start_url":"x.png","shortcuts":[{"url":"x.png","icons":[{"src":"x.X.png"}]}]}"#,
        ),
        (
            r#"{"start_url":"/","file_handlers":[{"action":"x.png","icons":[{"src":"x.png"}]}]}"#,
            r#"{"start_url":"/","file_handlers":[{"action":"x.png","icons":[{"src":"x.X.png"}]}]}"#,
        ),
        (
            r#"{"shortcuts":[{"icons":[{"src":"y.png"}]}],"icons":[{"src":"x.png"}]}"#,
            r#"{"shortcuts":[{"icons":[{"src":"y.X.png"}]}],"icons":[{"src":"x.X.png"}]}"#,
        ),
        (
            r#"{"icons":[1,null,"x.png",[],{"src":2},{"src":"x.png"}]}"#,
            r#"{"icons":[1,null,"x.png",[],{"src":2},{"src":"x.X.png"}]}"#,
        ),
        ("\u{feff}{\"icons\":[{\"src\":\"x.png\"}]}", "\u{feff}{\"icons\":[{\"src\":\"x.X.png\"}]}"),
        (
            r#"{"icons":{"src":"y.png"},"screenshots":[{"src":"x.png"}]}"#,
            r#"{"icons":{"src":"y.png"},"screenshots":[{"src":"x.X.png"}]}"#,
        ),
    ];
    let left = [
        "",
        "[]",
        "{}",
        "null",
        r#"{"icons":[{"src":"data:image/png;base64,eA=="},{"src":"https://h/x.png"},{"src":""},{"src":"missing.png"}]}"#,
        r#"{"start_url":"x.png","scope":"x.png","id":"x.png","share_target":{"action":"x.png"}}"#,
        r#"{"icons":[],"related_applications":[{"url":"x.png"}],"src":"x.png","x":[{"src":"x.png"}]}"#,
        r#"{"icons":[{"src":"x.png"}]"#,
        r#"{"icons":[{"src":"x.png"}],}"#,
        r#"{"icons":[{"src":"x.png"}]} x"#,
        "// a comment\n{\"icons\":[{\"src\":\"x.png\"}]}",
        r#"{"icons":[{"src":"\ud800x.png"}]}"#,
        r#"{"screenshots":[{"src":"x.png"}]}"#,
    ];
    let rows: Vec<_> = rewritten.into_iter().chain(left.map(|text| (text, text))).collect();
    check_rewriting("web_manifests", "webmanifest", &rows);
}

#[test]
fn manifest_json_is_one_only_if_it_looks_like_one() {
    let icons = r#"{"icons":[{"src":"x.png"}]}"#;
    let bundler = r#"{"src/app.js":{"file":"app.js","src":"x.png"},"screenshots":[{"src":"x.png"}]}"#;
    let site = Site::new()
        .settings("static_root = \"out\"\n[[dirs]]\npath = \"src\"\n[rewrite]\nweb_manifests = true\n")
        .file("src/manifest.json", icons)
        .file("src/vite/manifest.json", bundler)
        .file("src/other.json", icons)
        .file("src/x.png", "1");
    site.collect();
    let published = |name: &str| site.read(&format!("out/{}", site.stored(name)));
    assert_eq!(published("manifest.json"), icons.replace("x.png", &site.stored("x.png")));
    assert_eq!(published("vite/manifest.json"), bundler);
    assert_eq!(published("other.json"), icons);
}

proptest! {
    #[test]
    fn any_text_is_scanned_without_harm(
        sources in prop::collection::vec("([a./é\u{10000} ]|\\\\/|\\\\u0041|\\\\ud83d\\\\ude00|\\\\n|\\\\\"){0,8}", 0..5),
        noise in "[\\[\\]{}:,\"a\\\\ \n]{0,3}",
    ) {
        let images: Vec<String> = sources.iter().map(|source| format!("{{\"src\":\"{source}\"}}")).collect();
        assert_law(&WebManifestScanner, &format!("{{\"icons\":[{}]}}{noise}", images.join(",")));
        assert_law(&WebManifestScanner, &noise);
    }
}
