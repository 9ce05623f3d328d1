//! Character references: `&amp;`, `&#65;`, `&#x41;`. Undone and measured.

/// Which kind of markup a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Language {
    Xml,
    Html,
}

/// What a `&` begins.
enum Entity {
    /// So many bytes that stand for a character.
    Character(usize, char),
    /// A name that only the document's own declarations, or a longer table, could explain.
    Unknown,
    /// Nothing: it stands for itself.
    Text,
}

/// Punctuation that has a name in HTML.
const PUNCTUATION: &[(&str, char)] = &[
    ("amp", '&'),
    ("AMP", '&'),
    ("lt", '<'),
    ("LT", '<'),
    ("gt", '>'),
    ("GT", '>'),
    ("quot", '"'),
    ("QUOT", '"'),
    ("apos", '\''),
    ("Tab", '\t'),
    ("NewLine", '\n'),
    ("excl", '!'),
    ("num", '#'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("lpar", '('),
    ("rpar", ')'),
    ("ast", '*'),
    ("plus", '+'),
    ("comma", ','),
    ("period", '.'),
    ("sol", '/'),
    ("colon", ':'),
    ("semi", ';'),
    ("equals", '='),
    ("quest", '?'),
    ("commat", '@'),
    ("lsqb", '['),
    ("lbrack", '['),
    ("bsol", '\\'),
    ("rsqb", ']'),
    ("rbrack", ']'),
    ("Hat", '^'),
    ("lowbar", '_'),
    ("grave", '`'),
    ("lcub", '{'),
    ("lbrace", '{'),
    ("verbar", '|'),
    ("vert", '|'),
    ("rcub", '}'),
    ("rbrace", '}'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("OElig", 'Œ'),
    ("oelig", 'œ'),
    ("Scaron", 'Š'),
    ("scaron", 'š'),
];

/// How many of `PUNCTUATION` may go without their semicolon.
const LEGACY: usize = 8;

/// No name is longer.
const LONGEST: usize = 32;

/// The names of U+00A0 to U+00FF in their order. All may go without their semicolon.
const LATIN: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 \
     sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml \
     Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml \
     times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil \
     egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash \
     ugrave uacute ucirc uuml yacute thorn yuml";

/// What HTML reads the numbers 0x80 to 0x9F as.
const WINDOWS: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

impl Language {
    /// Whether two names are one.
    pub(in super::super) fn is(self, name: &str, other: &str) -> bool {
        match self {
            Self::Xml => name == other,
            Self::Html => name.eq_ignore_ascii_case(other),
        }
    }

    /// The stretches of `raw`: each with its length and, where it is a character reference, what that
    /// stands for.
    pub(super) fn stretches(self, raw: &str) -> impl Iterator<Item = (usize, Option<char>)> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let rest = &raw.as_bytes()[at..];
            let stretch = match rest.first()? {
                b'&' => self.reference(rest),
                _ => (rest.iter().position(|byte| *byte == b'&').unwrap_or(rest.len()), None),
            };
            at += stretch.0;
            Some(stretch)
        })
    }

    /// The text with its character references undone. Bytes, for what is not UTF-8.
    pub(in super::super) fn decoded(self, raw: &[u8]) -> Vec<u8> {
        let (mut decoded, mut at) = (Vec::with_capacity(raw.len()), 0);
        while at < raw.len() {
            let (consumed, character) = self.reference(&raw[at..]);
            match character {
                Some(character) => decoded.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
                None => decoded.push(raw[at]),
            }
            at += consumed;
        }
        decoded
    }

    /// How many bytes of `raw` make the first `length` bytes when its character references are undone.
    pub(in super::super) fn escaped_length(self, raw: &[u8], length: usize) -> usize {
        let (mut at, mut made) = (0, 0);
        while made < length && at < raw.len() {
            let (consumed, character) = self.reference(&raw[at..]);
            at += consumed;
            made += character.map_or(1, char::len_utf8);
        }
        at
    }

    /// Whether a part of the text cannot be known here.
    pub(super) fn has_unknown(self, raw: &str) -> bool {
        let bytes = raw.as_bytes();
        raw.match_indices('&').any(|(at, _)| matches!(self.entity(&bytes[at..]), Entity::Unknown))
    }

    /// How many bytes the first thing of `raw` takes, and what it stands for if not for itself.
    fn reference(self, raw: &[u8]) -> (usize, Option<char>) {
        match raw[0] {
            b'&' => match self.entity(raw) {
                Entity::Character(length, character) => (length, Some(character)),
                Entity::Unknown | Entity::Text => (1, None),
            },
            _ => (1, None),
        }
    }

    fn entity(self, raw: &[u8]) -> Entity {
        if raw.get(1) == Some(&b'#') {
            return self.number(raw);
        }
        let length = raw[1..].iter().take(LONGEST).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let name = std::str::from_utf8(&raw[1..=length]).unwrap_or_default();
        let next = raw.get(length + 1);
        let is_closed = next == Some(&b';');
        let character = match self {
            Self::Xml if is_closed && matches!(name, "amp" | "lt" | "gt" | "quot" | "apos") => named(name, true),
            Self::Xml => None,
            // In an attribute, `&copy=1` is a parameter (13.2.5.73).
            Self::Html if !is_closed && next == Some(&b'=') => None,
            Self::Html => named(name, is_closed),
        };
        match character {
            Some(character) => Entity::Character(length + 1 + usize::from(is_closed), character),
            None if self == Self::Xml || is_closed && length > 0 => Entity::Unknown,
            None => Entity::Text,
        }
    }

    /// `&#65;` or `&#x41;`.
    fn number(self, raw: &[u8]) -> Entity {
        let is_hexadecimal = matches!((raw.get(2), self), (Some(b'x'), _) | (Some(b'X'), Self::Html));
        let (start, radix) = if is_hexadecimal { (3, 16) } else { (2, 10) };
        let digits = raw[start..].iter().map_while(|byte| (*byte as char).to_digit(radix));
        let (mut length, mut code) = (start, 0_u32);
        for digit in digits {
            code = code.saturating_mul(radix).saturating_add(digit);
            length += 1;
        }
        let is_closed = raw.get(length) == Some(&b';');
        if length == start || self == Self::Xml && !is_closed {
            return Entity::Text;
        }
        let character = match (self, code) {
            (Self::Html, 0x80..=0x9f) => WINDOWS.chars().nth(code as usize - 0x80),
            _ => char::from_u32(code).filter(|character| *character != '\0'),
        };
        Entity::Character(length + usize::from(is_closed), character.unwrap_or('\u{fffd}'))
    }
}

/// The character of a name in HTML.
fn named(name: &str, is_closed: bool) -> Option<char> {
    let known = if is_closed { PUNCTUATION } else { &PUNCTUATION[..LEGACY] };
    let character = known.iter().find(|(known, _)| *known == name).map(|(_, character)| *character);
    character.or_else(|| {
        let place = LATIN.split(' ').position(|known| known == name)?;
        char::from_u32(0xa0 + u32::try_from(place).ok()?)
    })
}
