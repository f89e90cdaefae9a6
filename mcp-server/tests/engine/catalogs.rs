//! Lists: pagination, order and changes at run time.

use futures::executor::block_on;
use mcpwright_core::{ErrorCode, ListToolsResult, ProtocolVersion, SubscriptionFilter, method};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Builder, Catalog, PromptHandler, ResourceHandler, Server, TemplateHandler, ToolHandler,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn tool(name: &str) -> ToolHandler {
    let answer = name.to_owned();
    ToolHandler::function(name, [], move || {
        let answer = answer.clone();
        async move { answer }
    })
    .description("A tool.")
}

fn server(tools: usize, page_size: usize) -> Builder {
    let builder = Server::builder("test", "1.0.0").page_size(page_size);
    (0..tools).fold(builder, |builder, number| builder.tool(tool(&format!("tool_{number}"))))
}

fn page(client: &Client, cursor: Option<&str>) -> Result<ListToolsResult, ErrorCode> {
    let mut params = json!({});
    if let Some(cursor) = cursor {
        params["cursor"] = Value::from(cursor);
    }
    let result = block_on(client.send(method::TOOLS_LIST, params)).map_err(|error| error.code)?;
    Ok(result.decode_owned().unwrap())
}

#[test]
fn pagination_returns_each_entry_once_in_registration_order() {
    for (tools, page_size, pages) in [(0, 3, 1), (3, 3, 1), (4, 3, 2), (10, 3, 4), (10, 100, 1)] {
        let client = Client::modern(server(tools, page_size).tool_provider(Catalog::<ToolHandler>::new()));
        let (mut names, mut cursor, mut count) = (Vec::new(), None, 0);
        loop {
            let page = page(&client, cursor.as_deref()).unwrap();
            names.extend(page.tools.into_iter().map(|tool| tool.name));
            count += 1;
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(names, (0..tools).map(|number| format!("tool_{number}")).collect::<Vec<_>>());
        assert_eq!(count, pages);
    }
}

#[test]
fn a_cursor_is_valid_in_every_process_and_after_removals_before_it() {
    let catalog = Catalog::new();
    (0..10).for_each(|number| catalog.insert(tool(&format!("tool_{number}"))));
    let client = Client::modern(server(0, 4).tool_provider(catalog.clone()));
    let cursor = page(&client, None).unwrap().next_cursor.unwrap();
    assert_eq!(page(&Client::modern(server(10, 4)), Some(&cursor)).unwrap().tools[0].name, "tool_4");
    catalog.remove("tool_1");
    let rest = page(&client, Some(&cursor)).unwrap();
    let names: Vec<_> = rest.tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["tool_4", "tool_5", "tool_6", "tool_7"]);
    // The cursor names the last entry of its page. Once that entry is removed, the position is unknown.
    catalog.remove("tool_3");
    assert_eq!(page(&client, Some(&cursor)).err(), Some(ErrorCode::INVALID_PARAMS));
}

#[test]
fn a_cursor_of_another_list_is_rejected() {
    let client = Client::modern(server(10, 4));
    let cursor = page(&client, None).unwrap().next_cursor.unwrap();
    let other = server(0, 1).prompt(PromptHandler::function("tool_3", [], || async { "x" }));
    let other = Client::modern(other.prompt(PromptHandler::function("b", [], || async { "x" })));
    let error = block_on(other.send(method::PROMPTS_LIST, json!({ "cursor": cursor }))).unwrap_err();
    assert_eq!(error.code, ErrorCode::INVALID_PARAMS);
}

proptest! {
    #[test]
    fn a_forged_cursor_is_rejected(
        position in any::<prop::sample::Index>(),
        byte in "[A-Za-z0-9_-]",
        junk in "\\PC{0,40}",
    ) {
        let client = Client::modern(server(10, 4));
        let cursor = page(&client, None).unwrap().next_cursor.unwrap();
        let position = position.index(cursor.len());
        let forged = format!("{}{byte}{}", &cursor[..position], &cursor[position + 1..]);
        if forged != cursor {
            // The last base64 character may hold unused bits.
            let result = page(&client, Some(&forged));
            prop_assert!(result == Err(ErrorCode::INVALID_PARAMS) || position + 1 == cursor.len());
        }
        prop_assert_eq!(page(&client, Some(&junk)), Err(ErrorCode::INVALID_PARAMS));
    }
}

#[test]
fn adding_and_removing_tools_notifies_subscribers() {
    let catalog = Catalog::new();
    let client = Client::modern(server(1, 10).tool_provider(catalog.clone()));
    let mut filter = SubscriptionFilter::new();
    filter.tools_list_changed = Some(true);
    assert!(
        block_on(client.send(method::SUBSCRIPTIONS_LISTEN, json!({ "notifications": filter }))).is_err(),
        "the subscription must stay open"
    );
    assert_eq!(client.notifications()[0].method, method::SUBSCRIPTIONS_ACKNOWLEDGED);

    let names =
        || block_on(client.list_tools()).unwrap().into_iter().map(|tool| tool.name).collect::<Vec<_>>();
    assert_eq!(names(), ["tool_0"]);
    catalog.insert(tool("late"));
    assert_eq!(names(), ["tool_0", "late"]);
    assert_eq!(block_on(client.call_tool("late", ())).unwrap().content[0].as_text(), Some("late"));
    assert!(catalog.remove("late") && !catalog.remove("late"));
    assert_eq!(names(), ["tool_0"]);
    assert_eq!(block_on(client.call_tool("late", ())).unwrap_err().code, ErrorCode::INVALID_PARAMS);
    let changes = client.notifications();
    assert_eq!(changes.len(), 2, "expected one notification per change: {changes:?}");
    assert!(changes.iter().all(|change| change.method == method::TOOLS_LIST_CHANGED));
}

#[test]
fn a_legacy_session_receives_list_changes_without_a_subscription() {
    let catalog = Catalog::new();
    let server = server(1, 10).tool_provider(catalog.clone());
    let client = block_on(Client::legacy(server, ProtocolVersion::V2025_11_25)).unwrap();
    catalog.insert(tool("late"));
    assert_eq!(client.notifications()[0].method, method::TOOLS_LIST_CHANGED);
}

#[test]
#[should_panic(expected = "two tools must not have the name `tool_0`")]
fn duplicate_tool_names_panic_at_build() {
    let _ = server(1, 10).tool(tool("tool_0")).build();
}

#[test]
fn replacing_a_catalog_is_one_change() {
    let catalog = Catalog::new();
    let client = Client::modern(server(0, 10).tool_provider(catalog.clone()));
    block_on(client.listen(SubscriptionFilter::new().tools_list_changed(true))).unwrap();
    client.notifications();
    let names =
        || block_on(client.list_tools()).unwrap().into_iter().map(|tool| tool.name).collect::<Vec<_>>();
    catalog.replace(["a", "b", "c"].map(tool));
    assert_eq!(client.notifications().len(), 1);
    assert_eq!(names(), ["a", "b", "c"]);
    catalog.update(|tools| {
        tools.remove(0);
        tools.extend(["d", "b"].map(tool));
        tools[3] = tool("b").title("The later one");
    });
    assert_eq!(client.notifications().len(), 1);
    assert_eq!(names(), ["b", "c", "d"]);
    let later = &block_on(client.list_tools()).unwrap()[0];
    assert_eq!(later.title.as_deref(), Some("The later one"));
}

#[test]
#[should_panic(
    expected = "the tool `find`: the name of the argument `all words` must be 1 to 64 of A-Z a-z 0-9 _ - ."
)]
fn names_of_arguments_that_providers_of_models_reject_prevent_the_start() {
    let find = ToolHandler::function("find", ["all words"], |words: String| async move { words });
    let _ = Server::builder("test", "1").tool(find).build();
}

/// The names of fields are arguments as well, and so are those of schemas that no Rust type has.
#[test]
fn names_of_all_arguments_are_checked() {
    #[derive(serde::Deserialize, schemars::JsonSchema)]
    struct Fields {
        #[serde(rename = "größe zahl")]
        size: u32,
    }
    let long = "a".repeat(65);
    let properties = |name: &str| json!({ "type": "object", "properties": { name: { "type": "string" } } });
    let portable = |name: &str| {
        ToolHandler::with_portable_schema("find", properties(name), |_, _| async {}).checked().err()
    };
    let fields = ToolHandler::from_struct("find", |fields: Fields| async move { fields.size });
    for (error, name) in [
        (fields.checked().err(), "größe zahl"),
        (portable("$filter"), "$filter"),
        (portable(""), ""),
        (portable(&long), &*long),
        (
            ToolHandler::with_unchecked_schema("find", properties("a/b"), |_, _| async {}).checked().err(),
            "a/b",
        ),
    ] {
        let error = error.expect("the name is not valid").to_string();
        assert!(
            error.starts_with(&format!("the tool `find`: the name of the argument `{name}` must be")),
            "{error}"
        );
    }
    for name in ["a", "page.size", "Page-Size_2", &long[1..]] {
        assert!(portable(name).is_none(), "{name}");
    }
    // Members of values have any names.
    #[derive(serde::Deserialize, schemars::JsonSchema)]
    struct Nested {
        #[expect(dead_code, reason = "only its name is used")]
        fields: Fields,
    }
    let nested = ToolHandler::from_struct("find", |_: Nested| async {});
    assert!(nested.checked().is_ok());
}

#[test]
#[should_panic(expected = "the tool `no spaces`: the name of a tool must be 1 to 128 of A-Z a-z 0-9 _ - .")]
fn an_invalid_tool_panics_at_build() {
    let _ = server(1, 10).tool(tool("no spaces")).build();
}

#[test]
fn invalid_tools_of_a_provider_are_left_out_alone() {
    let tools = Catalog::new();
    for name in ["first", "no spaces", "", "last"] {
        tools.insert(tool(name));
    }
    tools.insert(ToolHandler::with_unchecked_schema("text", json!({ "type": "string" }), |_, _| async {}));
    tools.insert(tool("default").argument("missing", |argument| argument.default(1)));
    let client = Client::modern(server(0, 10).tool_provider(tools));
    let names: Vec<_> = block_on(client.list_tools()).unwrap().into_iter().map(|tool| tool.name).collect();
    assert_eq!(names, ["first", "last"]);
    assert!(block_on(client.call_tool("last", ())).is_ok());
    for name in ["no spaces", "", "text", "default"] {
        let error = block_on(client.call_tool(name, ())).unwrap_err();
        assert_eq!(error.code, ErrorCode::INVALID_PARAMS, "{name}");
    }
}

#[test]
fn an_unchecked_schema_is_only_published() {
    let schema =
        json!({ "type": "object", "properties": { "to": { "enum": ["left"] } }, "required": ["to"] });
    let echo = |arguments: Value, _| async move { arguments.to_string() };
    let tool = ToolHandler::with_unchecked_schema("echo", schema.clone(), echo).description("Echo.");
    let client = Client::modern(server(0, 10).tool(tool));
    let listed = block_on(client.list_tools()).unwrap().remove(0);
    assert_eq!(Value::Object(listed.input_schema), schema);
    for arguments in [json!({ "to": 7 }), json!({})] {
        let result = block_on(client.call_tool("echo", arguments.clone())).unwrap();
        assert_eq!(result.content[0].as_text(), Some(&*arguments.to_string()));
    }
}

#[test]
#[cfg(feature = "validate")]
fn an_invalid_schema_is_an_error_of_the_tool() {
    let invalid =
        [json!({ "type": 7 }), json!({ "type": "string" }), json!({ "$ref": "https://example.com/" })];
    for schema in invalid {
        assert!(ToolHandler::with_schema("tool", schema, |_, _| async {}).checked().is_err());
    }
    let tool = tool("tool").output_schema(json!({ "type": 7 }));
    let error = tool.checked().unwrap_err().to_string();
    assert!(error.starts_with("the tool `tool`: the output schema: "), "{error}");
}

#[test]
fn invalid_templates_of_a_provider_are_left_out_alone() {
    let template = |uri: &str| {
        let read = |id: u32| async move { format!("note {id}") };
        TemplateHandler::function(uri, "note", ["id"], read)
    };
    let templates = Catalog::new();
    for uri in ["note://{id", "note://all", "note://{id}/{page}", "note://{id}"] {
        templates.insert(template(uri));
    }
    let client = Client::modern(server(0, 10).resource_provider(templates));
    let listed = block_on(client.list_resource_templates()).unwrap();
    assert_eq!(listed.iter().map(|template| &*template.uri_template).collect::<Vec<_>>(), ["note://{id}"]);
    assert!(block_on(client.read_resource("note://7")).is_ok());
    assert!(block_on(client.read_resource("note://7/1")).is_err());
}

#[test]
fn mounted_tools_have_a_name_prefix() {
    let server = server(1, 10).mount("inner", server(1, 10));
    let client = Client::modern(server);
    let names: Vec<_> = block_on(client.list_tools()).unwrap().into_iter().map(|tool| tool.name).collect();
    assert_eq!(names, ["tool_0", "inner_tool_0"]);
    assert_eq!(block_on(client.call_tool("inner_tool_0", ())).unwrap().content[0].as_text(), Some("tool_0"));
}

#[test]
fn entries_of_mounted_providers_have_the_name_prefix() {
    let (tools, prompts) = (Catalog::new(), Catalog::new());
    let inner = server(0, 10).tool_provider(tools.clone()).prompt_provider(prompts.clone());
    let client = Client::modern(server(1, 10).mount("outer", server(0, 10).mount("inner", inner)));
    tools.insert(tool("late"));
    let color = |color: String| async move { color };
    let prompt = PromptHandler::function("paint", ["color"], color);
    prompts.insert(prompt.argument("color", |color| color.one_of(["red", "blue"])));

    let names: Vec<_> = block_on(client.list_tools()).unwrap().into_iter().map(|tool| tool.name).collect();
    assert_eq!(names, ["tool_0", "outer_inner_late"]);
    let result = block_on(client.call_tool("outer_inner_late", ())).unwrap();
    assert_eq!(result.content[0].as_text(), Some("late"));
    for name in ["late", "inner_late", "outer_late", "outer_inner", "outer_inner_", "outer_innerlate"] {
        assert_eq!(
            block_on(client.call_tool(name, ())).unwrap_err().code,
            ErrorCode::INVALID_PARAMS,
            "{name}"
        );
    }

    let listed: Value =
        block_on(client.send(method::PROMPTS_LIST, json!({}))).unwrap().decode_owned().unwrap();
    assert_eq!(listed["prompts"][0]["name"], "outer_inner_paint");
    let params = json!({ "name": "outer_inner_paint", "arguments": { "color": "red" } });
    assert!(block_on(client.send(method::PROMPTS_GET, params)).is_ok());
    assert!(block_on(client.send(method::PROMPTS_GET, json!({ "name": "paint" }))).is_err());
    let completion = json!({
        "ref": { "type": "ref/prompt", "name": "outer_inner_paint" },
        "argument": { "name": "color", "value": "b" },
    });
    let completed: Value =
        block_on(client.send(method::COMPLETION_COMPLETE, completion)).unwrap().decode_owned().unwrap();
    assert_eq!(completed["completion"]["values"], json!(["blue"]));
}

#[test]
fn resources_of_a_mounted_server_keep_their_uris() {
    let resources = Catalog::new();
    let inner = server(0, 10).resource_provider(resources.clone());
    let client = Client::modern(server(1, 10).mount("inner", inner));
    resources.insert(ResourceHandler::function("demo://late", "late", || async { "late" }));
    let listed: Value =
        block_on(client.send(method::RESOURCES_LIST, json!({}))).unwrap().decode_owned().unwrap();
    assert_eq!(listed["resources"][0]["uri"], "demo://late");
    assert!(block_on(client.send(method::RESOURCES_READ, json!({ "uri": "demo://late" }))).is_ok());
}
