//! The caller of a request, as the transport has verified it.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde_json::{Map, Value};

/// The caller of a request: the same on every transport, and never what the model or the client states about itself.
///
/// On a transport without authentication it is [`Caller::anonymous`]. A handler gets it as a parameter of type
/// `Caller`, or from [`Context::caller`](crate::Context::caller).
///
/// Two callers are equal if they have the same verified identity, which is the [`subject`](Self::subject): scopes and
/// claims may change from one token to the next. All anonymous callers are equal.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Caller, Server, ToolHandler};
/// use serde_json::{Map, json};
///
/// # futures::executor::block_on(async {
/// let whoami = ToolHandler::function("whoami", [], |caller: Caller| async move {
///     format!("{caller}, admin: {}", caller.has_scope("admin"))
/// });
/// let ada = Caller::new("ada", ["admin".to_owned()], Map::from_iter([("org".to_owned(), json!("acme"))]));
/// assert_eq!(ada.claim("org"), Some(&json!("acme")));
/// assert_eq!(ada, Caller::new("ada", [], Map::new()));
///
/// let client = Client::modern(Server::builder("example", "1.0.0").tool(whoami)).caller(ada);
/// let result = client.call_tool("whoami", ()).await?;
/// assert_eq!(result.content[0].as_text(), Some("ada, admin: true"));
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Caller(Option<Arc<Identity>>);

#[derive(Debug)]
struct Identity {
    subject: String,
    scopes: BTreeSet<String>,
    claims: Map<String, Value>,
}

impl Caller {
    /// Returns a caller without a verified identity.
    ///
    /// ```
    /// use mcpwright_server::Caller;
    ///
    /// let caller = Caller::anonymous();
    /// assert_eq!(caller.subject(), None);
    /// assert_eq!(caller.to_string(), "anonymous");
    /// assert!(!caller.has_scope("admin"));
    /// ```
    pub fn anonymous() -> Self {
        Self(None)
    }

    /// Returns a caller whose identity has been verified.
    ///
    /// ```
    /// use mcpwright_server::Caller;
    /// use serde_json::{Map, json};
    ///
    /// // From the members of a token that was verified.
    /// let claims = Map::from_iter([("org".to_owned(), json!("acme"))]);
    /// let ada = Caller::new("ada", ["notes:read".to_owned()], claims);
    /// assert_eq!(ada.subject(), Some("ada"));
    /// assert!(ada.has_scope("notes:read"));
    /// ```
    pub fn new(
        subject: impl Into<String>,
        scopes: impl IntoIterator<Item = String>,
        claims: Map<String, Value>,
    ) -> Self {
        let scopes = scopes.into_iter().collect();
        Self(Some(Arc::new(Identity { subject: subject.into(), scopes, claims })))
    }

    /// Returns the verified name of the caller; `None` if the caller is anonymous.
    ///
    /// ```
    /// use mcpwright_server::Caller;
    /// use serde_json::Map;
    ///
    /// assert_eq!(Caller::new("ada", [], Map::new()).subject(), Some("ada"));
    /// assert_eq!(Caller::anonymous().subject(), None);
    /// ```
    pub fn subject(&self) -> Option<&str> {
        self.0.as_ref().map(|identity| identity.subject.as_str())
    }

    /// Returns the text to store with a session, a task or a sealed state that only this caller may use: the subject,
    /// or a text that is no subject for all anonymous callers.
    ///
    /// ```
    /// use std::collections::HashMap;
    ///
    /// use mcpwright_server::Caller;
    /// use serde_json::Map;
    ///
    /// let ada = Caller::new("ada", [], Map::new());
    /// let drafts = HashMap::from([(ada.binding().to_owned(), "Dear Bob")]);
    /// assert_eq!(drafts.get(ada.binding()), Some(&"Dear Bob"));
    /// assert_eq!(drafts.get(Caller::anonymous().binding()), None);
    /// ```
    pub fn binding(&self) -> &str {
        self.subject().unwrap_or("\u{0}")
    }

    /// Returns `true` if the caller was granted `scope`.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Caller, Server, ToolError, ToolHandler};
    /// use serde_json::Map;
    ///
    /// async fn clear(caller: Caller) -> Result<&'static str, ToolError> {
    ///     if !caller.has_scope("notes:write") {
    ///         return Err(ToolError::new("the notes are read-only for you"));
    ///     }
    ///     Ok("deleted")
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let server = Server::builder("notes", "1.0.0").tool(ToolHandler::function("clear", [], clear));
    /// let reader = Caller::new("ada", ["notes:read".to_owned()], Map::new());
    /// let result = Client::modern(server).caller(reader).call_tool("clear", ()).await?;
    /// assert_eq!(result.content[0].as_text(), Some("the notes are read-only for you"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn has_scope(&self, scope: &str) -> bool {
        self.0.as_ref().is_some_and(|identity| identity.scopes.contains(scope))
    }

    /// Returns a verified claim about the caller, such as a member of its token.
    ///
    /// ```
    /// use mcpwright_server::Caller;
    /// use serde_json::{Map, json};
    ///
    /// let ada = Caller::new("ada", [], Map::from_iter([("org".to_owned(), json!("acme"))]));
    /// assert_eq!(ada.claim("org").and_then(|org| org.as_str()), Some("acme"));
    /// assert_eq!(ada.claim("email"), None);
    /// ```
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.0.as_ref()?.claims.get(name)
    }
}

impl PartialEq for Caller {
    fn eq(&self, other: &Self) -> bool {
        self.subject() == other.subject()
    }
}

impl Eq for Caller {}

impl Hash for Caller {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.subject().hash(state);
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.subject().unwrap_or("anonymous"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::{Map, json};

    use crate::caller::Caller;

    #[test]
    fn callers_are_equal_by_their_verified_subject() {
        let claims = Map::from_iter([("exp".to_owned(), json!(1))]);
        let ada = Caller::new("ada", ["admin".to_owned()], claims);
        assert_eq!(ada, Caller::new("ada", [], Map::new()));
        assert_ne!(ada, Caller::new("bob", ["admin".to_owned()], Map::new()));
        assert_eq!(Caller::anonymous(), Caller::default());
        // The binding of anonymous callers, used as a subject, does not make a caller anonymous.
        assert_ne!(Caller::anonymous(), Caller::new(Caller::anonymous().binding(), [], Map::new()));

        let callers = HashSet::from([ada.clone(), Caller::new("ada", [], Map::new()), Caller::anonymous()]);
        assert_eq!(callers.len(), 2);
        assert!(callers.contains(&ada));
    }
}
