//! A place in a script, and the tokens that are read whole from there.

use std::ops::Range;

use memchr::{memchr, memchr3_iter};

/// A place in a script. Copied to look ahead.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    pub(super) at: usize,
}

/// The inside of a string or of a template without substitutions.
#[derive(Debug, Clone)]
pub(super) struct Literal {
    pub(super) span: Range<usize>,
    pub(super) has_escapes: bool,
}

/// Where a stretch of a template ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TemplateEnd {
    /// Behind the closing backtick.
    Closed,
    /// Behind `${`.
    Hole,
    /// At the end of the text.
    Unclosed,
}

/// ASCII characters of identifiers and numbers.
const WORD: [bool; 256] = table(b"$_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

/// What may end a string or a template, or is special in one.
const QUOTED_STOP: [bool; 256] = table(b"\"'`\\$\n\r");

/// What may end a regular expression, or is special in one.
const REGEX_STOP: [bool; 256] = table(b"/\\[]\n\r\xe2");

const fn table(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut index = 0;
    while index < bytes.len() {
        table[bytes[index] as usize] = true;
        index += 1;
    }
    table
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// The byte here, and 0 at the end: no token begins with it.
    pub(super) fn byte(&self) -> u8 {
        self.byte_after(0)
    }

    /// The byte `distance` further on.
    pub(super) fn byte_after(&self, distance: usize) -> u8 {
        self.bytes().get(self.at + distance).copied().unwrap_or(0)
    }

    pub(super) fn is_at(&self, token: &[u8]) -> bool {
        self.bytes()[self.at..].starts_with(token)
    }

    /// Passes the token if it is here.
    pub(super) fn take(&mut self, token: &[u8]) -> bool {
        let taken = self.is_at(token);
        self.at += if taken { token.len() } else { 0 };
        taken
    }

    /// Passes blanks, line ends and comments.
    pub(super) fn trivia(&mut self) {
        loop {
            match self.byte() {
                b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => self.at += 1,
                b'/' if self.byte_after(1) == b'/' => self.at = self.line_end(self.at),
                b'/' if self.byte_after(1) == b'*' => self.at = self.comment_end().1,
                0x80.. => match self.long_blank() {
                    0 => return,
                    width => self.at += width,
                },
                _ => return,
            }
        }
    }

    /// How many bytes the blank or line end outside ASCII takes that stands here; 0 if none does.
    pub(super) fn long_blank(&self) -> usize {
        let character = self.text[self.at..].chars().next().filter(|character| !character.is_ascii());
        let is_blank =
            |character: &char| *character == '\u{feff}' || character.is_whitespace() && *character != '\u{85}';
        character.filter(is_blank).map_or(0, char::len_utf8)
    }

    /// Where the line of the byte `from` ends.
    pub(super) fn line_end(&self, from: usize) -> usize {
        let rest = &self.bytes()[from..];
        let mut ends = memchr3_iter(b'\n', b'\r', 0xe2, rest);
        from + ends.find(|end| rest[*end] != 0xe2 || is_separator(&rest[*end..])).unwrap_or(rest.len())
    }

    /// Where the comment `/* */` that begins here ends, without and with its mark.
    pub(super) fn comment_end(&self) -> (usize, usize) {
        let bytes = self.bytes();
        let mut from = self.at + 2;
        while let Some(star) = memchr(b'*', bytes.get(from..).unwrap_or_default()) {
            from += star + 1;
            if bytes.get(from) == Some(&b'/') {
                return (from - 1, from + 1);
            }
        }
        (bytes.len(), bytes.len())
    }

    /// Passes an identifier, a keyword or a number, as far as letters and digits go; nothing where
    /// none begins.
    pub(super) fn word(&mut self) -> &'a [u8] {
        let (bytes, start) = (self.bytes(), self.at);
        loop {
            while bytes.get(self.at).is_some_and(|byte| WORD[*byte as usize]) {
                self.at += 1;
            }
            match self.byte() {
                b'\\' => self.identifier_escape(),
                0x80.. if self.long_blank() == 0 => {
                    self.at += self.text[self.at..].chars().next().map_or(0, char::len_utf8);
                }
                _ => return &bytes[start..self.at],
            }
        }
    }

    /// Passes `\` and the braces of `\u{61}`; the digits of `\u0061` are read as letters.
    fn identifier_escape(&mut self) {
        self.at += 1;
        if self.is_at(b"u{") {
            let digits = self.bytes()[self.at + 2..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            if self.byte_after(2 + digits) == b'}' {
                self.at += digits + 3;
            }
        }
    }

    /// Passes a number that begins here.
    pub(super) fn number(&mut self) {
        // A sign in an exponent is read as an operator, which comes to the same.
        while self.bytes().get(self.at).is_some_and(|byte| WORD[*byte as usize] || *byte == b'.') {
            self.at += 1;
        }
    }

    /// The string or the template without substitutions that is here.
    pub(super) fn literal(&mut self) -> Option<Literal> {
        match self.byte() {
            b'"' | b'\'' => self.string(),
            b'`' => {
                self.at += 1;
                let start = self.at;
                let end = self.template();
                let raw = &self.bytes()[start..self.at];
                // A line end is no part of a URL, and in a template CR LF is read as LF.
                (end == TemplateEnd::Closed && !raw.contains(&b'\n') && !raw.contains(&b'\r'))
                    .then(|| Literal { span: start..self.at - 1, has_escapes: raw.contains(&b'\\') })
            }
            _ => None,
        }
    }

    /// Passes the string that begins here; `None` if the line ends before it does.
    pub(super) fn string(&mut self) -> Option<Literal> {
        let (bytes, quote) = (self.bytes(), self.byte());
        self.at += 1;
        let (start, mut has_escapes) = (self.at, false);
        loop {
            self.at = run_end(bytes, self.at, &QUOTED_STOP);
            match bytes.get(self.at)? {
                b'\\' => {
                    has_escapes = true;
                    self.escape();
                }
                b'\n' | b'\r' => return None,
                byte => {
                    self.at += 1;
                    if *byte == quote {
                        return Some(Literal { span: start..self.at - 1, has_escapes });
                    }
                }
            }
        }
    }

    /// Passes the part of a template that begins here.
    pub(super) fn template(&mut self) -> TemplateEnd {
        let bytes = self.bytes();
        loop {
            self.at = run_end(bytes, self.at, &QUOTED_STOP);
            match bytes.get(self.at) {
                None => return TemplateEnd::Unclosed,
                Some(b'\\') => self.escape(),
                Some(b'`') => {
                    self.at += 1;
                    return TemplateEnd::Closed;
                }
                Some(b'$') if self.byte_after(1) == b'{' => {
                    self.at += 2;
                    return TemplateEnd::Hole;
                }
                Some(_) => self.at += 1,
            }
        }
    }

    /// Passes `\` and what it escapes, or the first byte of that.
    fn escape(&mut self) {
        let width = if self.is_at(b"\\\r\n") { 3 } else { 2 };
        self.at = (self.at + width).min(self.text.len());
    }

    /// Passes the regular expression that begins here with its flags.
    ///
    /// # Errors
    ///
    /// Where the line ends, if the regular expression does not end before.
    pub(super) fn regex(&mut self) -> Result<(), usize> {
        let bytes = self.bytes();
        let (mut at, mut in_class) = (self.at + 1, false);
        loop {
            at = run_end(bytes, at, &REGEX_STOP);
            match bytes.get(at) {
                None | Some(b'\n' | b'\r') => return Err(at),
                Some(0xe2) if is_separator(&bytes[at..]) => return Err(at),
                Some(b'\\') if !matches!(bytes.get(at + 1), Some(b'\n' | b'\r')) => at += 1,
                Some(b'[') => in_class = true,
                Some(b']') => in_class = false,
                Some(b'/') if !in_class => break,
                Some(_) => {}
            }
            at = (at + 1).min(bytes.len());
        }
        self.at = at + 1;
        self.word();
        Ok(())
    }
}

/// Where the first byte of the table is, from `at` on.
fn run_end(bytes: &[u8], at: usize, stops: &[bool; 256]) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| stops[*byte as usize]).unwrap_or(rest.len())
}

/// Whether a line or paragraph separator (U+2028, U+2029) is here: they end lines too.
fn is_separator(bytes: &[u8]) -> bool {
    matches!(bytes, [0xe2, 0x80, 0xa8 | 0xa9, ..])
}
