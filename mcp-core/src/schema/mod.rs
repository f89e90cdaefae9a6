//! Conversion of JSON Schemas into a portable subset, and validation of values against it.
//!
//! Clients differ in the schemas they accept: some reject `$ref`, some a boolean schema, some a list of types, and a
//! schema that a client cannot read often disables all tools of the server. [`PortableSchema`] therefore converts the
//! schemas that `schemars` generates from Rust types into the subset of JSON Schema 2020-12 described below, which
//! every known client accepts. Schemas that no Rust type has, such as those of OpenAPI, are converted as well.
//! [`CompiledSchema`] validates and coerces the values that clients send, with the same subset, and checks the text of those
//! that the server sends.
//!
//! # The subset
//!
//! A schema is always an object, never `true` or `false`, and has one of these forms:
//!
//! | form | keywords |
//! |---|---|
//! | any value | none of those below; in arguments, an `anyOf` of all types |
//! | no value | `not: {}` |
//! | null | `type: "null"` |
//! | a boolean | `type: "boolean"`, `enum` |
//! | a number | `type: "number"` or `"integer"`, `enum`, `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `multipleOf` |
//! | a string | `type: "string"`, `enum`, `minLength`, `maxLength`, `pattern` |
//! | an array | `type: "array"`, `items` (always), `minItems`, `maxItems`, `uniqueItems` |
//! | an object | `type: "object"`, `properties`, `required`, `additionalProperties` (a Boolean value or a schema), `minProperties`, `maxProperties` |
//! | an enumerated value | `enum`, if the values have different types or are arrays or objects |
//! | a choice | `anyOf` |
//! | a recursive type | `$ref: "#/$defs/Name"` |
//!
//! - `type` is a single name. A value that may also be `null` is an `anyOf` with the branch `{"type": "null"}`.
//!   Arguments have this branch only where absence cannot mean `null`: in items, in the values of maps and in
//!   required members. A schema that no Rust type has keeps it everywhere.
//! - In arguments, a choice is a form that converters for strict modes accept: it has no branch without a type, and its
//!   objects are the branches of a choice of their own, because a converter keeps only the objects of a choice that has some.
//! - An `enum` of strings, numbers or booleans has a `type`. There is no `const` and no `oneOf`.
//! - `$ref` occurs only for recursive types. `$defs` occurs only at the root of the finished document.
//! - In arguments, every object with `properties` has `additionalProperties: false`, unless it was generated open (a
//!   flattened map): then it is `true`, because a converter closes objects that do not state it. Results keep what was generated, so that a member added later does not break a client that caches
//!   the older schema, and so do schemas that no Rust type has.
//! - All other keywords assert nothing and are kept: `description`, `title`, `default`, `examples`, `deprecated`,
//!   `format` if all known clients accept its value (the description says others, see [`PortableSchema`]), and every keyword that JSON Schema does not
//!   define.
//!
//! # Example
//!
//! ```
//! use mcpwright_core::schema::{ObjectSchemaBuilder, PortableSchema, CompiledSchema};
//! use serde_json::json;
//!
//! // Schemas that schemars generates for a `u32` with a range, and for an `Option<String>`.
//! let limit = PortableSchema::for_argument(&json!({"type": "integer", "format": "uint32", "minimum": 1, "maximum": 100}))?;
//! let query = PortableSchema::for_argument(&json!({"type": ["string", "null"]}))?.with_description("Words to look for.");
//! let schema = ObjectSchemaBuilder::new().property("query", query, false).property("limit", limit, true).build()?;
//! assert_eq!(
//!     schema.as_value(),
//!     &json!({
//!         "type": "object",
//!         "properties": {
//!             "query": {"description": "Words to look for.", "type": "string"},
//!             "limit": {"type": "integer", "minimum": 1, "maximum": 100},
//!         },
//!         "required": ["limit"],
//!         "additionalProperties": false,
//!     })
//! );
//!
//! let shape = CompiledSchema::new(&schema)?;
//! assert_eq!(shape.coerce(json!({"query": null, "limit": "5"}), false), Ok(json!({"limit": 5})));
//! let problems = shape.coerce(json!({"qeury": "rust", "limit": 500}), false).unwrap_err();
//! assert_eq!(problems[0].to_string(), "unknown argument `qeury`; did you mean `query`? (known: query, limit)");
//! assert_eq!(problems[1].to_string(), "limit: expected an integer from 1 to 100, got 500");
//! # Ok::<(), mcpwright_core::schema::SchemaError>(())
//! ```

mod any_value;
mod choice;
mod coerce;
mod definition;
mod document;
mod duration;
mod enumeration;
mod error;
mod expect;
mod explain;
mod format;
mod integer;
mod keyword;
mod node;
mod number;
mod object;
mod pattern;
mod portable;
mod problem;
mod properties;
mod read;
mod shape;
mod suggestion;

// The public interface is:
pub use document::Schema;
pub use error::SchemaError;
pub use object::ObjectSchemaBuilder;
pub use portable::PortableSchema;
pub use problem::Problem;
pub use properties::{Properties, Property};
pub use shape::CompiledSchema;
pub use suggestion::closest_name;

#[cfg(test)]
mod tests;
