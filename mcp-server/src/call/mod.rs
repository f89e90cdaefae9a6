//! One request as the engine sees it: the same in every revision and on every transport.

pub(crate) mod fault;
pub(crate) mod method;
pub(crate) mod middleware;
pub(crate) mod notifications;
pub(crate) mod outcome;
pub(crate) mod page;
pub(crate) mod params;
pub(crate) mod request_info;
pub(crate) mod running_task;
pub(crate) mod tool_result;

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use mcpwright_core::{Client, ErrorObject, JsonText, Request, RequestId, read_json_string};
use serde::Deserialize;

use crate::call::running_task::RunningTask;
use crate::caller::Caller;
use crate::extensions::Extensions;
use crate::input_required::rounds::RoundState;
use crate::session_id::SessionId;

/// Identifies a call on its connection. Unlike the client's request id, it is never used again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub(crate) u64);

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One request as the engine sees it: the same in every revision and on every transport.
///
/// A middleware reads it; a transport gets it from a [`Connection`](crate::Connection) and passes it to
/// [`Server::call`](crate::Server::call).
///
/// ```
/// use mcpwright_server::{Call, Caller};
/// use mcpwright_core::Client;
///
/// let call = Call::new(1.into(), "tools/list", None, Client::default(), Caller::anonymous());
/// assert_eq!(call.method(), "tools/list");
/// ```
#[derive(Clone, Debug)]
pub struct Call {
    id: RequestId,
    method: Cow<'static, str>,
    params: Option<JsonText>,
    client: Client,
    caller: Caller,
    extensions: Extensions,
    call_id: CallId,
    /// State from earlier rounds of the same call.
    round_state: Option<Arc<RoundState>>,
    /// The task that the call runs for.
    task: Option<Arc<dyn RunningTask>>,
    /// The handler that was looked up before dispatch.
    resolved: Option<Resolved>,
    /// The session of an earlier revision to which the call belongs, or [`SessionId::NONE`].
    session: SessionId,
}

/// The result of looking up a call's handler ahead of dispatch, so that dispatch does not repeat it.
#[derive(Clone)]
pub(crate) enum Resolved {
    /// The handler, as its own type behind `Any`: this module does not know handlers.
    Found(Arc<dyn Any + Send + Sync>),
    /// There is no handler of that name.
    NotFound,
}

impl Call {
    /// Creates a call of a method on behalf of a client.
    ///
    /// ```
    /// use mcpwright_core::{Client, JsonText};
    /// use mcpwright_server::{Call, Caller};
    /// use serde_json::json;
    ///
    /// # fn main() -> Result<(), serde_json::Error> {
    /// let params = JsonText::encode(&json!({ "name": "add", "arguments": { "a": 2, "b": 3 } }))?;
    /// let call = Call::new(7.into(), "tools/call", Some(params), Client::default(), Caller::anonymous());
    /// assert_eq!(call.id(), &7.into());
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(
        id: RequestId,
        method: impl Into<Cow<'static, str>>,
        params: Option<JsonText>,
        client: Client,
        caller: Caller,
    ) -> Self {
        Self::from_request(Request { id, method: method.into(), params }, client, caller, CallId::default())
    }

    pub(crate) fn from_request(request: Request, client: Client, caller: Caller, call_id: CallId) -> Self {
        let Request { id, method, params } = request;
        let extensions = Extensions::default();
        Self {
            id,
            method,
            params,
            client,
            caller,
            extensions,
            call_id,
            round_state: None,
            task: None,
            resolved: None,
            session: SessionId::NONE,
        }
    }

    /// Sets the values of the transport.
    pub(crate) fn with_extensions(mut self, extensions: &Extensions) -> Self {
        self.extensions.clone_from(extensions);
        self
    }

    /// Replaces the values of the transport by those of a later request.
    pub(crate) fn with_later_extensions(mut self, later: &Extensions) -> Self {
        let mut extensions = later.clone();
        extensions.merge(&self.extensions);
        self.extensions = extensions;
        self
    }

    /// Sets the state of earlier rounds, for the next round.
    pub(crate) fn with_round_state(mut self, state: impl Into<Option<Arc<RoundState>>>) -> Self {
        self.round_state = state.into();
        self
    }

    /// Makes the call run for a task.
    pub(crate) fn with_task(mut self, task: Arc<dyn RunningTask>) -> Self {
        self.task = Some(task);
        self
    }

    /// Keeps a handler that was looked up already.
    pub(crate) fn with_resolved(mut self, resolved: Option<Resolved>) -> Self {
        self.resolved = resolved;
        self
    }

    pub(crate) fn task(&self) -> Option<&Arc<dyn RunningTask>> {
        self.task.as_ref()
    }

    pub(crate) fn round_state(&self) -> Option<&Arc<RoundState>> {
        self.round_state.as_ref()
    }

    pub(crate) fn resolved(&self) -> Option<&Resolved> {
        self.resolved.as_ref()
    }

    /// Adds the session that the call belongs to.
    pub(crate) fn with_session(mut self, session: Option<SessionId>) -> Self {
        self.session = session.unwrap_or(SessionId::NONE);
        self
    }

    /// Returns the session of an earlier revision that the call belongs to. A modern call belongs to none.
    pub fn session_id(&self) -> Option<SessionId> {
        (self.session != SessionId::NONE).then_some(self.session)
    }

    /// Returns `params.name`: the name of the tool or prompt.
    ///
    /// ```
    /// use mcpwright_core::{Client, JsonText};
    /// use mcpwright_server::{Call, Caller};
    ///
    /// let params = JsonText::parse(r#"{"name":"add","arguments":{"a":1,"b":2}}"#)?;
    /// let call = Call::new(1.into(), "tools/call", Some(params), Client::default(), Caller::anonymous());
    /// assert_eq!(call.name().as_deref(), Ok("add"));
    /// assert_eq!(call.arguments(), Some(r#"{"a":1,"b":2}"#));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns invalid params (-32602) if there is no such text, as in a request about a resource.
    pub fn name(&self) -> Result<Cow<'_, str>, ErrorObject> {
        let invalid = || ErrorObject::invalid_params("params: `name` must be a string");
        let text = self.member("name").ok_or_else(invalid)?;
        read_json_string(text).ok_or_else(invalid)
    }

    /// Returns `params.arguments`, the arguments of the tool or prompt, as JSON text.
    pub fn arguments(&self) -> Option<&str> {
        self.member("arguments")
    }

    fn member(&self, name: &str) -> Option<&str> {
        self.params.as_ref()?.member(name)
    }

    /// Returns the call's id on its connection, which is never used again, unlike [`id`](Self::id).
    pub fn call_id(&self) -> CallId {
        self.call_id
    }

    /// Returns the id that the client gave its request.
    ///
    /// ```
    /// use mcpwright_core::{Client, RequestId};
    /// use mcpwright_server::{Call, Caller};
    ///
    /// let call = Call::new("request-7".into(), "tools/list", None, Client::default(), Caller::anonymous());
    /// assert_eq!(call.id(), &RequestId::from("request-7"));
    /// ```
    pub fn id(&self) -> &RequestId {
        &self.id
    }

    /// Returns the name of the method, such as `tools/call`.
    ///
    /// ```
    /// use mcpwright_core::{Client, method};
    /// use mcpwright_server::{Call, Caller};
    ///
    /// let call = Call::new(1.into(), "tools/list", None, Client::default(), Caller::anonymous());
    /// assert_eq!(call.method(), method::TOOLS_LIST);
    /// ```
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Returns the client that sent the request: its name and its capabilities.
    ///
    /// ```
    /// use mcpwright_core::{Client, ClientCapabilities, Implementation};
    /// use mcpwright_server::{Call, Caller};
    ///
    /// let client = Client::new(Some(Implementation::new("inspector", "0.1.0")), ClientCapabilities::new());
    /// let call = Call::new(1.into(), "tools/list", None, client, Caller::anonymous());
    /// assert_eq!(call.client().info().map(|info| &*info.name), Some("inspector"));
    /// ```
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Returns the verified identity on whose behalf the call runs.
    ///
    /// ```
    /// use mcpwright_core::Client;
    /// use mcpwright_server::{Call, Caller};
    /// use serde_json::Map;
    ///
    /// let ada = Caller::new("ada", [], Map::new());
    /// let call = Call::new(1.into(), "tools/list", None, Client::default(), ada);
    /// assert_eq!(call.caller().subject(), Some("ada"));
    /// ```
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Returns the values that handlers find by their type, with [`Ext`](crate::Ext).
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use mcpwright_core::Client;
    /// use mcpwright_server::{Call, Caller};
    ///
    /// #[derive(Debug, PartialEq)]
    /// struct RequestTrace(u64);
    ///
    /// let mut call = Call::new(1.into(), "tools/list", None, Client::default(), Caller::anonymous());
    /// assert_eq!(call.extensions().get::<RequestTrace>(), None);
    /// call.extensions_mut().insert(RequestTrace(7));
    /// assert_eq!(call.extensions().get(), Some(Arc::new(RequestTrace(7))));
    /// ```
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// Returns the values that handlers find by their type, so that a middleware or transport can add some.
    ///
    /// ```
    /// use mcpwright_core::Client;
    /// use mcpwright_server::{Call, Caller};
    ///
    /// #[derive(Debug, PartialEq)]
    /// struct Tenant(String);
    ///
    /// let mut call = Call::new(1.into(), "tools/list", None, Client::default(), Caller::anonymous());
    /// call.extensions_mut().insert(Tenant("acme".to_owned()));
    /// assert_eq!(call.extensions().get::<Tenant>().as_deref(), Some(&Tenant("acme".to_owned())));
    /// ```
    pub fn extensions_mut(&mut self) -> &mut Extensions {
        &mut self.extensions
    }

    /// Returns the parameters as the client sent them.
    ///
    /// ```
    /// use mcpwright_core::{Client, JsonText};
    /// use mcpwright_server::{Call, Caller};
    ///
    /// # fn main() -> Result<(), serde_json::Error> {
    /// let params = JsonText::encode(&serde_json::json!({ "name": "add" }))?;
    /// let call = Call::new(1.into(), "tools/call", Some(params), Client::default(), Caller::anonymous());
    /// // The parameters are JSON text, which `read` deserializes.
    /// assert_eq!(call.params().and_then(|params| params.member("name")), Some(r#""add""#));
    /// # Ok(())
    /// # }
    /// ```
    pub fn params(&self) -> Option<&JsonText> {
        self.params.as_ref()
    }

    /// Deserializes the parameters.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Call, MethodHandler, NotificationSender, Outcome, Server, async_trait};
    /// use serde_json::json;
    ///
    /// /// The parameters of `com.example/square`.
    /// #[derive(serde::Deserialize)]
    /// struct Square {
    ///     number: i64,
    /// }
    ///
    /// struct SquareHandler;
    ///
    /// #[async_trait]
    /// impl MethodHandler for SquareHandler {
    ///     async fn handle(&self, call: &Call, _: &NotificationSender) -> Outcome {
    ///         match call.read::<Square>() {
    ///             Ok(params) => Outcome::complete(&json!({ "square": params.number * params.number })),
    ///             Err(error) => error.into(),
    ///         }
    ///     }
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(Server::builder("math", "1.0.0").method("com.example/square", SquareHandler));
    /// let result = client.send("com.example/square", json!({ "number": 7 })).await?;
    /// assert_eq!(result.member("square"), Some("49"));
    /// assert!(client.send("com.example/square", json!({ "number": "x" })).await.is_err());
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Returns invalid params (-32602) if they do not deserialize.
    pub fn read<'a, P: Deserialize<'a>>(&'a self) -> Result<P, ErrorObject> {
        params::read(self.params.as_ref())
    }
}

impl fmt::Debug for Resolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Found(_) => "Found",
            Self::NotFound => "NotFound",
        })
    }
}
