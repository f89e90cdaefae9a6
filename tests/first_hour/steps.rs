//! The twenty steps of a new user's first hour. Each test begins with the number of its step.

use std::time::Duration;

use mcpwright::testing::Client as TestClient;
use mcpwright::types::ProtocolVersion;
use mcpwright::{Caller, Ext, Server, server};
use serde_json::{Value, json};

use crate::client::{Client, Era, every_client};
use crate::http::{Endpoint, open, send};
use crate::process::Process;
use crate::{read, servers};

/// The time within which a process must end.
const PATIENCE: Duration = Duration::from_secs(15);

/// A message that opens a session.
fn initialize() -> Value {
    json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "first-hour", "version": "1" },
    } })
}

/// Returns the first words of the code blocks in Rust that nothing compiles.
fn ignored_blocks(page: &str) -> Vec<&str> {
    let fences = page.split("\n```rust").skip(1);
    fences.filter(|block| block.lines().next().is_some_and(|options| options.contains("ignore"))).collect()
}

#[test]
fn step_01_the_first_page_has_a_server_and_no_broken_link() {
    let crate_docs: String = read("src/lib.rs")
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect();
    let hello = read("examples/hello.rs");
    for page in [crate_docs.clone(), read("README.md")] {
        let (introduction, rest) =
            page.split_once("```rust").or(page.split_once("```no_run")).expect("a snippet");
        assert!(introduction.lines().count() < 12, "{introduction}");
        let snippet = rest.split_once('\n').and_then(|(_, rest)| rest.split_once("```")).expect("an end").0;
        // The imports may be in another order.
        let body = |code: &str| code[code.find("struct Calculator").expect("the server")..].trim().to_owned();
        assert_eq!(body(snippet), body(&hello));
    }
    // docs.rs has no files of the repository: a link is absolute, or names an item.
    let targets = crate_docs.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    for target in targets {
        let is_file = target.contains('/') || target.ends_with(".md");
        assert!(!is_file || target.starts_with("https://"), "{target}");
    }
}

#[test]
fn step_02_what_agents_copy_is_compiled() {
    let root = read("src/lib.rs");
    let guide = read("docs/src/SUMMARY.md");
    let pages = guide.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let pages =
        pages.map(|page| format!("docs/src/{page}")).chain(["README.md", "llms.txt"].map(str::to_owned));
    let mut snippets = 0;
    for path in pages {
        let page = read(&path);
        snippets += page.matches("\n```rust").count();
        let is_compiled = root.contains(&format!("include_str!(\"../{path}\")"));
        assert!(is_compiled || !page.contains("\n```rust"), "{path} is not compiled");
        // The page for users of rmcp shows one server of theirs.
        let foreign = ignored_blocks(&page).into_iter().filter(|block| !block.contains("use rmcp::"));
        assert_eq!(foreign.collect::<Vec<_>>(), [""; 0], "{path}");
    }
    assert!(snippets > 50, "{snippets} snippets");
    // Code for rmcp does not compile, and each error says what to write.
    let error = read("tests/ui/server/copied_from_rmcp.stderr");
    assert!(error.contains("`Parameters<…>` is a type of rmcp: write `#[arg(flatten)]"), "{error}");
    assert!(error.contains("`#[tool_router]` is an attribute of rmcp: write `#[server]`"), "{error}");
    let agents = read("llms.txt");
    for word in [
        "#[server]",
        "#[tool(read_only)]",
        "#[resource(",
        "#[prompt]",
        "mcpwright::stdio(",
        "mcpwright::http(",
    ] {
        assert!(agents.contains(word), "llms.txt does not show {word}");
    }
}

#[test]
fn step_03_the_derives_work_through_the_crate() {
    // The structs of this server derive with `mcpwright::serde` and `mcpwright::schemars`.
    every_client("calculator", |client| {
        assert_eq!(client.text("add_struct", json!({ "sum": { "a": 1, "b": 2 } })), "3");
        let schema = &client.tool("add_struct")["inputSchema"]["properties"]["sum"];
        assert_eq!(schema["required"], json!(["a", "b"]), "{schema}");
    });
    // A derive of another version of schemars, and a type of another crate without its feature.
    let error = read("tests/ui/arg/foreign_type.stderr");
    assert!(error.contains("it must be schemars 1, which is also `mcpwright::schemars`"), "{error}");
    assert!(error.contains("a type of another crate needs the feature of schemars"), "{error}");
    let guide = read("docs/src/types.md");
    assert!(guide.contains("#[schemars(crate = \"mcpwright::schemars\")]"));
}

#[test]
fn step_04_arguments_are_plain_parameters() {
    every_client("calculator", |client| {
        assert_eq!(client.text("add", json!({ "a": 1, "b": 2 })), "3");
        assert_eq!(client.tool("add")["inputSchema"]["required"], json!(["a", "b"]));
    });
}

#[test]
fn step_05_a_struct_of_arguments_needs_no_wrapper() {
    every_client("calculator", |client| {
        assert_eq!(client.text("add_struct", json!({ "sum": { "a": 20, "b": 22 } })), "42");
        let flattened = client.result("swap", json!({ "a": 1, "b": 2 }));
        assert_eq!(flattened["structuredContent"], json!({ "a": 2, "b": 1 }));
    });
}

#[test]
fn step_06_errors_of_any_type_and_structs_are_returned() {
    every_client("failures", |client| {
        assert_eq!(client.text("parse", json!({ "text": "5" })), "5");
        assert_eq!(client.error("parse", json!({ "text": "five" })), "invalid digit found in string");
        assert!(client.error("read", json!({ "path": "missing" })).contains("(os error 2)"));
        assert_eq!(client.error("find", json!({ "name": "note" })), "there is no note");
    });
    every_client("calculator", |client| {
        let result = client.result("swap", json!({ "a": 1, "b": 2 }));
        assert_eq!(result["structuredContent"], json!({ "a": 2, "b": 1 }));
        assert_eq!(client.tool("swap")["outputSchema"]["required"], json!(["a", "b"]));
    });
    // Without `Json`, the compiler says what to write.
    let error = read("tests/ui/tool/not_a_result.stderr");
    assert!(error.contains("`Note` cannot be the result of a tool"), "{error}");
    assert!(error.contains("return `Json<Note>` for structured content"), "{error}");
    let error = read("tests/ui/tool/json_without_schema.stderr");
    assert!(error.contains("`#[derive(serde::Serialize, schemars::JsonSchema)]`"), "{error}");
    let error = read("tests/ui/tool/not_an_error.stderr");
    assert!(error.contains("implement `std::error::Error` for it"), "{error}");
}

#[test]
fn step_07_a_generic_server_has_tools_in_two_blocks() {
    every_client("shelf", |client| {
        let names: Vec<_> = client.tools().iter().map(|tool| tool["name"].clone()).collect();
        assert_eq!(names, ["get", "clear"]);
        assert_eq!(client.text("get", json!({ "key": "a" })), "value of a");
        assert_eq!(client.text("clear", json!({})), "cleared");
    });
}

#[test]
fn step_08_a_forgotten_attribute_does_not_compile() {
    let error = read("tests/ui/tool/without_server.stderr");
    assert!(error.contains("must have `#[server]`: put it on the `impl` block around it"), "{error}");
    let error = read("tests/ui/server/not_a_server.stderr");
    assert!(error.contains("put `#[server]` on one of its `impl` blocks"), "{error}");
    let error = read("tests/ui/server/without_handlers.stderr");
    assert!(error.contains("put `#[tool]`, `#[resource]` or `#[prompt]` on a method"), "{error}");
    // A builder without handlers starts, and says so.
    let empty = Process::server("empty");
    assert!(empty.error_with("has no tools").contains("Add some to its builder"));
}

#[test]
fn step_09_awaiting_a_server_serves_to_the_end_of_the_input() {
    let mut process = Process::example("hello", &[]);
    assert_eq!(process.exchange(&initialize())["id"], 0);
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
                       "params": { "name": "add", "arguments": { "a": 1, "b": 2 } } });
    for _ in 0..3 {
        assert_eq!(process.exchange(&call)["result"]["content"][0]["text"], "3");
    }
    process.input = None;
    assert!(process.wait(PATIENCE).success());
    assert_eq!(process.rest(), [""; 0]);
    // Without `.await`, the compiler warns.
    let warning = read("tests/ui/server/not_awaited.stderr");
    assert!(warning.contains("a server does nothing until it is awaited"), "{warning}");
    assert!(warning.contains("a server does nothing until it is bound"), "{warning}");
    let error = read("tests/ui/server/not_bound.stderr");
    assert!(error.contains("write `http(server).bind("), "{error}");
}

#[cfg(unix)]
#[test]
fn step_10_printing_does_not_break_the_protocol() {
    let mut process = Process::server("calculator");
    process.exchange(&initialize());
    let params = json!({ "name": "print", "arguments": { "a": 1, "b": 2 } });
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    assert_eq!(process.exchange(&call)["result"]["content"][0]["text"], "3");
    assert_eq!(process.error_with("printed"), "printed: 3");
    // Nothing else was written between the messages.
    assert_eq!(process.exchange(&json!({ "jsonrpc": "2.0", "id": 2, "method": "ping" }))["id"], 2);
}

#[test]
fn step_11_clients_show_the_name_of_the_package() {
    every_client("shelf", |client| {
        assert_eq!(client.server_info["name"], env!("CARGO_PKG_NAME"));
    });
    // The test server of another package sets no name, either.
    let server = read("examples/conformance/src/fixture.rs");
    let options =
        server.split_once("#[server(").and_then(|(_, rest)| rest.split_once(")]")).expect("a server").0;
    assert!(!options.contains(" name ="), "{options}");
    assert!(read("examples/conformance/tests/fixture/peer.rs").contains("\"name\": \"conformance-server\""));
}

#[test]
fn step_12_any_value_is_an_argument_or_a_field() {
    let values = [json!({ "a": [1, null] }), json!([1, "x"]), json!("text"), json!(5), json!(true)];
    every_client("probes", |client| {
        for value in &values {
            assert_eq!(client.text("any", json!({ "value": value })), value.to_string());
        }
        let reading = json!({ "count": 1, "at": { "x": 1.0, "y": 2.0 }, "data": values[0], "unit": "foot", "note": "n" });
        assert_eq!(client.result("reading", json!({ "reading": reading }))["structuredContent"], reading);
        // A whole list of tools is lost if one schema is a boolean, so every argument has an object.
        for tool in client.tools() {
            let arguments = tool["inputSchema"]["properties"].as_object().expect("there are arguments");
            assert!(arguments.values().all(Value::is_object), "{tool}");
            assert_eq!(tool["inputSchema"]["type"], "object");
        }
        assert_eq!(client.text("run", json!({ "command": { "kind": "stop" } })), "stopped");
        let command = json!({ "kind": "move", "to": { "x": 1, "y": 2 } });
        assert_eq!(client.text("run", json!({ "command": command })), "moved to 1, 2");
    });
}

#[test]
fn step_13_integers_and_enums_are_published_as_clients_read_them() {
    every_client("probes", |client| {
        let reading = &client.tool("reading")["inputSchema"]["properties"]["reading"]["properties"];
        assert_eq!(reading["count"], json!({ "type": "integer", "minimum": 0 }));
        assert_eq!(
            (&reading["unit"]["type"], &reading["unit"]["enum"]),
            (&json!("string"), &json!(["metre", "foot"]))
        );
    });
}

#[test]
fn step_14_a_panic_is_answered() {
    every_client("failures", |client| {
        assert!(client.error("first", json!({ "text": " " })).starts_with("first panicked, incident "));
        assert_eq!(client.text("first", json!({ "text": "one" })), "one");
    });
    // The operator finds the reason by the number, although the process has set up no log.
    let mut process = Process::server("failures");
    process.exchange(&initialize());
    let params = json!({ "name": "first", "arguments": { "text": " " } });
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    let answer = process.exchange(&call)["result"]["content"][0]["text"].clone();
    let answer = answer.as_str().expect("an error has a text");
    let line = process.error_with(answer);
    assert!(line.contains("the secret of the handler"), "{line}");
}

#[test]
fn step_15_inexact_arguments_are_converted_or_explained() {
    every_client("calculator", |client| {
        assert_eq!(client.text("add", json!({ "a": "5", "b": 2.0 })), "7");
        let error = client.error("add", json!({ "a": 5, "c": 1, "b": "two" }));
        assert!(
            error.contains("- b: expected an integer from -2147483648 to 2147483647, got the string \"two\""),
            "{error}"
        );
        assert!(error.contains("unknown argument `c`") && error.contains("known: a, b"), "{error}");
        let error = client.error("add_struct", json!({ "sum": { "a": 5 } }));
        assert!(error.contains("missing member `sum.b`"), "{error}");
    });
}

#[test]
fn step_16_http_explains_what_it_rejects() {
    let http = || mcpwright::http(servers::server("calculator"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let rejected = runtime.block_on(http().listen("0.0.0.0:0")).expect_err("no host is allowed").to_string();
    assert!(rejected.contains(".allowed_hosts(") && rejected.contains(".public_url("), "{rejected}");

    let endpoint = Endpoint::start(http().cors(["https://app.example.com"]));
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    let foreign = endpoint.post(&[("Host", "mcp.example.com")], &list);
    assert_eq!(foreign.status, 403);
    assert!(
        foreign.body.contains("mcp.example.com") && foreign.body.contains("allowed_hosts"),
        "{}",
        foreign.body
    );
    let other = endpoint.post(&[("Origin", "https://evil.example.com")], &list);
    assert_eq!(other.status, 403);
    assert!(other.body.contains("`cors`"), "{}", other.body);

    let preflight = send(
        endpoint.address,
        "OPTIONS",
        &[("Origin", "https://app.example.com"), ("Access-Control-Request-Method", "POST")],
        "",
    );
    assert!((200..300).contains(&preflight.status), "{}", preflight.status);
    assert_eq!(preflight.header("access-control-allow-origin"), Some("https://app.example.com"));

    // Each value of `Accept` that clients send, and none; without a session.
    for accept in [
        "*/*",
        "application/json",
        "application/json, text/event-stream",
        "text/event-stream, application/json",
    ] {
        let listed = endpoint.post(&[("Accept", accept)], &list);
        assert_eq!(listed.status, 200, "{accept}");
        assert_eq!(listed.message()["result"]["tools"][0]["name"], "add", "{accept}");
    }
    assert_eq!(endpoint.post(&[], &list).status, 200);
}

/// A user, whom a layer in front of the server has verified.
struct User(String);

struct Mailbox;

#[server]
impl Mailbox {
    /// Name the owner.
    #[tool(read_only)]
    async fn owner(&self, user: Ext<User>) -> String {
        user.0.clone()
    }

    /// Name the caller.
    #[tool(read_only)]
    async fn caller(&self, caller: Caller) -> String {
        caller.to_string()
    }
}

#[test]
fn step_17_a_handler_takes_the_user_as_a_parameter() {
    for era in [Era::Modern, Era::Legacy] {
        let http = mcpwright::http(Mailbox).extract(|_| Some(User("Ada".to_owned())));
        let mut client = Client::http(http, era);
        assert_eq!(client.text("owner", json!({})), "Ada");
        assert_eq!(client.text("caller", json!({})), "anonymous");
        // Clients do not see these parameters.
        assert!(client.tool("owner")["inputSchema"]["required"].is_null());
    }
    // A call without a user is answered, without the name of the type.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let answer = runtime.block_on(TestClient::modern(Mailbox).send("tools/call", json!({ "name": "owner" })));
    let answer = answer.expect("a tool answers with a result").as_str().to_owned();
    assert!(answer.contains("\"isError\":true") && answer.contains("incident"), "{answer}");
    assert!(!answer.contains("User"), "{answer}");
}

#[tokio::test]
async fn step_18_a_test_needs_no_transport() {
    let server: Server = servers::server("calculator");
    let legacy = TestClient::legacy(server.clone(), ProtocolVersion::new("2025-11-25")).await.unwrap();
    for client in [TestClient::modern(server), legacy] {
        let result = client.call_tool("add", [("a", 1), ("b", 2)]).await.unwrap();
        assert_eq!(result.content[0].as_text(), Some("3"));
        assert_eq!(client.list_tools().await.unwrap()[0].name, "add");
    }
}

#[cfg(unix)]
#[test]
fn step_19_signals_end_a_process_whose_client_is_still_there() {
    for signal in ["-TERM", "-INT"] {
        // The client keeps the input open.
        let mut process = Process::example("hello", &[]);
        process.exchange(&initialize());
        process.signal(signal);
        assert!(process.wait(PATIENCE).success(), "{signal}");
        assert!(process.input.is_some());

        // A client of HTTP keeps a stream open.
        let mut process = Process::example("http", &["0"]);
        let url = process.error_with("http://");
        let address = url.trim_start_matches("http://").trim_end_matches("/mcp").parse().expect("an address");
        let kind = ("Content-Type", "application/json");
        let opened = send(address, "POST", &[kind], &initialize().to_string());
        let session = opened.header("mcp-session-id").expect("a session");
        let headers = [("Mcp-Session-Id", session), ("Accept", "text/event-stream")];
        let mut stream = open(address, "GET", &headers, "");
        let mut first = [0; 12];
        std::io::Read::read_exact(&mut stream, &mut first).expect("the stream is open");
        assert_eq!(&first, b"HTTP/1.1 200");
        process.signal(signal);
        assert!(process.wait(PATIENCE).success(), "{signal}");
    }
}

/// A struct of the specification gets fields in later revisions. That breaks no code if only the crate can construct it.
#[test]
fn step_20_an_update_with_new_fields_breaks_no_code() {
    // The envelope of JSON-RPC, which is fixed.
    let fixed = ["Notification", "Request", "Response"].map(|name| format!("mcpwright_core::{name}"));
    let mut fields = 0;
    for name in ["mcpwright-core", "mcpwright-server", "mcpwright-transport"] {
        let interface = read(&format!(".ci/public-api/{name}.txt"));
        let exhaustive: Vec<_> = interface
            .lines()
            .filter_map(|line| line.strip_prefix("pub struct "))
            .map(|line| line.split(['<', '(', ' ']).next().unwrap_or_default())
            .collect();
        for line in interface.lines().filter_map(|line| line.strip_prefix("pub mcpwright_")) {
            let Some((path, _)) = line.split_once(": ") else { continue };
            let Some((owner, field)) = path.rsplit_once("::") else { continue };
            let owner = format!("mcpwright_{}", owner.split('<').next().unwrap_or_default());
            fields += 1;
            let may_grow = !exhaustive.contains(&&*owner) || fixed.contains(&owner);
            assert!(may_grow, "{owner} with its field {field} must be `#[non_exhaustive]`");
        }
    }
    assert!(fields > 100, "{fields} fields are public");
}
