//! placeholder
use mcpwright_core::FormSchema;
use serde_json::{Map, Value};
/// A form.
pub trait Form: Sized {
    /// Its fields.
    fn schema() -> FormSchema;
    /// Reads it.
    ///
    /// # Errors
    ///
    /// It is none.
    fn read(content: Map<String, Value>) -> Result<Self, String>;
}
