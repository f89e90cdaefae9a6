//! Requests of the specification, with typed parameters and results.

use mcpwright_core::{
    CallToolParams, CallToolResult, CompleteParams, Completion, CompletionArgument, CompletionReference,
    DiscoverResult, ErrorObject, GetPromptParams, GetPromptResult, JsonText, PaginatedParams, Prompt,
    ReadResourceParams, ReadResourceResult, Resource, ResourceTemplate, Tool, method,
};

use crate::testing::arguments::Arguments;
use crate::testing::client::Client;
use crate::testing::internal_error;

impl Client {
    /// Requests the server's revisions, capabilities and information (`server/discover`); for a modern client.
    ///
    /// ```
    /// use mcpwright_core::ProtocolVersion;
    /// use mcpwright_server::Server;
    /// use mcpwright_server::testing::Client;
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(Server::builder("clock", "1.0.0").instructions("Times are in UTC."));
    /// let discovered = client.discover().await?;
    /// assert!(discovered.supported_versions.contains(&ProtocolVersion::V2026_07_28));
    /// assert_eq!(discovered.instructions.as_deref(), Some("Times are in UTC."));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the error of the server.
    pub async fn discover(&self) -> Result<DiscoverResult, ErrorObject> {
        self.request::<method::Discover>(&Default::default()).await
    }

    /// Requests all pages of the list of tools.
    ///
    /// # Errors
    ///
    /// Returns the error of the server.
    pub async fn list_tools(&self) -> Result<Vec<Tool>, ErrorObject> {
        let (mut tools, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.request::<method::ListTools>(&page(cursor)).await?;
            tools.extend(page.tools);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(tools);
            }
        }
    }

    /// Requests all pages of the list of resources.
    ///
    /// # Errors
    ///
    /// Returns the error of the server.
    pub async fn list_resources(&self) -> Result<Vec<Resource>, ErrorObject> {
        let (mut resources, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.request::<method::ListResources>(&page(cursor)).await?;
            resources.extend(page.resources);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(resources);
            }
        }
    }

    /// Requests all pages of the list of resource templates.
    ///
    /// # Errors
    ///
    /// Returns the error of the server.
    pub async fn list_resource_templates(&self) -> Result<Vec<ResourceTemplate>, ErrorObject> {
        let (mut templates, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.request::<method::ListResourceTemplates>(&page(cursor)).await?;
            templates.extend(page.resource_templates);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(templates);
            }
        }
    }

    /// Requests all pages of the list of prompts.
    ///
    /// # Errors
    ///
    /// Returns the error of the server.
    pub async fn list_prompts(&self) -> Result<Vec<Prompt>, ErrorObject> {
        let (mut prompts, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.request::<method::ListPrompts>(&page(cursor)).await?;
            prompts.extend(page.prompts);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(prompts);
            }
        }
    }

    /// Calls a tool. The arguments are a JSON object, or pairs of names and values.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    /// use serde_json::json;
    ///
    /// # futures::executor::block_on(async {
    /// let tag = ToolHandler::function("tag", ["id", "tags"], |id: u32, tags: Vec<String>| async move {
    ///     format!("note {id}: {}", tags.join(", "))
    /// });
    /// let client = Client::modern(Server::builder("notes", "1.0.0").tool(tag));
    /// let result = client.call_tool("tag", json!({ "id": 7, "tags": ["home", "garden"] })).await?;
    /// assert_eq!(result.content[0].as_text(), Some("note 7: home, garden"));
    /// // A call with a missing argument fails.
    /// assert_eq!(client.call_tool("tag", [("id", 7)]).await?.is_error, Some(true));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the protocol error of the server. A failed call is not an error but a result with `is_error`.
    pub async fn call_tool(
        &self,
        name: &str,
        arguments: impl Arguments,
    ) -> Result<CallToolResult, ErrorObject> {
        let arguments = JsonText::encode(&arguments.into_object()).map_err(|error| internal_error(&error))?;
        self.request::<method::CallTool>(&CallToolParams::new(name).arguments(arguments)).await
    }

    /// Reads a resource.
    ///
    /// # Errors
    ///
    /// Returns the error of the server.
    pub async fn read_resource(&self, uri: &str) -> Result<ReadResourceResult, ErrorObject> {
        self.request::<method::ReadResource>(&ReadResourceParams::new(uri)).await
    }

    /// Gets a prompt.
    ///
    /// # Errors
    ///
    /// Returns the error of the server.
    pub async fn get_prompt(
        &self,
        name: &str,
        arguments: impl Arguments,
    ) -> Result<GetPromptResult, ErrorObject> {
        self.request::<method::GetPrompt>(&GetPromptParams::new(name).arguments(arguments.into_object()))
            .await
    }

    /// Requests suggestions for the value of an argument.
    ///
    /// ```
    /// use mcpwright_core::PromptReference;
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{PromptHandler, Server};
    ///
    /// # futures::executor::block_on(async {
    /// let visit = PromptHandler::function("visit", ["city"], |city: String| async move { format!("Visit {city}.") })
    ///     .argument("city", |city| city.one_of(["Kiel", "Köln", "Lübeck"]));
    /// let client = Client::modern(Server::builder("travel", "1.0.0").prompt(visit));
    /// let completion = client.complete(PromptReference::new("visit"), "city", "K").await?;
    /// assert_eq!(completion.values, ["Kiel", "Köln"]);
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the error of the server.
    pub async fn complete(
        &self,
        reference: impl Into<CompletionReference>,
        argument: &str,
        value: &str,
    ) -> Result<Completion, ErrorObject> {
        let params = CompleteParams::new(reference, CompletionArgument::new(argument, value));
        Ok(self.request::<method::Complete>(&params).await?.completion)
    }
}

fn page(cursor: Option<String>) -> PaginatedParams {
    let mut params = PaginatedParams::new();
    params.cursor = cursor;
    params
}
