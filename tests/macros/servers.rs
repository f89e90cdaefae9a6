//! Options and parts of `#[server]`.

use std::fmt::Display;
use std::sync::Mutex;

use mcpwright::{Serve as _, Server, server};
use serde_json::json;

use crate::{call, client, definition, empty};

struct Plain;

#[server]
impl Plain {
    /// Do nothing.
    #[tool]
    fn nothing() {}
}

struct Described;

/// Notes of
/// a user.
#[server(
    name = "notes",
    version = "7.0.0",
    title = "Notes",
    instructions = concat!("Search", " first."),
    website_url = "https://example.com",
    icon(src = "https://example.com/a.png"),
    page_size = 1,
    timeout = "1min",
    cache("1h", private),
    mask_errors
)]
impl Described {
    const TEXT: &'static str = "text";

    /// Fail.
    #[tool]
    fn fail() -> Result<(), String> {
        Err("a secret".to_owned())
    }

    /// A text.
    #[tool]
    fn text() -> &'static str {
        Self::TEXT
    }
}

trait Store: Send + Sync {
    type Key: Display + serde::de::DeserializeOwned + schemars::JsonSchema + Send + Sync + 'static;

    fn get(&self, key: &Self::Key) -> String;
}

struct Memory;

impl Store for Memory {
    type Key = u8;

    fn get(&self, key: &u8) -> String {
        format!("value {key}")
    }
}

struct Generic<S, const N: usize> {
    store: S,
}

#[server(parts(sizes))]
impl<S: Store, const N: usize> Generic<S, N>
where
    S::Key: Clone,
{
    /// Get a value.
    #[tool]
    async fn get(&self, key: S::Key) -> String {
        let size = N;
        format!("{} {size}", self.store.get(&key.clone()))
    }

    /// Get a value by its URI.
    #[resource("store://{key}")]
    fn read(&self, key: &S::Key) -> String {
        self.store.get(key)
    }
}

#[server(part = sizes)]
impl<S: Store, const N: usize> Generic<S, N>
where
    S::Key: Clone,
{
    /// Get the size.
    #[tool]
    fn size(&self) -> usize {
        N
    }
}

struct Parts {
    count: Mutex<u32>,
}

#[server(parts(admin, counting))]
impl Parts {
    /// Do nothing.
    #[tool]
    fn nothing() {}
}

#[server(part = counting)]
impl Parts {
    /// Count.
    #[tool]
    fn count(&self) -> u32 {
        let mut count = self.count.lock().expect("no call panics");
        *count += 1;
        *count
    }
}

struct Defaults;

#[server(
    read_only,
    destructive = false,
    idempotent = true,
    open_world = false,
    titles = mcpwright::ToolHandler::title_from_name,
    allow_unknown_arguments,
    parts(writing)
)]
impl Defaults {
    /// Find a note.
    #[tool(title = "Search")]
    fn find(&self, query: &str) -> String {
        query.to_owned()
    }
}

#[server(part = writing)]
impl Defaults {
    /// Delete a note.
    #[tool(destructive)]
    fn delete(&self, query: &str) -> String {
        query.to_owned()
    }
}

#[tokio::test]
async fn a_server_has_defaults_for_its_tools() {
    let client = client(Defaults);
    assert_eq!(
        definition(&client, "find").await["annotations"],
        json!({ "readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": false })
    );
    assert_eq!(
        definition(&client, "delete").await["annotations"],
        json!({ "destructiveHint": true, "idempotentHint": true, "openWorldHint": false })
    );
    for (name, title) in [("find", "Search"), ("delete", "Delete")] {
        assert_eq!(definition(&client, name).await["title"], title);
        assert_eq!(call(&client, name, json!({ "query": "tea", "limit": 5 })).await, "tea");
        assert_eq!(definition(&client, name).await["inputSchema"]["additionalProperties"], true);
    }
}

mod administration {
    //! A part in another module.

    use mcpwright::server;

    #[server(part = admin)]
    impl super::Parts {
        /// Reset the count.
        #[tool(destructive)]
        async fn reset(&self) -> mcpwright::Result<()> {
            *self.count.lock().map_err(|error| error.to_string())? = 0;
            Ok(())
        }
    }
}

macro_rules! declared {
    ($name:ident, $argument:ident: $type:ty = $default:expr, $description:literal, $time:literal) => {
        struct $name;

        #[server]
        impl $name {
            #[tool(description = $description, timeout = $time)]
            async fn same(&self, #[arg(default = $default)] $argument: $type) -> String {
                $argument.to_owned()
            }
        }
    };
}

declared!(Declared, text: &String = "default", "The same text.", "1s");

#[tokio::test]
async fn a_declarative_macro_can_contain_a_server() {
    let client = client(Declared);
    assert_eq!(call(&client, "same", empty()).await, "default");
    assert_eq!(call(&client, "same", json!({ "text": "given" })).await, "given");
    assert_eq!(definition(&client, "same").await["description"], "The same text.");
}

#[tokio::test]
async fn the_package_names_the_server() {
    let server = Server::from(Plain);
    assert_eq!(server.info().name, "mcpwright");
    assert_eq!(server.info().version, env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn options_are_published() {
    let server = Server::from(Described);
    assert_eq!(server.instructions(), Some("Search first."));
    assert_eq!(
        serde_json::to_value(server.info()).expect("the info is JSON"),
        json!({
            "name": "notes",
            "version": "7.0.0",
            "title": "Notes",
            "description": "Notes of a user.",
            "websiteUrl": "https://example.com",
            "icons": [{ "src": "https://example.com/a.png" }],
        })
    );
    let client = client(server);
    assert_eq!(call(&client, "text", empty()).await, "text");
    let failed = call(&client, "fail", empty()).await;
    assert!(failed.starts_with("error") && !failed.contains("secret"), "{failed}");
}

#[tokio::test]
async fn a_server_can_be_generic() {
    let client = client(Generic::<_, 3> { store: Memory });
    assert_eq!(call(&client, "get", json!({ "key": 1 })).await, "value 1 3");
    let result = client.read_resource("store://2").await.expect("the resource is there");
    assert_eq!(serde_json::to_value(&result.contents[0]).expect("contents are JSON")["text"], "value 2");
    assert_eq!(call(&client, "size", empty()).await, "3");
}

#[tokio::test]
async fn parts_belong_to_one_server() {
    let client = client(Parts { count: Mutex::default() });
    let tools = client.list_tools().await.expect("tools can be listed");
    let names: Vec<_> = tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["nothing", "reset", "count"]);
    assert_eq!(call(&client, "count", empty()).await, "1");
    assert_eq!(call(&client, "count", empty()).await, "2");
    call(&client, "reset", empty()).await;
    assert_eq!(call(&client, "count", empty()).await, "1");
}

#[tokio::test]
async fn a_server_is_mounted_with_a_prefix() {
    let server =
        Described.into_builder().mount("plain", Plain).mount("parts", Parts { count: Mutex::default() });
    let client = client(server);
    assert_eq!(call(&client, "text", empty()).await, "text");
    assert_eq!(call(&client, "parts_count", empty()).await, "1");
    assert_eq!(definition(&client, "plain_nothing").await["description"], "Do nothing.");
}
