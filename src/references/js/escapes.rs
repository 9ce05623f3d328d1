//! The escapes of string literals, undone and measured.

/// The text that a string literal stands for; `raw` is what is between its quotes.
pub(super) fn cooked(raw: &str) -> String {
    let mut cooked = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(backslash) = rest.find('\\') {
        cooked.push_str(&rest[..backslash]);
        let (consumed, character) = escape(&rest.as_bytes()[backslash..]);
        cooked.extend(character);
        rest = &rest[backslash + consumed..];
    }
    cooked.push_str(rest);
    cooked
}

/// How many bytes of `raw` make the first `length` bytes when its escapes are undone.
pub(in super::super) fn escaped_length(raw: &[u8], length: usize) -> usize {
    let (mut at, mut made) = (0, 0);
    while made < length && at < raw.len() {
        let (consumed, produced) = match raw[at] {
            b'\\' => {
                let (consumed, character) = escape(&raw[at..]);
                (consumed, character.map_or(0, char::len_utf8))
            }
            _ => (1, 1),
        };
        at += consumed;
        made += produced;
    }
    at.min(raw.len())
}

/// How many bytes the escape at the start of `raw` takes, and what it stands for.
fn escape(raw: &[u8]) -> (usize, Option<char>) {
    match raw[1..] {
        [b'\r', b'\n', ..] => (3, None),
        [b'\n' | b'\r', ..] => (2, None),
        // Line continuations with a line or paragraph separator.
        [0xe2, 0x80, 0xa8 | 0xa9, ..] => (4, None),
        [b'n', ..] => (2, Some('\n')),
        [b't', ..] => (2, Some('\t')),
        [b'r', ..] => (2, Some('\r')),
        [b'b', ..] => (2, Some('\u{8}')),
        [b'v', ..] => (2, Some('\u{b}')),
        [b'f', ..] => (2, Some('\u{c}')),
        [b'x', ..] => match hex(&raw[2..], 2) {
            Some(code) => (4, char::from_u32(code)),
            None => (2, Some('x')),
        },
        [b'u', ..] => unicode(raw).unwrap_or((2, Some('u'))),
        [b'0'..=b'7', ..] => octal(raw),
        [character, ..] if character.is_ascii() => (2, Some(character as char)),
        // A longer character is itself, and read on as itself.
        _ => (1, None),
    }
}

/// `\u0061`, `\u{61}`, and both halves of a surrogate pair.
fn unicode(raw: &[u8]) -> Option<(usize, Option<char>)> {
    if raw.get(2) == Some(&b'{') {
        let digits = raw[3..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if digits == 0 || raw.get(3 + digits) != Some(&b'}') {
            return None;
        }
        let code =
            raw[3..3 + digits].iter().fold(0u32, |code, digit| code.saturating_mul(16).saturating_add(value(*digit)));
        return Some((digits + 4, Some(char::from_u32(code).unwrap_or('\u{fffd}'))));
    }
    let first = hex(&raw[2..], 4)?;
    let second = raw.get(6..).filter(|rest| rest.starts_with(b"\\u")).and_then(|rest| hex(&rest[2..], 4));
    if let (0xd800..0xdc00, Some(second @ 0xdc00..0xe000)) = (first, second) {
        let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return Some((12, char::from_u32(code)));
    }
    Some((6, Some(char::from_u32(first).unwrap_or('\u{fffd}'))))
}

/// `\0`, and the escapes in base eight of old scripts.
fn octal(raw: &[u8]) -> (usize, Option<char>) {
    let most = if raw[1] < b'4' { 3 } else { 2 };
    let digits = raw[1..].iter().take(most).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    let code = raw[1..=digits].iter().fold(0, |code, digit| code * 8 + value(*digit));
    (digits + 1, char::from_u32(code))
}

/// The value of exactly `count` hexadecimal digits.
fn hex(raw: &[u8], count: usize) -> Option<u32> {
    let digits = raw.get(..count).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    Some(digits.iter().fold(0, |code, digit| code * 16 + value(*digit)))
}

fn value(digit: u8) -> u32 {
    (digit as char).to_digit(16).unwrap_or(0)
}
