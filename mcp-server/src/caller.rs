//! Who calls.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

/// Who calls: the same on every transport, and never what the model or the client says of itself.
///
/// On a transport without authentication it is [`Caller::anonymous`].
#[derive(Clone, Debug, Default)]
pub struct Caller(Option<Arc<Identity>>);

#[derive(Debug)]
struct Identity {
    subject: String,
    scopes: BTreeSet<String>,
    claims: Map<String, Value>,
}

impl Caller {
    /// A caller of whom nothing is known.
    pub fn anonymous() -> Self {
        Self(None)
    }

    /// A caller whose identity has been verified.
    pub fn new(
        subject: impl Into<String>,
        scopes: impl IntoIterator<Item = String>,
        claims: Map<String, Value>,
    ) -> Self {
        let scopes = scopes.into_iter().collect();
        Self(Some(Arc::new(Identity { subject: subject.into(), scopes, claims })))
    }

    /// The verified name of the caller, if there is one.
    pub fn subject(&self) -> Option<&str> {
        self.0.as_ref().map(|identity| identity.subject.as_str())
    }

    /// What something is bound to that only this caller is to use: the subject, or what is no subject.
    pub fn binding(&self) -> &str {
        self.subject().unwrap_or("\u{0}")
    }

    /// Whether the caller was granted this scope.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.0.as_ref().is_some_and(|identity| identity.scopes.contains(scope))
    }

    /// What else has been verified of the caller, by the name of the claim.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.0.as_ref()?.claims.get(name)
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.subject().unwrap_or("anonymous"))
    }
}
