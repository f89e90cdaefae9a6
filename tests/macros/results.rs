//! What methods may return.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use mcpwright::core::TextContent;
use mcpwright::{ContentBlock, IntoToolResult, Json, ToolError, ToolResult, server};
use serde_json::json;

use crate::{call, client, definition, empty, text};

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

/// An error like that of `anyhow` and `eyre`: none itself, but it becomes one.
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

    /// A text that is borrowed from an argument.
    #[tool]
    fn borrowed(word: &str) -> Cow<'_, str> {
        word.trim().into()
    }

    /// Structured content.
    #[tool]
    async fn structured(&self) -> Json<Note> {
        Json(Note { id: 1 })
    }

    /// A list as structured content, which may fail.
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
    fn whole() -> ToolResult {
        ToolResult::error("whole")
    }

    /// Perhaps a text.
    #[tool]
    fn perhaps(is_there: bool) -> Option<String> {
        is_there.then(|| "there".to_owned())
    }

    /// What it returns has no name.
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

    /// Any error, under another name.
    #[tool]
    async fn aliased(&self) -> mcpwright::Result<String> {
        Err("aliased".into())
    }

    /// An error that becomes one.
    #[tool]
    async fn becoming(&self) -> Fallible<Json<Note>> {
        Err(AnyError(NoteError::Missing(2)))
    }

    /// A text as an error.
    #[tool]
    fn worded() -> Result<(), String> {
        Err("worded".to_owned())
    }

    /// Words for the model.
    #[tool]
    fn meant() -> Result<(), ToolError> {
        Err(ToolError::new("try another"))
    }
}

#[tokio::test]
async fn results_are_content() {
    let client = client(Results);
    for (tool, expected) in [
        ("nothing", ""),
        ("number", "-1"),
        ("structured", r#"{"id":1}"#),
        ("list", r#"[{"id":1}]"#),
        ("blocks", "one"),
        ("whole", "error: whole"),
        ("unnamed", "unnamed"),
    ] {
        assert_eq!(call(&client, tool, empty()).await, expected, "{tool}");
    }
    assert_eq!(call(&client, "perhaps", json!({ "is_there": true })).await, "there");
    assert_eq!(call(&client, "perhaps", json!({ "is_there": false })).await, "");
    assert_eq!(call(&client, "borrowed", json!({ "word": " a " })).await, "a");
}

#[tokio::test]
async fn errors_are_for_the_model() {
    let client = client(Results);
    for (tool, expected) in [
        ("aliased", "error: aliased"),
        ("becoming", "error: there is no note 2"),
        ("worded", "error: worded"),
        ("meant", "error: try another"),
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
    let note = json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX });
    for tool in ["structured", "becoming"] {
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
