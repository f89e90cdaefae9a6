//! Resources and resource templates.

use std::fmt;

use mcpwright::types::ResourceContents;
use mcpwright::{Context, Json, server};
use serde_json::{Value, json};

use crate::client;

struct Library {
    name: String,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct BookId(u32);

impl fmt::Display for BookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

#[server]
impl Library {
    /// About the library.
    #[resource(
        "library://about",
        name = "about the library",
        title = "About",
        mime_type = "text/plain",
        size = 7,
        cache("5min", public),
        annotations(audience(user, assistant), priority = 0.5),
        meta("a" = 1)
    )]
    fn about(&self, _context: &Context) -> &str {
        &self.name
    }

    /// A book.
    #[resource("library://books/{id}{?page,plain}", mime_type = "text/markdown", title = "Book")]
    async fn book(
        &self,
        id: BookId,
        page: Option<u8>,
        #[arg(default = false)] plain: bool,
    ) -> Result<String, String> {
        if id.0 == 0 {
            return Err("the shelf is locked".to_owned());
        }
        Ok(format!("{id} {page:?} {plain}"))
    }

    #[resource("library://files/{+path}")]
    fn file(&self, context: Context, path: &str) -> Option<Vec<u8>> {
        (path != "missing").then(|| format!("{path} {}", context.caller()).into_bytes())
    }

    #[resource("library://{kind}/index")]
    fn index(&self, #[arg(name = "kind")] r#type: String) -> Json<Vec<String>> {
        Json(vec![r#type])
    }

    #[resource("library://many")]
    fn many() -> Vec<ResourceContents> {
        vec![ResourceContents::text("library://one", "1"), ResourceContents::text("library://two", "2")]
    }
}

fn library() -> Library {
    Library { name: "Library".to_owned() }
}

async fn read(uri: &str) -> Value {
    match client(library()).read_resource(uri).await {
        Ok(result) => serde_json::to_value(&result.contents).expect("contents are JSON"),
        Err(error) => json!(error.message),
    }
}

#[tokio::test]
async fn options_are_listed() {
    let client = client(library());
    let resources = client.list_resources().await.expect("resources can be listed");
    assert_eq!(
        serde_json::to_value(&resources).expect("resources are JSON"),
        json!([
            {
                "uri": "library://about",
                "name": "about the library",
                "title": "About",
                "description": "About the library.",
                "mimeType": "text/plain",
                "size": 7,
                "annotations": { "audience": ["user", "assistant"], "priority": 0.5 },
                "_meta": { "a": 1 },
            },
            { "uri": "library://many", "name": "many" },
        ])
    );
    let templates = client.list_resource_templates().await.expect("templates can be listed");
    assert_eq!(
        serde_json::to_value(&templates[0]).expect("templates are JSON"),
        json!({
            "uriTemplate": "library://books/{id}{?page,plain}",
            "name": "book",
            "title": "Book",
            "description": "A book.",
            "mimeType": "text/markdown",
        })
    );
    assert_eq!(templates.len(), 3);
}

#[tokio::test]
async fn variables_are_converted_to_types() {
    let text = |uri: &str, text: &str| json!([{ "uri": uri, "mimeType": "text/markdown", "text": text }]);
    for (uri, expected) in
        [("library://books/7", "#7 None false"), ("library://books/7?plain=true&page=2", "#7 Some(2) true")]
    {
        assert_eq!(read(uri).await, text(uri, expected));
    }
    let wrong = read("library://books/seven").await;
    assert!(wrong.is_string(), "{wrong}");
}

#[tokio::test]
async fn contents_have_the_types_of_results() {
    let about = json!([{ "uri": "library://about", "mimeType": "text/plain", "text": "Library" }]);
    assert_eq!(read("library://about").await, about);
    let list =
        json!([{ "uri": "library://novels/index", "mimeType": "application/json", "text": "[\"novels\"]" }]);
    assert_eq!(read("library://novels/index").await, list);
    let many = json!([{ "uri": "library://one", "text": "1" }, { "uri": "library://two", "text": "2" }]);
    assert_eq!(read("library://many").await, many);
    let file = json!([{ "uri": "library://files/a/b", "blob": "YS9iIGFub255bW91cw==" }]);
    assert_eq!(read("library://files/a/b").await, file);
    assert!(read("library://files/missing").await.is_string());
    assert!(read("library://books/0").await.is_string());
}
