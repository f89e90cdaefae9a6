//! A JSON Schema made portable, and values made to fit it.
//!
//! Clients differ in what they accept as a schema: some refuse `$ref`, some a boolean schema, some a list of types, and
//! a schema that one of them cannot read often costs all tools of the server. So what `schemars` generates from a Rust
//! type is rewritten ([`Portable`]) into the subset of JSON Schema 2020-12 described below, which every known client
//! reads. [`Shape`] enforces that same subset on the values that clients send.
//!
//! # The subset
//!
//! A schema is always an object, never `true` or `false`, and takes one of these forms:
//!
//! | form | keywords |
//! |---|---|
//! | any value | none of those below |
//! | no value | `not: {}` |
//! | null | `type: "null"` |
//! | a boolean | `type: "boolean"`, `enum` |
//! | a number | `type: "number"` or `"integer"`, `enum`, `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `multipleOf` |
//! | a string | `type: "string"`, `enum`, `minLength`, `maxLength`, `pattern` |
//! | an array | `type: "array"`, `items` (always), `minItems`, `maxItems`, `uniqueItems` |
//! | an object | `type: "object"`, `properties`, `required`, `additionalProperties` (`false` or a schema), `minProperties`, `maxProperties` |
//! | one of some values | `enum`, of values whose types differ or which are arrays or objects |
//! | a choice | `anyOf` |
//! | a recursive type | `$ref: "#/$defs/Name"` |
//!
//! - `type` is one name. `null` beside another form is a branch `{"type": "null"}` of `anyOf`, and in arguments only where
//!   leaving the member out cannot say the same: in items, in map values and in required members.
//! - `enum` of strings, numbers or booleans has the `type` with it. There is no `const` and no `oneOf`.
//! - `$ref` occurs only for types that contain themselves; `$defs` stands at the root of the finished document only.
//! - Arguments close every object that lists `properties`, unless it was generated open (a flattened map). Results stay
//!   as they were generated, so that a member added later does not break a client which remembers the older schema.
//! - Everything else asserts nothing and is passed on: `description`, `title`, `default`, `examples`, `deprecated`, `format`
//!   where JSON Schema names it (see [`Portable`]), and every keyword that JSON Schema does not know.
//!
//! # Example
//!
//! ```
//! use mcpwright_core::schema::{ObjectSchema, Portable, Shape};
//! use serde_json::json;
//!
//! // As schemars writes a `u32` with a range, and an `Option<String>`.
//! let limit = Portable::argument(&json!({"type": "integer", "format": "uint32", "minimum": 1, "maximum": 100}))?;
//! let query = Portable::argument(&json!({"type": ["string", "null"]}))?.describe("Words to look for.");
//! let schema = ObjectSchema::new().property("query", query, false).property("limit", limit, true).build()?;
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
//! let shape = Shape::new(&schema)?;
//! assert_eq!(shape.fit(json!({"query": null, "limit": "5"}), false), Ok(json!({"limit": 5})));
//! let problems = shape.fit(json!({"qeury": "rust", "limit": 500}), false).unwrap_err();
//! assert_eq!(problems[0].to_string(), "unknown argument `qeury`; did you mean `query`? (known: query, limit)");
//! assert_eq!(problems[1].to_string(), "limit: expected an integer from 1 to 100, got 500");
//! # Ok::<(), mcpwright_core::schema::SchemaError>(())
//! ```

mod choice;
mod coerce;
mod definition;
mod error;
mod expect;
mod fit;
mod join;
mod keyword;
mod listed;
mod nearest;
mod node;
mod number;
mod object;
mod portable;
mod problem;
mod read;
mod shape;

use serde::Serialize;
use serde_json::Value;

// The public interface is:
pub use error::SchemaError;
pub use object::ObjectSchema;
pub use portable::Portable;
pub use problem::Problem;
pub use shape::Shape;

/// A finished schema of the subset above: a document of its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Schema(Value);

impl Schema {
    /// The schema as JSON.
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    /// The schema as JSON, to keep.
    pub fn into_value(self) -> Value {
        self.0
    }
}

#[cfg(test)]
mod tests;
