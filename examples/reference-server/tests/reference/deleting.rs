//! A version of a document is deleted once the user has agreed to just that, and in no other case.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mcpwright::Server;
use mcpwright::core::{
    CallToolResult, ClientCapabilities, ElicitationCapability, ErrorObject, InputRequest, ProtocolVersion,
    SubscriptionFilter,
};
use mcpwright::testing::Client;
use reference_server::data::{self, DataError, FILE_NAME};
use reference_server::database::{Cancel, CursorError, Database, DatabaseError, Query, Settings};
use reference_server::documents::{Address, DocumentError, Documents};
use reference_server::{DocumentList, ReferenceServer};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::file;

const TOOL: &str = "delete_document_version";
const RETURNS: &str = "doc://policies/returns.md";

/// A server over data of its own.
struct Desk {
    directory: tempfile::TempDir,
    database: Database,
    server: Server,
    documents: DocumentList,
}

impl Desk {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::copy(file(), directory.path().join(FILE_NAME)).unwrap();
        let mut settings = Settings::default();
        settings.readers = 1;
        settings.wait = Duration::from_millis(200);
        change(&mut settings);
        let database = Database::open(directory.path().join(FILE_NAME), settings).unwrap();
        let (server, documents) = ReferenceServer::over(database.clone());
        Self { directory, database, server, documents }
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join(FILE_NAME)
    }

    /// A client of each era whose user answers so.
    async fn clients(
        &self,
        answer: impl Fn(&InputRequest) -> Value + Clone + Send + Sync + 'static,
    ) -> [Client; 2] {
        let able = || ClientCapabilities::new().elicitation(ElicitationCapability::default());
        let (one, other) = (answer.clone(), answer);
        let modern = Client::modern(self.server.clone()).capabilities(able());
        let legacy = Client::legacy_with(self.server.clone(), ProtocolVersion::LATEST_LEGACY, able()).await;
        [modern.answers(move |asked| Ok(one(asked))), legacy.unwrap().answers(move |asked| Ok(other(asked)))]
    }

    fn versions(&self, path: &str) -> Vec<u32> {
        let connection = elsewhere(&self.file());
        let sql = "SELECT version FROM document_versions JOIN documents ON id = document_id WHERE path = ? ORDER BY version";
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([path], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }
}

/// What another process has.
fn elsewhere(file: &Path) -> Connection {
    let connection = Connection::open(file).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    connection
}

fn accepted(delete: bool) -> Value {
    json!({ "action": "accept", "content": { "delete": delete } })
}

fn arguments(version: u32) -> Value {
    json!({ "uri": RETURNS, "version": version })
}

async fn call(client: &Client, version: u32) -> Result<CallToolResult, ErrorObject> {
    client.call_tool(TOOL, arguments(version)).await
}

async fn structured(client: &Client, tool: &str, arguments: Value) -> Value {
    let result = client.call_tool(tool, arguments).await.unwrap();
    assert!(!result.is_error.unwrap_or(false), "{tool}: {result:?}");
    result.structured_content.unwrap().to().unwrap()
}

/// What the model is told where nothing was deleted.
fn error(result: &CallToolResult) -> &str {
    assert_eq!(result.is_error, Some(true), "{result:?}");
    result.content[0].as_text().unwrap()
}

/// What the user is asked.
fn message(asked: &InputRequest) -> String {
    serde_json::to_value(asked).unwrap()["params"]["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_the_user_agrees_to_is_deleted() {
    for era in 0..2 {
        let desk = Desk::new();
        let asked = |asked: &InputRequest| {
            let message = message(asked);
            for expected in
                ["doc://policies/returns.md?version=", "Returns and refunds", "Written by: “", "20"]
            {
                assert!(message.contains(expected), "{message}");
            }
            assert_eq!(message.contains("version 5 becomes the latest"), message.contains("?version=6"));
            accepted(true)
        };
        let client = &desk.clients(asked).await[era];
        let deleted = structured(client, TOOL, arguments(6)).await;
        assert_eq!(deleted, json!({ "uri": format!("{RETURNS}?version=6"), "latestVersion": 5 }));
        let deleted = structured(client, TOOL, arguments(3)).await;
        assert_eq!(deleted, json!({ "uri": format!("{RETURNS}?version=3"), "latestVersion": 5 }));
        check_afterwards(&desk, client).await;
    }
}

/// History, comparison, reading and search are those of a document with the versions 1, 2, 4 and 5.
async fn check_afterwards(desk: &Desk, client: &Client) {
    let history = structured(client, "document_history", json!({ "uri": RETURNS })).await;
    let versions: Vec<_> =
        history["versions"].as_array().unwrap().iter().map(|v| v["version"].clone()).collect();
    assert_eq!(versions, [5, 4, 2, 1]);
    for (arguments, from, to) in [
        (json!({ "uri": RETURNS }), 4, 5),
        (json!({ "uri": RETURNS, "to": 4 }), 2, 4),
        (json!({ "uri": RETURNS, "from": 1, "to": 4 }), 1, 4),
    ] {
        let compared = structured(client, "diff_document", arguments).await;
        assert_eq!((&compared["from"], &compared["to"]), (&json!(from), &json!(to)));
    }
    let read = structured(client, "read_document", json!({ "uri": RETURNS })).await;
    assert_eq!((&read["version"], &read["latestVersion"]), (&json!(5), &json!(5)));
    let gone =
        client.call_tool("read_document", json!({ "uri": format!("{RETURNS}?version=3") })).await.unwrap();
    assert!(error(&gone).contains("versions 1 to 2, 4 to 5"), "{gone:?}");
    assert!(client.read_resource(&format!("{RETURNS}?version=6")).await.is_err());
    let search = json!({ "text": "return window gold customers", "collection": "policies" });
    let found = structured(client, "search_documents", search).await;
    let hit = &found["hits"][0];
    assert_eq!(hit["uri"], json!(format!("{RETURNS}?version=5")));
    assert_eq!(hit["updatedAt"], history["versions"][0]["createdAt"]);
    let connection = elsewhere(&desk.file());
    // SQLite itself compares the index with the texts that it is over.
    connection
        .execute("INSERT INTO document_index (document_index, rank) VALUES ('integrity-check', 1)", [])
        .unwrap();
    let indexed = "SELECT group_concat(heading || body, '') FROM document_chunks JOIN documents AS d ON d.id = document_id
                   WHERE d.path = 'policies/returns.md'";
    let indexed: String = connection.query_row(indexed, [], |row| row.get(0)).unwrap();
    let text = read["text"].as_str().unwrap();
    let words = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    assert_eq!(words(&indexed), words(text));
}

#[tokio::test]
async fn nothing_is_deleted_without_a_yes() {
    let desk = Desk::new();
    let kept =
        json!({ "action": "accept", "content": { "delete": false, "reason": "We need it\nfor the audit" } });
    for (answer, expected) in [
        (json!({ "action": "decline" }), "declined"),
        (json!({ "action": "decline", "content": { "delete": true } }), "declined"),
        (json!({ "action": "cancel" }), "closed"),
        (accepted(false), "the user keeps the version. Nothing was deleted"),
        (kept, "and said: We need it for the audit. Nothing was deleted"),
        // The box that is not ticked is the default.
        (json!({ "action": "accept", "content": {} }), "the user keeps the version"),
    ] {
        for client in desk.clients(move |_| answer.clone()).await {
            let result = call(&client, 6).await.unwrap();
            assert!(error(&result).contains(expected), "{expected}: {result:?}");
        }
    }
    assert_eq!(desk.versions("policies/returns.md"), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_asked_for_again() {
    for era in 0..2 {
        let desk = Desk::new();
        let times = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&times);
        let answer = move |_: &InputRequest| match counted.fetch_add(1, Ordering::SeqCst) {
            0 => json!({ "action": "accept", "content": { "delete": "perhaps" } }),
            1 => json!({ "action": "accept", "content": { "delete": true, "reason": "é".repeat(501) } }),
            _ => accepted(true),
        };
        let client = &desk.clients(answer).await[era];
        structured(client, TOOL, arguments(6)).await;
        assert_eq!(times.load(Ordering::SeqCst), 3);
        assert_eq!(desk.versions("policies/returns.md"), [1, 2, 3, 4, 5]);
    }
}

#[tokio::test]
async fn a_client_that_cannot_ask_its_user_deletes_nothing() {
    let desk = Desk::new();
    let modern = Client::modern(desk.server.clone());
    let refused = call(&modern, 6).await.unwrap_err();
    assert_eq!(refused.code.0, -32021, "{refused:?}");
    let able = ClientCapabilities::new().elicitation(ElicitationCapability::default());
    for (version, able, expected) in [
        (ProtocolVersion::LATEST_LEGACY, ClientCapabilities::new(), "\"elicitation\""),
        (ProtocolVersion::V2025_03_26, able, "cannot be asked"),
    ] {
        let legacy = Client::legacy_with(desk.server.clone(), version, able).await.unwrap();
        let refused = call(&legacy, 6).await.unwrap();
        assert!(error(&refused).contains(expected), "{refused:?}");
    }
    assert_eq!(desk.versions("policies/returns.md"), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn what_is_not_any_more_what_was_shown_stays() {
    let version = "document_id = (SELECT id FROM documents WHERE path = 'policies/returns.md')";
    let changes = [
        (
            6,
            format!(
                "DELETE FROM document_versions WHERE {version} AND version = 6;
             UPDATE documents SET latest_version = 5 WHERE path = 'policies/returns.md'"
            ),
        ),
        (2, format!("DELETE FROM document_versions WHERE {version} AND version = 2")),
        // Whoever changes a text need not change what is said of it.
        (2, format!("UPDATE document_versions SET body = body || '.' WHERE {version} AND version = 2")),
        (6, format!("UPDATE document_versions SET author = 'Somebody else' WHERE {version} AND version = 6")),
        // The user was told that version 5 becomes the latest one.
        (6, format!("DELETE FROM document_versions WHERE {version} AND version = 5")),
        (1, format!("DELETE FROM document_versions WHERE {version} AND version > 1")),
    ];
    for (number, change) in changes {
        for era in 0..2 {
            let desk = Desk::new();
            let (file, change) = (desk.file(), change.clone());
            let meanwhile = move |_: &InputRequest| {
                elsewhere(&file).execute_batch(&change).unwrap();
                accepted(true)
            };
            let client = &desk.clients(meanwhile).await[era];
            let before = desk.versions("policies/returns.md");
            let result = call(client, number).await.unwrap();
            assert!(error(&result).contains("nothing was deleted"), "{result:?}");
            let after = desk.versions("policies/returns.md");
            assert!(after.contains(&number) || before.len() - after.len() == 1, "{before:?} {after:?}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_deleted_is_not_asked_about() {
    let desk = Desk::new();
    let only = "INSERT INTO documents VALUES (1000000, 'policies/new.md', 'policies', 'New', 'markdown', 1, '2024-01-01');
        INSERT INTO document_versions VALUES (1000000, 1, 'New', 'a', 'b', '2024-01-01', '', 'A new policy.')";
    elsewhere(&desk.file()).execute_batch(only).unwrap();
    for client in desk.clients(|_| panic!("nobody is asked")).await {
        for (arguments, expected) in [
            (json!({ "uri": "doc://policies/new.md", "version": 1 }), "only version"),
            (json!({ "uri": "doc://policies/new.md", "version": 2 }), "has the versions 1"),
            (json!({ "uri": "doc://policies/nothing.md", "version": 1 }), "does not exist"),
            (json!({ "uri": "doc://policies/returns.md?version=5", "version": 6 }), "names version 5"),
            (json!({ "uri": "file:///etc/passwd", "version": 1 }), "no address"),
            (json!({ "uri": RETURNS }), "version"),
            (json!({ "uri": RETURNS, "version": 0 }), "version"),
        ] {
            let result = client.call_tool(TOOL, arguments).await.unwrap();
            assert!(error(&result).contains(expected), "{expected}: {result:?}");
        }
    }
    assert_eq!(desk.versions("policies/new.md"), [1]);
}

#[tokio::test]
async fn an_answer_counts_once() {
    let desk = Desk::new();
    let able = ClientCapabilities::new().elicitation(ElicitationCapability::default());
    let client = Client::modern(desk.server.clone()).capabilities(able);
    let send = async |more: Value| {
        let mut params = json!({ "name": TOOL, "arguments": arguments(6) });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client.send("tools/call", params).await.map(|result| result.to::<Value>().unwrap())
    };
    let asked = send(json!({})).await.unwrap();
    assert_eq!(asked["resultType"], "input_required", "{asked}");
    let answers = json!({ "consent": accepted(true) });
    let unasked = send(json!({ "inputResponses": answers })).await.unwrap_err();
    assert_eq!(unasked.code.0, -32602, "an answer to no question: {unasked:?}");
    assert_eq!(desk.versions("policies/returns.md").len(), 6);

    let file = desk.file();
    let copy = "ATTACH ? AS kept";
    let kept = desk.directory.path().join("kept");
    std::fs::copy(&file, &kept).unwrap();
    let answered = json!({ "inputResponses": answers, "requestState": asked["requestState"] });
    let deleted = send(answered.clone()).await.unwrap();
    assert_eq!(deleted["structuredContent"]["latestVersion"], 5, "{deleted}");
    // Everything is as it was when the user was asked, and yet the answer was to that question only.
    let connection = elsewhere(&file);
    connection.execute(copy, [kept.to_str().unwrap()]).unwrap();
    let restore = "INSERT OR IGNORE INTO main.document_versions SELECT * FROM kept.document_versions;
        UPDATE main.documents SET latest_version = 6 WHERE path = 'policies/returns.md'";
    connection.execute_batch(restore).unwrap();
    assert_eq!(send(answered).await.unwrap_err().code.0, -32602);
    assert_eq!(desk.versions("policies/returns.md"), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn those_who_listen_hear_of_it_at_once_and_once() {
    const UPDATED: &str = "notifications/resources/updated";
    let desk = Desk::new();
    let uris = [RETURNS.to_owned(), format!("{RETURNS}?version=6"), format!("{RETURNS}?version=2")];
    let clients = desk.clients(|_| accepted(true)).await;
    let filter = SubscriptionFilter::new().resources_list_changed(true).resource_subscriptions(uris.to_vec());
    clients[0].listen(filter).await.unwrap();
    for uri in &uris {
        clients[1].send("resources/subscribe", json!({ "uri": uri })).await.unwrap();
    }
    let told = |client: &Client| {
        let told = client.notifications().into_iter();
        let mut told: Vec<_> = told
            .map(|told| {
                assert_eq!(told.method, UPDATED);
                told.params.unwrap().to::<Value>().unwrap()["uri"].as_str().unwrap().to_owned()
            })
            .collect();
        told.sort();
        told
    };
    desk.documents.refresh().await.unwrap();
    let watching = tokio::spawn(desk.documents.clone().watch());
    structured(&clients[0], TOOL, arguments(6)).await;
    for client in &clients {
        assert_eq!(told(client), uris[..2]);
    }
    // The document itself reads as before.
    structured(&clients[1], TOOL, arguments(2)).await;
    for client in &clients {
        assert_eq!(told(client), uris[2..]);
    }
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert!(clients.iter().all(|client| told(client).is_empty()), "the list has looked twice meanwhile");
    watching.abort();
}

#[tokio::test]
async fn a_database_that_is_in_use_or_read_only_stays_as_it_is() {
    let desk = Desk::new();
    let other = elsewhere(&desk.file());
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for client in desk.clients(|_| accepted(true)).await {
        let result = call(&client, 6).await.unwrap();
        let said = error(&result);
        assert!(said.contains("busy") && said.contains("nothing was changed"), "{said}");
    }
    drop(other);
    assert_eq!(desk.versions("policies/returns.md").len(), 6);

    let closed = Desk::with(|settings| settings.read_only = true);
    let client = Client::modern(closed.server.clone());
    let tools = client.list_tools().await.unwrap();
    assert!(tools.len() == 8 && tools.iter().all(|tool| tool.name != TOOL));
    let documents = Documents::new(closed.database.clone());
    let address: Address = format!("{RETURNS}?version=6").parse().unwrap();
    let candidate = documents.candidate(address, Cancel::new()).await.unwrap();
    let refused = documents.delete(candidate).await.unwrap_err();
    assert!(matches!(refused, DocumentError::Database(DatabaseError::Unwritable(_))), "{refused}");
    assert_eq!(closed.versions("policies/returns.md").len(), 6);
}

#[tokio::test]
async fn the_next_start_takes_the_data_as_it_is() {
    let desk = Desk::new();
    let mut query = Query::new("SELECT id FROM orders ORDER BY id");
    query.max_rows = Some(2);
    query.cursor = desk.database.query(query.clone(), Cancel::new()).await.unwrap().next_cursor;
    let client = &desk.clients(|_| accepted(true)).await[0];
    structured(client, TOOL, arguments(6)).await;
    let stale = desk.database.query(query, Cancel::new()).await;
    assert_eq!(stale, Err(DatabaseError::Cursor(CursorError::DataChanged)));
    let store = data::ensure(desk.directory.path(), &mut |_, _| panic!("nothing is made")).unwrap();
    assert!(!store.made);
    assert_eq!(desk.versions("policies/returns.md"), [1, 2, 3, 4, 5]);
    // It is not what was made, and says so to whoever asks for that.
    assert!(matches!(data::verify(&store.file), Err(DataError::Changed { .. })));
}
