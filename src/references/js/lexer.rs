//! Reads a script token by token, knowing just enough of the grammar to tell regular expressions
//! from division, names from keywords, and blocks from objects. Brackets are kept on a stack of its
//! own, so nesting is bounded by memory only.

use super::cursor::{Cursor, TemplateEnd};
use super::state::{Frame, Kind, State};
use super::{Goal, Scan};
use crate::references::source_map::source_map;

/// The scanner's run over one script.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    pub(super) text: &'a str,
    pub(super) cursor: Cursor<'a>,
    goal: Goal,
    pub(super) state: State,
    pub(super) frame: Frame,
    enclosing: Vec<Frame>,
    /// Up to here no `/` begins a regular expression: one was tried that did not end on its line.
    /// Without it, a line of them would be read as often as it has slashes.
    division_until: usize,
    /// Where the last token ended.
    token_end: usize,
    pub(super) scan: Scan,
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
                    self.source_map(end);
                    self.cursor.at = end;
                }
                b'/' if self.cursor.byte_after(1) == b'*' => {
                    let (end, behind) = self.cursor.comment_end();
                    // Unclosed, it names nothing.
                    if end < behind {
                        self.source_map(end);
                    }
                    self.cursor.at = behind;
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

    /// Looks for a source map in the comment that ends there. The last that is named counts, as in
    /// browsers.
    fn source_map(&mut self, end: usize) {
        if matches!(self.cursor.byte_after(2), b'#' | b'@') {
            let named = source_map(self.text, self.cursor.at + 2..end);
            self.scan.source_map = named.or(self.scan.source_map.take());
        }
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

    pub(super) fn push(&mut self, kind: Kind, after: State, inside: State) {
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
}
