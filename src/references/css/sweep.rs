//! The quick way through a style sheet: bytes that begin nothing of ours are passed over, and the
//! parser reads only what does. Comments, strings and escapes are read by the rules of CSS Syntax 3;
//! where an escape may be part of a word of ours, the parser reads the whole text instead.

use cssparser::Parser;
use memchr::memmem;

use super::{Found, Statement};

/// Whether a byte may begin or end something of ours.
static IS_MARK: [bool; 256] = {
    let mut marks = [false; 256];
    let bytes = b"\"'/(@\\";
    let mut at = 0;
    while at < bytes.len() {
        marks[bytes[at] as usize] = true;
        at += 1;
    }
    marks
};

impl Found<'_> {
    /// Finds everything, or gives itself back empty where only the parser can tell.
    pub(super) fn swept(mut self) -> Result<Self, Self> {
        let bytes = self.css.as_bytes();
        let (mut at, mut escaped_to) = (0, 0);
        while let Some(skipped) = bytes[at..].iter().position(|byte| IS_MARK[*byte as usize]) {
            at += skipped;
            at = match bytes[at] {
                b'/' if bytes.get(at + 1) == Some(&b'*') => self.comment(at),
                b'"' | b'\'' => string_end(bytes, at),
                b'\\' => {
                    escaped_to = escape_end(bytes, at);
                    escaped_to
                }
                b'(' => match word_before(bytes, at) {
                    // An escape may be part of the word, or the end of what the parser has read.
                    start if start > 0 && start <= escaped_to => return Err(self.emptied()),
                    start if is_function(bytes, start, at) => {
                        let end = self.parsed(start, |found, parser| {
                            found.token(parser, &mut Statement::Other, false);
                        });
                        escaped_to = if bytes[start..end].contains(&b'\\') { end } else { escaped_to };
                        end
                    }
                    _ => at + 1,
                },
                b'@' => match &bytes[at + 1..word_end(bytes, at + 1)] {
                    word if bytes.get(at + 1 + word.len()) == Some(&b'\\') => return Err(self.emptied()),
                    word if word.eq_ignore_ascii_case(b"import") || word.eq_ignore_ascii_case(b"namespace") => {
                        match self.parsed(at, Self::statement) {
                            end if !self.closes_other => {
                                escaped_to = if bytes[at..end].contains(&b'\\') { end } else { escaped_to };
                                end
                            }
                            // A bracket may end the statement that was opened before it.
                            _ => return Err(self.emptied()),
                        }
                    }
                    _ => at + 1,
                },
                _ => at + 1,
            };
        }
        Ok(self)
    }

    fn emptied(mut self) -> Self {
        self.references.clear();
        self.base = 0;
        self
    }

    /// Lets the parser read from `start`; where it has got to.
    fn parsed(&mut self, start: usize, read: impl FnOnce(&mut Self, &mut Parser<'_>)) -> usize {
        self.base = start;
        let css = self.css;
        let mut parser = Parser::new(&css[start..]);
        read(self, &mut parser);
        start + parser.position().byte_index()
    }

    /// Reads on while the statement says what a string or a URL in it means.
    fn statement(&mut self, parser: &mut Parser<'_>) {
        let mut statement = Statement::Other;
        self.closes_other = false;
        while self.token(parser, &mut statement, false) && statement != Statement::Other {}
    }

    /// The end of the comment at `start`, which may name a source map.
    fn comment(&mut self, start: usize) -> usize {
        let Some(length) = memmem::find(&self.css.as_bytes()[start + 2..], b"*/") else { return self.css.len() };
        let end = start + 2 + length + 2;
        self.source_map(start, end);
        end
    }
}

/// Where the word begins that ends before `end`.
fn word_before(bytes: &[u8], end: usize) -> usize {
    bytes[..end].iter().rposition(|byte| !is_word(*byte)).map_or(0, |before| before + 1)
}

fn word_end(bytes: &[u8], start: usize) -> usize {
    bytes[start..].iter().position(|byte| !is_word(*byte)).map_or(bytes.len(), |length| start + length)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | 0) || byte >= 0x80
}

/// Whether a function of ours has this name. A `#url` or `@url` is no function's.
fn is_function(bytes: &[u8], start: usize, end: usize) -> bool {
    let is_part_of_another = start > 0 && matches!(bytes[start - 1], b'#' | b'@');
    let is = |name: &[u8]| bytes[start..end].eq_ignore_ascii_case(name);
    !is_part_of_another && (is(b"url") || is(b"src") || is(b"image-set") || is(b"-webkit-image-set"))
}

/// Behind the string at `start`; one that a line ends is none, and the line goes on.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        at += match byte {
            quote if *quote == bytes[start] => return at + 1,
            b'\n' | b'\r' | b'\x0c' => return at,
            b'\\' if bytes[at + 1..].starts_with(b"\r\n") => 3,
            b'\\' if matches!(bytes.get(at + 1), Some(b'\n' | b'\r' | b'\x0c')) => 2,
            b'\\' => escape_end(bytes, at) - at,
            _ => 1,
        };
    }
    bytes.len()
}

/// Behind the escape at `start`, the blank that ends its digits included.
fn escape_end(bytes: &[u8], start: usize) -> usize {
    let digits = bytes[start + 1..].iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let end = start + 1 + digits;
    let blank = match (digits, bytes.get(end)) {
        (0, Some(b'\n' | b'\r' | b'\x0c') | None) => 0,
        (0, Some(_)) => 1,
        (_, Some(b'\r')) if bytes.get(end + 1) == Some(&b'\n') => 2,
        (_, Some(b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')) => 1,
        _ => 0,
    };
    (end + blank).min(bytes.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn both(css: &str) -> (Option<Found<'_>>, Found<'_>) {
        let found = || Found { css, skipped: 0, base: 0, closes_other: false, references: Vec::new() };
        let mut parsed = found();
        parsed.block(&mut Parser::new(css), false);
        (found().swept().ok(), parsed)
    }

    fn assert_same(css: &str) {
        let (swept, parsed) = both(css);
        if let Some(swept) = swept {
            assert_eq!(swept.references, parsed.references, "{css:?}");
        }
    }

    #[test]
    fn the_quick_way_is_taken_where_no_escape_can_matter() {
        for css in ["a{b:url(x.png)}", ".md\\:flex:not(.a){b:url(x.png)}", "a{content:'\\f123'} @import 'b.css';"] {
            assert!(both(css).0.is_some(), "{css}");
            assert_same(css);
        }
        for css in ["a{b:\\75rl(x.png)}", "a{b:\\75 rl(x.png)}", "@\\69mport 'b.css'", "@im\\70ort 'b.css'"] {
            assert!(both(css).0.is_none_or(|swept| swept.references == both(css).1.references), "{css}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

        #[test]
        fn the_quick_way_finds_what_the_parser_finds(parts in prop::collection::vec(prop::sample::select(&[
            "url(", "src(", "image-set(", "URL(", "x.png", "\"", "'", "\"y.css\"", "'z'", ")", "(", "@import", "@namespace",
            "@media", "@", "#", "\\", "\\75 ", "\\\n", "\r\n", "\n", " ", "/*", "*/", "/*# sourceMappingURL=m */", "{", "}",
            ";", ":", ",", "a", "é", "-", "1", "url", "import", "/", "[", "]", "!", "\0", "%", ".", "rl(", "9", "data:x",
        ][..]), 0..24)) {
            assert_same(&parts.concat());
        }
    }
}
