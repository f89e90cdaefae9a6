//! Types that can be served.

use crate::server::Server;
use crate::server::builder::Builder;

/// A type that describes a server with a [`Builder`]: `#[server]` implements it.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Builder, Serve, Server, ToolHandler};
///
/// struct Dice {
///     sides: u32,
/// }
///
/// impl Serve for Dice {
///     fn into_builder(self) -> Builder {
///         let sides = ToolHandler::function("sides", [], move || async move { self.sides });
///         Server::builder("dice", "1.0.0").tool(sides)
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let client = Client::modern(Dice { sides: 6 });
/// assert_eq!(client.call_tool("sides", ()).await?.content[0].as_text(), Some("6"));
/// // The builder takes further settings.
/// let server = Dice { sides: 20 }.into_builder().title("Dice").build();
/// assert_eq!(server.info().title.as_deref(), Some("Dice"));
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a server",
    label = "not a server",
    note = "put `#[server]` on one of its `impl` blocks, or describe a server with `Server::builder`",
    note = "a server is passed by value, and not in an `Arc` or by reference: its calls share it already, and \
            `Server::from(server)` makes a `Server`, which can be cloned"
)]
pub trait Serve: Sized {
    /// Returns the builder of the server.
    fn into_builder(self) -> Builder;
}

impl Serve for Builder {
    fn into_builder(self) -> Builder {
        self
    }
}

/// A type that can be served: a type with `#[server]`, a [`Builder`], or a [`Server`] itself.
///
/// ```
/// use mcpwright_server::{IntoServer, Server, ToolHandler};
///
/// /// Returns the names of a server's static tools, for its manual.
/// fn tool_names(server: impl IntoServer) -> Vec<String> {
///     server.into_server().tools().iter().map(|tool| tool.definition().name.clone()).collect()
/// }
///
/// let clock = Server::builder("clock", "1.0.0").tool(ToolHandler::function("now", [], || async { "noon" }));
/// assert_eq!(tool_names(clock), ["now"]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a server",
    label = "not a server",
    note = "put `#[server]` on one of its `impl` blocks, or describe a server with `Server::builder`",
    note = "a server is passed by value, and not in an `Arc` or by reference: its calls share it already, and \
            `Server::from(server)` makes a `Server`, which can be cloned"
)]
pub trait IntoServer {
    /// Converts the value into a server. A builder is built.
    fn into_server(self) -> Server;
}

#[diagnostic::do_not_recommend]
impl<S: Serve> IntoServer for S {
    #[track_caller]
    fn into_server(self) -> Server {
        self.into_builder().build()
    }
}

impl IntoServer for Server {
    fn into_server(self) -> Server {
        self
    }
}

impl IntoServer for &Server {
    fn into_server(self) -> Server {
        self.clone()
    }
}

impl<S: Serve> From<S> for Server {
    #[track_caller]
    fn from(server: S) -> Self {
        server.into_builder().build()
    }
}
