//! Snapshots of published catalogs, and the impact of changes.

use futures::executor::block_on;
use mcpwright_core::ToolAnnotations;
use mcpwright_server::testing::{CatalogSnapshot, Client, Impact, Subject};
use mcpwright_server::{Builder, PromptHandler, ResourceHandler, Server, TemplateHandler, ToolHandler};
use serde_json::{Value, json};

fn server() -> Builder {
    Server::builder("test", "1.0.0")
}

fn snapshot(server: Builder) -> CatalogSnapshot {
    block_on(CatalogSnapshot::fetch(&Client::modern(server))).unwrap()
}

/// The impact of each change, with its place and its text.
fn changes(old: Builder, new: Builder) -> Vec<(Impact, String)> {
    let (old, new) = (snapshot(old), snapshot(new));
    let read = CatalogSnapshot::parse(&old.to_text()).unwrap();
    assert_eq!(read, old, "the text is the whole snapshot");
    assert!(old.changes(&read).is_empty());
    let changes = old.changes(&new);
    changes.iter().map(|change| (change.impact, format!("{} {}", change.path, change.detail))).collect()
}

#[track_caller]
fn check(old: Builder, new: Builder, expected: &[(Impact, &str)]) {
    let found = changes(old, new);
    let found: Vec<_> = found.iter().map(|(impact, text)| (*impact, text.as_str())).collect();
    assert_eq!(found, expected);
}

fn with_input(schema: Value) -> Builder {
    server().tool(ToolHandler::with_unchecked_schema("probe", schema, |_, _| async {}))
}

/// Schemas of one member, with the impact of the change in arguments, and in results.
#[expect(clippy::too_many_lines, reason = "it is a list of changes")]
fn changed_members() -> Vec<(Value, Value, Impact, Impact)> {
    use Impact::{Breaking, Compatible, Prose};
    let string = || json!({ "type": "string" });
    let (narrowed, widened) = ((Breaking, Compatible), (Compatible, Breaking));
    let both_ways = [
        // The wider schema, and the narrower one.
        (json!({ "type": "string", "enum": ["a", "b"] }), json!({ "type": "string", "enum": ["a"] })),
        (string(), json!({ "type": "string", "enum": ["a"] })),
        (json!({ "type": "number" }), json!({ "type": "integer" })),
        (json!({ "type": ["string", "null"] }), string()),
        (json!({ "type": "integer", "minimum": 0 }), json!({ "type": "integer", "minimum": 1 })),
        (json!({ "type": "integer" }), json!({ "type": "integer", "maximum": 10 })),
        (json!({ "type": "integer", "maximum": 10 }), json!({ "type": "integer", "maximum": 9.5 })),
        (json!({ "type": "string", "maxLength": 10 }), json!({ "type": "string", "maxLength": 5 })),
        (string(), json!({ "type": "string", "pattern": "^a" })),
        (string(), json!({ "type": "string", "format": "date" })),
        (json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] }), string()),
        (
            json!({ "anyOf": [{ "type": "string" }, { "type": "integer", "minimum": 0 }] }),
            json!({ "anyOf": [{ "type": "string" }, { "type": "integer", "minimum": 5 }] }),
        ),
        (json!({ "type": "array", "items": {} }), json!({ "type": "array", "items": string() })),
        (
            json!({ "type": "array", "items": { "type": "number" } }),
            json!({ "type": "array", "items": { "type": "integer" } }),
        ),
        (
            json!({ "type": "object" }),
            json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        ),
        (
            json!({ "type": "object", "additionalProperties": { "type": "string" } }),
            json!({ "type": "object", "additionalProperties": false }),
        ),
        (
            json!({ "type": "object", "properties": { "a": {} } }),
            json!({ "type": "object", "properties": { "a": {} }, "required": ["a"] }),
        ),
        (json!({}), string()),
    ];
    let mut cases = Vec::new();
    for (wide, narrow) in both_ways {
        cases.push((wide.clone(), narrow.clone(), narrowed.0, narrowed.1));
        cases.push((narrow, wide, widened.0, widened.1));
    }
    cases.extend([
        (string(), json!({ "type": "integer" }), Breaking, Breaking),
        (
            json!({ "type": "string", "pattern": "^a" }),
            json!({ "type": "string", "pattern": "^b" }),
            Breaking,
            Breaking,
        ),
        (
            json!({ "type": "object", "properties": { "a": {} } }),
            json!({ "type": "object", "properties": {} }),
            Breaking,
            Breaking,
        ),
        (
            json!({ "type": "object", "properties": {} }),
            json!({ "type": "object", "properties": { "a": {} } }),
            Compatible,
            Compatible,
        ),
        (
            json!({ "type": "object", "properties": {} }),
            json!({ "type": "object", "properties": { "a": {} }, "required": ["a"] }),
            Breaking,
            Compatible,
        ),
        (
            json!({ "type": "object", "properties": {}, "additionalProperties": false }),
            json!({ "type": "object", "properties": { "a": {} }, "additionalProperties": false }),
            Compatible,
            Breaking,
        ),
        (string(), json!({ "type": "string", "default": "a" }), Compatible, Compatible),
        (string(), json!({ "type": "string", "x-order": 1 }), Compatible, Compatible),
        (string(), json!({ "type": "string", "description": "A name." }), Prose, Prose),
        (string(), json!({ "type": "string", "examples": ["a"] }), Prose, Prose),
    ]);
    cases
}

#[test]
fn schemas_of_arguments() {
    let schema = |member: Value| json!({ "type": "object", "properties": { "value": member } });
    for (old, new, impact, _) in changed_members() {
        let found = changes(with_input(schema(old.clone())), with_input(schema(new.clone())));
        let impacts: Vec<_> = found.iter().map(|(impact, _)| *impact).collect();
        assert_eq!(impacts, [impact], "{old} -> {new}: {found:?}");
        assert!(found[0].1.starts_with("/inputSchema/properties/value"), "{found:?}");
    }
}

#[cfg(feature = "validate")]
#[test]
fn schemas_of_results() {
    let with_output = |member: Value| {
        let schema = json!({ "type": "object", "properties": { "value": member } });
        server().tool(ToolHandler::function("probe", [], || async { json!({}) }).output_schema(schema))
    };
    for (old, new, _, impact) in changed_members() {
        let found = changes(with_output(old.clone()), with_output(new.clone()));
        let impacts: Vec<_> = found.iter().map(|(impact, _)| *impact).collect();
        assert_eq!(impacts, [impact], "{old} -> {new}: {found:?}");
    }
    let without = || server().tool(ToolHandler::function("probe", [], || async { json!({}) }));
    check(with_output(json!({})), without(), &[(Impact::Breaking, "/outputSchema removed")]);
    check(without(), with_output(json!({})), &[(Impact::Compatible, "/outputSchema new")]);
}

#[test]
fn arguments_of_tools() {
    let with = |properties: Value, required: Value| {
        with_input(json!({ "type": "object", "properties": properties, "required": required }))
    };
    let none = || with(json!({}), json!([]));
    let one = |required: Value| with(json!({ "id": { "type": "string" } }), required);
    let place = "/inputSchema/properties/id";
    check(none(), one(json!([])), &[(Impact::Compatible, &format!("{place} new optional member"))]);
    check(none(), one(json!(["id"])), &[(Impact::Breaking, &format!("{place} new required member"))]);
    check(one(json!([])), none(), &[(Impact::Breaking, &format!("{place} removed"))]);
    check(one(json!([])), one(json!(["id"])), &[(Impact::Breaking, &format!("{place} now required"))]);
    check(one(json!(["id"])), one(json!([])), &[(Impact::Compatible, &format!("{place} now optional"))]);
    // The order of members means nothing.
    let (a, b) = (json!({ "type": "string" }), json!({ "type": "integer" }));
    check(with(json!({ "a": a, "b": b }), json!([])), with(json!({ "b": b, "a": a }), json!([])), &[]);
}

#[test]
fn recursive_schemas_and_their_definitions() {
    let tree = |value: Value| {
        with_input(json!({
            "type": "object",
            "properties": { "root": { "$ref": "#/$defs/Tree" }, "other": { "$ref": "#/$defs/Tree" } },
            "$defs": { "Tree": {
                "type": "object",
                "properties": { "value": value, "children": { "type": "array", "items": { "$ref": "#/$defs/Tree" } } },
            } },
        }))
    };
    let (narrow, wide) = (json!({ "type": "integer" }), json!({ "type": "number" }));
    check(tree(narrow.clone()), tree(narrow.clone()), &[]);
    let place = "/inputSchema/properties/root/properties/value/type \"number\" -> \"integer\"";
    check(tree(wide), tree(narrow.clone()), &[(Impact::Breaking, place)]);
    // A definition in place of the same schema is no change.
    let plain = with_input(json!({ "type": "object", "properties": { "root": narrow } }));
    let named = json!({ "type": "object", "properties": { "root": { "$ref": "#/$defs/N" } }, "$defs": { "N": narrow } });
    check(plain, with_input(named), &[]);
}

#[test]
fn items_of_lists() {
    use Impact::{Breaking, Compatible, Prose};
    let tool = || ToolHandler::function("find", [], || async {});
    check(server(), server().tool(tool()), &[(Compatible, " new")]);
    check(server().tool(tool()), server(), &[(Breaking, " removed")]);
    check(
        server().tool(tool().description("Find.").title("Find")),
        server().tool(tool().description("Search.")),
        &[(Prose, "/description \"Find.\" -> \"Search.\""), (Prose, "/title removed \"Find\"")],
    );
    let prompt = |arguments: &[(&'static str, bool)]| {
        let mut prompt = PromptHandler::function("greet", [], || async { "Hello" });
        for (name, required) in arguments {
            prompt = match required {
                true => prompt.parameter::<String, _>(mcpwright_server::Argument::new(*name)),
                false => prompt.parameter::<Option<String>, _>(mcpwright_server::Argument::new(*name)),
            };
        }
        server().prompt(prompt)
    };
    check(prompt(&[]), prompt(&[("a", true)]), &[(Breaking, "/arguments/a new required argument")]);
    check(prompt(&[]), prompt(&[("a", false)]), &[(Compatible, "/arguments/a new optional argument")]);
    check(prompt(&[("a", false)]), prompt(&[]), &[(Breaking, "/arguments/a removed argument")]);
    check(prompt(&[("a", false)]), prompt(&[("a", true)]), &[(Breaking, "/arguments/a now required")]);
    check(prompt(&[("a", true)]), prompt(&[("a", false)]), &[(Compatible, "/arguments/a now optional")]);
    check(prompt(&[]), server(), &[(Breaking, " removed")]);

    let resource = |kind: &str| {
        server().resource(ResourceHandler::function("note://a", "a", || async { "" }).mime_type(kind))
    };
    check(
        resource("text/plain"),
        resource("text/html"),
        &[(Breaking, "/mimeType \"text/plain\" -> \"text/html\"")],
    );
    check(resource("text/plain"), server(), &[(Breaking, " removed")]);
    let template = |uri: &str| {
        server().template(TemplateHandler::function(uri, "note", ["id"], |id: String| async move { id }))
    };
    check(template("note://{id}"), template("n://{id}"), &[(Breaking, " removed"), (Compatible, " new")]);
    check(
        server().instructions("Read first."),
        server().instructions("Write first."),
        &[(Prose, "/instructions \"Read first.\" -> \"Write first.\"")],
    );
    // The version changes with each release.
    check(Server::builder("test", "1.0.0"), Server::builder("test", "2.0.0"), &[]);
}

#[test]
fn hints_of_tools() {
    use Impact::{Breaking, Compatible};
    let hinted = |hints: ToolAnnotations| {
        let mut tool = ToolHandler::function("act", [], || async {});
        if let Some(value) = hints.read_only_hint {
            tool = tool.read_only(value);
        }
        if let Some(value) = hints.destructive_hint {
            tool = tool.destructive(value);
        }
        if let Some(value) = hints.open_world_hint {
            tool = tool.open_world(value);
        }
        server().tool(tool)
    };
    let none = ToolAnnotations::new;
    let found = changes(hinted(none().read_only_hint(true)), hinted(none().destructive_hint(true)));
    assert_eq!(found[0], (Breaking, "/annotations/readOnlyHint true -> false".to_owned()), "{found:?}");
    let found = changes(hinted(none().destructive_hint(true)), hinted(none().read_only_hint(true)));
    assert!(found.iter().all(|(impact, _)| *impact == Compatible), "{found:?}");
    check(
        hinted(none().destructive_hint(false)),
        hinted(none()),
        &[(Breaking, "/annotations/destructiveHint false -> true")],
    );
    check(
        hinted(none().read_only_hint(true).open_world_hint(false)),
        hinted(none().read_only_hint(true)),
        &[(Breaking, "/annotations/openWorldHint false -> true")],
    );
    // The default, written out.
    check(
        hinted(none()),
        hinted(none().destructive_hint(true)),
        &[(Compatible, "/annotations/destructiveHint added true")],
    );
}

#[test]
fn texts_are_sorted_and_stable() {
    let tool = |name: &str| ToolHandler::function(name, ["b", "a"], |_: String, _: u8| async {});
    let resource = || ResourceHandler::function("note://a", "a", || async { "" });
    let one = snapshot(server().tool(tool("x")).tool(tool("y")).resource(resource()).page_size(1)).to_text();
    let other = snapshot(server().resource(resource()).tool(tool("y")).tool(tool("x"))).to_text();
    assert_eq!(one, other);
    let value: Value = serde_json::from_str(&one).unwrap();
    assert_eq!(value["tools"]["x"]["inputSchema"]["required"], json!(["b", "a"]));
    assert!(one.ends_with("}\n") && one.lines().all(|line| line.len() < 120), "{one}");
    let names = one.lines().filter(|line| line.starts_with("  \"")).collect::<Vec<_>>();
    assert!(names.is_sorted(), "{names:?}");

    let without = snapshot(server().resource(resource())).without_resources();
    assert!(!without.to_text().contains("note://a"));
    assert!(without.changes(&snapshot(server())).is_empty(), "one of them has no resources");
}

#[test]
fn changes_are_lines_with_the_breaking_ones_first() {
    let tool = |name: &str| ToolHandler::function(name, [], || async {});
    let old = snapshot(server().tool(tool("a").description("Old.")).tool(tool("z")));
    let changes = old.changes(&snapshot(server().tool(tool("a").description("New.")).tool(tool("b"))));
    let lines: Vec<_> = changes.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "breaking    tool z: removed",
            "compatible  tool b: new",
            "prose       tool a /description: \"Old.\" -> \"New.\"",
        ]
    );
    assert_eq!(changes[0].subject, Subject::Tool("z".into()));
}

#[test]
fn other_texts_are_no_snapshots() {
    assert!(CatalogSnapshot::parse("<<<<<<< HEAD").is_err());
    let other = CatalogSnapshot::parse("{\"catalogLock\": 7}").unwrap_err();
    assert!(other.message.contains("catalogLock"), "{other}");
}
