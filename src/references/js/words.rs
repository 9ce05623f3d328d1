//! What a word means where it stands: a name, or a keyword and what may come after it.

use super::cursor::{Cursor, Literal};
use super::escapes;
use super::lexer::Lexer;
use super::state::{After, Kind, State};
use super::statements::Exported;
use crate::references::{Escapes, Reference, ReferenceKind};

impl<'a> Lexer<'a> {
    pub(super) fn word(&mut self) {
        let word = self.cursor.word();
        match self.state {
            State::Name => self.state = State::Operator,
            State::Member => self.member(word),
            State::Function(_) => {}
            // The name of a class may be a keyword elsewhere (`of`).
            State::Operator if self.frame.kind == Kind::ClassHead => {
                self.state = if word == b"extends" { State::Operand } else { State::Operator };
            }
            // No operator but `=` may follow on the next line, so a statement may.
            State::Binding => self.state = State::Statement,
            // A field without a semicolon ended on the line before.
            State::Operator if self.frame.kind == Kind::Class && !matches!(word, b"in" | b"instanceof") => {
                self.member(word);
            }
            // No keyword is shorter or longer.
            _ if matches!(word.len(), 2..=10) && word[0].is_ascii_alphabetic() => self.keyword_or_name(word),
            _ => self.state = State::Operator,
        }
    }

    fn member(&mut self, word: &[u8]) {
        let may_modify = matches!(word, b"get" | b"set" | b"async" | b"static" | b"accessor");
        self.state = if may_modify { State::Member } else { State::Operator };
    }

    fn keyword_or_name(&mut self, word: &[u8]) {
        self.state = match word {
            b"import" => return self.import(),
            b"export" => return self.export(),
            b"URL" if self.state == State::New => return self.url_of_module(),
            b"new" => State::New,
            b"function" => State::Function(self.after()),
            b"class" => {
                let after = self.after().state();
                return self.push(Kind::ClassHead, after, State::Operator);
            }
            b"if" | b"for" | b"while" | b"with" => State::Condition,
            // `for await (`
            b"await" if self.state == State::Condition => State::Condition,
            b"await" | b"yield" | b"return" | b"throw" | b"case" | b"typeof" | b"instanceof" | b"in" | b"delete"
            | b"void" | b"extends" => State::Operand,
            b"const" | b"let" | b"var" => State::Binding,
            b"of" if self.is_behind_loop_variable() => State::Operand,
            b"else" | b"do" | b"try" | b"finally" | b"break" | b"continue" | b"debugger" => State::Statement,
            b"default" => State::Default,
            _ => State::Operator,
        };
    }

    /// Whether a word here can be `of` in `for (x of y)`; elsewhere that is a name.
    fn is_behind_loop_variable(&self) -> bool {
        self.frame.kind == Kind::Parenthesis && matches!(self.state, State::Operator | State::Statement)
    }

    /// What may come after the function or class that begins here.
    fn after(&self) -> After {
        match self.state {
            State::Statement | State::Operator | State::Default => After::Statement,
            _ => After::Operator,
        }
    }

    fn import(&mut self) {
        self.state = State::Operator;
        let mut ahead = self.cursor;
        ahead.trivia();
        let is_static = !matches!(ahead.byte(), b'(' | b'.');
        if ahead.take(b".") {
            ahead.trivia();
            let word = ahead.word();
            self.scan.is_module |= word == b"meta";
            if !matches!(word, b"defer" | b"source") {
                return;
            }
            ahead.trivia();
        }
        let specifier = if is_static { ahead.import_clause() } else { ahead.first_argument() };
        let Some(specifier) = specifier else { return };
        if is_static {
            self.end_of_statement(ahead);
        }
        self.module(specifier);
    }

    fn export(&mut self) {
        let may_begin = matches!(self.state, State::Statement | State::Operator);
        self.state = State::Statement;
        let mut ahead = self.cursor;
        match ahead.export_clause() {
            Exported::From(specifier) => {
                self.end_of_statement(ahead);
                self.module(specifier);
            }
            Exported::Names => self.end_of_statement(ahead),
            Exported::Other => self.scan.is_module |= may_begin,
        }
    }

    /// Goes on behind an import or export statement.
    fn end_of_statement(&mut self, behind: Cursor<'a>) {
        self.scan.is_module = true;
        self.cursor = behind;
        self.state = State::Statement;
    }

    fn url_of_module(&mut self) {
        self.state = State::Operator;
        let mut ahead = self.cursor;
        if let Some(url) = ahead.url_of_module() {
            self.found(url, ReferenceKind::Resource, |_| true);
        }
    }

    /// Only specifiers that begin like a path are URLs; others are for an import map, or full URLs.
    fn module(&mut self, specifier: Literal) {
        self.found(specifier, ReferenceKind::Module, |specifier| {
            ["./", "../", "/"].iter().any(|start| specifier.starts_with(start))
        });
    }

    fn found(&mut self, literal: Literal, kind: ReferenceKind, is_reference: impl Fn(&str) -> bool) {
        let raw = &self.text[literal.span.clone()];
        let (specifier, escapes) = match literal.has_escapes {
            true => (escapes::cooked(raw), Escapes::JavaScript),
            false => (raw.to_owned(), Escapes::None),
        };
        if is_reference(&specifier) {
            self.scan.references.push(Reference { span: literal.span, specifier, kind, escapes });
        }
    }
}
