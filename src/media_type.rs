//! The media type of a file by its extension, and whether compressing such a medium pays. A pinned
//! table stands before `mime_guess` where that is wrong, old, or may change under us.

use std::borrow::Cow;

use crate::name::StaticName;

const UNKNOWN: &str = "application/octet-stream";

/// By extension in lower case; sorted.
const PINNED: &[(&str, &str)] = &[
    ("avif", "image/avif"),
    ("cjs", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("eot", "application/vnd.ms-fontobject"),
    ("glb", "model/gltf-binary"),
    ("gltf", "model/gltf+json"),
    ("htm", "text/html; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("ico", "image/x-icon"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("jxl", "image/jxl"),
    ("map", "application/json"),
    ("md", "text/markdown; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("mp4", "video/mp4"),
    ("otf", "font/otf"),
    ("svg", "image/svg+xml"),
    // A video segment of HLS. Browsers run no TypeScript, whatever type it comes with.
    ("ts", "video/mp2t"),
    ("ttf", "font/ttf"),
    ("txt", "text/plain; charset=utf-8"),
    ("vtt", "text/vtt; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("webm", "video/webm"),
    ("webmanifest", "application/manifest+json"),
    ("webp", "image/webp"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
    ("xml", "text/xml; charset=utf-8"),
];

/// The value of `Content-Type`, and whether the medium is worth compressing.
pub(crate) fn media_type(name: &StaticName) -> (Cow<'static, str>, bool) {
    let extension = name.extension().to_ascii_lowercase();
    if let Ok(at) = PINNED.binary_search_by_key(&extension.as_str(), |(pinned, _)| pinned) {
        let (_, media_type) = PINNED[at];
        return (media_type.into(), is_compressible(media_type));
    }
    let guessed = mime_guess::from_ext(&extension).first_raw().unwrap_or(UNKNOWN);
    (with_charset(guessed), is_compressible(guessed))
}

fn with_charset(media_type: &'static str) -> Cow<'static, str> {
    if !media_type.starts_with("text/") || media_type.contains(';') {
        return media_type.into();
    }
    format!("{media_type}; charset=utf-8").into()
}

/// Whether the medium is not compressed already.
pub(super) fn is_compressible(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or(media_type);
    essence.starts_with("text/")
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
        || matches!(
            essence,
            "application/javascript"
                | "application/json"
                | "application/rtf"
                | "application/vnd.ms-fontobject"
                | "application/wasm"
                | "application/xml"
                | "font/collection"
                | "font/otf"
                | "font/ttf"
                | "image/bmp"
                | "image/x-icon"
        )
}

#[cfg(test)]
mod tests {
    use super::{PINNED, media_type};
    use crate::name::StaticName;

    #[test]
    fn the_table_is_sorted() {
        assert!(PINNED.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn every_extension_has_its_media_type() {
        for (name, expected, compressible) in [
            ("app.js", "text/javascript; charset=utf-8", true),
            ("app.mjs", "text/javascript; charset=utf-8", true),
            ("app.cjs", "text/javascript; charset=utf-8", true),
            ("app.css", "text/css; charset=utf-8", true),
            ("A.CSS", "text/css; charset=utf-8", true),
            ("app.css.map", "application/json", true),
            ("a.json", "application/json", true),
            ("a.html", "text/html; charset=utf-8", true),
            ("a.txt", "text/plain; charset=utf-8", true),
            ("a.csv", "text/csv; charset=utf-8", true),
            ("a.md", "text/markdown; charset=utf-8", true),
            ("a.xml", "text/xml; charset=utf-8", true),
            ("a.xhtml", "application/xhtml+xml", true),
            ("a.webmanifest", "application/manifest+json", true),
            ("a.wasm", "application/wasm", true),
            ("a.woff2", "font/woff2", false),
            ("a.woff", "font/woff", false),
            ("a.ttf", "font/ttf", true),
            ("a.otf", "font/otf", true),
            ("a.eot", "application/vnd.ms-fontobject", true),
            ("a.avif", "image/avif", false),
            ("a.svg", "image/svg+xml", true),
            ("a.ico", "image/x-icon", true),
            ("a.bmp", "image/bmp", true),
            ("a.webp", "image/webp", false),
            ("a.jxl", "image/jxl", false),
            ("a.png", "image/png", false),
            ("a.jpg", "image/jpeg", false),
            ("a.mp4", "video/mp4", false),
            ("a.mp3", "audio/mpeg", false),
            ("a.pdf", "application/pdf", false),
            ("a.zip", "application/zip", false),
            ("a.ts", "video/mp2t", false),
            ("a.unknown", "application/octet-stream", false),
            ("LICENSE", "application/octet-stream", false),
            (".css", "application/octet-stream", false),
            ("css/x", "application/octet-stream", false),
        ] {
            let found = media_type(&StaticName::new(name).expect(name));
            assert_eq!((&*found.0, found.1), (expected, compressible), "{name}");
        }
    }
}
