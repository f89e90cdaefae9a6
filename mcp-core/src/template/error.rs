//! Errors in URI templates.

/// Maximum length of a template, in bytes.
pub(super) const MAX_TEMPLATE_LEN: usize = 4096;

/// Maximum number of variables in a template.
pub(super) const MAX_VARIABLES: usize = 32;

/// An error in a URI template. The message states the fix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// A `{` without a closing `}`.
    #[error("the `{{` at byte {position} has no closing `}}`")]
    Unclosed {
        /// The position of the brace, in bytes.
        position: usize,
    },
    /// A `}` without an opening `{`.
    #[error("the `}}` at byte {position} has no opening `{{`")]
    Unopened {
        /// The position of the brace, in bytes.
        position: usize,
    },
    /// An operator or a modifier that is not supported.
    #[error(
        "`{{{expression}}}` is not a supported expression: use `{{name}}`, `{{+name}}`, `{{/name}}`, `{{/name*}}`, `{{?name,…}}`, `{{&name,…}}` or `{{#name}}`"
    )]
    UnsupportedExpression {
        /// The text between the braces.
        expression: String,
    },
    /// A variable name that is empty or has characters other than letters, digits, `_` and `.`.
    #[error("`{name}` is not a valid variable name: it must consist of letters, digits, `_` and `.`")]
    InvalidName {
        /// The name.
        name: String,
    },
    /// Two variables with the same name.
    #[error("variable names must be unique: `{name}` is used twice")]
    DuplicateVariable {
        /// The name.
        name: String,
    },
    /// Two variables without text between them, so that the end of the first one is ambiguous.
    #[error("the variables `{first}` and `{second}` must be separated by text")]
    AdjacentVariables {
        /// The name of the first variable.
        first: String,
        /// The name of the second variable.
        second: String,
    },
    /// Text or an expression after a query or a fragment.
    #[error(
        "a query must only be followed by `{{&…}}` or `{{#…}}`, and a fragment must be the end of the template; found `{found}`"
    )]
    AfterEnd {
        /// The text or the expression after the query or the fragment.
        found: String,
    },
    /// A `{?…}` after text that already starts a query.
    #[error("the text before `{{?…}}` already contains a `?`: use `{{&…}}`")]
    SecondQuery,
    /// A template that is longer than 4096 bytes or has more than 32 variables.
    #[error("a template must have at most {MAX_TEMPLATE_LEN} bytes and {MAX_VARIABLES} variables")]
    TooLarge,
}
