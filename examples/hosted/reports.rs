//! Tools from a data file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use mcpwright::serde_json::{self, Value};
use mcpwright::types::Tool;
use mcpwright::{Catalog, ToolError, ToolHandler};
use serde::Deserialize;

/// The member of a tool's `_meta` that names the scope which callers need.
const SCOPE: &str = "shop.example/scope";

/// A report as the file describes it.
#[derive(Deserialize)]
struct Report {
    name: String,
    description: String,
    scope: Option<String>,
    /// The JSON Schema of the parameters.
    parameters: Value,
    /// The text of the report, with names of parameters in braces.
    text: String,
}

impl Report {
    fn into_tool(self) -> ToolHandler {
        let Self { name, description, scope, parameters, text } = self;
        let tool = ToolHandler::with_portable_schema(name, parameters, move |arguments, _| {
            let report = fill(&text, &arguments);
            async move { report }
        });
        let tool = tool.description(description).read_only(true);
        match scope {
            Some(scope) => tool.meta(SCOPE, scope),
            None => tool,
        }
    }
}

/// Returns the scope that a caller needs for a tool.
pub(crate) fn scope(tool: &Tool) -> Option<&str> {
    tool.meta.get(SCOPE).and_then(Value::as_str)
}

/// Returns a text with the arguments in place of their names.
fn fill(text: &str, arguments: &Value) -> Result<String, ToolError> {
    let arguments = arguments.as_object().ok_or_else(|| ToolError::new("the arguments must be an object"))?;
    let text = arguments.iter().fold(text.to_owned(), |text, (name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.replace(&format!("{{{name}}}"), &value)
    });
    if text.contains('{') { Err(ToolError::new("an argument is missing")) } else { Ok(text) }
}

/// Reads the reports of a file. A report with an invalid name or schema is left out when they are listed, with a warning.
pub(crate) fn read(file: &Path) -> mcpwright::Result<Vec<ToolHandler>> {
    let reports: Vec<Report> = serde_json::from_slice(&std::fs::read(file)?)?;
    Ok(reports.into_iter().map(Report::into_tool).collect())
}

/// Reads the file again whenever it changes. One that cannot be read leaves the reports as they are.
pub(crate) async fn watch(file: PathBuf, catalog: Catalog<ToolHandler>) {
    let modified = || std::fs::metadata(&file).and_then(|metadata| metadata.modified()).ok();
    let mut last = modified();
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let now = modified();
        if now == last {
            continue;
        }
        last = now;
        match read(&file) {
            Ok(tools) => catalog.replace(tools),
            Err(error) => tracing::warn!(%error, "cannot read the reports"),
        }
    }
}
