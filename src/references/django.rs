//! How Django 6.1 writes a reference (behaviours 138 to 157), so that a site can change over without
//! a renamed file. Django matches regular expressions and writes what they match anew; here the text
//! around a reference that was found by its tokens decides what Django would make of it.

use std::ops::Range;

use percent_encoding::percent_decode_str;

use super::{Escapes, Reference, ReferenceKind};
use crate::name::StaticName;

/// What becomes of one reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Form {
    /// The text between is written anew: before and after the hash.
    Whole(Range<usize>, String, String),
    /// Only the hash is put in: Django would fail, and there is nothing to be equal to.
    Insertion,
    /// It stays as it is, for Django does not see it.
    Left,
}

/// Django's view of one text.
pub(crate) struct DjangoStyle<'a> {
    text: &'a str,
    kind: Kind,
    /// What Django takes for comments, strings and escapes.
    blocks: Vec<Range<usize>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Css,
    Js,
    /// Django does not look into it (`.CSS`, `.mjs`).
    Other,
    /// Django has no rules for it, and the site asked for more.
    More,
}

impl<'a> DjangoStyle<'a> {
    /// The view of `text`, collected as `name`.
    pub(crate) fn new(name: &StaticName, text: &'a str) -> Self {
        let kind = match name.as_str() {
            text if text.ends_with(".css") => Kind::Css,
            text if text.ends_with(".js") => Kind::Js,
            _ if ["css", "js", "mjs"].iter().any(|one| name.extension().eq_ignore_ascii_case(one)) => Kind::Other,
            _ => Kind::More,
        };
        let blocks = if kind == Kind::More { Vec::new() } else { ignored_blocks(text, kind) };
        Self { text, kind, blocks }
    }

    /// What becomes of a reference whose hash goes to byte `stem_end` of its specifier.
    pub(crate) fn form(&self, reference: &Reference, stem_end: usize) -> Form {
        let Some(place) = self.place(reference) else { return Form::Left };
        let Place { range, before, after } = match place {
            Ok(place) => place,
            Err(DjangoFails) => return Form::Insertion,
        };
        if self.is_ignored(range.start) {
            return Form::Left;
        }
        match written(&reference.specifier, stem_end).filter(|_| reference.escapes == Escapes::None) {
            Some((stem, rest)) => Form::Whole(range, before + &stem, rest + after),
            None => Form::Insertion,
        }
    }

    /// What Django's regular expression for such a reference matches and writes around the URL.
    /// `None` where none matches.
    fn place(&self, reference: &Reference) -> Option<Result<Place, DjangoFails>> {
        let span = &reference.span;
        match (self.kind, reference.kind) {
            (Kind::Other, _) => None,
            (Kind::More, _) => Some(Err(DjangoFails)),
            (Kind::Css, ReferenceKind::SourceMap) => self.css_source_map(span).map(Ok),
            (Kind::Js, ReferenceKind::SourceMap) => self.js_source_map(span).map(Ok),
            (Kind::Css, _) => self.css_import(span).or_else(|| self.css_url(span)),
            (Kind::Js, _) => self.js_module(span).map(Ok),
        }
    }

    /// `url\((?P<quote>['"]{0,1})\s*(?P<url>.*?)(?P=quote)\)`
    fn css_url(&self, span: &Range<usize>) -> Option<Result<Place, DjangoFails>> {
        let quote = self.quote_before(span.start);
        let before = self.text[..span.start - quote.map_or(0, char::len_utf8)].trim_end_matches(is_blank);
        let is_direct = quote.is_none() || before.len() + 1 == span.start;
        if !ends_with(before, "url(") {
            return None;
        }
        let after = &self.text[span.end..];
        let start = before.len() - "url(".len();
        match quote {
            Some(quote) => {
                let after = after.strip_prefix(quote)?;
                if self.text[span.clone()].contains('\n') {
                    return None;
                }
                if !is_direct || !after.starts_with(')') {
                    return Some(Err(DjangoFails));
                }
                Some(Ok(Place::url(start..span.end + 2)))
            }
            None => {
                let blanks = &after[..after.find(')')?];
                (!blanks.contains('\n')).then(|| Ok(Place::url(start..span.end + blanks.len() + 1)))
            }
        }
    }

    /// `@import\s*["']\s*(?P<url>.*?)["']`
    fn css_import(&self, span: &Range<usize>) -> Option<Result<Place, DjangoFails>> {
        self.quote_before(span.start)?;
        let before = self.text[..span.start - 1].trim_end_matches(is_blank);
        if !ends_with(before, "@import") {
            return None;
        }
        let end = self.quote_end(span)?;
        Some(Ok(Place {
            range: before.len() - "@import".len()..end,
            before: "@import url(\"".to_owned(),
            after: "\")",
        }))
    }

    /// `(?m)^/\*#[ \t]sourceMappingURL=(?P<url>.*)[ \t]*\*/$`
    fn css_source_map(&self, span: &Range<usize>) -> Option<Place> {
        let line = self.line_start(span.start);
        let before = &self.text[line..span.start];
        let after = &self.text[span.end..];
        let blanks = &after[..after.find("*/")?];
        let end = span.end + blanks.len() + 2;
        let ends_the_line = matches!(self.text.as_bytes().get(end), None | Some(b'\n'));
        let is_form = matches!(before, "/*# sourceMappingURL=" | "/*#\tsourceMappingURL=");
        (is_form && ends_the_line && !blanks.contains('\n')).then(|| Place {
            range: line..end,
            before: "/*# sourceMappingURL=".to_owned(),
            after: " */",
        })
    }

    /// `(?m)^//# sourceMappingURL=(?P<url>.*)$`
    fn js_source_map(&self, span: &Range<usize>) -> Option<Place> {
        let line = self.line_start(span.start);
        let rest = &self.text[span.end..];
        let end = span.end + rest.find('\n').unwrap_or(rest.len());
        let is_form = &self.text[line..span.start] == "//# sourceMappingURL=";
        let is_rest_blank = self.text[span.end..end].trim().is_empty();
        (is_form && is_rest_blank).then(|| Place {
            range: line..end,
            before: "//# sourceMappingURL=".to_owned(),
            after: "",
        })
    }

    /// The four expressions of `support_js_module_import_aggregation`.
    fn js_module(&self, span: &Range<usize>) -> Option<Place> {
        self.quote_before(span.start)?;
        let end = self.quote_end(span)?;
        let direct = &self.text[..span.start - 1];
        if ends_with(direct, "import(") {
            let has_end = self.text[end..].starts_with(')');
            let start = direct.len() - "import(".len();
            return has_end.then(|| Place { range: start..end + 1, before: "import(\"".to_owned(), after: "\")" });
        }
        let before = direct.trim_end_matches(is_blank);
        if ends_with(before, "import") {
            let start = before.len() - "import".len();
            return Some(Place { range: start..end, before: "import\"".to_owned(), after: "\"" });
        }
        let clause =
            ends_with(before, "from").then(|| before[..before.len() - "from".len()].trim_end_matches(is_blank))?;
        // Where the statement begins is looked up, for it must be one that Django sees.
        let start = self.statement(clause)?;
        (!self.is_ignored(start)).then(|| Place {
            range: clause.len()..end,
            before: " from \"".to_owned(),
            after: "\"",
        })
    }

    /// Where the nearest `import` or `export` begins of which `clause` is the end.
    fn statement(&self, clause: &str) -> Option<usize> {
        let from = clause.rfind(';').map_or(0, |semicolon| semicolon + 1);
        let region = &clause.as_bytes()[from..];
        let is_keyword = |at: &usize| {
            let word = &region[*at..*at + 6];
            let (is_import, is_export) = (word.eq_ignore_ascii_case(b"import"), word.eq_ignore_ascii_case(b"export"));
            let rest = &clause[from..].get(*at + 6..).unwrap_or_default();
            let begins = rest.starts_with(is_blank) || rest.starts_with('{');
            (is_import || is_export) && (begins || (is_import && is_namespace(rest)))
        };
        (0..region.len().saturating_sub(5)).rev().find(is_keyword).map(|at| from + at)
    }

    fn quote_before(&self, at: usize) -> Option<char> {
        self.text[..at].chars().next_back().filter(|quote| matches!(quote, '"' | '\''))
    }

    /// Behind the quote that ends a string for Django: of either kind, in the same line.
    fn quote_end(&self, span: &Range<usize>) -> Option<usize> {
        let is_quoted = self.text[span.end..].starts_with(['"', '\'']);
        let is_plain = !self.text[span.clone()].contains(['"', '\'', '\n']);
        (is_quoted && is_plain).then_some(span.end + 1)
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// Whether a match that begins here lies in a comment or a string, as Django sees it (behaviour
    /// 138).
    fn is_ignored(&self, at: usize) -> bool {
        let next = self.blocks.partition_point(|block| block.start < at);
        next > 0 && self.blocks[next - 1].end > at
    }
}

/// The build fails with Django.
struct DjangoFails;

/// What is matched, and what is written before and after the URL.
struct Place {
    range: Range<usize>,
    before: String,
    after: &'static str,
}

impl Place {
    fn url(range: Range<usize>) -> Self {
        Self { range, before: "url(\"".to_owned(), after: "\")" }
    }
}

/// The URL before and behind its hash, percent-escapes undone as Django undoes them. `None` where that
/// would make another URL of it, or one that the text around cannot hold (B20).
fn written(specifier: &str, stem_end: usize) -> Option<(String, String)> {
    let (stem, rest) = specifier.split_at(stem_end);
    let (path_and_query, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (extension, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    let mut rest = extension.trim_end_matches(is_blank).to_owned();
    if !query.is_empty() {
        rest = rest + "?" + query;
    }
    if !fragment.is_empty() {
        // Kept from `?#iefix`, whose empty query is otherwise dropped.
        let mark = if specifier.contains("?#") { "?#" } else { "#" };
        rest = rest + mark + fragment;
    }
    Some((unquoted(stem.trim_start_matches(is_blank))?, unquoted(&rest)?))
}

fn unquoted(text: &str) -> Option<String> {
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    let is_new = |character: char| decoded.matches(character).count() != text.matches(character).count();
    let is_harmful = |character: char| matches!(character, '"' | '\\') || character.is_control();
    let is_same = decoded == text || !(decoded.contains('%') || is_new('?') || is_new('#'));
    (is_same && !decoded.contains(is_harmful)).then(|| decoded.into_owned())
}

/// `\*\s*as\s*\w+` and nothing behind it.
fn is_namespace(rest: &str) -> bool {
    let name =
        rest.strip_prefix('*').map(|rest| rest.trim_start_matches(is_blank)).and_then(|rest| rest.strip_prefix("as"));
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    name.map(|name| name.trim_start_matches(is_blank)).is_some_and(|name| !name.is_empty() && name.chars().all(is_word))
}

fn ends_with(text: &str, end: &str) -> bool {
    text.len() >= end.len() && text.as_bytes()[text.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes())
}

/// The blanks of Python's `\s`.
fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\x1c'..='\x1f')
}

/// Comments, strings and escapes as Django's expressions match them, from left to right: one that is
/// not closed is none (behaviours 139 and 140).
fn ignored_blocks(text: &str, kind: Kind) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let (mut blocks, mut at) = (Vec::new(), 0);
    // A comment that is not closed is looked for once.
    let mut has_unclosed_comment = false;
    while let Some(skipped) = bytes[at..].iter().position(|byte| matches!(byte, b'/' | b'\\' | b'"' | b'\'' | b'`')) {
        let start = at + skipped;
        let end = match (bytes[start], bytes.get(start + 1)) {
            (b'/', Some(b'*')) if !has_unclosed_comment => {
                let end = find(&bytes[start + 2..], b"*/").map(|end| start + end + 4);
                has_unclosed_comment = end.is_none();
                end
            }
            (b'/', Some(b'/')) if kind == Kind::Js => {
                Some(bytes[start..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| start + end))
            }
            (b'\\', Some(_)) => Some(start + 1 + text[start + 1..].chars().next().map_or(0, char::len_utf8)),
            (b'`', _) if kind != Kind::Js => None,
            (quote @ (b'"' | b'\'' | b'`'), _) => string_end(bytes, start, quote),
            _ => None,
        };
        blocks.extend(end.map(|end| start..end));
        at = end.unwrap_or(start + 1);
    }
    blocks
}

/// Behind the closing quote of the string at `start`.
fn string_end(bytes: &[u8], start: usize, quote: u8) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' => at += 2,
            b'\n' if quote != b'`' => return None,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
