//! Arguments that clients repeat in HTTP headers.

use futures::executor::block_on;
use mcpwright_core::ErrorCode;
use mcpwright_server::testing::Client;
use mcpwright_server::{Builder, Catalog, Server, ToolHandler};

fn server() -> Builder {
    Server::builder("test", "1.0.0")
}

/// A tool whose argument is repeated in this header.
fn query(header: &'static str) -> ToolHandler {
    ToolHandler::function("query", ["region"], |region: String| async move { region })
        .argument("region", |region| region.header(header))
        .description("Query.")
}

/// A tool that clients would leave out.
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
fn a_tool_says_what_is_repeated() {
    let nested =
        ToolHandler::function("nested", ["place", "zones"], |place: Place, zones: Vec<u8>| async move {
            format!("{}{zones:?}", place.region)
        });
    let mirrored = nested.header_params();
    assert_eq!(mirrored.len(), 1);
    assert_eq!(mirrored[0].path(), ["place", "region"]);
    assert_eq!((mirrored[0].name(), mirrored[0].header()), ("Region", "mcp-param-region"));
    assert!(ToolHandler::function("none", [], || async {}).header_params().is_empty());
}

#[test]
fn a_server_knows_it_for_every_tool() {
    let catalogue = Catalog::new();
    catalogue.insert(query("Region"));
    let fixed = server().tool(query("Region")).build();
    let provided = server().tool_provider(catalogue).build();
    let mounted = server().mount("inner", server().tool(query("Region"))).build();
    for (server, name) in [(fixed, "query"), (provided, "query"), (mounted, "inner_query")] {
        assert_eq!(block_on(server.mirrored(name)).unwrap(), query("Region").header_params());
        assert!(block_on(server.mirrored("unknown")).unwrap().is_empty());
    }
}

#[test]
#[should_panic(expected = "the tool `query`: the `x-mcp-header` of `/properties/region` must be usable in")]
fn a_name_that_http_does_not_allow_does_not_start() {
    let _ = server().tool(query("The region")).build();
}

#[test]
#[should_panic(expected = "the tool `limited`: `/properties/limit` is repeated in the HTTP header `Limit`")]
fn a_number_that_is_repeated_does_not_start() {
    let _ = server().tool(limited()).build();
}

#[test]
#[should_panic(expected = "must be on a property that only `properties` lead to")]
fn what_stands_in_a_list_is_not_repeated() {
    let listed = ToolHandler::function("listed", ["places"], |places: Vec<Place>| async move {
        places.into_iter().map(|place| place.region).collect::<String>()
    });
    let _ = server().tool(listed).build();
}

#[test]
fn a_wrong_tool_of_a_provider_hides_no_other() {
    let catalogue = Catalog::new();
    catalogue.insert(limited());
    catalogue.insert(query("Region"));
    let client = Client::modern(server().tool_provider(catalogue));
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
