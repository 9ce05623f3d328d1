//! References in style sheets: `url()`, `src()`, strings of `@import` and `image-set()`, and the
//! comment that names a source map. The tokens are cssparser's, so comments and strings are never
//! taken for references (CSS Syntax 3).

mod sweep;

use cssparser::{ParseError, Parser, Token};

use super::source_map::source_map;
use super::{Escapes, Reference, ReferenceKind, Scanner};
use crate::name::StaticName;

/// Scans `.css` files.
#[derive(Debug, Clone, Copy, Default)]
pub struct CssScanner;

impl Scanner for CssScanner {
    fn handles(&self, name: &StaticName) -> bool {
        name.extension().eq_ignore_ascii_case("css")
    }

    fn scan(&self, text: &str) -> Vec<Reference> {
        // cssparser skips a byte order mark without counting it, so it is cut off before.
        let skipped = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
        let css = &text[skipped..];
        let found = Found { css, skipped, base: 0, closes_other: false, references: Vec::new() };
        found
            .swept()
            .unwrap_or_else(|mut found| {
                found.block(&mut Parser::new(css), false);
                found
            })
            .references
    }
}

struct Found<'a> {
    css: &'a str,
    skipped: usize,
    /// Where the part begins that the parser reads.
    base: usize,
    /// Whether a bracket was closed that was not opened where the parser reads.
    closes_other: bool,
    references: Vec<Reference>,
}

/// What a token is to us.
enum Part {
    Url,
    /// A string that is a reference by its place.
    String(ReferenceKind),
    /// A function or bracket; whether a string in it is a reference.
    Block(Strings),
    Comment,
    Other,
}

#[derive(Clone, Copy, PartialEq)]
enum Strings {
    Plain,
    /// `url("x")`, `src("x")`: the first string.
    First,
    /// `image-set("x" 1x, "y" 2x)`: each.
    Each,
}

/// The statement that the parser is in, as far as it matters.
#[derive(Clone, Copy, PartialEq)]
enum Statement {
    /// Behind `@import`: the next string or `url()` is what is imported.
    Import,
    /// In `@namespace`, whose URL is a name and not loaded.
    Namespace,
    Other,
}

impl Found<'_> {
    /// Scans to the end of the block; `strings`: whether strings directly in it are references.
    fn block(&mut self, parser: &mut Parser<'_>, strings: bool) {
        let mut statement = Statement::Other;
        while self.token(parser, &mut statement, strings) {}
    }

    /// Scans one token, with what it opens. False at the end.
    fn token(&mut self, parser: &mut Parser<'_>, statement: &mut Statement, strings: bool) -> bool {
        let start = self.base + parser.position().byte_index();
        let Ok(token) = parser.next_including_whitespace_and_comments() else { return false };
        let before = *statement;
        let mut specifier = None;
        let part = match token {
            Token::WhiteSpace(_) => Part::Other,
            Token::Comment(_) => Part::Comment,
            Token::AtKeyword(word) => {
                *statement = match () {
                    () if word.eq_ignore_ascii_case("import") => Statement::Import,
                    () if word.eq_ignore_ascii_case("namespace") => Statement::Namespace,
                    () => Statement::Other,
                };
                Part::Other
            }
            Token::UnquotedUrl(url) => {
                specifier = Some(url.to_string());
                Part::Url
            }
            Token::QuotedString(string) if strings || *statement == Statement::Import => {
                specifier = Some(string.to_string());
                Part::String(if strings { ReferenceKind::Resource } else { ReferenceKind::Import })
            }
            Token::Function(name) => Part::Block(function(name)),
            Token::ParenthesisBlock | Token::SquareBracketBlock => Part::Block(Strings::Plain),
            Token::CurlyBracketBlock | Token::Semicolon => {
                *statement = Statement::Other;
                if *token == Token::Semicolon { Part::Other } else { Part::Block(Strings::Plain) }
            }
            Token::CloseParenthesis | Token::CloseSquareBracket | Token::CloseCurlyBracket => {
                self.closes_other = true;
                Part::Other
            }
            _ => Part::Other,
        };
        let is_comment_or_blank = matches!(token, Token::WhiteSpace(_) | Token::Comment(_) | Token::AtKeyword(_));
        if *statement == Statement::Import && !is_comment_or_blank {
            // What is imported comes first; layers and media follow.
            *statement = Statement::Other;
        }
        let end = self.base + parser.position().byte_index();
        match part {
            Part::Comment => self.source_map(start, end),
            Part::Url if before != Statement::Namespace => {
                let kind = imported(before);
                self.url(start, end, specifier.unwrap_or_default(), kind);
            }
            Part::String(kind) => self.string(start, end, specifier.unwrap_or_default(), kind),
            Part::Block(inner) => self.nested(parser, inner, before),
            Part::Url | Part::Other => {}
        }
        true
    }

    fn nested(&mut self, parser: &mut Parser<'_>, strings: Strings, statement: Statement) {
        // A block that is nested deeper than cssparser's limit is passed over.
        let _: Result<(), ParseError<()>> = parser.parse_nested_block(|inner| {
            if strings == Strings::First && statement != Statement::Namespace {
                self.first_string(inner, imported(statement));
            }
            self.block(inner, strings == Strings::Each);
            Ok(())
        });
    }

    /// The string that a `url()` begins with; its modifiers may follow.
    fn first_string(&mut self, parser: &mut Parser<'_>, kind: ReferenceKind) {
        parser.skip_whitespace();
        let state = parser.state();
        let start = self.base + parser.position().byte_index();
        match parser.next_including_whitespace_and_comments() {
            Ok(Token::QuotedString(string)) => {
                let specifier = string.to_string();
                self.string(start, self.base + parser.position().byte_index(), specifier, kind);
            }
            _ => parser.reset(&state),
        }
    }

    fn string(&mut self, start: usize, end: usize, specifier: String, kind: ReferenceKind) {
        let quoted = &self.css[start..end];
        // At the end of the text the closing quote may be missing.
        let is_closed = quoted.len() > 1 && quoted.as_bytes().last() == quoted.as_bytes().first();
        self.push(start + 1, if is_closed { end - 1 } else { end }, specifier, kind);
    }

    fn url(&mut self, start: usize, end: usize, specifier: String, kind: ReferenceKind) {
        let token = &self.css[start..end];
        let Some(open) = token.find('(') else { return };
        let inner = token[open + 1..].strip_suffix(')').unwrap_or(&token[open + 1..]);
        let leading = inner.len() - inner.trim_start_matches(is_blank).len();
        let mut length = inner.trim_matches(is_blank).len();
        // An escaped blank belongs to the URL.
        if inner[leading..leading + length].ends_with('\\') {
            length = (length + 1).min(inner.len() - leading);
        }
        let start = start + open + 1 + leading;
        self.push(start, start + length, specifier, kind);
    }

    fn source_map(&mut self, start: usize, end: usize) {
        // Unclosed, it names nothing.
        if !self.css[start..end].ends_with("*/") || end - start < 4 {
            return;
        }
        if let Some(mut reference) = source_map(self.css, start + 2..end - 2) {
            reference.span = self.skipped + reference.span.start..self.skipped + reference.span.end;
            self.references.push(reference);
        }
    }

    fn push(&mut self, start: usize, end: usize, specifier: String, kind: ReferenceKind) {
        let span = self.skipped + start..self.skipped + end;
        let escapes = if self.css[start..end].contains(['\\', '\0']) { Escapes::Css } else { Escapes::None };
        self.references.push(Reference { span, specifier, kind, escapes });
    }
}

fn function(name: &str) -> Strings {
    let is = |function: &str| name.eq_ignore_ascii_case(function);
    if is("url") || is("src") {
        Strings::First
    } else if is("image-set") || is("-webkit-image-set") {
        Strings::Each
    } else {
        Strings::Plain
    }
}

fn imported(statement: Statement) -> ReferenceKind {
    if statement == Statement::Import { ReferenceKind::Import } else { ReferenceKind::Resource }
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

/// How many bytes of `raw` make the first `length` bytes when its CSS escapes are undone.
pub(super) fn escaped_length(raw: &[u8], length: usize) -> usize {
    let (mut at, mut made) = (0, 0);
    while made < length && at < raw.len() {
        let (consumed, produced) = match raw[at] {
            b'\\' => escape(&raw[at..]),
            // NUL is read as U+FFFD (CSS Syntax 3, 3.3).
            b'\0' => (1, '\u{fffd}'.len_utf8()),
            _ => (1, 1),
        };
        at += consumed;
        made += produced;
    }
    at.min(raw.len())
}

/// How many bytes the escape at the start of `raw` takes, and how many it stands for.
fn escape(raw: &[u8]) -> (usize, usize) {
    let digits = raw[1..].iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
    if digits == 0 {
        return match &raw[1..] {
            [b'\r', b'\n', ..] => (3, 0),
            [b'\n' | b'\r' | b'\x0c', ..] => (2, 0),
            // The rest of a longer character is read on as itself.
            [b'\0', ..] => (2, '\u{fffd}'.len_utf8()),
            [_, ..] => (2, 1),
            [] => (1, 0),
        };
    }
    let hex = raw[1..=digits].iter().fold(0, |value, digit| value * 16 + (*digit as char).to_digit(16).unwrap_or(0));
    let character = char::from_u32(hex).filter(|character| *character != '\0').unwrap_or('\u{fffd}');
    let blank = match &raw[1 + digits..] {
        [b'\r', b'\n', ..] => 2,
        [b' ' | b'\t' | b'\n' | b'\r' | b'\x0c', ..] => 1,
        _ => 0,
    };
    (1 + digits + blank, character.len_utf8())
}
