//! Tool arguments that clients mirror in HTTP headers (`x-mcp-header`).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use mcpwright_core::{ErrorCode, ErrorObject, Request, message};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Builder, Caller, Catalog, Decision, HeaderParam, NotificationSender, ProviderError, RequestInfo, Server,
    ToolHandler, ToolProvider, TransportMetadata, async_trait,
};

fn server() -> Builder {
    Server::builder("test", "1.0.0")
}

/// A tool whose argument is mirrored in `header`.
fn query(header: &'static str) -> ToolHandler {
    ToolHandler::function("query", ["region"], |region: String| async move { region })
        .argument("region", |region| region.header(header))
        .description("Query.")
}

/// A tool with an invalid header parameter: clients would drop the tool because the type is `number`.
fn limited() -> ToolHandler {
    ToolHandler::function("limited", ["limit"], |limit: f64| async move { limit })
        .argument("limit", |limit| limit.header("Limit"))
        .description("Limited.")
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Place {
    #[schemars(extend("x-mcp-header" = "Region"))]
    region: String,
}

#[test]
fn header_params_are_found_in_nested_objects() {
    let nested =
        ToolHandler::function("nested", ["place", "zones"], |place: Place, zones: Vec<u8>| async move {
            format!("{}{zones:?}", place.region)
        });
    let params = nested.header_params();
    assert_eq!(params.len(), 1);
    assert_eq!(params[0].path(), ["place", "region"]);
    assert_eq!((params[0].name(), params[0].header()), ("Region", "mcp-param-region"));
    assert!(ToolHandler::function("none", [], || async {}).header_params().is_empty());
}

/// Transport metadata that records the header parameters it is asked to check.
#[derive(Default)]
struct RecordingMetadata(Mutex<Vec<HeaderParam>>);

impl TransportMetadata for RecordingMetadata {
    fn check(&self, _: &Request, _: &str, header_params: &[HeaderParam]) -> Result<(), ErrorObject> {
        *self.0.lock().unwrap() = header_params.to_vec();
        Ok(())
    }

    fn has_header_params(&self) -> bool {
        true
    }
}

/// A provider that counts lookups of tools.
struct CountingProvider(Catalog<ToolHandler>, Arc<AtomicUsize>);

#[async_trait]
impl ToolProvider for CountingProvider {
    fn revision(&self) -> u64 {
        ToolProvider::revision(&self.0)
    }

    async fn tools(&self, request: &RequestInfo<'_>) -> Result<Vec<ToolHandler>, ProviderError> {
        self.0.tools(request).await
    }

    async fn tool(
        &self,
        request: &RequestInfo<'_>,
        name: &str,
    ) -> Result<Option<ToolHandler>, ProviderError> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.tool(request, name).await
    }
}

/// Receives a call of the tool `name`, and returns the decision and the header parameters that were checked.
fn receive_call(server: &Server, name: &str) -> (Decision, Vec<HeaderParam>) {
    let request = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{name}","arguments":{{"region":"eu"}},
            "_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28",
            "io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}"#
    );
    let metadata = RecordingMetadata::default();
    let message = message::decode(request.as_bytes());
    let decision = block_on(server.receive(&Caller::anonymous(), message, &metadata));
    (decision, metadata.0.into_inner().unwrap())
}

#[test]
fn header_params_are_checked_for_static_provided_and_mounted_tools() {
    let catalog = Catalog::new();
    catalog.insert(query("Region"));
    let fixed = server().tool(query("Region")).build();
    let provided = server().tool_provider(catalog).build();
    let mounted = server().mount("inner", server().tool(query("Region"))).build();
    for (server, name) in [(fixed, "query"), (provided, "query"), (mounted, "inner_query")] {
        assert_eq!(receive_call(&server, name).1, query("Region").header_params());
        assert!(receive_call(&server, "unknown").1.is_empty());
    }
}

#[test]
fn a_tool_is_looked_up_once_per_call() {
    let (catalog, lookups) = (Catalog::new(), Arc::new(AtomicUsize::new(0)));
    catalog.insert(query("Region"));
    let server = server().tool_provider(CountingProvider(catalog, Arc::clone(&lookups))).build();
    for (name, is_error) in [("query", false), ("unknown", true)] {
        lookups.store(0, Ordering::SeqCst);
        let (Decision::Call(call), _) = receive_call(&server, name) else { panic!("expected a call") };
        let outcome = block_on(server.call(&call, &NotificationSender::new(|_| {})));
        assert_eq!(server.finish(&call, outcome).outcome.is_err(), is_error);
        assert_eq!(lookups.load(Ordering::SeqCst), 1, "{name}");
    }
}

#[test]
#[should_panic(expected = "the tool `query`: the `x-mcp-header` of `/properties/region` must be usable in")]
fn an_invalid_header_name_panics_at_build() {
    let _ = server().tool(query("The region")).build();
}

#[test]
#[should_panic(expected = "the tool `limited`: `/properties/limit` is repeated in the HTTP header `Limit`")]
fn a_header_parameter_of_type_number_panics_at_build() {
    let _ = server().tool(limited()).build();
}

#[test]
#[should_panic(expected = "must be on a property that only `properties` lead to")]
fn a_header_parameter_inside_an_array_panics_at_build() {
    let listed = ToolHandler::function("listed", ["places"], |places: Vec<Place>| async move {
        places.into_iter().map(|place| place.region).collect::<String>()
    });
    let _ = server().tool(listed).build();
}

#[test]
fn an_invalid_tool_of_a_provider_does_not_hide_others() {
    let catalog = Catalog::new();
    catalog.insert(limited());
    catalog.insert(query("Region"));
    let client = Client::modern(server().tool_provider(catalog));
    let names: Vec<_> = block_on(client.list_tools()).unwrap().into_iter().map(|tool| tool.name).collect();
    assert_eq!(names, ["query"]);
    let error = block_on(client.call_tool("limited", serde_json::json!({ "limit": 1.5 }))).unwrap_err();
    assert_eq!(error.code, ErrorCode::INVALID_PARAMS);
}

#[cfg(feature = "validate")]
#[test]
#[should_panic(expected = "the tool `query`: the `x-mcp-header` at `/properties/regions/items` must be on")]
fn headers_in_a_schema_written_by_hand_keep_the_rules() {
    use serde_json::json;
    let region = json!({ "type": "string", "x-mcp-header": "Region" });
    let with = |properties| json!({ "type": "object", "properties": properties });
    let query = |schema| ToolHandler::with_schema("query", schema, |_, _| async {});
    assert_eq!(query(with(json!({ "region": region }))).header_params()[0].path(), ["region"]);
    let listed = json!({ "regions": { "type": "array", "items": region } });
    let _ = server().tool(query(with(listed))).build();
}
