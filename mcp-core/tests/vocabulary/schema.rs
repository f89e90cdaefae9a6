//! The JSON Schema of the specification.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Display;
use std::path::Path;
use std::rc::Rc;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// The JSON Schema of the specification.
pub(crate) struct Schema {
    definitions: Map<String, Value>,
    /// Cached validators, by definition: building one takes longer than using it.
    validators: RefCell<HashMap<String, Rc<Validator>>>,
}

impl Schema {
    pub(crate) fn read(folder: &Path) -> Self {
        let path = folder.join("schema.json");
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut schema: Value = serde_json::from_str(&text).expect("JSON");
        match schema["$defs"].take() {
            Value::Object(definitions) => Self { definitions, validators: RefCell::default() },
            _ => panic!("{} has no $defs", path.display()),
        }
    }

    /// The names of all definitions.
    pub(crate) fn definitions(&self) -> impl Iterator<Item = &str> {
        self.definitions.keys().map(String::as_str)
    }

    /// The properties of a definition.
    pub(crate) fn properties(&self, definition: &str) -> Map<String, Value> {
        self.definitions[definition]["properties"].as_object().cloned().unwrap_or_default()
    }

    /// The names of a definition's properties that are not required.
    pub(crate) fn optional(&self, definition: &str) -> Vec<String> {
        let required = self.definitions[definition]["required"].as_array().cloned().unwrap_or_default();
        let members = self.properties(definition).into_iter().map(|(member, _)| member);
        members.filter(|member| !required.iter().any(|required| required == member)).collect()
    }

    /// Returns `true` if the type of a property is `number`.
    pub(crate) fn is_number(&self, definition: &str, member: &str) -> bool {
        self.definitions[definition]["properties"][member]["type"] == "number"
    }

    /// Panics with all validation errors if a value does not match a definition.
    pub(crate) fn check(&self, definition: &str, value: &Value, origin: &dyn Display) {
        let validator = self.validator(definition);
        let errors: Vec<_> =
            validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{origin} is not a {definition}: {errors:#?}\n{value:#}");
    }

    /// The validator of a definition.
    pub(crate) fn validator(&self, definition: &str) -> Rc<Validator> {
        let mut validators = self.validators.borrow_mut();
        let make = || {
            let schema = json!({ "$ref": format!("#/$defs/{definition}"), "$defs": self.definitions });
            let options = jsonschema::options().should_validate_formats(true);
            Rc::new(options.build(&schema).unwrap_or_else(|error| panic!("{definition}: {error}")))
        };
        Rc::clone(validators.entry(definition.to_owned()).or_insert_with(make))
    }
}
