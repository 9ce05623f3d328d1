//! References in SVG files: what `image`, `use` and others load, `url()` in style sheets, in `style`
//! and in presentation attributes, and style sheets that a processing instruction names.

use memchr::{memchr, memmem};

use super::css::CssScanner;
use super::markup::{Embedded, Found, Language, Tag, tag};
use super::{Reference, Scanner};
use crate::name::StaticName;

/// Scans `.svg` files.
///
/// Links (`a`) are left: they lead a reader on. So are scripts within the file, and entities that the
/// file declares itself.
///
/// ```
/// use staticfiles::references::{Scanner, SvgScanner};
///
/// let image = r##"<svg><use href="sprite.svg#x"/><a href="about.svg"/><g fill="url(#g)"/></svg>"##;
/// let specifiers: Vec<_> = SvgScanner.scan(image).into_iter().map(|reference| reference.specifier).collect();
/// assert_eq!(specifiers, ["sprite.svg#x", "#g"]);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct SvgScanner;

impl Scanner for SvgScanner {
    fn handles(&self, name: &StaticName) -> bool {
        name.extension().eq_ignore_ascii_case("svg")
    }

    fn scan(&self, text: &str) -> Vec<Reference> {
        // Most have none of these.
        let has = |word: &str| memmem::find(text.as_bytes(), word.as_bytes()).is_some();
        if !["href", "url", "image-set", "import", "src", "data", "style", "&"].iter().any(|word| has(word)) {
            return Vec::new();
        }
        let mut reader = Reader { text, at: 0, found: Found::new(text, Language::Xml), style: None };
        while reader.at < text.len() {
            reader.next();
        }
        reader.end_style();
        reader.found.finish()
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    found: Found<'a>,
    /// What stands in the style sheet that this is in.
    style: Option<Embedded<'a>>,
}

impl<'a> Reader<'a> {
    /// Reads what is here: text up to the next mark, or what a mark begins.
    fn next(&mut self) {
        let start = self.at;
        let bytes = self.text.as_bytes();
        if bytes[start] != b'<' {
            self.at += memchr(b'<', &bytes[start..]).unwrap_or(bytes.len() - start);
            self.styled(start..self.at, Some(Language::Xml));
            return;
        }
        let rest = &self.text[start..];
        match rest.as_bytes().get(1) {
            _ if rest.starts_with("<!--") => self.pass(4, "-->"),
            _ if rest.starts_with("<![CDATA[") => {
                self.pass(9, "]]>");
                let end = if self.text[..self.at].ends_with("]]>") { self.at - 3 } else { self.at };
                self.styled(start + 9..end.max(start + 9), None);
            }
            _ if rest.starts_with("<!DOCTYPE") => self.document_type(),
            Some(b'?') => self.instruction(),
            Some(b'/') => {
                let name = rest[2..].trim_start_matches(is_name).len();
                let name = &rest[2..rest.len() - name];
                self.pass(2, ">");
                if is_style(name) {
                    self.end_style();
                }
            }
            Some(b'!') => self.pass(2, ">"),
            Some(byte) if !byte.is_ascii_whitespace() => self.element(),
            _ => self.at += 1,
        }
    }

    /// Goes behind `end`, looked for `skipped` bytes on; to the end of the text if it is not there.
    fn pass(&mut self, skipped: usize, end: &str) {
        let from = self.at + skipped;
        let found = memmem::find(&self.text.as_bytes()[from..], end.as_bytes());
        self.at = found.map_or(self.text.len(), |found| from + found + end.len());
    }

    fn styled(&mut self, piece: std::ops::Range<usize>, language: Option<Language>) {
        if let Some(style) = &mut self.style {
            style.push(piece, language);
        }
    }

    fn end_style(&mut self) {
        if let Some(style) = self.style.take() {
            self.found.scanned(&style, &CssScanner);
        }
    }

    fn element(&mut self) {
        let Some(tag) = tag(self.text, self.at + 1) else {
            self.at = self.text.len();
            return;
        };
        self.at = tag.end;
        self.found.attributes(&tag);
        if is_style(tag.name) && !tag.closes_itself && is_css(&tag) {
            self.end_style();
            self.style = Some(Embedded::new(self.text));
        }
    }

    /// `<?xml-stylesheet href="…"?>` has what looks like attributes (xml-stylesheet, 3).
    fn instruction(&mut self) {
        let start = self.at + 2;
        self.pass(2, "?>");
        let content = &self.text[start..self.at];
        let is_style_sheet = content
            .strip_prefix("xml-stylesheet")
            .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_whitespace()));
        // Up to its `>`, it is read as a tag.
        let Some(tag) = tag(&self.text[..self.at], start).filter(|_| is_style_sheet) else { return };
        if let Some(href) = tag.place(Language::Xml, "href") {
            let value = Embedded::new(self.text).with(href, Some(Language::Xml));
            self.found.url(&value, 0..value.text().len());
        }
    }

    /// Passes a document type with the declarations in it, which may hold anything in quotes.
    fn document_type(&mut self) {
        self.at += "<!DOCTYPE".len();
        let mut is_inside = false;
        while let Some(byte) = self.text.as_bytes().get(self.at) {
            match byte {
                quote @ (b'"' | b'\'') => self.pass(1, if *quote == b'"' { "\"" } else { "'" }),
                b'<' if self.text[self.at..].starts_with("<!--") => self.pass(4, "-->"),
                b'<' if self.text[self.at..].starts_with("<?") => self.pass(2, "?>"),
                byte => {
                    self.at += 1;
                    match byte {
                        b'[' => is_inside = true,
                        b']' => is_inside = false,
                        b'>' if !is_inside => return,
                        _ => {}
                    }
                }
            }
        }
    }
}

fn is_style(name: &str) -> bool {
    name == "style" || name.ends_with(":style")
}

/// Whether a `style` element holds CSS.
fn is_css(tag: &Tag<'_>) -> bool {
    let kind = tag.value(Language::Xml, "type").trim();
    kind.is_empty() || kind.eq_ignore_ascii_case("text/css")
}

fn is_name(character: char) -> bool {
    !character.is_ascii_whitespace() && character != '>'
}
