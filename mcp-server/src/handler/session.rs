//! Values that are kept from one call of a client to the next.

use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use mcpwright_core::ErrorObject;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::handler::context::Context;
use crate::handler::parameters::extract::FromContext;
use crate::limits::MAX_SESSION_ATTEMPTS;
use crate::replicas::session_values::{SessionError, SessionValues, StoredValues};

/// A type of values that a [`Session`] keeps, in the store of the server.
///
/// The default is the value of a session that has none.
pub trait SessionValue: Default + Serialize + DeserializeOwned + 'static {
    /// The name of the value among those of a session. A program of another version that has changed the type, or another
    /// type, must use another name.
    const NAME: &'static str;
}

/// A value of type `T` that is kept from one call of a client to the next: an extractor.
///
/// It belongs to the session of a client of an earlier revision, and ends with it. Calls of revision 2026-07-28 have no
/// session: there it belongs to the authenticated caller, and is shared by all clients of that caller. A call without
/// either is rejected; a handler that can do without takes an `Option<Session<T>>`. Transports that authenticate nobody log a
/// warning at start if a handler cannot.
///
/// Values are in the [`Store`](crate::Store) of the server, which must implement
/// [`Store::replace`](crate::Store::replace). They expire a day after the last change
/// ([`Builder::session_ttl`](crate::Builder::session_ttl)), and the values of one session or caller are at most 64 KiB.
///
/// ```
/// use mcpwright_core::ProtocolVersion;
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Server, Session, SessionError, SessionValue, ToolHandler};
///
/// #[derive(Default, serde::Serialize, serde::Deserialize)]
/// struct Cart(Vec<String>);
///
/// impl SessionValue for Cart {
///     const NAME: &'static str = "cart";
/// }
///
/// async fn add(item: String, cart: Session<Cart>) -> Result<usize, SessionError> {
///     cart.update(|Cart(items)| {
///         items.push(item.clone());
///         items.len()
///     })
///     .await
/// }
///
/// # futures::executor::block_on(async {
/// let server = Server::builder("shop", "1.0.0").tool(ToolHandler::function("add", ["item"], add)).build();
/// let client = Client::legacy(server.clone(), ProtocolVersion::LATEST_LEGACY).await?;
/// client.call_tool("add", [("item", "tea")]).await?;
/// assert_eq!(client.call_tool("add", [("item", "cups")]).await?.content[0].as_text(), Some("2"));
///
/// // A modern client without authentication has no session.
/// assert!(Client::modern(server).call_tool("add", [("item", "tea")]).await.is_err());
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
pub struct Session<T> {
    values: Arc<SessionValues>,
    key: String,
    value: PhantomData<fn() -> T>,
}

impl<T: SessionValue> Session<T> {
    /// Returns the value. Changes of it are not kept: use [`Session::update`].
    ///
    /// # Errors
    ///
    /// Returns an error if the store is unavailable, or if the stored value does not have the type.
    pub async fn get(&self) -> Result<T, SessionError> {
        decode(&self.values.read(&self.key).await?)
    }

    /// Changes the value, and returns what `edit` returns.
    ///
    /// No change of another call is lost: if another call has changed the values of the session meanwhile, `edit` runs again
    /// with the new value. It must therefore have no other effect.
    ///
    /// # Errors
    ///
    /// Returns an error if the store is unavailable, if the values would be too large, or if other calls keep changing them.
    pub async fn update<R>(&self, mut edit: impl FnMut(&mut T) -> R) -> Result<R, SessionError> {
        for _ in 0..MAX_SESSION_ATTEMPTS {
            let stored = self.values.read(&self.key).await?;
            let (output, text) = {
                let mut value: T = decode(&stored)?;
                let output = edit(&mut value);
                (output, serde_json::value::to_raw_value(&value).map_err(SessionError::Malformed)?)
            };
            if self.values.replace(&self.key, stored, T::NAME, text).await? {
                return Ok(output);
            }
        }
        Err(SessionError::Conflict)
    }
}

fn decode<T: SessionValue>(stored: &StoredValues) -> Result<T, SessionError> {
    match stored.get(T::NAME) {
        Some(text) => serde_json::from_str(text).map_err(SessionError::Malformed),
        None => Ok(T::default()),
    }
}

impl<T: SessionValue> FromContext for Option<Session<T>> {
    type Rejection = Infallible;

    fn from_context(context: &Context) -> Result<Self, Infallible> {
        let Some(values) = context.session_values() else { return Ok(None) };
        let key = match (context.session_id(), context.caller().subject()) {
            (Some(session), _) => values.session_key(session),
            (None, Some(subject)) => values.caller_key(subject),
            (None, None) => return Ok(None),
        };
        Ok(Some(Session { values, key, value: PhantomData }))
    }
}

impl<T: SessionValue> FromContext for Session<T> {
    type Rejection = ErrorObject;

    fn from_context(context: &Context) -> Result<Self, ErrorObject> {
        let Ok(session) = Option::<Self>::from_context(context);
        session.ok_or_else(|| {
            let name = T::NAME;
            ErrorObject::invalid_request(format!(
                "`{name}` is kept per session, or per authenticated caller in revision 2026-07-28: this request has neither"
            ))
        })
    }

    fn needs_session() -> bool {
        true
    }
}

impl<T> Clone for Session<T> {
    fn clone(&self) -> Self {
        Self { values: Arc::clone(&self.values), key: self.key.clone(), value: PhantomData }
    }
}

impl<T> fmt::Debug for Session<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}
