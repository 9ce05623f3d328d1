//! Which attributes load a file, and in which form they name it.

use super::{Language, Tag};

/// The form of an attribute's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// One URL.
    Url,
    /// A list of images with their sizes.
    Srcset,
    /// CSS.
    Css,
}

/// Elements whose `href` is loaded. Links of `a` and `area` lead a reader on and are left: what they
/// lead to has its address under its plain name.
const HREF: [&str; 14] = [
    "image",
    "use",
    "feImage",
    "script",
    "cursor",
    "font-face-uri",
    "color-profile",
    "pattern",
    "linearGradient",
    "radialGradient",
    "filter",
    "textPath",
    "mpath",
    "tref",
];

/// Elements whose `src` is loaded.
const SRC: [&str; 10] = ["img", "script", "iframe", "frame", "embed", "source", "track", "audio", "video", "input"];

/// Elements with a `background`, which old pages have.
const BACKGROUND: [&str; 8] = ["body", "table", "thead", "tbody", "tfoot", "tr", "td", "th"];

/// Kinds of `link` that load what they name.
const REL: [&str; 11] = [
    "stylesheet",
    "icon",
    "apple-touch-icon",
    "apple-touch-icon-precomposed",
    "apple-touch-startup-image",
    "mask-icon",
    "fluid-icon",
    "manifest",
    "preload",
    "modulepreload",
    "prefetch",
];

/// Attributes of SVG that are properties of CSS and may have a `url()`.
const PRESENTATION: [&str; 11] = [
    "style",
    "fill",
    "stroke",
    "filter",
    "mask",
    "clip-path",
    "marker",
    "marker-start",
    "marker-mid",
    "marker-end",
    "cursor",
];

/// The role of an attribute, `None` if it loads nothing.
pub(super) fn role(language: Language, tag: &Tag<'_>, attribute: &str) -> Option<Role> {
    let among = |names: &[&str], name: &str| names.iter().any(|known| language.is(known, name));
    if among(&PRESENTATION, attribute) {
        return Some(Role::Css);
    }
    let element = local(language, tag.name);
    let is_link = || language.is("link", element) && loads(tag, language);
    let is = |name: &str| language.is(name, attribute);
    let role = match () {
        () if is("href") || is("xlink:href") || language == Language::Xml && local(language, attribute) == "href" => {
            (among(&HREF, element) || is_link()).then_some(Role::Url)
        }
        () if is("src") => (among(&SRC, element) && !is_other_input(tag, language)).then_some(Role::Url),
        () if is("srcset") => among(&["img", "source"], element).then_some(Role::Srcset),
        () if is("imagesrcset") => is_link().then_some(Role::Srcset),
        () if is("poster") => language.is("video", element).then_some(Role::Url),
        () if is("data") => language.is("object", element).then_some(Role::Url),
        () if is("background") => among(&BACKGROUND, element).then_some(Role::Url),
        () => None,
    };
    role.filter(|_| !has_integrity(tag, language))
}

/// The name without the prefix of its namespace.
fn local(language: Language, name: &str) -> &str {
    match language {
        Language::Xml => name.split_once(':').map_or(name, |(_, local)| local),
        Language::Html => name,
    }
}

/// Whether a `link` loads what it names.
fn loads(tag: &Tag<'_>, language: Language) -> bool {
    let rel = tag.value(language, "rel");
    rel.split_ascii_whitespace().any(|word| REL.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// Whether it is an `input` that is no image.
fn is_other_input(tag: &Tag<'_>, language: Language) -> bool {
    let kind = tag.value(language, "type");
    language.is("input", tag.name) && !kind.eq_ignore_ascii_case("image")
}

/// Whether the page vouches for the bytes of the file. Under its hashed name a style sheet or a
/// script has other bytes where its own references were rewritten, and a browser would refuse it.
fn has_integrity(tag: &Tag<'_>, language: Language) -> bool {
    !tag.value(language, "integrity").trim().is_empty()
}
