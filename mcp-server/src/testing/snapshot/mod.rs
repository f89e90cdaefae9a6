//! Snapshots of the published catalog, and their comparison.

pub(crate) mod change;
pub(crate) mod item;
pub(crate) mod schema;

use std::collections::BTreeSet;

use mcpwright_core::ErrorObject;
use serde_json::{Map, Value, json};

use crate::testing::client::Client;
use crate::testing::internal_error;
use crate::testing::published::Published;
use crate::testing::snapshot::change::{CatalogChange, Changes, Impact};
use crate::testing::snapshot::item::{compare_prompts, compare_resources, compare_servers, compare_tools};
use crate::testing::subject::Subject;

/// The version of the text form.
const VERSION: u64 = 1;

/// The published catalog of a server, as a text with sorted members that can be compared.
///
/// It has the name and the texts of the server, and its tools, prompts, resources and templates by name or URI. The version
/// of the server is left out, because every release changes it.
///
/// ```
/// use mcpwright_server::testing::{CatalogSnapshot, Client, Impact};
/// use mcpwright_server::{Server, ToolHandler};
///
/// # futures::executor::block_on(async {
/// let find = ToolHandler::function("find", ["text"], |text: String| async move { text });
/// let before = CatalogSnapshot::fetch(&Client::modern(Server::builder("notes", "1.0.0").tool(find))).await?;
/// let find = ToolHandler::function("find", ["text", "limit"], |text: String, _: u32| async move { text });
/// let now = CatalogSnapshot::fetch(&Client::modern(Server::builder("notes", "1.1.0").tool(find))).await?;
///
/// let changes = CatalogSnapshot::parse(&before.to_text())?.changes(&now);
/// assert_eq!(changes[0].impact, Impact::Breaking);
/// assert_eq!(changes[0].to_string(), "breaking    tool find /inputSchema/properties/limit: new required member");
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogSnapshot(Value);

impl CatalogSnapshot {
    /// Requests the catalog, with all pages of its lists.
    ///
    /// # Errors
    ///
    /// Returns the error of the server.
    pub async fn fetch(client: &Client) -> Result<Self, ErrorObject> {
        let Published { mut server, instructions, tools, prompts, resources, templates } =
            Published::fetch(client).await?;
        if let Some(server) = server.as_object_mut() {
            server.shift_remove("version");
        }
        Ok(Self(json!({
            "$comment": "Written by mcpwright::testing::lock. Commit it. MCPWRIGHT_LOCK=rewrite accepts changes.",
            "catalogLock": VERSION,
            "instructions": instructions,
            "prompts": by_key(prompts, "name"),
            "resources": by_key(resources, "uri"),
            "server": server,
            "templates": by_key(templates, "uriTemplate"),
            "tools": by_key(tools, "name"),
        })))
    }

    /// Removes the list of resources, for a server whose resources are data that changes.
    #[must_use]
    pub fn without_resources(mut self) -> Self {
        if let Some(members) = self.0.as_object_mut() {
            members.shift_remove("resources");
        }
        self
    }

    /// Parses the text of a snapshot.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not JSON, or of another version.
    pub fn parse(text: &str) -> Result<Self, ErrorObject> {
        let value: Value = serde_json::from_str(text).map_err(|error| internal_error(&error))?;
        if value["catalogLock"] != VERSION {
            let expected =
                format!("`catalogLock` must be {VERSION}: the file is of another version of mcpwright");
            return Err(ErrorObject::internal(expected));
        }
        Ok(Self(value))
    }

    /// Returns the text: JSON on many lines, with the members of objects in the order of their names.
    pub fn to_text(&self) -> String {
        let mut text = format!("{:#}", sorted(&self.0));
        text.push('\n');
        text
    }

    /// Returns the changes from this snapshot to another one, the breaking ones first.
    pub fn changes(&self, other: &Self) -> Vec<CatalogChange> {
        let (old, new) = (&self.0, &other.0);
        let mut changes = Changes::new(Subject::Server);
        compare_servers(&mut changes, old, new);
        for (list, subject, compare) in LISTS {
            // One of them is without resources.
            let (Some(old), Some(new)) = (old[list].as_object(), new[list].as_object()) else { continue };
            let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names {
                changes.subject = subject(name.clone());
                match (old.get(name), new.get(name)) {
                    (Some(old), Some(new)) => compare(&mut changes, old, new),
                    (Some(_), None) => changes.add(Impact::Breaking, "", "removed"),
                    (None, _) => changes.add(Impact::Compatible, "", "new"),
                }
            }
        }
        changes.found.sort_by_key(|change| change.impact);
        changes.found
    }
}

/// The member of a snapshot that has a list, the part of the catalog that an item is, and the comparison of two items.
type ListOf = (&'static str, fn(String) -> Subject, fn(&mut Changes, &Value, &Value));

/// The lists, with the parts of the catalog that they contain, and the comparison of two items.
const LISTS: [ListOf; 4] = [
    ("tools", Subject::Tool, compare_tools),
    ("prompts", Subject::Prompt, compare_prompts),
    ("resources", Subject::Resource, compare_resources),
    ("templates", Subject::Template, compare_resources),
];

/// Returns the items of a list by a member, which they do not contain any more.
fn by_key(items: Vec<Value>, key: &str) -> Value {
    let mut members = Map::new();
    for mut item in items {
        let name = item.as_object_mut().and_then(|item| item.shift_remove(key));
        members.insert(name.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned(), item);
    }
    members.into()
}

/// Returns the value with the members of its objects in the order of their names.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            members
                .into_iter()
                .map(|(name, value)| (name.clone(), sorted(value)))
                .collect::<Map<_, _>>()
                .into()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}
