//! Return types of tools.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use mcpwright::types::TextContent;
use mcpwright::{CallToolResult, ContentBlock, IntoToolResult, Json, ToolError, server};
use serde_json::json;

use crate::{EMPTY_RESULT, call, client, definition, empty, text};

struct Results;

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Note {
    id: u32,
}

#[derive(Debug, thiserror::Error)]
enum NoteError {
    #[error("there is no note {0}")]
    Missing(u32),
}

/// An error like that of `anyhow` and `eyre`: it does not implement `Error`, but converts into a boxed one.
struct AnyError(NoteError);

impl From<AnyError> for Box<dyn Error + Send + Sync> {
    fn from(error: AnyError) -> Self {
        error.0.into()
    }
}

impl fmt::Debug for AnyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

type Fallible<T> = Result<T, AnyError>;

#[server]
impl Results {
    /// Nothing.
    #[tool]
    async fn nothing(&self) {}

    /// A number.
    #[tool]
    fn number() -> i128 {
        -1
    }

    /// A string that is borrowed from an argument.
    #[tool]
    fn borrowed(word: &str) -> Cow<'_, str> {
        word.trim().into()
    }

    /// Structured content.
    #[tool]
    async fn structured(&self) -> Json<Note> {
        Json(Note { id: 1 })
    }

    /// A list as structured content, or an error.
    #[tool]
    async fn list(&self) -> Result<Json<Vec<Note>>, NoteError> {
        Ok(Json(vec![Note { id: 1 }]))
    }

    /// Content blocks.
    #[tool]
    fn blocks() -> Vec<ContentBlock> {
        vec![TextContent::new("one").into(), TextContent::new("two").into()]
    }

    /// A whole result.
    #[tool]
    fn whole() -> CallToolResult {
        CallToolResult::error("whole")
    }

    /// An optional string.
    #[tool]
    fn optional(is_there: bool) -> Option<String> {
        is_there.then(|| "there".to_owned())
    }

    /// A type without a name.
    #[tool]
    async fn unnamed(&self) -> impl IntoToolResult {
        "unnamed"
    }

    /// An error of a library.
    #[tool]
    async fn missing(&self, id: u32) -> Result<String, NoteError> {
        Err(NoteError::Missing(id))
    }

    /// Any error.
    #[tool]
    fn any(text: String) -> Result<u32, Box<dyn Error + Send + Sync>> {
        Ok(text.parse::<u32>()?)
    }

    /// Any error, by an alias.
    #[tool]
    async fn aliased(&self) -> mcpwright::Result<String> {
        Err("aliased".into())
    }

    /// A type that converts into an error.
    #[tool]
    async fn converted(&self) -> Fallible<Json<Note>> {
        Err(AnyError(NoteError::Missing(2)))
    }

    /// A string as an error.
    #[tool]
    fn string_error() -> Result<(), String> {
        Err("no reason".to_owned())
    }

    /// A text for the model.
    #[tool]
    fn tool_error() -> Result<(), ToolError> {
        Err(ToolError::new("try another"))
    }
}

#[tokio::test]
async fn a_result_becomes_content() {
    let client = client(Results);
    for (tool, expected) in [
        ("nothing", EMPTY_RESULT),
        ("number", "-1"),
        ("structured", r#"{"id":1}"#),
        ("list", r#"[{"id":1}]"#),
        ("blocks", "one"),
        ("whole", "error: whole"),
        ("unnamed", "unnamed"),
    ] {
        assert_eq!(call(&client, tool, empty()).await, expected, "{tool}");
    }
    assert_eq!(call(&client, "optional", json!({ "is_there": true })).await, "there");
    assert_eq!(call(&client, "optional", json!({ "is_there": false })).await, EMPTY_RESULT);
    assert_eq!(call(&client, "borrowed", json!({ "word": " a " })).await, "a");
}

#[tokio::test]
async fn an_error_becomes_text() {
    let client = client(Results);
    for (tool, expected) in [
        ("aliased", "error: aliased"),
        ("converted", "error: there is no note 2"),
        ("string_error", "error: no reason"),
        ("tool_error", "error: try another"),
    ] {
        assert_eq!(call(&client, tool, empty()).await, expected, "{tool}");
    }
    assert_eq!(call(&client, "missing", json!({ "id": 3 })).await, "error: there is no note 3");
    assert_eq!(call(&client, "any", json!({ "text": "3" })).await, "3");
    assert_eq!(call(&client, "any", json!({ "text": "x" })).await, "error: invalid digit found in string");
}

#[tokio::test]
async fn structured_content_has_a_schema() {
    let client = client(Results);
    let note = json!({ "type": "integer" });
    for tool in ["structured", "converted"] {
        assert_eq!(
            definition(&client, tool).await["outputSchema"]["properties"],
            json!({ "id": note }),
            "{tool}"
        );
    }
    let list = definition(&client, "list").await["outputSchema"].clone();
    assert_eq!(list["properties"]["result"]["items"]["properties"], json!({ "id": note }));
    for tool in ["nothing", "number", "blocks", "unnamed", "missing"] {
        assert_eq!(definition(&client, tool).await["outputSchema"], json!(null), "{tool}");
    }
    let result = client.call_tool("structured", ()).await.expect("the tool is there");
    let structured = result.structured_content.as_ref().expect("the content is structured");
    assert_eq!(structured.as_str(), r#"{"id":1}"#);
    assert_eq!(text(&result), (r#"{"id":1}"#, false));
}
