//! Validates the messages of the server against the JSON Schema of their revisions.
//!
//! The schemas are not part of this project. `MCPWRIGHT_SPEC` names the folder of revision 2026-07-28, whose
//! sibling folders are those of earlier ones, and `MCPWRIGHT_TASKS_SPEC` names that of the extension of tasks. Without them nothing is
//! checked; with `MCPWRIGHT_REQUIRE_ALL` the test fails then.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::runner::Sent;

const MODERN: &str = "2026-07-28";

/// The key of the schema of the tasks extension.
const TASKS: &str = "tasks";

/// Revisions without a JSON Schema in the folder.
const WITHOUT_SCHEMA: &str = "2024-11-05";

/// The schemas, and the validators that were built from them.
pub(crate) struct Specification {
    folder: PathBuf,
    tasks: PathBuf,
    schemas: BTreeMap<String, Value>,
    validators: BTreeMap<(String, String), Validator>,
}

impl Specification {
    /// The specification, if the environment names its location.
    pub(crate) fn find() -> Option<Self> {
        let folder = |name| env::var_os(name).map(PathBuf::from);
        let found = folder("MCPWRIGHT_SPEC").zip(folder("MCPWRIGHT_TASKS_SPEC"));
        if found.is_none() {
            let message =
                "SKIPPED: set MCPWRIGHT_SPEC and MCPWRIGHT_TASKS_SPEC to folders with a schema.json";
            assert!(env::var_os("MCPWRIGHT_REQUIRE_ALL").is_none(), "{message}");
            eprintln!("{message}");
        }
        let (folder, tasks) = found?;
        Some(Self { folder, tasks, schemas: BTreeMap::new(), validators: BTreeMap::new() })
    }

    /// Checks the messages of the server in a conversation, and returns how many were checked.
    ///
    /// # Errors
    ///
    /// Returns all messages that do not conform to their revision.
    pub(crate) fn check(&mut self, messages: &[Sent]) -> Result<usize, String> {
        let (mut client, mut checked, mut problems) = (Client::default(), 0, Vec::new());
        for message in messages {
            match message {
                Sent::ByClient(text) => client.sent(&serde_json::from_str(text).unwrap_or_default()),
                Sent::ByServer(message) => {
                    for message in message.as_array().unwrap_or(&vec![message.clone()]) {
                        client.received(message);
                        for (revision, definition, value) in client.definitions(message) {
                            checked += 1;
                            problems.extend(self.problems(&revision, &definition, value));
                        }
                    }
                }
            }
        }
        if problems.is_empty() { Ok(checked) } else { Err(problems.join("\n")) }
    }

    fn problems(&mut self, revision: &str, definition: &str, value: &Value) -> Vec<String> {
        let validator = self.validator(revision, definition);
        let problem = |error: jsonschema::ValidationError<'_>| {
            format!("{value}\nis no {definition} of {revision}: {}: {error}", error.instance_path())
        };
        validator.iter_errors(value).map(problem).collect()
    }

    fn validator(&mut self, revision: &str, definition: &str) -> &Validator {
        let folder = match revision {
            TASKS => self.tasks.clone(),
            MODERN => self.folder.clone(),
            earlier => self.folder.join("..").join(earlier),
        };
        let schema = self.schemas.entry(revision.to_owned()).or_insert_with(|| {
            let path = folder.join("schema.json");
            let text =
                std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            serde_json::from_str(&text).expect("a schema is JSON")
        });
        let key = (revision.to_owned(), definition.to_owned());
        self.validators.entry(key).or_insert_with(|| {
            let keyword = if schema.get("$defs").is_some() { "$defs" } else { "definitions" };
            let definitions = &schema[keyword];
            assert!(definitions.get(definition).is_some(), "{revision} has no {definition}");
            let schema = json!({ "$ref": format!("#/{keyword}/{definition}"), keyword: definitions });
            jsonschema::options().should_validate_formats(true).build(&schema).expect("it is a schema")
        })
    }
}

/// The state of the client after the messages so far.
#[derive(Default)]
struct Client {
    /// The revision of the session.
    session: Option<String>,
    /// The revision and the method of each request, by its id.
    requests: BTreeMap<String, (String, String)>,
}

impl Client {
    fn sent(&mut self, message: &Value) {
        if let Some(messages) = message.as_array() {
            return messages.iter().for_each(|message| self.sent(message));
        }
        let (Some(id), Some(method)) = (message.get("id"), message["method"].as_str()) else { return };
        let modern = &message["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"];
        let revision = match (modern.is_null(), &self.session) {
            (true, Some(session)) => session.clone(),
            (true, None) => "2025-11-25".to_owned(),
            (false, _) => MODERN.to_owned(),
        };
        self.requests.insert(id.to_string(), (revision, method.to_owned()));
    }

    fn received(&mut self, message: &Value) {
        if let Some(version) = message.pointer("/result/protocolVersion").and_then(Value::as_str) {
            self.session = Some(version.to_owned());
            let request = self.requests.get_mut(&message["id"].to_string());
            if let Some((revision, _)) = request {
                version.clone_into(revision);
            }
        }
    }

    /// The definitions that a message and its parts must match.
    fn definitions<'a>(&self, message: &'a Value) -> Vec<(String, String, &'a Value)> {
        let request = message.get("id").and_then(|id| self.requests.get(&id.to_string()));
        let session = self.session.clone().unwrap_or_else(|| MODERN.to_owned());
        let is_subscribed =
            message.pointer("/params/_meta/io.modelcontextprotocol~1subscriptionId").is_some();
        let (revision, definition, value) = match (message.get("method"), request) {
            (Some(method), _) if method == "notifications/tasks" => {
                (TASKS.to_owned(), "TaskStatusNotification".to_owned(), message)
            }
            (Some(_), _) if message.get("id").is_some() => (session, "ServerRequest".to_owned(), message),
            (Some(_), _) if is_subscribed => (MODERN.to_owned(), "ServerNotification".to_owned(), message),
            (Some(_), _) => (session, "ServerNotification".to_owned(), message),
            (None, _) if message.get("error").is_some() => {
                let revision = request.map_or(session, |(revision, _)| revision.clone());
                let is_modern = revision == MODERN || revision == "2025-11-25";
                // Earlier revisions have no definition of the response to an unreadable message.
                if !is_modern && message.get("id").is_none() {
                    return Vec::new();
                }
                let definition = if is_modern { "JSONRPCErrorResponse" } else { "JSONRPCError" };
                (revision, definition.to_owned(), message)
            }
            (None, Some((revision, method))) => {
                // A request with an id that is in use must not hide the first one.
                let is_end =
                    message.pointer("/result/_meta/io.modelcontextprotocol~1subscriptionId").is_some();
                let method = if is_end { "subscriptions/listen" } else { method };
                let (revision, definition) = result_of(revision, method, &message["result"]);
                (revision, definition, &message["result"])
            }
            (None, None) => return Vec::new(),
        };
        if revision == WITHOUT_SCHEMA { Vec::new() } else { vec![(revision, definition, value)] }
    }
}

/// The revision and the definition of a result.
fn result_of(revision: &str, method: &str, result: &Value) -> (String, String) {
    let definition = match (result["resultType"].as_str(), method) {
        (Some("task"), _) => return (TASKS.to_owned(), "CreateTaskResult".to_owned()),
        (Some("input_required"), _) => "InputRequiredResult",
        (_, "initialize") => "InitializeResult",
        (_, "server/discover") => "DiscoverResult",
        (_, "tools/list") => "ListToolsResult",
        (_, "tools/call") => "CallToolResult",
        (_, "resources/list") => "ListResourcesResult",
        (_, "resources/templates/list") => "ListResourceTemplatesResult",
        (_, "resources/read") => "ReadResourceResult",
        (_, "prompts/list") => "ListPromptsResult",
        (_, "prompts/get") => "GetPromptResult",
        (_, "completion/complete") => "CompleteResult",
        (_, "subscriptions/listen") => "SubscriptionsListenResult",
        (_, "tasks/get") => return (TASKS.to_owned(), "GetTaskResult".to_owned()),
        (_, "tasks/update") => return (TASKS.to_owned(), "UpdateTaskResult".to_owned()),
        (_, "tasks/cancel") => return (TASKS.to_owned(), "CancelTaskResult".to_owned()),
        _ => "EmptyResult",
    };
    (revision.to_owned(), definition.to_owned())
}
