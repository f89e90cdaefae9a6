//! What keeps a schema from being made portable.

/// Why a schema cannot be published; the message says what to change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// A keyword asserts something that the portable subset cannot say.
    #[error("`{keyword}` at `{pointer}` has no portable form: leave it out, or write this schema by hand")]
    Keyword {
        /// The keyword.
        keyword: String,
        /// Where it stands in the generated schema.
        pointer: String,
    },
    /// A keyword's value is not what JSON Schema allows there.
    #[error("`{keyword}` at `{pointer}` is not valid JSON Schema: it should be {expected}")]
    Invalid {
        /// The keyword.
        keyword: String,
        /// Where it stands in the generated schema.
        pointer: String,
        /// What belongs there.
        expected: &'static str,
    },
    /// A keyword was added to a schema about which it says nothing.
    #[error("`{keyword}` says nothing about {form}")]
    Misplaced {
        /// The keyword.
        keyword: String,
        /// What the schema describes.
        form: &'static str,
    },
    /// A reference leads out of the document; nothing is ever fetched.
    #[error("`$ref: {reference}` cannot be followed: only `#` and `#/$defs/…` lead anywhere")]
    Reference {
        /// The reference.
        reference: String,
    },
    /// The schema, with its types written out in place, is nested too deeply.
    #[error("the schema is nested deeper than {limit} levels")]
    TooDeep {
        /// How deep it may be.
        limit: usize,
    },
    /// The schema, with its types written out in place, is too large.
    #[error("the schema has more than {limit} subschemas once its types are written out in place")]
    TooLarge {
        /// How many there may be.
        limit: usize,
    },
    /// A `pattern` is not one of the regular expressions that run in linear time.
    #[error(
        "the pattern `{pattern}` cannot be used: {reason} (look-around, back-references and `\\p{{…}}` are not supported)"
    )]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Arguments are an object, and this type is none.
    #[error(
        "arguments are an object, and this type is {form}: make it one argument of several, or a field of a struct"
    )]
    NotAnObject {
        /// What the schema describes.
        form: &'static str,
    },
    /// Two properties have the same name.
    #[error("two properties are named `{name}`")]
    Duplicate {
        /// The name.
        name: String,
    },
}
