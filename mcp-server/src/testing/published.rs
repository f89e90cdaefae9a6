//! The published catalog of a server, as a client of the newest revision receives it.

use mcpwright_core::{ErrorCode, ErrorObject, meta, method};
use serde_json::{Value, json};

use crate::testing::client::Client;
use crate::testing::internal_error;

/// The name, the instructions and all lists of a server.
#[derive(Debug, Default)]
pub(crate) struct Published {
    /// The server's information: its name, version and title.
    pub(crate) server: Value,
    pub(crate) instructions: Option<String>,
    pub(crate) tools: Vec<Value>,
    pub(crate) prompts: Vec<Value>,
    pub(crate) resources: Vec<Value>,
    pub(crate) templates: Vec<Value>,
}

impl Published {
    /// Requests the information and all pages of all lists. A list that the server does not have is empty.
    pub(crate) async fn fetch(client: &Client) -> Result<Self, ErrorObject> {
        let discovered = client.discover().await?;
        Ok(Self {
            server: discovered.meta.get(meta::key::SERVER_INFO).cloned().unwrap_or_default(),
            instructions: discovered.instructions,
            tools: list(client, method::TOOLS_LIST, "tools").await?,
            prompts: list(client, method::PROMPTS_LIST, "prompts").await?,
            resources: list(client, method::RESOURCES_LIST, "resources").await?,
            templates: list(client, method::RESOURCES_TEMPLATES_LIST, "resourceTemplates").await?,
        })
    }
}

/// Requests all pages of a list.
async fn list(client: &Client, method: &str, member: &str) -> Result<Vec<Value>, ErrorObject> {
    let (mut items, mut cursor): (Vec<Value>, Option<Value>) = (Vec::new(), None);
    loop {
        let params = cursor.as_ref().map_or_else(|| json!({}), |cursor| json!({ "cursor": cursor }));
        let page = match client.send(method, params).await {
            Ok(page) => page,
            Err(error) if error.code == ErrorCode::METHOD_NOT_FOUND => return Ok(items),
            Err(error) => return Err(error),
        };
        let mut page: Value = page.decode_owned().map_err(|error| internal_error(&error))?;
        if let Value::Array(more) = page[member].take() {
            items.extend(more);
        }
        match page["nextCursor"].take() {
            Value::Null => return Ok(items),
            next if cursor.as_ref() == Some(&next) => {
                return Err(ErrorObject::internal(format!("{method} returned the same cursor twice")));
            }
            next => cursor = Some(next),
        }
    }
}
