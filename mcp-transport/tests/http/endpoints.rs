//! Several endpoints of one server, and rules that read the values of the transport.

use mcpwright_server::{Ext, Item, ResourceHandler, Server, ToolHandler};
use mcpwright_transport::http::Http;
use serde_json::{Value, json};

use crate::requests::{Request, call, initialize, modern};
use crate::support::TestServer;

/// The value of the endpoint at `/agent`.
#[derive(Clone)]
struct Agent;

/// The value of the header `X-Region`.
struct Region(String);

async fn report(agent: Option<Ext<Agent>>) -> String {
    format!("agent: {}", agent.is_some())
}

fn http() -> Http {
    let tool = |name: &str| ToolHandler::function(name, [], || async { "done" });
    let server = Server::builder("shop", "1.0.0")
        .tool(ToolHandler::function("report", [], report))
        .tool(tool("refund"))
        .tool(tool("eu_only"))
        .resource(ResourceHandler::function("shop:eu", "eu", || async { "eu" }))
        .instructions_for(|request| {
            let is_agent = request.extension::<Agent>().is_some();
            Some(if is_agent { "For agents." } else { "For people." }.to_owned())
        })
        .visible(|request, item| match item {
            Item::Tool(tool) if tool.name == "refund" => request.extension::<Agent>().is_none(),
            Item::Tool(tool) if tool.name == "report" => true,
            _ => request.extension::<Region>().is_some_and(|region| region.0 == "eu"),
        });
    mcpwright_transport::http(server)
        .endpoint("/agent", Agent)
        .extract(|parts| Some(Region(parts.headers.get("x-region")?.to_str().ok()?.to_owned())))
}

async fn start() -> TestServer {
    let (_, probe) = crate::probe::server_builder();
    TestServer::serve(probe, http()).await
}

async fn tools(server: &TestServer, request: &Request) -> Vec<String> {
    let result = server.send_request(request).await.json()["result"].clone();
    let tools = result["tools"].as_array().unwrap_or_else(|| panic!("{result}"));
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_endpoint_has_its_tools_and_instructions() {
    let server = start().await;
    let list = modern(json!(1), "tools/list", json!({}));
    assert_eq!(tools(&server, &list).await, ["report", "refund"]);
    assert_eq!(tools(&server, &list.clone().with_path("/agent")).await, ["report"]);
    let refund = call(json!(1), "refund", json!({}));
    assert_eq!(server.send_request(&refund).await.text(), "done");
    let hidden = server.send_request(&refund.with_path("/agent")).await;
    let missing = server.send_request(&call(json!(1), "nothing", json!({})).with_path("/agent")).await;
    let replaced = |value: Value| value.to_string().replace("refund", "nothing");
    assert_eq!((hidden.status, replaced(hidden.json())), (missing.status, missing.json().to_string()));
    let report = call(json!(1), "report", json!({})).with_path("/agent");
    assert_eq!(server.send_request(&report).await.text(), "agent: true");
    for (path, instructions) in [("/mcp", "For people."), ("/agent", "For agents.")] {
        let discover = modern(json!(1), "server/discover", json!({})).with_path(path);
        let result = server.send_request(&discover).await.json()["result"].clone();
        assert_eq!(
            (&result["instructions"], &result["cacheScope"]),
            (&json!(instructions), &json!("private"))
        );
        let opened = server.send_request(&initialize("2025-11-25").with_path(path)).await;
        assert_eq!(opened.json()["result"]["instructions"], instructions);
    }
    assert_eq!(tools(&server, &list.clone().with_path("/mcp/")).await, ["report", "refund"]);
    assert_eq!(tools(&server, &list.clone().with_path("/agent/")).await, ["report"]);
    for other in ["/other", "/agent//", "/mcp//", "/", "/healthz"] {
        assert!(
            matches!(server.send_request(&list.clone().with_path(other)).await.status, 404 | 405),
            "{other}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_belongs_to_its_endpoint() {
    let server = start().await;
    let opened = server.send_request(&initialize("2025-11-25").with_path("/agent")).await;
    let id = opened.header("mcp-session-id").unwrap().to_owned();
    let session = crate::requests::Session { id, version: "2025-11-25" };
    let list = session.request(json!(1), "tools/list", json!({}));
    assert_eq!(tools(&server, &list.clone().with_path("/agent")).await, ["report"]);
    assert_eq!(server.send_request(&list).await.status, 404);
    let main = server.session("2025-11-25").await.request(json!(1), "tools/list", json!({}));
    assert_eq!(tools(&server, &main).await, ["report", "refund"]);
    assert_eq!(server.send_request(&main.with_path("/agent")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_read_the_values_of_each_request() {
    let server = start().await;
    let session = server.session("2025-06-18").await;
    for request in
        [modern(json!(1), "tools/list", json!({})), session.request(json!(1), "tools/list", json!({}))]
    {
        assert_eq!(tools(&server, &request).await, ["report", "refund"]);
        assert_eq!(
            tools(&server, &request.clone().set("X-Region", "eu")).await,
            ["report", "refund", "eu_only"]
        );
        assert_eq!(tools(&server, &request.set("X-Region", "us")).await, ["report", "refund"]);
    }
    let eu_only = call(json!(1), "eu_only", json!({}));
    assert_eq!(server.send_request(&eu_only).await.code(), Some(-32602));
    assert_eq!(server.send_request(&eu_only.set("X-Region", "eu")).await.text(), "done");
    let read = modern(json!(1), "resources/read", json!({ "uri": "shop:eu" }));
    assert!(server.send_request(&read).await.code().is_some());
    assert_eq!(server.send_request(&read.set("X-Region", "eu")).await.code(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_keeps_the_values_of_its_request() {
    let (builder, probe) = crate::probe::server_builder();
    drop(builder);
    let server = Server::builder("shop", "1.0.0")
        .resource(ResourceHandler::function("shop:eu", "eu", || async { "eu" }))
        .visible(|request, _| request.extension::<Region>().is_some_and(|region| region.0 == "eu"))
        .build();
    let http = mcpwright_transport::http(server.clone())
        .extract(|parts| Some(Region(parts.headers.get("x-region")?.to_str().ok()?.to_owned())));
    let running = TestServer::serve(probe, http).await;
    let filter = json!({ "notifications": { "resourceSubscriptions": ["shop:eu"] } });
    let listen = modern(json!(1), "subscriptions/listen", filter);
    let mut client = running.connect().await;
    client.open(&listen.clone().set("X-Region", "eu")).await;
    let acknowledged = client.message().await;
    assert_eq!(acknowledged["params"]["notifications"]["resourceSubscriptions"], json!(["shop:eu"]));
    server.notify().resource_updated("shop:eu");
    assert_eq!(client.message().await["method"], "notifications/resources/updated");
    let mut other = running.connect().await;
    other.open(&listen).await;
    let acknowledged = other.message().await;
    assert_eq!(acknowledged["params"]["notifications"]["resourceSubscriptions"], json!([]));
}

#[test]
#[should_panic(expected = "two endpoints must not have the path `/agent`")]
fn two_endpoints_with_one_path_panic() {
    let _ = http().endpoint("/agent", Agent);
}
