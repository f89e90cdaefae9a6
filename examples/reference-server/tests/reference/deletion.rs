//! Deletion of document versions with the user's approval.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mcpwright::Server;
use mcpwright::testing::Client;
use mcpwright::types::{
    CallToolResult, ClientCapabilities, ElicitationCapability, ErrorObject, InputRequest, ProtocolVersion,
    SubscriptionFilter,
};
use reference_server::data::{self, DataError, FILE_NAME};
use reference_server::database::{CancellationToken, CursorError, Database, DatabaseError, Query, Settings};
use reference_server::documents::{DocumentError, DocumentUri, Documents};
use reference_server::{DocumentList, ReferenceServer};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::file;

const TOOL: &str = "delete_document_version";
const RETURNS: &str = "doc://policies/returns.md";

/// A server over a separate copy of the data.
struct Fixture {
    directory: tempfile::TempDir,
    database: Database,
    server: Server,
    documents: DocumentList,
}

impl Fixture {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::copy(file(), directory.path().join(FILE_NAME)).unwrap();
        let mut settings = Settings::default();
        settings.readers = 1;
        settings.wait_timeout = Duration::from_millis(200);
        change(&mut settings);
        let database = Database::open(directory.path().join(FILE_NAME), settings).unwrap();
        let (server, documents) = ReferenceServer::build(database.clone());
        Self { directory, database, server, documents }
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join(FILE_NAME)
    }

    /// Connects a modern and a legacy client with this response to elicitations.
    async fn clients(
        &self,
        respond: impl Fn(&InputRequest) -> Value + Clone + Send + Sync + 'static,
    ) -> [Client; 2] {
        let capabilities = || ClientCapabilities::new().elicitation(ElicitationCapability::default());
        let (respond_modern, respond_legacy) = (respond.clone(), respond);
        let modern = Client::modern(self.server.clone()).capabilities(capabilities());
        let legacy =
            Client::legacy_with(self.server.clone(), ProtocolVersion::LATEST_LEGACY, capabilities()).await;
        [
            modern.input_handler(move |request| Ok(respond_modern(request))),
            legacy.unwrap().input_handler(move |request| Ok(respond_legacy(request))),
        ]
    }

    fn versions(&self, path: &str) -> Vec<u32> {
        let connection = connect(&self.file());
        let sql = "SELECT version FROM document_versions JOIN documents ON id = document_id WHERE path = ? ORDER BY version";
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([path], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }
}

/// Opens a connection as another process would.
fn connect(file: &Path) -> Connection {
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
    result.structured_content.unwrap().decode_owned().unwrap()
}

/// Returns the error text of a result.
fn error(result: &CallToolResult) -> &str {
    assert_eq!(result.is_error, Some(true), "{result:?}");
    result.content[0].as_text().unwrap()
}

/// Returns the message of an elicitation.
fn message(request: &InputRequest) -> String {
    serde_json::to_value(request).unwrap()["params"]["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn approved_versions_are_deleted() {
    for era in 0..2 {
        let fixture = Fixture::new();
        let respond = |request: &InputRequest| {
            let message = message(request);
            for expected in ["doc://policies/returns.md?version=", "Returns and refunds", "Author: “", "20"]
            {
                assert!(message.contains(expected), "{message}");
            }
            assert_eq!(message.contains("version 5 becomes the latest"), message.contains("?version=6"));
            accepted(true)
        };
        let client = &fixture.clients(respond).await[era];
        let deleted = structured(client, TOOL, arguments(6)).await;
        assert_eq!(deleted, json!({ "uri": format!("{RETURNS}?version=6"), "latestVersion": 5 }));
        let deleted = structured(client, TOOL, arguments(3)).await;
        assert_eq!(deleted, json!({ "uri": format!("{RETURNS}?version=3"), "latestVersion": 5 }));
        check_consistency(&fixture, client).await;
    }
}

/// Checks that history, comparison, reading and search match a document with the versions 1, 2, 4 and 5.
async fn check_consistency(fixture: &Fixture, client: &Client) {
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
    let missing =
        client.call_tool("read_document", json!({ "uri": format!("{RETURNS}?version=3") })).await.unwrap();
    assert!(error(&missing).contains("versions 1 to 2, 4 to 5"), "{missing:?}");
    assert!(client.read_resource(&format!("{RETURNS}?version=6")).await.is_err());
    let search = json!({ "text": "return window gold customers", "collection": "policies" });
    let found = structured(client, "search_documents", search).await;
    let hit = &found["hits"][0];
    assert_eq!(hit["uri"], json!(format!("{RETURNS}?version=5")));
    assert_eq!(hit["updatedAt"], history["versions"][0]["createdAt"]);
    let connection = connect(&fixture.file());
    // SQLite compares the index with the indexed texts.
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
async fn nothing_is_deleted_without_approval() {
    let fixture = Fixture::new();
    let kept =
        json!({ "action": "accept", "content": { "delete": false, "reason": "We need it\nfor the audit" } });
    for (response, expected) in [
        (json!({ "action": "decline" }), "declined"),
        (json!({ "action": "decline", "content": { "delete": true } }), "declined"),
        (json!({ "action": "cancel" }), "dismissed"),
        (accepted(false), "the user decided to keep the version. Nothing was deleted"),
        (kept, "(reason: We need it for the audit). Nothing was deleted"),
        // By default, the version is not deleted.
        (json!({ "action": "accept", "content": {} }), "the user decided to keep the version"),
    ] {
        for client in fixture.clients(move |_| response.clone()).await {
            let result = call(&client, 6).await.unwrap();
            assert!(error(&result).contains(expected), "{expected}: {result:?}");
        }
    }
    assert_eq!(fixture.versions("policies/returns.md"), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn invalid_responses_are_requested_again() {
    for era in 0..2 {
        let fixture = Fixture::new();
        let count = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&count);
        let respond = move |_: &InputRequest| match counter.fetch_add(1, Ordering::SeqCst) {
            0 => json!({ "action": "accept", "content": { "delete": "perhaps" } }),
            1 => json!({ "action": "accept", "content": { "delete": true, "reason": "é".repeat(501) } }),
            _ => accepted(true),
        };
        let client = &fixture.clients(respond).await[era];
        structured(client, TOOL, arguments(6)).await;
        assert_eq!(count.load(Ordering::SeqCst), 3);
        assert_eq!(fixture.versions("policies/returns.md"), [1, 2, 3, 4, 5]);
    }
}

#[tokio::test]
async fn clients_without_elicitation_cannot_delete() {
    let fixture = Fixture::new();
    let modern = Client::modern(fixture.server.clone());
    let rejected = call(&modern, 6).await.unwrap_err();
    assert_eq!(rejected.code.0, -32021, "{rejected:?}");
    let capabilities = ClientCapabilities::new().elicitation(ElicitationCapability::default());
    for (version, capabilities, expected) in [
        (ProtocolVersion::LATEST_LEGACY, ClientCapabilities::new(), "\"elicitation\""),
        (ProtocolVersion::V2025_03_26, capabilities, "does not support elicitation"),
    ] {
        let legacy = Client::legacy_with(fixture.server.clone(), version, capabilities).await.unwrap();
        let rejected = call(&legacy, 6).await.unwrap();
        assert!(error(&rejected).contains(expected), "{rejected:?}");
    }
    assert_eq!(fixture.versions("policies/returns.md"), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn changed_versions_are_not_deleted() {
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
        // A change of the text without a change of its metadata.
        (2, format!("UPDATE document_versions SET body = body || '.' WHERE {version} AND version = 2")),
        (
            6,
            format!("UPDATE document_versions SET author = 'Another author' WHERE {version} AND version = 6"),
        ),
        // The message stated that version 5 becomes the latest one.
        (6, format!("DELETE FROM document_versions WHERE {version} AND version = 5")),
        (1, format!("DELETE FROM document_versions WHERE {version} AND version > 1")),
    ];
    for (number, change) in changes {
        for era in 0..2 {
            let fixture = Fixture::new();
            let (file, change) = (fixture.file(), change.clone());
            let respond = move |_: &InputRequest| {
                connect(&file).execute_batch(&change).unwrap();
                accepted(true)
            };
            let client = &fixture.clients(respond).await[era];
            let before = fixture.versions("policies/returns.md");
            let result = call(client, number).await.unwrap();
            assert!(error(&result).contains("nothing was deleted"), "{result:?}");
            let after = fixture.versions("policies/returns.md");
            assert!(after.contains(&number) || before.len() - after.len() == 1, "{before:?} {after:?}");
        }
    }
}

#[tokio::test]
async fn invalid_deletions_do_not_elicit() {
    let fixture = Fixture::new();
    let only = "INSERT INTO documents VALUES (1000000, 'policies/new.md', 'policies', 'New', 'markdown', 1, '2024-01-01');
        INSERT INTO document_versions VALUES (1000000, 1, 'New', 'a', 'b', '2024-01-01', '', 'A new policy.')";
    connect(&fixture.file()).execute_batch(only).unwrap();
    for client in fixture.clients(|_| panic!("unexpected elicitation")).await {
        for (arguments, expected) in [
            (json!({ "uri": "doc://policies/new.md", "version": 1 }), "only version"),
            (json!({ "uri": "doc://policies/new.md", "version": 2 }), "has the versions 1"),
            (json!({ "uri": "doc://policies/nothing.md", "version": 1 }), "does not exist"),
            (json!({ "uri": "doc://policies/returns.md?version=5", "version": 6 }), "has version 5"),
            (json!({ "uri": "file:///etc/passwd", "version": 1 }), "not the URI of a document"),
            (json!({ "uri": RETURNS }), "version"),
            (json!({ "uri": RETURNS, "version": 0 }), "version"),
        ] {
            let result = client.call_tool(TOOL, arguments).await.unwrap();
            assert!(error(&result).contains(expected), "{expected}: {result:?}");
        }
    }
    assert_eq!(fixture.versions("policies/new.md"), [1]);
}

#[tokio::test]
async fn an_approval_is_used_once() {
    let fixture = Fixture::new();
    let capabilities = ClientCapabilities::new().elicitation(ElicitationCapability::default());
    let client = Client::modern(fixture.server.clone()).capabilities(capabilities);
    let send = async |members: Value| {
        let mut params = json!({ "name": TOOL, "arguments": arguments(6) });
        params.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        client.send("tools/call", params).await.map(|result| result.decode_owned::<Value>().unwrap())
    };
    let required = send(json!({})).await.unwrap();
    assert_eq!(required["resultType"], "input_required", "{required}");
    let responses = json!({ "consent": accepted(true) });
    let unrequested = send(json!({ "inputResponses": responses })).await.unwrap_err();
    assert_eq!(unrequested.code.0, -32602, "a response without a request: {unrequested:?}");
    assert_eq!(fixture.versions("policies/returns.md").len(), 6);

    let file = fixture.file();
    let attach = "ATTACH ? AS backup";
    let backup = fixture.directory.path().join("backup");
    std::fs::copy(&file, &backup).unwrap();
    let approval = json!({ "inputResponses": responses, "requestState": required["requestState"] });
    let deleted = send(approval.clone()).await.unwrap();
    assert_eq!(deleted["structuredContent"]["latestVersion"], 5, "{deleted}");
    // The data is restored to its state at the time of the request, but the approval was used.
    let connection = connect(&file);
    connection.execute(attach, [backup.to_str().unwrap()]).unwrap();
    let restore = "INSERT OR IGNORE INTO main.document_versions SELECT * FROM backup.document_versions;
        UPDATE main.documents SET latest_version = 6 WHERE path = 'policies/returns.md'";
    connection.execute_batch(restore).unwrap();
    assert_eq!(send(approval).await.unwrap_err().code.0, -32602);
    assert_eq!(fixture.versions("policies/returns.md"), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn subscribers_are_notified_once_and_at_once() {
    const UPDATED: &str = "notifications/resources/updated";
    let fixture = Fixture::new();
    let uris = [RETURNS.to_owned(), format!("{RETURNS}?version=6"), format!("{RETURNS}?version=2")];
    let clients = fixture.clients(|_| accepted(true)).await;
    let filter = SubscriptionFilter::new().resources_list_changed(true).resource_subscriptions(uris.to_vec());
    clients[0].listen(filter).await.unwrap();
    for uri in &uris {
        clients[1].send("resources/subscribe", json!({ "uri": uri })).await.unwrap();
    }
    let updated = |client: &Client| {
        let notifications = client.notifications().into_iter();
        let mut uris: Vec<_> = notifications
            .map(|notification| {
                assert_eq!(notification.method, UPDATED);
                notification.params.unwrap().decode_owned::<Value>().unwrap()["uri"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        uris.sort();
        uris
    };
    fixture.documents.refresh().await.unwrap();
    let watching = tokio::spawn(fixture.documents.clone().watch());
    structured(&clients[0], TOOL, arguments(6)).await;
    for client in &clients {
        assert_eq!(updated(client), uris[..2]);
    }
    // Deleting an older version does not update the document.
    structured(&clients[1], TOOL, arguments(2)).await;
    for client in &clients {
        assert_eq!(updated(client), uris[2..]);
    }
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert!(clients.iter().all(|client| updated(client).is_empty()), "after two polls");
    watching.abort();
}

#[tokio::test]
async fn locked_and_read_only_databases_are_not_changed() {
    let fixture = Fixture::new();
    let other = connect(&fixture.file());
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for client in fixture.clients(|_| accepted(true)).await {
        let result = call(&client, 6).await.unwrap();
        let text = error(&result);
        assert!(text.contains("busy") && text.contains("nothing was changed"), "{text}");
    }
    drop(other);
    assert_eq!(fixture.versions("policies/returns.md").len(), 6);

    let read_only = Fixture::with(|settings| settings.read_only = true);
    let client = Client::modern(read_only.server.clone());
    let tools = client.list_tools().await.unwrap();
    assert!(tools.len() == 8 && tools.iter().all(|tool| tool.name != TOOL));
    let documents = Documents::new(read_only.database.clone());
    let uri: DocumentUri = format!("{RETURNS}?version=6").parse().unwrap();
    let candidate = documents.candidate(uri, CancellationToken::new()).await.unwrap();
    let rejected = documents.delete(candidate).await.unwrap_err();
    assert!(matches!(rejected, DocumentError::Database(DatabaseError::Unwritable(_))), "{rejected}");
    assert_eq!(read_only.versions("policies/returns.md").len(), 6);
}

#[tokio::test]
async fn the_next_start_keeps_changed_data() {
    let fixture = Fixture::new();
    let mut query = Query::new("SELECT id FROM orders ORDER BY id");
    query.max_rows = Some(2);
    query.cursor = fixture.database.query(query.clone(), CancellationToken::new()).await.unwrap().next_cursor;
    let client = &fixture.clients(|_| accepted(true)).await[0];
    structured(client, TOOL, arguments(6)).await;
    let stale = fixture.database.query(query, CancellationToken::new()).await;
    assert_eq!(stale, Err(DatabaseError::Cursor(CursorError::DataChanged)));
    let store = data::ensure(fixture.directory.path(), &mut |_, _| panic!("unexpected generation")).unwrap();
    assert!(!store.generated);
    assert_eq!(fixture.versions("policies/returns.md"), [1, 2, 3, 4, 5]);
    // Verification fails, since the data differs from the generated data.
    assert!(matches!(data::verify(&store.file), Err(DataError::Changed { .. })));
}
