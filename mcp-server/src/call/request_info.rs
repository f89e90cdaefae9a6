//! The request that a server decides about: what a list shows, and which items exist.

use std::sync::Arc;

use mcpwright_core::{Client, ClientCapabilities, ProtocolVersion};

use crate::call::Call;
use crate::caller::Caller;
use crate::extensions::Extensions;

/// The request that a list, a lookup or a subscription is for: its caller, the client's capabilities and revision, and the
/// values of the transport.
///
/// The rules of a [`Builder`](crate::Builder) and the providers receive it, to show each caller its own items. It does not
/// contain the name of the client, which is no identity: any client can send any name.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Caller, Item, Server, ToolHandler};
/// use serde_json::Map;
///
/// # futures::executor::block_on(async {
/// let server = Server::builder("notes", "1.0.0")
///     .tool(ToolHandler::function("find", [], || async { "found" }))
///     .tool(ToolHandler::function("purge", [], || async { "purged" }))
///     .visible(|request, item| match item {
///         Item::Tool(tool) => tool.name != "purge" || request.caller().has_scope("admin"),
///         _ => true,
///     })
///     .build();
/// let admin = Caller::new("ada", ["admin".to_owned()], Map::new());
/// assert_eq!(Client::modern(server.clone()).list_tools().await?.len(), 1);
/// assert_eq!(Client::modern(server).caller(admin).list_tools().await?.len(), 2);
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RequestInfo<'a> {
    caller: &'a Caller,
    client: &'a Client,
    extensions: &'a Extensions,
}

impl<'a> RequestInfo<'a> {
    /// Creates the description of a request, for the tests of a provider.
    ///
    /// ```
    /// use mcpwright_core::Client;
    /// use mcpwright_server::{Caller, Extensions, RequestInfo};
    ///
    /// let (caller, client, extensions) = (Caller::anonymous(), Client::default(), Extensions::default());
    /// let request = RequestInfo::new(&caller, &client, &extensions);
    /// assert_eq!(request.caller().subject(), None);
    /// ```
    pub fn new(caller: &'a Caller, client: &'a Client, extensions: &'a Extensions) -> Self {
        Self { caller, client, extensions }
    }

    /// Returns the description of a call's request.
    pub fn of(call: &'a Call) -> Self {
        Self::new(call.caller(), call.client(), call.extensions())
    }

    /// Returns the verified identity on whose behalf the request was sent.
    pub fn caller(&self) -> &'a Caller {
        self.caller
    }

    /// Returns the capabilities that the client declared: in the `_meta` of this request, or in its handshake.
    ///
    /// The specification lets lists vary by authorization, and not by connection. A rule that reads the capabilities makes the
    /// lists of a server vary by what each modern request declares about its client, which is our reading of what is allowed:
    /// a client cannot use an item that needs what it lacks.
    pub fn capabilities(&self) -> &'a ClientCapabilities {
        self.client.capabilities()
    }

    /// Returns the protocol revision of the request. `None` if the transport did not pass one on.
    pub fn protocol_version(&self) -> Option<&'a ProtocolVersion> {
        self.client.protocol_version()
    }

    /// Returns the value of type `T` that the transport took from the request, as with `Http::extract`.
    ///
    /// For the changes of a subscription, these are the values of the request that opened it, or of the latest request of a
    /// session. Later rounds of a task have none.
    pub fn extension<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.extensions.get()
    }

    pub(crate) fn client(&self) -> &'a Client {
        self.client
    }

    /// Returns copies of the parts, for work that outlives the request.
    pub(crate) fn to_parts(self) -> RequestParts {
        let Self { caller, client, extensions } = self;
        RequestParts { caller: caller.clone(), client: client.clone(), extensions: extensions.clone() }
    }
}

/// The parts of a [`RequestInfo`], copied.
#[derive(Clone, Debug)]
pub(crate) struct RequestParts {
    caller: Caller,
    client: Client,
    extensions: Extensions,
}

impl RequestParts {
    pub(crate) fn info(&self) -> RequestInfo<'_> {
        RequestInfo::new(&self.caller, &self.client, &self.extensions)
    }
}
