//! Which definition of the specification is which of our types.

use mcpwright_core::{ErrorObject, JsonText, Method};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

type RoundTrip = dyn Fn(&JsonText) -> Result<Value, serde_json::Error>;

/// A definition of the specification, and the type of ours that it is.
pub(crate) struct Covered {
    /// The definition's name.
    pub(crate) definition: &'static str,
    /// Reads and writes a value by our type.
    pub(crate) round_trip: Box<RoundTrip>,
    /// Values of our type that have, together, every member that the definition names.
    pub(crate) full: Vec<Value>,
    /// Whether it is a whole message, whose envelope is not read by the type.
    pub(crate) is_message: bool,
}

impl Covered {
    /// The type of these values.
    pub(crate) fn of<T>(definition: &'static str, full: impl IntoIterator<Item = T>) -> Self
    where
        T: Serialize + DeserializeOwned + 'static,
    {
        let full = full.into_iter().map(|value| written(&value)).collect();
        Self { definition, round_trip: Box::new(again::<T>), full, is_message: false }
    }

    /// Adds what the engine writes into every result.
    pub(crate) fn complete(self) -> Self {
        self.with(&json!({ "resultType": "complete" }))
    }

    /// Adds what the engine writes into every result that may be kept.
    pub(crate) fn cacheable(self) -> Self {
        self.complete().with(&json!({ "ttlMs": 60_000, "cacheScope": "private" }))
    }

    /// Adds members that the engine writes.
    pub(crate) fn with(mut self, members: &Value) -> Self {
        for (name, value) in members.as_object().expect("an object") {
            self.full.iter_mut().for_each(|full| full[name] = value.clone());
        }
        self
    }

    /// Says that the members are not read by the type itself.
    pub(crate) fn unread(mut self) -> Self {
        self.is_message = true;
        self
    }

    /// A request of a method with these parameters.
    pub(crate) fn request<M: Method + 'static>(definition: &'static str, params: &M::Params) -> Self {
        let full = json!({ "jsonrpc": "2.0", "id": 1, "method": M::NAME, "params": written(params) });
        Self::message(definition, full, "params", Some(M::NAME), again::<M::Params>)
    }

    /// A notification with these parameters.
    pub(crate) fn notification<P>(definition: &'static str, name: &'static str, params: &P) -> Self
    where
        P: Serialize + DeserializeOwned + 'static,
    {
        let full = json!({ "jsonrpc": "2.0", "method": name, "params": written(params) });
        Self::message(definition, full, "params", Some(name), again::<P>)
    }

    /// A response with a result of this type.
    pub(crate) fn response(self, definition: &'static str) -> Self {
        let full = json!({ "jsonrpc": "2.0", "id": "one", "result": self.full[0] });
        let round_trip = self.round_trip;
        Self::message(definition, full, "result", None, move |text| round_trip(text))
    }

    /// A response with an error.
    pub(crate) fn error(definition: &'static str, error: &ErrorObject) -> Self {
        let full = json!({ "jsonrpc": "2.0", "id": "one", "error": written(error) });
        Self::message(definition, full, "error", None, again::<ErrorObject>)
    }

    /// A message whose content stands in one member.
    fn message(
        definition: &'static str,
        full: Value,
        member: &'static str,
        method: Option<&'static str>,
        content: impl Fn(&JsonText) -> Result<Value, serde_json::Error> + 'static,
    ) -> Self {
        let round_trip = move |text: &JsonText| {
            let mut message: Value = text.to()?;
            assert_eq!(message.get("method").and_then(Value::as_str), method);
            if let Some(value) = message.get_mut(member) {
                *value = content(&JsonText::of(value)?)?;
            }
            Ok(message)
        };
        Self { definition, round_trip: Box::new(round_trip), full: vec![full], is_message: true }
    }
}

fn written<T: Serialize>(value: &T) -> Value {
    JsonText::of(value).expect("it can be written").to().expect("JSON")
}

fn again<T: Serialize + DeserializeOwned>(text: &JsonText) -> Result<Value, serde_json::Error> {
    let value: T = text.to()?;
    Ok(written(&value))
}

/// The definitions that no type of ours is, and why.
pub(crate) const EXCUSED: &[(&str, &str)] = &[
    ("Cursor", "a string"),
    ("ResultType", "a string"),
    ("JSONValue", "serde_json's own"),
    ("JSONArray", "serde_json's own"),
    ("JSONObject", "serde_json's own"),
    ("BaseMetadata", "its members stand in each type that has them"),
    ("Icons", "its member stands in each type that has it"),
    ("PaginatedRequest", "the requests for lists are covered one by one"),
    ("PaginatedResult", "the lists are covered one by one"),
    ("ResourceRequestParams", "its member stands in each type that has it"),
    ("InputResponseRequestParams", "its members stand in each type that has them"),
    ("Request", "a message, not one of its contents"),
    ("Notification", "a message, not one of its contents"),
    ("JSONRPCMessage", "a message, not one of its contents"),
    ("JSONRPCRequest", "a message, not one of its contents"),
    ("JSONRPCNotification", "a message, not one of its contents"),
    ("JSONRPCResponse", "a message, not one of its contents"),
    ("JSONRPCResultResponse", "a message, not one of its contents"),
    ("JSONRPCErrorResponse", "a message, not one of its contents"),
    ("ClientRequest", "the requests are covered one by one"),
    ("ClientResult", "the results are covered one by one"),
    ("ServerNotification", "the notifications are covered one by one"),
    ("ServerResult", "the results are covered one by one"),
];
