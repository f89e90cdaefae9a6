//! Notifications of changes by other processes.

use std::time::{Duration, Instant};

use mcpwright::Server;
use mcpwright::testing::Client;
use mcpwright::types::{ProtocolVersion, SubscriptionFilter};
use reference_server::ReferenceServer;
use reference_server::database::{Database, Settings};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::file;

const RETURNS: &str = "doc://policies/returns.md";
const UPDATED: &str = "notifications/resources/updated";
const LIST_CHANGED: &str = "notifications/resources/list_changed";

/// Connects a modern and a legacy client that subscribe to the document and the list.
async fn clients(server: &Server) -> [Client; 2] {
    let filter = SubscriptionFilter::new().resources_list_changed(true);
    let filter = filter.resource_subscriptions(vec![RETURNS.to_owned()]);
    let modern = Client::modern(server.clone());
    assert_eq!(modern.listen(filter.clone()).await.unwrap(), filter);
    let legacy = Client::legacy(server.clone(), ProtocolVersion::LATEST_LEGACY).await.unwrap();
    legacy.send("resources/subscribe", json!({ "uri": RETURNS })).await.unwrap();
    [modern, legacy]
}

/// Waits for notifications, and returns their methods and URIs.
async fn notifications(client: &Client) -> Vec<(String, Value)> {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let notifications = client.notifications();
        if !notifications.is_empty() {
            let read = |params: Option<mcpwright::types::JsonText>| {
                params.and_then(|params| params.decode_owned::<Value>().ok())
            };
            let uri = |params| read(params).unwrap_or_default()["uri"].clone();
            return notifications
                .into_iter()
                .map(|notification| (notification.method.into_owned(), uri(notification.params)))
                .collect();
        }
        assert!(Instant::now() < deadline, "no notification within 30 seconds");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn text(client: &Client, uri: &str) -> String {
    let read = client.read_resource(uri).await.unwrap();
    serde_json::to_value(&read.contents[0]).unwrap()["text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn subscribers_receive_changes_by_other_processes() {
    let directory = tempfile::tempdir().unwrap();
    let copy = directory.path().join("northlight.sqlite3");
    std::fs::copy(file(), &copy).unwrap();
    let database = Database::open(copy.clone(), Settings::default()).unwrap();
    let (server, documents) = ReferenceServer::build(database);
    let clients = clients(&server).await;
    let before = clients[0].list_resources().await.unwrap().len();
    documents.refresh().await.unwrap();
    let watching = tokio::spawn(documents.watch());

    // The connection of another process.
    let connection = Connection::open(&copy).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    let new_version = "BEGIN IMMEDIATE;
        INSERT INTO document_versions
            SELECT document_id, version + 1, document_versions.title, author, 'Another', created_at, sha256, 'Everything may be returned.'
            FROM document_versions JOIN documents ON documents.id = document_id
            WHERE path = 'policies/returns.md' AND version = latest_version;
        UPDATE documents SET latest_version = latest_version + 1 WHERE path = 'policies/returns.md';
        COMMIT";
    connection.execute_batch(new_version).unwrap();
    for client in &clients {
        assert_eq!(notifications(client).await, [(UPDATED.to_owned(), json!(RETURNS))]);
        assert_eq!(text(client, RETURNS).await, "Everything may be returned.");
    }

    let new_document = "BEGIN IMMEDIATE;
        INSERT INTO documents SELECT 1000000, 'policies/new.md', collection, 'New', format, 1, updated_at
            FROM documents WHERE path = 'policies/returns.md';
        INSERT INTO document_versions VALUES (1000000, 1, 'New', 'a', 'b', '2024-01-01', '', 'A new policy.');
        COMMIT";
    connection.execute_batch(new_document).unwrap();
    for client in &clients {
        assert_eq!(notifications(client).await, [(LIST_CHANGED.to_owned(), Value::Null)]);
        assert_eq!(client.list_resources().await.unwrap().len(), before + 1);
        assert_eq!(text(client, "doc://policies/new.md").await, "A new policy.");
    }

    connection
        .execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM documents WHERE path = 'policies/returns.md'")
        .unwrap();
    for client in &clients {
        let expected = [(LIST_CHANGED.to_owned(), Value::Null), (UPDATED.to_owned(), json!(RETURNS))];
        assert_eq!(notifications(client).await, expected);
        assert!(client.read_resource(RETURNS).await.is_err());
    }
    watching.abort();
}
