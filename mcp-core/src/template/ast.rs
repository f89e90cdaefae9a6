//! The syntax tree of a template.

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Literal text, percent-encoded where a URI requires it.
    Literal(String),
    Expression(Expression),
}

/// An expression, such as `{/name,name*}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expression {
    pub(super) operator: Operator,
    pub(super) variables: Vec<Variable>,
}

/// A variable in an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) name: String,
    /// The `*` modifier: the value is a list.
    pub(super) exploded: bool,
}

/// The operator at the start of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    /// No operator.
    Simple,
    /// `+`
    Reserved,
    /// `#`
    Fragment,
    /// `/`
    Segment,
    /// `?`
    Query,
    /// `&`
    Continuation,
}

impl Operator {
    /// Returns the text before the first value.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Simple | Self::Reserved => "",
            Self::Fragment => "#",
            Self::Segment => "/",
            Self::Query => "?",
            Self::Continuation => "&",
        }
    }

    /// Returns the text between two values.
    pub(super) fn separator(self) -> &'static str {
        match self {
            Self::Simple | Self::Reserved | Self::Fragment => ",",
            Self::Segment => "/",
            Self::Query | Self::Continuation => "&",
        }
    }
}
