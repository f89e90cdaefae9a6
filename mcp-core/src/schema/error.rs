//! Errors in schemas.

/// An error that prevents a schema from being published. The message states the fix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// A keyword with an assertion that the portable subset cannot express.
    #[error(
        "the portable subset of JSON Schema does not support `{keyword}`{}: remove it, or write this schema by hand",
        location(pointer)
    )]
    UnsupportedKeyword {
        /// The keyword.
        keyword: String,
        /// The JSON pointer of its location in the generated schema.
        pointer: String,
    },
    /// A keyword whose value is not valid JSON Schema.
    #[error("invalid JSON Schema: `{keyword}`{} must be {expected}", location(pointer))]
    InvalidKeyword {
        /// The keyword.
        keyword: String,
        /// The JSON pointer of its location in the generated schema.
        pointer: String,
        /// A description of the valid values.
        expected: &'static str,
    },
    /// A keyword that was added to a schema of a type it does not apply to.
    #[error("`{keyword}` does not apply to {type_name}")]
    InapplicableKeyword {
        /// The keyword.
        keyword: String,
        /// The type that the schema describes, such as `a string`.
        type_name: &'static str,
    },
    /// A reference out of the document, or to a definition that does not exist. Remote documents are never fetched.
    #[error(
        "`$ref: {reference}` cannot be resolved: it must be `#` or the name of a definition, `#/$defs/…`"
    )]
    UnresolvedReference {
        /// The reference.
        reference: String,
    },
    /// A schema that is nested too deeply, with its types expanded inline.
    #[error("the schema must be nested at most {limit} levels deep")]
    TooDeep {
        /// The maximum depth, in levels.
        limit: usize,
    },
    /// A schema that is too large, with its types expanded inline.
    #[error("the schema must have at most {limit} subschemas, with its types expanded inline")]
    TooLarge {
        /// The maximum number of subschemas and enumerated values.
        limit: usize,
    },
    /// A `pattern` that is not a regular expression with linear running time.
    #[error(
        "the pattern `{pattern}` cannot be compiled: {reason} (look-around, back-references and `\\p{{…}}` are not supported)"
    )]
    InvalidPattern {
        /// The pattern.
        pattern: String,
        /// The error of the regular expression compiler.
        reason: String,
    },
    /// A type that is used for all arguments of a tool, but is not an object.
    #[error(
        "arguments must be an object, but this type is {type_name}: use it as one of several arguments, or as a field of a struct"
    )]
    NotAnObject {
        /// The type that the schema describes, such as `a string`.
        type_name: &'static str,
    },
    /// A schema of arguments that no Rust type has, and that does not describe objects.
    #[error(
        "the schema of the arguments must describe an object, but it describes {type_name}: make it a property of one"
    )]
    NotAnObjectSchema {
        /// The type that the schema describes, such as `a string`.
        type_name: &'static str,
    },
    /// A type whose fields are arguments, but which is not a struct with named fields.
    #[error(
        "a type whose fields are arguments must be a struct with named fields, but this type is {type_name}: make it \
         one of several arguments, or a field of a struct"
    )]
    NotAStruct {
        /// The type that the schema describes, such as `a map`.
        type_name: &'static str,
    },
    /// Two properties with the same name.
    #[error("property names must be unique: `{name}` is used twice")]
    DuplicateProperty {
        /// The name.
        name: String,
    },
}

/// Returns the location of a keyword for an error message. Empty at the root.
fn location(pointer: &str) -> String {
    if pointer.is_empty() { String::new() } else { format!(" at `{pointer}`") }
}
