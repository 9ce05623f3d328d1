//! One tag and its attributes, by the tokenizer of the HTML standard (13.2.5.32 to 13.2.5.42). What
//! is well-formed in XML is read alike.

use std::ops::Range;

use super::Language;

/// A start tag or the like.
#[derive(Debug)]
pub(in super::super) struct Tag<'a> {
    text: &'a str,
    pub(in super::super) name: &'a str,
    /// In order, with repeated ones.
    pub(in super::super) attributes: Vec<Attribute<'a>>,
    /// Whether it ends with `/>`.
    pub(in super::super) closes_itself: bool,
    /// Behind its `>`.
    pub(in super::super) end: usize,
}

#[derive(Debug)]
pub(in super::super) struct Attribute<'a> {
    pub(in super::super) name: &'a str,
    /// Where its value stands, without quotes; empty where it has none.
    pub(in super::super) value: Range<usize>,
}

/// The tag whose name begins at `start`. `None` if it does not end: browsers drop it.
pub(in super::super) fn tag(text: &str, start: usize) -> Option<Tag<'_>> {
    let mut reader = Reader { bytes: text.as_bytes(), at: start };
    let name = reader.until(|byte| is_blank(byte) || matches!(byte, b'/' | b'>'));
    let mut tag = Tag { text, name: &text[name], attributes: Vec::new(), closes_itself: false, end: 0 };
    loop {
        let blanks = reader.until(|byte| !is_blank(byte) && byte != b'/');
        if *reader.bytes.get(reader.at)? == b'>' {
            tag.closes_itself = text[blanks].ends_with('/');
            tag.end = reader.at + 1;
            return Some(tag);
        }
        let (name, value) = reader.attribute()?;
        tag.attributes.push(Attribute { name: &text[name], value });
    }
}

impl<'a> Tag<'a> {
    /// Where the value of the first attribute of this name stands.
    pub(in super::super) fn place(&self, language: Language, name: &str) -> Option<Range<usize>> {
        let found = self.attributes.iter().find(|attribute| language.is(attribute.name, name));
        found.map(|attribute| attribute.value.clone())
    }

    /// The value of the first attribute of this name, as it is written; empty if there is none.
    pub(in super::super) fn value(&self, language: Language, name: &str) -> &'a str {
        self.place(language, name).map_or("", |place| &self.text[place])
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    /// Passes everything before the first byte that `stops`.
    fn until(&mut self, stops: impl Fn(u8) -> bool) -> Range<usize> {
        let start = self.at;
        let rest = &self.bytes[start..];
        self.at += rest.iter().position(|byte| stops(*byte)).unwrap_or(rest.len());
        start..self.at
    }

    fn attribute(&mut self) -> Option<(Range<usize>, Range<usize>)> {
        let start = self.at;
        // One that begins a name belongs to it.
        self.at += usize::from(self.bytes[start] == b'=');
        self.until(|byte| is_blank(byte) || matches!(byte, b'/' | b'>' | b'='));
        let name = start..self.at;
        self.until(|byte| !is_blank(byte));
        if *self.bytes.get(self.at)? != b'=' {
            return Some((name, self.at..self.at));
        }
        self.at += 1;
        self.until(|byte| !is_blank(byte));
        match *self.bytes.get(self.at)? {
            quote @ (b'"' | b'\'') => {
                self.at += 1;
                let value = self.until(|byte| byte == quote);
                self.bytes.get(self.at)?;
                self.at += 1;
                Some((name, value))
            }
            _ => Some((name, self.until(|byte| is_blank(byte) || byte == b'>'))),
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}
