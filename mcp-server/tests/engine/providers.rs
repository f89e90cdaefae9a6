//! Errors of providers, and providers whose handlers share a name.

use futures::executor::block_on;
use mcpwright_core::{ErrorCode, ErrorObject, ProtocolVersion};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Builder, Item, PromptHandler, PromptProvider, ProviderError, RequestInfo, ResourceHandler,
    ResourceProvider, Server, TemplateHandler, ToolHandler, ToolProvider, async_trait,
};
use serde_json::json;

/// Clients of both eras.
fn clients(builder: Builder) -> [Client; 2] {
    let server = builder.build();
    let legacy = block_on(Client::legacy(server.clone(), ProtocolVersion::V2025_11_25)).unwrap();
    [Client::modern(server), legacy]
}

/// A provider whose lists fail. A single handler fails with the name that was asked for.
#[derive(Clone, Copy)]
struct Failing {
    /// The errors are those of the protocol.
    has_code: bool,
}

impl Failing {
    fn error(self, what: &str) -> ProviderError {
        match self.has_code {
            true => expected(what).into(),
            false => std::io::Error::other(format!("password: {what}")).into(),
        }
    }
}

fn expected(what: &str) -> ErrorObject {
    ErrorObject::new(ErrorCode(-32050), format!("{what} is down")).data(json!({ "retryAfter": 5 }))
}

#[async_trait]
impl ToolProvider for Failing {
    async fn tools(&self, _: &RequestInfo<'_>) -> Result<Vec<ToolHandler>, ProviderError> {
        Err(self.error("the list of tools"))
    }

    async fn tool(&self, _: &RequestInfo<'_>, name: &str) -> Result<Option<ToolHandler>, ProviderError> {
        Err(self.error(name))
    }
}

#[async_trait]
impl PromptProvider for Failing {
    async fn prompts(&self, _: &RequestInfo<'_>) -> Result<Vec<PromptHandler>, ProviderError> {
        Err(self.error("the list of prompts"))
    }
}

#[async_trait]
impl ResourceProvider for Failing {
    async fn resources(&self, _: &RequestInfo<'_>) -> Result<Vec<ResourceHandler>, ProviderError> {
        Err(self.error("the list of resources"))
    }

    async fn templates(&self, _: &RequestInfo<'_>) -> Result<Vec<TemplateHandler>, ProviderError> {
        Err(self.error("the list of templates"))
    }
}

/// Returns the errors of all requests that ask the providers, with the names that the providers give them.
fn errors(client: &Client) -> [(&'static str, ErrorObject); 7] {
    [
        ("the list of tools", block_on(client.list_tools()).unwrap_err()),
        ("get_issue", block_on(client.call_tool("get_issue", ())).unwrap_err()),
        ("the list of prompts", block_on(client.list_prompts()).unwrap_err()),
        ("the list of prompts", block_on(client.get_prompt("any", ())).unwrap_err()),
        ("the list of resources", block_on(client.list_resources()).unwrap_err()),
        ("the list of resources", block_on(client.read_resource("x://any")).unwrap_err()),
        ("the list of templates", block_on(client.list_resource_templates()).unwrap_err()),
    ]
}

fn failing(has_code: bool) -> [Client; 2] {
    let provider = Failing { has_code };
    let builder = Server::builder("gateway", "1.0.0").tool_provider(provider).prompt_provider(provider);
    clients(builder.resource_provider(provider))
}

#[test]
fn protocol_error_of_a_provider_arrives_unchanged() {
    for client in failing(true) {
        for (what, error) in errors(&client) {
            assert_eq!(error, expected(what));
        }
    }
}

#[test]
fn other_error_of_a_provider_is_an_incident_number() {
    for client in failing(false) {
        let errors = errors(&client).map(|(_, error)| error);
        let mut incidents: Vec<_> = errors.iter().map(|error| error.message.to_string()).collect();
        for error in errors {
            assert_eq!((error.code, &error.data), (ErrorCode::INTERNAL_ERROR, &None));
            let number = error.message.strip_prefix("internal error, incident ").unwrap();
            assert!(number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_hexdigit()), "{number}");
        }
        incidents.sort();
        incidents.dedup();
        assert_eq!(incidents.len(), 7, "each failure has its own number");
    }
}

/// A tool with this title, which returns the title.
fn titled(name: &str, title: &'static str) -> ToolHandler {
    ToolHandler::function(name, [], move || async move { title }).title(title)
}

/// A provider of these tools, as names and titles.
struct Tools(&'static [(&'static str, &'static str)]);

#[async_trait]
impl ToolProvider for Tools {
    async fn tools(&self, _: &RequestInfo<'_>) -> Result<Vec<ToolHandler>, ProviderError> {
        Ok(self.0.iter().map(|(name, title)| titled(name, title)).collect())
    }
}

/// Returns the titles of the listed tools, and asserts that a call of each runs the tool that the list shows.
fn titles(client: &Client) -> Vec<String> {
    let tools = block_on(client.list_tools()).unwrap();
    let titles = tools.into_iter().map(|tool| (tool.name, tool.title.unwrap()));
    let check = |(name, title): (String, String)| {
        let result = block_on(client.call_tool(&name, ())).unwrap_or_else(|error| panic!("{title}: {error}"));
        assert_eq!(result.content[0].as_text(), Some(&*title));
        title
    };
    titles.map(check).collect()
}

#[test]
fn first_tool_of_a_name_is_listed_and_called_by_every_client() {
    for client in clients(Server::builder("gateway", "1.0.0").tool_provider(Tools(&[
        ("same", "first"),
        ("other", "between"),
        ("same", "second"),
    ]))) {
        assert_eq!(titles(&client), ["first", "between"]);
    }
    let of_providers = Server::builder("gateway", "1.0.0")
        .tool(titled("own", "static"))
        .tool_provider(Tools(&[("own", "provided"), ("same", "first")]))
        .tool_provider(Tools(&[("same", "second"), ("last", "last")]));
    for client in clients(of_providers) {
        assert_eq!(titles(&client), ["static", "first", "last"]);
    }
}

#[test]
fn hidden_tool_does_not_hide_the_same_name_of_a_later_provider() {
    let builder = Server::builder("gateway", "1.0.0")
        .tool_provider(Tools(&[("same", "hidden")]))
        .tool_provider(Tools(&[("same", "shown")]))
        .visible(|_, item| !matches!(item, Item::Tool(tool) if tool.title.as_deref() == Some("hidden")));
    for client in clients(builder) {
        assert_eq!(titles(&client), ["shown"]);
    }
}

#[test]
fn hidden_tool_hides_a_later_one_of_the_same_provider() {
    let builder = Server::builder("gateway", "1.0.0")
        .tool_provider(Tools(&[("same", "hidden"), ("same", "shown"), ("other", "other")]))
        .visible(|_, item| !matches!(item, Item::Tool(tool) if tool.title.as_deref() == Some("hidden")));
    for client in clients(builder) {
        let listed: Vec<_> =
            block_on(client.list_tools()).unwrap().into_iter().map(|tool| tool.name).collect();
        assert_eq!(listed, ["other"], "a call of `same` finds the hidden one");
        assert!(block_on(client.call_tool("same", ())).is_err());
    }
}

/// A provider whose first tool of a name is invalid.
struct PartlyInvalid;

#[async_trait]
impl ToolProvider for PartlyInvalid {
    async fn tools(&self, _: &RequestInfo<'_>) -> Result<Vec<ToolHandler>, ProviderError> {
        let valid = titled("same", "valid");
        let invalid = titled("same", "invalid").read_only(true).destructive(true);
        assert!(invalid.clone().checked().is_err());
        Ok(vec![invalid, valid])
    }
}

#[test]
fn invalid_tool_does_not_hide_a_valid_one_with_its_name() {
    for client in clients(Server::builder("gateway", "1.0.0").tool_provider(PartlyInvalid)) {
        assert_eq!(titles(&client), ["valid"]);
    }
}
