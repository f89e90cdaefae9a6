//! Hints of tools, the defaults of a server for all of its tools, and titles for clients of every revision.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::executor::block_on;
use mcpwright_core::{ProtocolVersion, Tool, ToolAnnotations};
use mcpwright_server::testing::Client;
use mcpwright_server::{Builder, Catalog, Server, ToolHandler};
use serde_json::json;

fn builder(name: &str) -> Builder {
    Server::builder(name, "1.0.0")
}

fn tool(name: &str) -> ToolHandler {
    ToolHandler::function(name, ["text"], |text: String| async move { text })
}

fn list(client: &Client) -> Vec<Tool> {
    block_on(client.list_tools()).unwrap()
}

/// Returns the hints of each tool of a server, in the order of the list.
fn hints(server: Builder) -> Vec<ToolAnnotations> {
    list(&Client::modern(server)).into_iter().map(|tool| tool.annotations.unwrap_or_default()).collect()
}

fn annotations() -> ToolAnnotations {
    ToolAnnotations::new()
}

/// Calls a tool with an argument that it does not have. Returns `true` if the call succeeds.
fn ignores_unknown(client: &Client, name: &str) -> bool {
    let arguments = json!({ "text": "hello", "mood": "happy" });
    let result = block_on(client.call_tool(name, arguments)).unwrap();
    result.is_error != Some(true) && result.content[0].as_text() == Some("hello")
}

#[test]
fn hints_of_a_tool_override_those_of_the_server() {
    let server = builder("notes").destructive(false).idempotent(true).open_world(false);
    let own = tool("own").read_only(false).destructive(true).idempotent(false).open_world(true);
    let defaults = annotations().destructive_hint(false).idempotent_hint(true).open_world_hint(false);
    assert_eq!(
        hints(server.tool(tool("plain")).tool(tool("find").read_only(true)).tool(own)),
        [
            defaults.clone(),
            defaults.read_only_hint(true),
            annotations()
                .read_only_hint(false)
                .destructive_hint(true)
                .idempotent_hint(false)
                .open_world_hint(true),
        ]
    );
    assert_eq!(list(&Client::modern(builder("plain").tool(tool("plain"))))[0].annotations, None);
}

#[test]
fn a_default_that_contradicts_a_hint_of_the_tool_is_left_out() {
    let clear = tool("clear").destructive(true);
    let read_only = builder("notes").read_only(true).tool(clear).tool(tool("find"));
    assert_eq!(hints(read_only), [annotations().destructive_hint(true), annotations().read_only_hint(true)]);
    let find = tool("find").read_only(true);
    let destructive = builder("notes").destructive(true).tool(find).tool(tool("clear"));
    assert_eq!(
        hints(destructive),
        [annotations().read_only_hint(true), annotations().destructive_hint(true)]
    );
    let both = builder("notes").read_only(true).destructive(false);
    let clear = tool("clear").destructive(true);
    assert_eq!(
        hints(both.tool(clear).tool(tool("find"))),
        [annotations().destructive_hint(true), annotations().read_only_hint(true).destructive_hint(false)]
    );
}

#[test]
fn hints_that_contradict_each_other_are_errors() {
    let reason = "`destructive` contradicts `read_only`: a tool that changes nothing destroys nothing";
    let error = tool("clear").read_only(true).destructive(true).checked().unwrap_err().to_string();
    assert!(error.contains(reason), "{error}");
    assert!(tool("find").read_only(true).destructive(false).checked().is_ok());
    let contradiction = || builder("notes").read_only(true).destructive(true);
    let panics = |build: &dyn Fn() -> Server| {
        let payload = catch_unwind(AssertUnwindSafe(build)).unwrap_err();
        assert_eq!(
            *payload.downcast_ref::<String>().unwrap(),
            format!("the defaults of the server's tools: {reason}")
        );
    };
    panics(&|| contradiction().build());
    panics(&|| builder("office").mount("notes", contradiction()).build());
}

#[test]
fn tools_of_providers_get_the_defaults() {
    let tools = Catalog::new();
    tools.insert(tool("find"));
    tools.insert(tool("clear").destructive(true));
    let server = builder("notes")
        .tool_provider(tools.clone())
        .read_only(true)
        .open_world(false)
        .allow_unknown_arguments();
    let client = Client::modern(server);
    let listed: Vec<_> = list(&client).into_iter().filter_map(|tool| tool.annotations).collect();
    let defaults = annotations().open_world_hint(false);
    assert_eq!(listed, [defaults.clone().read_only_hint(true), defaults.destructive_hint(true)]);
    assert!(ignores_unknown(&client, "find"));
    // Other servers with the same catalog have their own defaults.
    assert!(!ignores_unknown(&Client::modern(builder("strict").tool_provider(tools.clone())), "find"));
    tools.insert(tool("added"));
    assert_eq!(list(&client)[2].annotations, Some(annotations().read_only_hint(true).open_world_hint(false)));
}

#[test]
fn a_mounted_server_keeps_its_defaults() {
    let tools = Catalog::new();
    tools.insert(tool("dynamic"));
    let notes = builder("notes").read_only(true).allow_unknown_arguments();
    let notes = notes.tool(tool("find")).tool_provider(tools);
    let server =
        builder("office").read_only(false).open_world(false).tool(tool("send")).mount("notes", notes);
    let client = Client::modern(server);
    let listed: Vec<_> = list(&client).into_iter().filter_map(|tool| tool.annotations).collect();
    let mounted = annotations().read_only_hint(true).open_world_hint(false);
    assert_eq!(
        listed,
        [annotations().read_only_hint(false).open_world_hint(false), mounted.clone(), mounted]
    );
    assert!(ignores_unknown(&client, "notes_find"));
    assert!(ignores_unknown(&client, "notes_dynamic"));
    assert!(!ignores_unknown(&client, "send"));
}

#[test]
fn leniency_of_the_server_is_published_as_that_of_a_tool() {
    let one = Client::modern(builder("one").tool(tool("echo").allow_unknown_arguments()));
    let all = Client::modern(builder("all").tool(tool("echo")).allow_unknown_arguments());
    assert_eq!(list(&one), list(&all));
    assert_eq!(list(&all)[0].input_schema["additionalProperties"], true);
    assert!(ignores_unknown(&one, "echo"));
    assert!(ignores_unknown(&all, "echo"));
    // Known arguments are still checked and converted.
    let call = |arguments| block_on(all.call_tool("echo", arguments)).unwrap();
    assert_eq!(call(json!({ "text": 5, "mood": 1 })).content[0].as_text(), Some("5"));
    assert_eq!(call(json!({ "txet": "hello" })).is_error, Some(true));
}

#[test]
fn titles_of_a_server_are_those_of_tools_without_one() {
    let tools = Catalog::new();
    tools.insert(tool("find_notes"));
    tools.insert(tool("own").title("Own title"));
    tools.insert(tool("untitled"));
    let title = |name: &str| match name {
        "untitled" => String::new(),
        name => ToolHandler::title_from_name(name),
    };
    let mail = builder("mail").titles(|name| format!("Mail: {name}")).tool(tool("send"));
    let plain = builder("plain").tool(tool("getById"));
    let server = builder("office")
        .tool(tool("list_all").read_only(true))
        .mount("mail", mail)
        .mount("x", plain)
        .tool_provider(tools)
        .titles(title)
        .build();
    let expected = [
        ("list_all", Some("List all")),
        ("mail_send", Some("Mail: send")),
        ("x_getById", Some("X get by id")),
        ("find_notes", Some("Find notes")),
        ("own", Some("Own title")),
        ("untitled", None),
    ];
    let titles = |tools: &[Tool]| -> Vec<_> {
        tools.iter().map(|tool| (tool.name.clone(), tool.title.clone())).collect()
    };
    let expected = expected.map(|(name, title)| (name.to_owned(), title.map(str::to_owned)));
    let modern = list(&Client::modern(server.clone()));
    assert_eq!(titles(&modern), expected);
    assert_eq!(modern[0].annotations, Some(annotations().read_only_hint(true)));
    for version in [ProtocolVersion::V2024_11_05, ProtocolVersion::V2025_11_25] {
        let legacy = list(&block_on(Client::legacy(server.clone(), version)).unwrap());
        assert_eq!(titles(&legacy), expected);
        let repeated: Vec<_> = legacy.iter().map(|tool| tool.annotations.as_ref()?.title.clone()).collect();
        assert_eq!(repeated, expected.clone().map(|(_, title)| title));
        assert_eq!(legacy[0].annotations, Some(annotations().read_only_hint(true).title("List all")));
    }
}

#[cfg(feature = "validate")]
#[test]
fn leniency_of_the_server_does_not_change_a_schema_written_by_hand() {
    let schema = json!({ "type": "object", "properties": { "text": {} }, "additionalProperties": false });
    let echo = ToolHandler::with_schema("echo", schema.clone(), |_, _| async { "hello" });
    let client = Client::modern(builder("echo").tool(echo).allow_unknown_arguments());
    assert_eq!(json!(list(&client)[0].input_schema), schema);
    assert!(!ignores_unknown(&client, "echo"));
}

#[test]
fn annotations_repeat_the_title_for_legacy_clients() {
    let server = builder("notes")
        .tool(tool("find").title("Find notes").read_only(true))
        .tool(tool("titled").title("Title alone"))
        .tool(tool("plain").read_only(true));
    let server = server.build();
    let read_only = annotations().read_only_hint(true);
    for version in [
        ProtocolVersion::V2024_11_05,
        ProtocolVersion::V2025_03_26,
        ProtocolVersion::V2025_06_18,
        ProtocolVersion::V2025_11_25,
    ] {
        let tools = list(&block_on(Client::legacy(server.clone(), version)).unwrap());
        assert_eq!(tools[0].title.as_deref(), Some("Find notes"));
        assert_eq!(tools[0].annotations, Some(read_only.clone().title("Find notes")));
        assert_eq!(tools[1].annotations, Some(annotations().title("Title alone")));
        assert_eq!(tools[2].annotations, Some(read_only.clone()));
    }
    let tools = list(&Client::modern(server));
    assert_eq!(tools[0].title.as_deref(), Some("Find notes"));
    assert_eq!(tools[0].annotations, Some(read_only));
    assert_eq!(tools[1].annotations, None);
}
