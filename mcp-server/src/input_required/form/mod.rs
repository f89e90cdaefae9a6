//! Forms: the schema that a user fills in, and the decoding of the content.

pub(crate) mod choice;
pub(crate) mod constraint;
pub(crate) mod field;
pub(crate) mod form_field;

use mcpwright_core::FormSchema;
use serde_json::{Map, Value};

/// A form for elicitation: a struct with `#[derive(mcpwright::Form)]`, or `()` for a form without fields, which asks for
/// confirmation only.
///
/// A form is flat: its fields are strings, numbers, `bool`s and [choices](crate::Choice); see [`Field`](crate::Field). The
/// client displays it and sees the entered values, so a form must not ask for passwords, keys or payment details.
///
/// An implementation without the macro consists of a schema and a function that decodes content of this schema:
///
/// ```
/// use mcpwright_core::FormSchema;
/// use mcpwright_server::{Form, FormField};
/// use serde_json::{Map, Value, json};
///
/// struct Guest {
///     name: String,
///     seats: u8,
/// }
///
/// impl Form for Guest {
///     fn schema() -> FormSchema {
///         let mut schema = FormSchema::default();
///         FormField::<String>::new("name").description("Who comes.").length(1..=80).add_to(&mut schema);
///         FormField::<u8>::new("seats").range(1..=10).default(1).add_to(&mut schema);
///         schema
///     }
///
///     fn read(mut content: Map<String, Value>) -> Result<Self, String> {
///         let schema = Self::schema();
///         schema.validate(&content).map_err(|error| error.to_string())?;
///         Ok(Self {
///             name: FormField::new("name").read(&schema, &mut content)?,
///             seats: FormField::new("seats").read(&schema, &mut content)?,
///         })
///     }
/// }
///
/// let read = |content: Value| Guest::read(content.as_object().cloned().unwrap_or_default());
/// let guest = read(json!({ "name": "Ada" })).unwrap();
/// assert_eq!((guest.name.as_str(), guest.seats), ("Ada", 1));
/// assert_eq!(
///     read(json!({ "seats": 11 })).err().as_deref(),
///     Some("`name` is missing and must be a string of 1 to 80 characters; `seats` must be an integer from 1 to 10"),
/// );
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a form",
    label = "not a form",
    note = "a form is a struct with `#[derive(mcpwright::Form)]`, or `()` for a confirmation"
)]
pub trait Form: Sized {
    /// Returns the schema of the form.
    fn schema() -> FormSchema;

    /// Decodes the content of an accepted form.
    ///
    /// # Errors
    ///
    /// Returns the violations of the schema as one text.
    fn read(content: Map<String, Value>) -> Result<Self, String>;
}

impl Form for () {
    fn schema() -> FormSchema {
        FormSchema::default()
    }

    fn read(_: Map<String, Value>) -> Result<Self, String> {
        Ok(())
    }
}
