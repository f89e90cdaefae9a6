//! The lint over the schemas of the types that arguments and results have: no client rejects one of them.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
#![allow(dead_code, reason = "only the schemas of the types are used")]

mod foreign;
mod own;
mod standard;

use mcpwright::testing::lint;
use mcpwright::{Server, ToolHandler};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

/// A type, and a tool with an argument and a result of it.
pub(crate) type Probe = (&'static str, ToolHandler);

/// Returns a tool with an argument and a result of a type.
pub(crate) fn probe<T: DeserializeOwned + JsonSchema + Send + 'static>() -> ToolHandler {
    argument::<T>().output::<T>()
}

/// Returns a tool with an argument of a type.
pub(crate) fn argument<T: DeserializeOwned + JsonSchema + Send + 'static>() -> ToolHandler {
    ToolHandler::function("probe", ["value"], |_: T| async { mcpwright::CallToolResult::text("") })
        .description("Take a value, and return one.")
        .argument("value", |value| value.description("A value."))
        .read_only(true)
}

/// Returns a list of types with their tools.
macro_rules! probes {
    ($($type:ty),* $(,)?) => {
        vec![$((stringify!($type), crate::probe::<$type>())),*]
    };
}

pub(crate) use probes;

#[tokio::test]
async fn schemas_of_all_types_have_no_findings() {
    let probes = [standard::probes(), foreign::probes(), own::probes()].concat();
    let mut findings = Vec::new();
    for (name, tool) in &probes {
        let report = lint(Server::builder("types", "1.0.0").tool(tool.clone())).await;
        assert_eq!(report.tools().len(), 1, "{name}");
        findings.extend(report.findings().iter().map(|finding| format!("{name}: {finding}")));
    }
    eprintln!("{} types", probes.len());
    assert!(probes.len() >= 190, "{} types", probes.len());
    assert!(findings.is_empty(), "{} findings\n{}", findings.len(), findings.join("\n"));
}

/// Schemas as they are generated have findings: the lint does not pass because it finds nothing.
#[tokio::test]
async fn schemas_as_they_are_generated_have_findings() {
    async fn rules<T: JsonSchema>() -> Vec<String> {
        let generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
        let member = generator.into_root_schema_for::<T>().to_value();
        let schema = serde_json::json!({ "type": "object", "properties": { "value": member } });
        let tool = ToolHandler::with_unchecked_schema("probe", schema, |_, _| async {});
        let report = lint(Server::builder("types", "1.0.0").tool(tool)).await;
        report.findings().iter().map(|finding| finding.rule.to_string()).collect()
    }
    assert!(rules::<u64>().await.contains(&"number-format".to_owned()));
    assert!(rules::<Option<String>>().await.contains(&"type-list".to_owned()));
    assert!(rules::<Vec<serde_json::Value>>().await.contains(&"boolean-schema".to_owned()));
    assert!(rules::<(u8, String)>().await.contains(&"tuple-items".to_owned()));
    assert!(rules::<own::Documented>().await.contains(&"one-of".to_owned()));
}
