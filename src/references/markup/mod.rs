//! What SVG and HTML have in common: tags and their attributes, character references, texts inside
//! texts, and which attributes load a file.

mod embedded;
mod entities;
mod roles;
mod srcset;
mod tag;

pub(super) use self::embedded::Embedded;
pub(super) use self::entities::Language;
use self::roles::{Role, role};
pub(super) use self::tag::{Tag, tag};
use super::css::CssScanner;
use super::{Escapes, Reference, ReferenceKind, Scanner};

/// The references of one file of markup, as far as they were found.
pub(super) struct Found<'a> {
    text: &'a str,
    language: Language,
    pub(super) references: Vec<Reference>,
}

impl<'a> Found<'a> {
    pub(super) fn new(text: &'a str, language: Language) -> Self {
        Self { text, language, references: Vec::new() }
    }

    /// Takes what the attributes of a tag refer to.
    pub(super) fn attributes(&mut self, tag: &Tag<'a>) {
        for (index, attribute) in tag.attributes.iter().enumerate() {
            // Of two attributes of one name the first counts.
            let is_repeated =
                || tag.attributes[..index].iter().any(|other| self.language.is(other.name, attribute.name));
            match role(self.language, tag, attribute.name) {
                Some(role) if !is_repeated() => self.attribute(attribute.value.clone(), role),
                _ => {}
            }
        }
    }

    fn attribute(&mut self, value: std::ops::Range<usize>, role: Role) {
        let raw = &self.text[value.clone()];
        if role == Role::Css && !raw.contains(['(', '&']) {
            return;
        }
        // Pictures that stand in the text itself may be megabytes.
        if role == Role::Url && is_in_itself(raw) {
            return;
        }
        let value = Embedded::new(self.text).with(value, Some(self.language));
        match role {
            Role::Css => self.scanned(&value, &CssScanner),
            Role::Url => self.url(&value, 0..value.text().len()),
            Role::Srcset => srcset::urls(value.text()).into_iter().for_each(|span| self.url(&value, span)),
        }
    }

    /// Takes the URL at `span` of an attribute's value.
    pub(super) fn url(&mut self, value: &Embedded<'a>, span: std::ops::Range<usize>) {
        let url = &value.text()[span.clone()];
        let start = span.start + url.len() - url.trim_start_matches(is_blank).len();
        let url = url.trim_matches(is_blank);
        // Browsers take line ends and tabs out of a URL, and know no NUL; no file is named that way.
        if url.is_empty() || url.contains(['\n', '\r', '\t', '\0']) {
            return;
        }
        let found = Reference {
            span: start..start + url.len(),
            specifier: url.to_owned(),
            kind: ReferenceKind::Resource,
            escapes: Escapes::None,
        };
        self.push(value.reference(found));
    }

    /// Takes what a text in this one refers to.
    pub(super) fn scanned(&mut self, inner: &Embedded<'a>, scanner: &impl Scanner) {
        for reference in scanner.scan(inner.text()) {
            self.push(inner.reference(reference));
        }
    }

    fn push(&mut self, reference: Option<Reference>) {
        let left = |reference: &Reference| is_template(&reference.specifier);
        self.references.extend(reference.filter(|reference| !left(reference)));
    }

    /// All that was found, in order.
    pub(super) fn finish(mut self) -> Vec<Reference> {
        self.references.sort_by_key(|reference| reference.span.start);
        self.references
    }
}

/// Whether a URL leads to the text itself or holds its data.
fn is_in_itself(url: &str) -> bool {
    let url = url.trim_start_matches(is_blank);
    url.starts_with('#') || url.starts_with("data:")
}

/// Whether a template engine is still to write a part of the text.
pub(super) fn is_template(text: &str) -> bool {
    ["{{", "{%", "${", "<%", "<?"].iter().any(|mark| text.contains(mark))
}

/// Blanks of HTML, and those that browsers drop around a URL.
fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\x0c')
}
