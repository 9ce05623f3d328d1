//! A text in another: an attribute's value, or what stands in an element. Put together from its
//! pieces, character references undone, with the way back to where each part stands.

use std::ops::Range;

use super::Language;
use crate::references::{Escapes, Reference};

/// A text in another.
#[derive(Debug)]
pub(in super::super) struct Embedded<'a> {
    source: &'a str,
    text: String,
    stretches: Vec<Stretch>,
}

/// A part of it that is the same in both texts, or a character reference.
#[derive(Debug)]
struct Stretch {
    inner: Range<usize>,
    outer: Range<usize>,
    is_escape: bool,
    /// The language whose character references count here.
    language: Option<Language>,
    /// The number of its piece.
    piece: usize,
}

impl<'a> Embedded<'a> {
    pub(in super::super) fn new(source: &'a str) -> Self {
        Self { source, text: String::new(), stretches: Vec::new() }
    }

    pub(in super::super) fn text(&self) -> &str {
        &self.text
    }

    /// With this piece of the source behind it; `None` where no character references are in it.
    pub(in super::super) fn with(mut self, piece: Range<usize>, language: Option<Language>) -> Self {
        self.push(piece, language);
        self
    }

    /// Puts a piece of the source behind it.
    pub(in super::super) fn push(&mut self, piece: Range<usize>, language: Option<Language>) {
        let number = self.stretches.last().map_or(0, |last| last.piece + 1);
        let raw = &self.source[piece.clone()];
        let mut at = piece.start;
        let mut push = |length: usize, character: Option<char>| {
            let inner = self.text.len();
            match character {
                Some(character) => self.text.push(character),
                None => self.text.push_str(&self.source[at..at + length]),
            }
            self.stretches.push(Stretch {
                inner: inner..self.text.len(),
                outer: at..at + length,
                is_escape: character.is_some(),
                language,
                piece: number,
            });
            at += length;
        };
        match language {
            Some(language) => language.stretches(raw).for_each(|(length, character)| push(length, character)),
            None if raw.is_empty() => {}
            None => push(raw.len(), None),
        }
    }

    /// A reference that was found in the text, as one of the source. `None` where it stands across
    /// pieces, or has a part that is not known.
    pub(in super::super) fn reference(&self, found: Reference) -> Option<Reference> {
        let Range { start, end } = found.span;
        let first = self.stretches.get(self.stretches.partition_point(|stretch| stretch.inner.end <= start))?;
        let last = &self.stretches[self.stretches.partition_point(|stretch| stretch.inner.end < end)];
        if first.piece != last.piece {
            return None;
        }
        let outer_start =
            if first.is_escape { first.outer.start } else { first.outer.start + start - first.inner.start };
        let outer_end = if last.is_escape { last.outer.end } else { last.outer.start + end - last.inner.start };
        let span = outer_start..outer_end.max(outer_start);
        let raw = &self.source[span.clone()];
        let language = first.language.filter(|_| raw.contains('&'));
        if language.is_some_and(|language| language.has_unknown(raw)) {
            return None;
        }
        let escapes = match (language, found.escapes) {
            (None, escapes) => escapes,
            (Some(Language::Xml), Escapes::None) => Escapes::Xml,
            (Some(Language::Xml), Escapes::Css) => Escapes::CssInXml,
            (Some(Language::Html), Escapes::None) => Escapes::Html,
            (Some(Language::Html), Escapes::Css) => Escapes::CssInHtml,
            (Some(_), _) => return None,
        };
        Some(Reference { span, escapes, ..found })
    }
}
