//! What refers to what in one text: a [`Scanner`] finds the references of a kind of text,
//! [`resolve`] says which file each means, and [`splice`] puts the hashes in. Nothing here knows
//! which files there are.

mod css;
mod django;
mod html;
mod js;
mod markup;
mod resolve;
mod source_map;
mod svg;
mod web_manifest;

use std::fmt::Debug;
use std::ops::Range;

pub use self::css::CssScanner;
pub(crate) use self::django::{DjangoStyle, Form};
pub use self::html::HtmlScanner;
pub use self::js::JsScanner;
use self::markup::Language;
pub use self::resolve::{Target, resolve};
pub use self::svg::SvgScanner;
pub use self::web_manifest::WebManifestScanner;
use crate::name::StaticName;

/// A part of a text that names another file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reference {
    /// Where the URL stands in the text, in bytes, without quotes.
    pub span: Range<usize>,
    /// The URL as the language means it, escapes undone.
    pub specifier: String,
    /// What the reference is for.
    pub kind: ReferenceKind,
    /// How the text between `span` is to be read.
    pub escapes: Escapes,
}

/// What a reference is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReferenceKind {
    /// An image, a font or anything else that the text uses.
    Resource,
    /// A text of the same kind that is loaded with this one.
    Import,
    /// A module that a script loads. What servers and bundlers accept without an extension
    /// (`./LatLng`) is never worse than a warning when it is missing.
    Module,
    /// A source map; a missing one is never worse than a warning.
    SourceMap,
}

/// The escapes of the language around a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Escapes {
    /// None: the text is the URL.
    None,
    /// Those of CSS, beginning with `\`.
    Css,
    /// Those of string literals of JavaScript, beginning with `\`. Those of JSON are among them.
    JavaScript,
    /// Character references of XML: `&amp;`.
    Xml,
    /// Character references of HTML in an attribute.
    Html,
    /// Those of CSS, and over them character references of XML: in the attribute `style`.
    CssInXml,
    /// Those of CSS, and over them character references of HTML.
    CssInHtml,
}

/// Finds the references in one kind of text.
pub trait Scanner: Debug + Send + Sync + 'static {
    /// Whether files of this name are texts of its kind.
    fn handles(&self, name: &StaticName) -> bool;

    /// The references of the text in their order, none overlapping another. Never fails: in a
    /// broken text it finds what a browser would find.
    fn scan(&self, text: &str) -> Vec<Reference>;
}

impl Reference {
    /// Where in the text the byte `at` of the [`specifier`](Self::specifier) stands.
    ///
    /// `text` is the text that was scanned.
    pub fn position(&self, text: &[u8], at: usize) -> usize {
        let raw = &text[self.span.clone()];
        let css_in = |language: Language| language.escaped_length(raw, css::escaped_length(&language.decoded(raw), at));
        self.span.start
            + match self.escapes {
                Escapes::None => at,
                Escapes::Css => css::escaped_length(raw, at),
                Escapes::JavaScript => js::escaped_length(raw, at),
                Escapes::Xml => Language::Xml.escaped_length(raw, at),
                Escapes::Html => Language::Html.escaped_length(raw, at),
                Escapes::CssInXml => css_in(Language::Xml),
                Escapes::CssInHtml => css_in(Language::Html),
            }
    }
}

/// The text with edits made: which bytes are replaced, and by what. They come in ascending order and do
/// not overlap.
///
/// ```
/// use staticfiles::references::splice;
///
/// assert_eq!(splice(b"url(x.png)", [(5..5, ".1f2e")]), b"url(x.1f2e.png)");
/// ```
pub fn splice<T: AsRef<str>>(text: &[u8], edits: impl IntoIterator<Item = (Range<usize>, T)>) -> Vec<u8> {
    let mut spliced = Vec::with_capacity(text.len() + 64);
    let mut copied = 0;
    for (range, replacement) in edits {
        spliced.extend_from_slice(&text[copied..range.start]);
        spliced.extend_from_slice(replacement.as_ref().as_bytes());
        copied = range.end;
    }
    spliced.extend_from_slice(&text[copied..]);
    spliced
}
