//! References in HTML files: what elements load, `srcset`, style sheets and modules in the page. Read
//! as the tokenizer of the HTML standard reads (13.2.5), without building a tree.

use memchr::{memchr, memmem};

use super::css::CssScanner;
use super::js::JsScanner;
use super::markup::{Embedded, Found, Language, Tag, tag};
use super::{Reference, Scanner};
use crate::name::StaticName;

/// Scans `.html` and `.htm` files.
///
/// Links (`a`, `form`) are left: they lead a reader on. So are import maps, elements with `integrity`,
/// whose bytes may not change, and what a template engine is still to write (`{{ url }}`). In a page
/// with `<base href>`, relative references mean what that says, and are left too.
///
/// ```
/// use staticfiles::references::{HtmlScanner, Scanner};
///
/// let page = "<link rel=stylesheet href=app.css><a href=about.html>About</a><img srcset='a.png 1x, b.png 2x'>";
/// let references = HtmlScanner::new(true).scan(page);
/// let specifiers: Vec<_> = references.iter().map(|reference| reference.specifier.as_str()).collect();
/// assert_eq!(specifiers, ["app.css", "a.png", "b.png"]);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct HtmlScanner {
    scripts: JsScanner,
}

impl HtmlScanner {
    /// A scanner that looks for modules that scripts in the page load too, if `modules`.
    pub fn new(modules: bool) -> Self {
        Self { scripts: JsScanner::new(modules) }
    }
}

impl Scanner for HtmlScanner {
    fn handles(&self, name: &StaticName) -> bool {
        let extension = name.extension();
        extension.eq_ignore_ascii_case("html") || extension.eq_ignore_ascii_case("htm")
    }

    fn scan(&self, text: &str) -> Vec<Reference> {
        let found = Found::new(text, Language::Html);
        let mut reader = Reader { text, at: 0, scripts: self.scripts, found, foreign: 0, base: None };
        while let Some(found) = memchr(b'<', &text.as_bytes()[reader.at..]) {
            reader.at += found;
            reader.mark();
        }
        let base = reader.base.unwrap_or(Base::Here);
        let mut references = reader.found.finish();
        references.retain(|reference| base.keeps(&reference.specifier));
        references
    }
}

/// What relative references start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Base {
    /// The page.
    Here,
    /// Another place, maybe of this host.
    Path,
    /// Another host, or what only a template engine knows.
    Host,
}

impl Base {
    fn new(href: &str) -> Self {
        let href = href.trim();
        match href {
            "" | "." | "./" => Self::Here,
            _ if super::markup::is_template(href) || href.starts_with("//") || href.contains(':') => Self::Host,
            _ => Self::Path,
        }
    }

    /// Whether a reference means the same as without it.
    fn keeps(self, specifier: &str) -> bool {
        let is_absolute = specifier.starts_with("//") || specifier.contains("://");
        match self {
            Self::Here => true,
            Self::Path => is_absolute || specifier.starts_with('/'),
            Self::Host => is_absolute && !specifier.starts_with("//"),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    scripts: JsScanner,
    found: Found<'a>,
    /// How many `svg` and `math` elements this is in: there `<style/>` is whole.
    foreign: usize,
    /// That of the first `base` with an address.
    base: Option<Base>,
}

impl<'a> Reader<'a> {
    /// Passes the mark that begins here.
    fn mark(&mut self) {
        let rest = &self.text[self.at..];
        match rest.as_bytes() {
            [_, b'!', b'-', b'-', ..] => self.at += comment(rest),
            [_, b'/', name, ..] if name.is_ascii_alphabetic() => self.end_tag(),
            [_, b'!' | b'?' | b'/', ..] => self.at += rest.find('>').map_or(rest.len(), |end| end + 1),
            [_, name, ..] if name.is_ascii_alphabetic() => self.element(),
            _ => self.at += 1,
        }
    }

    fn end_tag(&mut self) {
        let Some(tag) = tag(self.text, self.at + 2) else {
            self.at = self.text.len();
            return;
        };
        self.at = tag.end;
        if is_foreign(tag.name) {
            self.foreign = self.foreign.saturating_sub(1);
        }
    }

    fn element(&mut self) {
        let Some(tag) = tag(self.text, self.at + 1) else {
            self.at = self.text.len();
            return;
        };
        self.at = tag.end;
        self.take_base(&tag);
        self.found.attributes(&tag);
        if is_foreign(tag.name) && !tag.closes_itself {
            self.foreign += 1;
        }
        if !(tag.closes_itself && self.foreign > 0) {
            self.raw_text(&tag);
        }
    }

    fn take_base(&mut self, tag: &Tag<'a>) {
        if self.base.is_none()
            && tag.name.eq_ignore_ascii_case("base")
            && let Some(href) = tag.place(Language::Html, "href")
        {
            self.base = Some(Base::new(Embedded::new(self.text).with(href, Some(Language::Html)).text()));
        }
    }

    /// Passes what an element holds in which there are no tags.
    fn raw_text(&mut self, tag: &Tag<'a>) {
        let start = self.at;
        match tag.name.to_ascii_lowercase().as_str() {
            "script" => {
                self.at = script_end(self.text, start);
                if is_script(tag) {
                    let script = Embedded::new(self.text).with(start..self.at, None);
                    let scripts = self.scripts;
                    self.found.scanned(&script, &scripts);
                }
            }
            "style" => {
                self.at = end(self.text, start, "style");
                if is_css(tag) {
                    let style = Embedded::new(self.text).with(start..self.at, None);
                    self.found.scanned(&style, &CssScanner);
                }
            }
            // In an image `title` may hold elements, but none that load.
            name @ ("textarea" | "title" | "xmp" | "iframe" | "noembed" | "noframes") => {
                self.at = end(self.text, start, name);
            }
            "plaintext" => self.at = self.text.len(),
            _ => {}
        }
    }
}

fn is_foreign(name: &str) -> bool {
    name.eq_ignore_ascii_case("svg") || name.eq_ignore_ascii_case("math")
}

/// The length of the comment at the start of `text`.
fn comment(text: &str) -> usize {
    let inner = &text[4..];
    if inner.starts_with('>') {
        return 5;
    }
    if inner.starts_with("->") {
        return 6;
    }
    let mut from = 0;
    while let Some(found) = memmem::find(&inner.as_bytes()[from..], b"--") {
        let rest = &inner[from + found + 2..];
        match rest.as_bytes() {
            [b'>', ..] => return text.len() - rest.len() + 1,
            [b'!', b'>', ..] => return text.len() - rest.len() + 2,
            _ => from += found + 1,
        }
    }
    text.len()
}

/// Where the text of an element ends, at its end tag.
fn end(text: &str, start: usize, name: &str) -> usize {
    let mut from = start;
    while let Some(found) = memmem::find(&text.as_bytes()[from..], b"</") {
        let at = from + found;
        if is_name(&text[at + 2..], name) {
            return at;
        }
        from = at + 2;
    }
    text.len()
}

/// Where the text of a script ends: not at the end of a script that stands in a comment of it (the
/// states "script data escaped" and "double escaped", 13.2.5.18 to 13.2.5.31).
fn script_end(text: &str, start: usize) -> usize {
    let (mut is_comment, mut is_inner) = (false, false);
    let mut at = start;
    while let Some(byte) = text.as_bytes().get(at) {
        let rest = &text[at..];
        match byte {
            b'<' if !is_comment && rest.starts_with("<!--") => {
                is_comment = true;
                // `<!-->` is a whole comment.
                at += 2;
                continue;
            }
            b'-' if is_comment && rest.starts_with("-->") => (is_comment, is_inner) = (false, false),
            b'<' if is_comment && !is_inner && is_name(&rest[1..], "script") => is_inner = true,
            b'<' if rest[1..].starts_with('/') && is_name(&rest[2..], "script") => {
                if !is_inner {
                    return at;
                }
                is_inner = false;
            }
            _ => {}
        }
        at += 1 + next_stop(&text.as_bytes()[at + 1..], is_comment);
    }
    text.len()
}

/// How far it is to what may matter in a script.
fn next_stop(bytes: &[u8], is_comment: bool) -> usize {
    let found = if is_comment { memchr::memchr2(b'<', b'-', bytes) } else { memchr(b'<', bytes) };
    found.unwrap_or(bytes.len())
}

/// Whether a tag of this name goes on here.
fn is_name(text: &str, name: &str) -> bool {
    let bytes = text.as_bytes();
    let is_end = || matches!(bytes.get(name.len()), Some(b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | b'/' | b'>'));
    bytes.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes())) && is_end()
}

/// Whether a `script` element is run, and not data, an import map or a template.
fn is_script(tag: &Tag<'_>) -> bool {
    let kind = tag.value(Language::Html, "type").trim().to_ascii_lowercase();
    let kind = kind.strip_prefix("text/").or(kind.strip_prefix("application/")).unwrap_or(&kind);
    matches!(kind, "" | "module" | "javascript" | "ecmascript" | "x-javascript" | "x-ecmascript")
}

fn is_css(tag: &Tag<'_>) -> bool {
    let kind = tag.value(Language::Html, "type");
    kind.is_empty() || kind.eq_ignore_ascii_case("text/css")
}
