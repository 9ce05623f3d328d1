//! Reads a script token by token, knowing just enough of the grammar to tell regular expressions
//! from division, names from keywords, and blocks from objects. Brackets are kept on a stack of its
//! own, so nesting is bounded by memory only.

use super::cursor::{Cursor, Literal, TemplateEnd};
use super::statements::Exported;
use super::{Goal, Scan, escapes};
use crate::references::source_map::source_map;
use crate::references::{Escapes, Reference, ReferenceKind};

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A statement, or what ends the block.
    Statement,
    /// The rest of an expression that needs an operand here.
    Operand,
    /// An operator, or a new statement on a new line.
    Operator,
    /// The name of a member of an object or a class.
    Member,
    /// The name behind a `.` or a `#`.
    Name,
    /// What is constructed, behind `new`.
    New,
    /// The body of an arrow function.
    ArrowBody,
    /// What is bound, behind `const`, `let` or `var`.
    Binding,
    /// Behind `default`: of `switch`, or of `export`.
    Default,
    /// The parenthesis of `if`, `for`, `while` or `with`.
    Condition,
    /// The name and parameters of a function, and what may come after its body.
    Function(After),
    /// The body of a function.
    FunctionBody(After),
}

/// What may come after a function or a class: it is a declaration or an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Statement,
    Operator,
}

/// An open bracket.
#[derive(Debug, Clone, Copy)]
struct Frame {
    kind: Kind,
    /// What may come after it is closed.
    after: State,
    /// How many `?` in it wait for their `:`.
    ternaries: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Statements in braces, and the whole script.
    Block,
    Object,
    /// From `class` to its brace.
    ClassHead,
    Class,
    Parenthesis,
    Bracket,
    /// `${` in a template.
    Hole,
}

/// The scanner's run over one script.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    cursor: Cursor<'a>,
    goal: Goal,
    state: State,
    frame: Frame,
    enclosing: Vec<Frame>,
    /// Up to here no `/` begins a regular expression: one was tried that did not end on its line.
    /// Without it, a line of them would be read as often as it has slashes.
    division_until: usize,
    /// Where the last token ended.
    token_end: usize,
    scan: Scan,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, goal: Goal) -> Self {
        let mut cursor = Cursor::new(text);
        cursor.take("\u{feff}".as_bytes());
        if cursor.is_at(b"#!") {
            cursor.at = cursor.line_end(cursor.at);
        }
        let frame = Frame { kind: Kind::Block, after: State::Statement, ternaries: 0 };
        Self {
            text,
            cursor,
            goal,
            state: State::Statement,
            frame,
            enclosing: Vec::new(),
            division_until: 0,
            token_end: 0,
            scan: Scan::default(),
        }
    }

    pub(super) fn run(mut self) -> Scan {
        while let Some(byte) = self.text.as_bytes().get(self.cursor.at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => self.cursor.at += 1,
                0x80.. if self.cursor.long_blank() > 0 => self.cursor.at += self.cursor.long_blank(),
                b'/' if self.cursor.byte_after(1) == b'/' => {
                    let end = self.cursor.line_end(self.cursor.at);
                    self.comment(end, end);
                }
                b'/' if self.cursor.byte_after(1) == b'*' => {
                    let (end, behind) = self.cursor.comment_end();
                    self.comment(end, behind);
                }
                byte => {
                    self.token(*byte);
                    self.token_end = self.cursor.at;
                }
            }
        }
        self.scan
    }

    fn token(&mut self, byte: u8) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | b'\\' | 0x80.. => self.word(),
            b'0'..=b'9' => self.number(),
            b'"' | b'\'' => {
                self.cursor.string();
                self.state = State::Operator;
            }
            b'`' => {
                self.cursor.at += 1;
                self.template();
            }
            b'/' => self.regex_or_division(),
            b'(' => self.open_parenthesis(),
            b'[' => self.open(Kind::Bracket, State::Operator, State::Operand),
            b'{' => self.open_brace(),
            b')' => self.close(Kind::Parenthesis),
            b']' => self.close(Kind::Bracket),
            b'}' => self.close_brace(),
            _ => self.punctuator(byte),
        }
    }

    fn punctuator(&mut self, byte: u8) {
        let next = self.cursor.byte_after(1);
        let mut length = 1;
        match byte {
            b'.' if next.is_ascii_digit() => return self.number(),
            b'.' if self.cursor.is_at(b"...") => (self.state, length) = (State::Operand, 3),
            b'.' | b'#' => self.state = State::Name,
            b',' if self.frame.kind == Kind::Object => self.state = State::Member,
            b';' => self.semicolon(),
            b':' => self.colon(),
            b'?' if next == b'.' && !self.cursor.byte_after(2).is_ascii_digit() => {
                (self.state, length) = (State::Name, 2);
            }
            b'?' if next == b'?' => (self.state, length) = (State::Operand, 2),
            b'?' => {
                self.frame.ternaries += 1;
                self.state = State::Operand;
            }
            b'=' if next == b'>' => (self.state, length) = (State::ArrowBody, 2),
            b'<' | b'-' if self.html_comment() => return,
            // Behind an operand they belong to it, else they wait for one.
            b'+' | b'-' if next == byte => {
                let is_postfix = self.state == State::Operator;
                (self.state, length) = (if is_postfix { State::Operator } else { State::Operand }, 2);
            }
            // Of a generator: it changes nothing.
            b'*' if matches!(self.state, State::Member | State::Function(_)) => {}
            b'!'..=b'~' => self.state = State::Operand,
            // Blanks and control characters.
            _ => {}
        }
        self.cursor.at += length;
    }

    fn number(&mut self) {
        self.cursor.number();
        self.state = State::Operator;
    }

    fn semicolon(&mut self) {
        self.frame.ternaries = 0;
        self.state = match self.frame.kind {
            Kind::Block => State::Statement,
            Kind::Class => State::Member,
            _ => State::Operand,
        };
    }

    fn colon(&mut self) {
        self.state = match self.frame {
            Frame { kind: Kind::Block, ternaries: 0, .. } => State::Statement,
            _ => State::Operand,
        };
        self.frame.ternaries = self.frame.ternaries.saturating_sub(1);
    }

    /// Passes the comments that begin with `<!--`, or with `-->` on a line of its own. Modules have
    /// none.
    fn html_comment(&mut self) -> bool {
        let is_comment = self.cursor.is_at(b"<!--") || self.cursor.is_at(b"-->") && self.begins_line();
        self.scan.has_html_comments |= is_comment;
        if is_comment && self.goal == Goal::Script {
            self.cursor.at = self.cursor.line_end(self.cursor.at);
        }
        is_comment && self.goal == Goal::Script
    }

    /// Whether only blanks and comments are before this on its line.
    fn begins_line(&self) -> bool {
        let before = &self.text[self.token_end..self.cursor.at];
        self.token_end == 0 || before.contains(['\n', '\r', '\u{2028}', '\u{2029}'])
    }

    /// The last comment that names a source map counts, as in browsers.
    fn comment(&mut self, end: usize, behind: usize) {
        let start = self.cursor.at + 2;
        if matches!(self.cursor.byte_after(2), b'#' | b'@') {
            self.scan.source_map = source_map(self.text, start..end).or(self.scan.source_map.take());
        }
        self.cursor.at = behind;
    }

    fn regex_or_division(&mut self) {
        let is_regex = match self.state {
            State::Statement | State::Operand | State::New | State::ArrowBody | State::Default => true,
            State::Operator | State::Member | State::Name | State::Binding => false,
            State::Condition | State::Function(_) | State::FunctionBody(_) => false,
        };
        if is_regex && self.cursor.at >= self.division_until {
            match self.cursor.regex() {
                Ok(()) => return self.state = State::Operator,
                Err(line_end) => self.division_until = line_end,
            }
        }
        self.cursor.at += 1;
        self.state = State::Operand;
    }

    fn template(&mut self) {
        match self.cursor.template() {
            TemplateEnd::Hole => self.push(Kind::Hole, State::Operator, State::Operand),
            TemplateEnd::Closed | TemplateEnd::Unclosed => self.state = State::Operator,
        }
    }

    fn open_parenthesis(&mut self) {
        let after = match self.state {
            State::Condition => State::Statement,
            State::Function(after) => State::FunctionBody(after),
            _ => State::Operator,
        };
        self.open(Kind::Parenthesis, after, State::Operand);
    }

    fn open_brace(&mut self) {
        match self.state {
            State::FunctionBody(after) => self.open(Kind::Block, after.state(), State::Statement),
            State::Operator if self.frame.kind == Kind::ClassHead => {
                let after = self.frame.after;
                self.pop();
                self.open(Kind::Class, after, State::Member);
            }
            State::Operand | State::New | State::Default | State::Binding => {
                self.open(Kind::Object, State::Operator, State::Member)
            }
            _ => self.open(Kind::Block, State::Statement, State::Statement),
        }
    }

    fn close_brace(&mut self) {
        self.drop_class_heads();
        match self.frame.kind {
            Kind::Hole => {
                self.cursor.at += 1;
                self.pop();
                self.template();
            }
            kind => self.close(if matches!(kind, Kind::Object | Kind::Class) { kind } else { Kind::Block }),
        }
    }

    fn open(&mut self, kind: Kind, after: State, inside: State) {
        self.cursor.at += 1;
        self.push(kind, after, inside);
    }

    fn push(&mut self, kind: Kind, after: State, inside: State) {
        self.enclosing.push(std::mem::replace(&mut self.frame, Frame { kind, after, ternaries: 0 }));
        self.state = inside;
    }

    fn pop(&mut self) -> bool {
        let enclosing = self.enclosing.pop();
        self.frame = enclosing.unwrap_or(self.frame);
        enclosing.is_some()
    }

    /// Passes a closing bracket. One that closes nothing is passed over.
    fn close(&mut self, kind: Kind) {
        self.cursor.at += 1;
        self.drop_class_heads();
        let after = self.frame.after;
        self.state = match self.frame.kind == kind && self.pop() {
            true if after == State::Statement && self.frame.kind == Kind::Class => State::Member,
            true => after,
            false => State::Operator,
        };
    }

    /// Forgets classes that ended before their bodies began, which only broken scripts have.
    fn drop_class_heads(&mut self) {
        while self.frame.kind == Kind::ClassHead && self.pop() {}
    }

    fn word(&mut self) {
        let word = self.cursor.word();
        match self.state {
            State::Name => self.state = State::Operator,
            State::Member => self.member(word),
            State::Function(_) => {}
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
            b"of" if self.may_follow_operand() => State::Operand,
            b"else" | b"do" | b"try" | b"finally" | b"break" | b"continue" | b"debugger" => State::Statement,
            b"default" => State::Default,
            _ => State::Operator,
        };
    }

    /// Whether a word here can be `of` in `for (x of y)`; elsewhere that is a name.
    fn may_follow_operand(&self) -> bool {
        let is_bound = self.state == State::Statement && self.frame.kind == Kind::Parenthesis;
        is_bound || self.state == State::Operator
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
        self.state = State::Statement;
        let mut ahead = self.cursor;
        match ahead.export_clause() {
            Exported::From(specifier) => {
                self.end_of_statement(ahead);
                self.module(specifier);
            }
            Exported::Names => self.end_of_statement(ahead),
            Exported::Other => self.scan.is_module = true,
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

impl After {
    fn state(self) -> State {
        match self {
            Self::Statement => State::Statement,
            Self::Operator => State::Operator,
        }
    }
}
