//! The description of a server for clients, their users and the model: its name, its icons, and its instructions.

use mcpwright_core::Icon;

use crate::server::builder::Builder;

impl Builder {
    /// Replaces the name and the version of the server.
    ///
    /// ```
    /// use mcpwright_server::{Builder, Serve, Server};
    ///
    /// /// Returns the server under the name that a customer gave it.
    /// fn branded(server: impl Serve, name: &str) -> Builder {
    ///     server.into_builder().name(name, "2.0.0")
    /// }
    ///
    /// let server = branded(Server::builder("shop", "1.0.0"), "tea-shop").build();
    /// assert_eq!((&*server.info().name, &*server.info().version), ("tea-shop", "2.0.0"));
    /// ```
    pub fn name(mut self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.info.name = name.into();
        self.info.version = version.into();
        self
    }

    /// Sets the title of the server, for user interfaces.
    ///
    /// ```
    /// use mcpwright_server::Server;
    ///
    /// let server = Server::builder("tea-shop", "1.0.0").title("The Tea Shop").build();
    /// assert_eq!(server.info().title.as_deref(), Some("The Tea Shop"));
    /// ```
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.info.title = Some(title.into());
        self
    }

    /// Sets the description of the server.
    ///
    /// ```
    /// use mcpwright_server::Server;
    ///
    /// let server = Server::builder("tea-shop", "1.0.0").description("Orders and deliveries of a tea shop.").build();
    /// assert_eq!(server.info().description.as_deref(), Some("Orders and deliveries of a tea shop."));
    /// ```
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.info.description = Some(description.into());
        self
    }

    /// Sets the URL of the server's website.
    ///
    /// ```
    /// use mcpwright_server::Server;
    ///
    /// let server = Server::builder("tea-shop", "1.0.0").website_url("https://example.com").build();
    /// assert_eq!(server.info().website_url.as_deref(), Some("https://example.com"));
    /// ```
    pub fn website_url(mut self, url: impl Into<String>) -> Self {
        self.info.website_url = Some(url.into());
        self
    }

    /// Adds an icon of the server.
    ///
    /// ```
    /// use mcpwright_core::Icon;
    /// use mcpwright_server::Server;
    ///
    /// let server = Server::builder("tea-shop", "1.0.0")
    ///     .icon(Icon::new("https://example.com/tea.svg").mime_type("image/svg+xml"))
    ///     .icon(Icon::new("https://example.com/tea.png"))
    ///     .build();
    /// assert_eq!(server.info().icons.len(), 2);
    /// ```
    pub fn icon(mut self, icon: Icon) -> Self {
        self.info.icons.push(icon);
        self
    }

    /// Sets instructions on the use of the server, for the model.
    ///
    /// ```
    /// use mcpwright_server::Server;
    /// use mcpwright_server::testing::Client;
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(Server::builder("clock", "1.0.0").instructions("Times are in UTC."));
    /// assert_eq!(client.discover().await?.instructions.as_deref(), Some("Times are in UTC."));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = Some(instructions.into());
        self
    }
}
