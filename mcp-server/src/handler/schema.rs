//! Generation of JSON Schemas from Rust types.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

/// Generates the schema of the values that `T` is deserialized from.
pub(crate) fn generate_input<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()
}

/// Generates the schema of the values that `T` is serialized to.
pub(crate) fn generate_output<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}
