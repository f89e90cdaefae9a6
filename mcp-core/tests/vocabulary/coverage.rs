//! Definitions of the specification and the types that cover them.

use mcpwright_core::{ErrorObject, JsonText, Method};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::schema::Schema;

type RoundTrip = dyn Fn(&JsonText) -> Result<Value, serde_json::Error>;

/// A definition of the specification and the type that covers it.
pub(crate) struct Covered {
    /// The name of the definition.
    pub(crate) definition: &'static str,
    /// Deserializes a value as the type and serializes it again.
    pub(crate) round_trip: Box<RoundTrip>,
    /// Serialized values of the type. Together, they have every member of the definition.
    pub(crate) values: Vec<Value>,
    /// `true` for a whole message, whose envelope the type does not read.
    pub(crate) is_message: bool,
}

impl Covered {
    /// A definition covered by the type of `values`.
    pub(crate) fn of<T>(definition: &'static str, values: impl IntoIterator<Item = T>) -> Self
    where
        T: Serialize + DeserializeOwned + 'static,
    {
        let values = values.into_iter().map(|value| to_json(&value)).collect();
        Self { definition, round_trip: Box::new(round_trip::<T>), values, is_message: false }
    }

    /// The members of the definition that none of the values has.
    pub(crate) fn missing_members(&self, schema: &Schema) -> Vec<String> {
        let is_missing = |member: &&String| self.values.iter().all(|value| value.get(member).is_none());
        schema.properties(self.definition).keys().filter(is_missing).cloned().collect()
    }

    /// Adds the members that the engine writes into every result.
    pub(crate) fn complete(self) -> Self {
        self.with(&json!({ "resultType": "complete" }))
    }

    /// Adds the members that the engine writes into every cacheable result.
    pub(crate) fn cacheable(self) -> Self {
        self.complete().with(&json!({ "ttlMs": 60_000, "cacheScope": "private" }))
    }

    /// Adds members that the engine writes.
    pub(crate) fn with(mut self, members: &Value) -> Self {
        for (name, value) in members.as_object().expect("an object") {
            self.values.iter_mut().for_each(|complete| complete[name] = value.clone());
        }
        self
    }

    /// Declares that the type does not read the members itself.
    pub(crate) fn unread(mut self) -> Self {
        self.is_message = true;
        self
    }

    /// A request of the method `M`.
    pub(crate) fn request<M: Method + 'static>(definition: &'static str, params: &M::Params) -> Self {
        let message = json!({ "jsonrpc": "2.0", "id": 1, "method": M::NAME, "params": to_json(params) });
        Self::message(definition, message, "params", Some(M::NAME), round_trip::<M::Params>)
    }

    /// A notification.
    pub(crate) fn notification<P>(definition: &'static str, name: &'static str, params: &P) -> Self
    where
        P: Serialize + DeserializeOwned + 'static,
    {
        let message = json!({ "jsonrpc": "2.0", "method": name, "params": to_json(params) });
        Self::message(definition, message, "params", Some(name), round_trip::<P>)
    }

    /// A response whose result is the first value.
    pub(crate) fn response(self, definition: &'static str) -> Self {
        let message = json!({ "jsonrpc": "2.0", "id": "one", "result": self.values[0] });
        let round_trip = self.round_trip;
        Self::message(definition, message, "result", None, move |text| round_trip(text))
    }

    /// A response with an error.
    pub(crate) fn error(definition: &'static str, error: &ErrorObject) -> Self {
        let message = json!({ "jsonrpc": "2.0", "id": "one", "error": to_json(error) });
        Self::message(definition, message, "error", None, round_trip::<ErrorObject>)
    }

    /// A message whose content is in the member `member`.
    fn message(
        definition: &'static str,
        message: Value,
        member: &'static str,
        method: Option<&'static str>,
        content_round_trip: impl Fn(&JsonText) -> Result<Value, serde_json::Error> + 'static,
    ) -> Self {
        let round_trip = move |text: &JsonText| {
            let mut message: Value = text.decode_owned()?;
            assert_eq!(message.get("method").and_then(Value::as_str), method);
            if let Some(value) = message.get_mut(member) {
                *value = content_round_trip(&JsonText::encode(value)?)?;
            }
            Ok(message)
        };
        Self { definition, round_trip: Box::new(round_trip), values: vec![message], is_message: true }
    }
}

fn to_json<T: Serialize>(value: &T) -> Value {
    JsonText::encode(value).expect("it can be written").decode_owned().expect("JSON")
}

fn round_trip<T: Serialize + DeserializeOwned>(text: &JsonText) -> Result<Value, serde_json::Error> {
    let value: T = text.decode_owned()?;
    Ok(to_json(&value))
}

/// Definitions that no type covers, with the reason.
pub(crate) const EXEMPT: &[(&str, &str)] = &[
    ("Cursor", "a string"),
    ("ResultType", "a string"),
    ("JSONValue", "a type of serde_json"),
    ("JSONArray", "a type of serde_json"),
    ("JSONObject", "a type of serde_json"),
    ("BaseMetadata", "its members are in each type that has them"),
    ("Icons", "its member is in each type that has it"),
    ("PaginatedRequest", "the requests for lists are covered one by one"),
    ("PaginatedResult", "the lists are covered one by one"),
    ("ResourceRequestParams", "its member is in each type that has it"),
    ("InputResponseRequestParams", "its members are in each type that has them"),
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
