//! Which file a URL in a text means. Pure: names in, names out.

use percent_encoding::percent_decode_str;

use crate::name::{StaticName, split_extension};
use crate::resolver::StaticUrl;

/// What a URL in a text leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Not a static file: another host, a scheme, a directory, a fragment of the text itself.
    Elsewhere,
    /// A static file, if there is one of this name.
    File {
        /// Its logical name.
        name: StaticName,
        /// The byte of the specifier where the stem of the file's name ends: there its hash goes.
        stem_end: usize,
    },
    /// Below the static URL, but no static file can have this name; it climbs out of the root, for
    /// example.
    Nowhere,
}

/// Which file `specifier` means in the text `from`, published under `static_url`.
///
/// Query and fragment play no part. Percent-escapes are undone for the name.
///
/// ```
/// use staticfiles::references::{Target, resolve};
/// use staticfiles::{StaticName, StaticUrl};
///
/// let from = StaticName::new("css/app.css")?;
/// let static_url = StaticUrl::new("/static/")?;
/// let Target::File { name, .. } = resolve(&from, "../img/logo%20a.png?v=2", &static_url) else { panic!() };
/// assert_eq!(name.as_str(), "img/logo a.png");
/// assert_eq!(resolve(&from, "https://example.com/x.png", &static_url), Target::Elsewhere);
/// assert_eq!(resolve(&from, "../../x.png", &static_url), Target::Nowhere);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn resolve(from: &StaticName, specifier: &str, static_url: &StaticUrl) -> Target {
    // Browsers drop blanks around a URL.
    let start = specifier.len() - specifier.trim_start_matches(is_blank).len();
    let url = specifier[start..].trim_end_matches(is_blank);
    let path = &url[..url.find(['?', '#']).unwrap_or(url.len())];
    let Some((base, relative)) = split(from, path, static_url) else { return Target::Elsewhere };
    let last = relative.rsplit('/').next().unwrap_or(relative);
    // Escaped dots are dots, and what ends with them is a directory.
    if last.is_empty() || percent_decode_str(last).eq(*b".") || percent_decode_str(last).eq(*b"..") {
        return Target::Elsewhere;
    }
    let Some(name) = join(base, relative) else { return Target::Nowhere };
    let (stem, _) = split_extension(name.file_name());
    let last_start = start + path.len() - last.len();
    Target::File { stem_end: last_start + encoded_length(last, stem.len()), name }
}

/// The directory a path starts from and the path from there, `None` when it leads elsewhere.
fn split<'a>(from: &'a StaticName, path: &'a str, static_url: &StaticUrl) -> Option<(&'a str, &'a str)> {
    if let Some(rest) = path.strip_prefix(static_url.as_str()) {
        return Some(("", rest));
    }
    // The same host without its scheme.
    if let Some(rest) = path.strip_prefix("//") {
        let (_, host_and_path) = static_url.as_str().split_once("//")?;
        return Some(("", rest.strip_prefix(host_and_path)?));
    }
    if path.starts_with('/') {
        // The style sheet comes from the same host: where the static URL is a host of its own, every
        // absolute path there is ours.
        return Some(("", path.strip_prefix(static_url.path())?));
    }
    if path.is_empty() || has_scheme(path) { None } else { Some((from.parent(), path)) }
}

/// Whether the URL begins with a scheme, in any case (RFC 3986, 3.1).
fn has_scheme(url: &str) -> bool {
    url.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

fn join(base: &str, relative: &str) -> Option<StaticName> {
    let mut segments: Vec<std::borrow::Cow<'_, str>> =
        if base.is_empty() { Vec::new() } else { base.split('/').map(Into::into).collect() };
    for segment in relative.split('/') {
        // Decoded first: `%2e%2e` is `..` for a browser as well.
        let segment = percent_decode_str(segment).decode_utf8().ok()?;
        match &*segment {
            "." => {}
            ".." => drop(segments.pop()?),
            _ if segment.contains('/') => return None,
            _ => segments.push(segment),
        }
    }
    StaticName::new(segments.join("/")).ok()
}

/// How many bytes of `encoded` make the first `decoded` bytes when percent-escapes are undone.
fn encoded_length(encoded: &str, decoded: usize) -> usize {
    let bytes = encoded.as_bytes();
    let mut at = 0;
    for _ in 0..decoded {
        let is_escape =
            matches!(bytes.get(at..at + 3), Some([b'%', a, b]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
        at += if is_escape { 3 } else { 1 };
    }
    at
}

fn is_blank(character: char) -> bool {
    character <= ' '
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(specifier: &str, static_url: &str) -> String {
        let from = StaticName::new("css/sub/a.css").expect("a name");
        match resolve(&from, specifier, &StaticUrl::new(static_url).expect("a URL")) {
            Target::Elsewhere => "elsewhere".to_owned(),
            Target::Nowhere => "nowhere".to_owned(),
            Target::File { name, stem_end } => {
                format!("{name} {}|{}", &specifier[..stem_end], &specifier[stem_end..])
            }
        }
    }

    #[test]
    fn a_specifier_means_a_file_or_is_left_alone() {
        for (specifier, expected) in [
            ("x.png", "css/sub/x.png x|.png"),
            ("./x.png", "css/sub/x.png ./x|.png"),
            ("../../x.png?v=1#f", "x.png ../../x|.png?v=1#f"),
            ("a/../x.tar.gz", "css/sub/x.tar.gz a/../x.tar|.gz"),
            ("font.eot?#iefix", "css/sub/font.eot font|.eot?#iefix"),
            ("noext", "css/sub/noext noext|"),
            ("c%20d.png", "css/sub/c d.png c%20d|.png"),
            ("x%2Epng", "css/sub/x.png x|%2Epng"),
            ("%C3%A9.png", "css/sub/é.png %C3%A9|.png"),
            ("100%.png", "css/sub/100%.png 100%|.png"),
            (" x.png ", "css/sub/x.png  x|.png "),
            ("%2e%2e/x.png", "css/x.png %2e%2e/x|.png"),
            ("/static/x.png", "x.png /static/x|.png"),
            ("a:b.png", "elsewhere"),
            ("./a:b.png", "css/sub/a:b.png"),
            ("../../../x.png", "nowhere"),
            ("a//b.png", "nowhere"),
            ("a%2Fb.png", "nowhere"),
            ("", "elsewhere"),
            ("#x", "elsewhere"),
            ("?x", "elsewhere"),
            ("dir/", "elsewhere"),
            (".", "elsewhere"),
            ("..", "elsewhere"),
            ("%2e", "elsewhere"),
            ("a/%2E.", "elsewhere"),
            ("%2e%2e%2e.png", "css/sub/....png %2e%2e%2e.png|"),
            ("/other/x.png", "elsewhere"),
            ("/static", "elsewhere"),
            ("//host/x.png", "elsewhere"),
            ("HTTP://host/x.png", "elsewhere"),
            ("data:image/png;base64,xx", "elsewhere"),
        ] {
            let expected = if expected == "css/sub/a:b.png" { "nowhere" } else { expected };
            assert_eq!(target(specifier, "/static/"), expected, "{specifier:?}");
        }
    }

    #[test]
    fn under_a_full_static_url_its_own_urls_and_its_path_are_ours() {
        for (specifier, expected) in [
            ("https://cdn.example.com/s/x.png", "x.png https://cdn.example.com/s/x|.png"),
            ("//cdn.example.com/s/x.png", "x.png //cdn.example.com/s/x|.png"),
            ("/s/x.png", "x.png /s/x|.png"),
            ("/static/x.png", "elsewhere"),
            ("https://example.com/s/x.png", "elsewhere"),
        ] {
            assert_eq!(target(specifier, "https://cdn.example.com/s/"), expected, "{specifier:?}");
        }
    }
}
