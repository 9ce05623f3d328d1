//! The forms that refer to other modules, read ahead of the lexer. Each reads a bounded number of
//! tokens or ends at the first that does not fit, so that a text is read a bounded number of times.

use super::cursor::{Cursor, Literal};

/// What follows `export`.
pub(super) enum Exported {
    /// `* from "x"`, `{a} from "x"`.
    From(Literal),
    /// `{a, b}`.
    Names,
    /// A declaration, or nothing that we know.
    Other,
}

impl Cursor<'_> {
    /// The specifier of an import statement, read from behind `import`.
    pub(super) fn import_clause(&mut self) -> Option<Literal> {
        self.trivia();
        if matches!(self.byte(), b'"' | b'\'') {
            return self.string();
        }
        // A phase (`defer`, `source`), a default binding, and `from`, each of which may be called
        // as another is.
        for _ in 0..3 {
            let Some(word) = self.word_and_trivia() else { break };
            if word == b"from" && matches!(self.byte(), b'"' | b'\'') {
                return self.string();
            }
        }
        if self.take(b",") {
            self.trivia();
        }
        match self.byte() {
            b'{' => self.names()?,
            b'*' => self.star()?,
            _ => return None,
        }
        self.from()
    }

    /// What is exported, read from behind `export`.
    pub(super) fn export_clause(&mut self) -> Exported {
        self.trivia();
        let found = match self.byte() {
            b'*' => self.star(),
            b'{' => self.names(),
            _ => return Exported::Other,
        };
        let behind = self.at;
        match found.and_then(|()| self.from()) {
            Some(specifier) => Exported::From(specifier),
            None if found.is_some() => {
                self.at = behind;
                Exported::Names
            }
            None => Exported::Other,
        }
    }

    /// The argument of `import()` if it is a literal, read from the parenthesis.
    pub(super) fn first_argument(&mut self) -> Option<Literal> {
        let literal = self.behind(b"(").then(|| self.literal())??;
        self.trivia();
        matches!(self.byte(), b')' | b',').then_some(literal)
    }

    /// The URL in `("x", import.meta.url)`, read from before the parenthesis.
    pub(super) fn url_of_module(&mut self) -> Option<Literal> {
        self.trivia();
        let literal = self.behind(b"(").then(|| self.literal())??;
        self.trivia();
        let is_base = self.behind(b",")
            && self.word_and_trivia() == Some(b"import")
            && self.behind(b".")
            && self.word_and_trivia() == Some(b"meta")
            && self.behind(b".")
            && self.word_and_trivia() == Some(b"url");
        // A comma may follow the last argument.
        self.behind(b",");
        (is_base && self.byte() == b')').then_some(literal)
    }

    /// `from "x"`.
    fn from(&mut self) -> Option<Literal> {
        self.trivia();
        let is_from = self.word_and_trivia() == Some(b"from") && matches!(self.byte(), b'"' | b'\'');
        is_from.then(|| self.string())?
    }

    /// `*` and `* as name`.
    fn star(&mut self) -> Option<()> {
        self.behind(b"*");
        if self.is_at(b"as") {
            self.word_and_trivia().filter(|word| *word == b"as")?;
            self.name()?;
        }
        Some(())
    }

    /// `{a, b as c, "d" as e}`.
    fn names(&mut self) -> Option<()> {
        self.behind(b"{");
        loop {
            match self.byte() {
                b'}' => {
                    self.at += 1;
                    return Some(());
                }
                b',' => self.at += 1,
                _ => self.name()?,
            }
            self.trivia();
        }
    }

    /// A name, which may be written as a string.
    fn name(&mut self) -> Option<()> {
        match self.byte() {
            b'"' | b'\'' => self.string().map(|_| ()),
            _ => self.word_and_trivia().map(|_| ()),
        }
    }

    /// Passes a token and the blanks behind it, if it is here.
    fn behind(&mut self, token: &[u8]) -> bool {
        let taken = self.take(token);
        if taken {
            self.trivia();
        }
        taken
    }

    fn word_and_trivia(&mut self) -> Option<&[u8]> {
        let start = self.at;
        let length = self.word().len();
        self.trivia();
        (length > 0).then(|| &self.bytes()[start..start + length])
    }
}
