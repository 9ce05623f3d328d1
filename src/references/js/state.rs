//! What the lexer keeps in mind between tokens.

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
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
pub(super) enum After {
    Statement,
    Operator,
}

/// An open bracket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    /// What may come after it is closed.
    pub(super) after: State,
    /// How many `?` in it wait for their `:`.
    pub(super) ternaries: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
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

impl After {
    pub(super) fn state(self) -> State {
        match self {
            Self::Statement => State::Statement,
            Self::Operator => State::Operator,
        }
    }
}
