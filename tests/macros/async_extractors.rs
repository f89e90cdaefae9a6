//! Extractors that are made asynchronously, as parameters of tools, prompts, resources and templates.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{self, Waker};
use std::time::Duration;

use mcpwright::testing::Client;
use mcpwright::transport::TokioRuntime;
use mcpwright::types::{ErrorCode, ErrorObject, ProtocolVersion};
use mcpwright::{AsyncFromContext, Caller, Context, Serve as _, Server, ToolError, ToolHandler, server};
use serde_json::{Map, json};

use crate::{call, definition, empty};

/// The transactions of a server.
#[derive(Default)]
struct Database {
    opened: AtomicUsize,
    committed: AtomicUsize,
    rolled_back: AtomicUsize,
}

impl Database {
    /// Returns the number of transactions that were opened, committed and rolled back.
    fn counts(&self) -> (usize, usize, usize) {
        let count = |count: &AtomicUsize| count.load(Ordering::SeqCst);
        (count(&self.opened), count(&self.committed), count(&self.rolled_back))
    }
}

/// A transaction, which is rolled back when it is dropped.
struct Transaction {
    database: Arc<Database>,
    is_committed: bool,
}

impl Transaction {
    async fn commit(mut self) {
        tokio::task::yield_now().await;
        self.is_committed = true;
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let count = if self.is_committed { &self.database.committed } else { &self.database.rolled_back };
        count.fetch_add(1, Ordering::SeqCst);
    }
}

impl AsyncFromContext for Transaction {
    type Rejection = ErrorObject;

    async fn from_context(context: &Context) -> Result<Self, ErrorObject> {
        tokio::task::yield_now().await;
        let database = context.extension::<Arc<Database>>();
        let database = database.ok_or_else(|| ErrorObject::internal("no database"))?;
        database.opened.fetch_add(1, Ordering::SeqCst);
        Ok(Self { database: Arc::clone(&database), is_committed: false })
    }
}

/// The record of a caller.
struct User {
    name: String,
}

impl AsyncFromContext for User {
    type Rejection = ToolError;

    async fn from_context(context: &Context) -> Result<Self, ToolError> {
        tokio::task::yield_now().await;
        match context.caller().subject() {
            Some("ghost") => panic!("the record of a ghost"),
            Some("sleeper") => pending().await,
            Some(name) => Ok(Self { name: name.to_owned() }),
            None => Err(ToolError::new("log in first")),
        }
    }
}

struct Cinema;

#[server]
impl Cinema {
    /// Book seats.
    #[tool]
    async fn book(&self, transaction: Transaction, seats: u8, user: User) -> Result<String, ToolError> {
        if seats > 8 {
            return Err(ToolError::new("too many seats"));
        }
        transaction.commit().await;
        Ok(format!("{} booked {seats}", user.name))
    }

    /// Wait with an open transaction.
    #[tool]
    async fn wait(&self, _transaction: Transaction) {
        pending::<()>().await;
    }

    /// Panic with an open transaction.
    #[tool]
    async fn panic(&self, _transaction: Transaction) {
        assert!(std::env::args().len() == 0, "a panic");
    }

    /// Take extractors by reference and as a pattern, on a thread for blocking work.
    #[tool]
    fn blocking(&self, transaction: &Transaction, User { name }: User) -> String {
        format!("{name} {}", transaction.is_committed)
    }

    /// Greet a user.
    #[prompt]
    async fn greet(&self, user: User, greeting: String) -> String {
        format!("{greeting}, {}!", user.name)
    }

    /// The bookings of a user.
    #[resource("cinema://bookings")]
    async fn bookings(&self, user: User) -> String {
        format!("bookings of {}", user.name)
    }

    /// A booking of a user.
    #[resource("cinema://bookings/{id}")]
    async fn booking(&self, id: u32, user: User) -> String {
        format!("booking {id} of {}", user.name)
    }
}

fn caller(name: &str) -> Caller {
    Caller::new(name, [], Map::new())
}

/// A server with timers, and its database.
fn cinema() -> (Server, Arc<Database>) {
    let database = Arc::new(Database::default());
    let runtime = TokioRuntime::current().expect("there is a runtime");
    let builder = Cinema.into_builder().share(Arc::clone(&database)).timeout(Duration::from_millis(100));
    (builder.build().with_runtime(Arc::new(runtime)), database)
}

fn ada(server: &Server) -> Client {
    Client::modern(server.clone()).caller(caller("ada"))
}

#[tokio::test]
async fn every_kind_of_handler_takes_them() {
    let (server, database) = cinema();
    let client = ada(&server);
    let schema = definition(&client, "book").await["inputSchema"].clone();
    assert_eq!(schema["properties"].as_object().map(Map::len), Some(1), "{schema}");
    assert_eq!(call(&client, "book", json!({ "seats": "3" })).await, "ada booked 3");
    assert_eq!(database.counts(), (1, 1, 0));
    assert_eq!(call(&client, "blocking", empty()).await, "ada false");
    assert_eq!(database.counts(), (2, 1, 1));
    let prompt = client.get_prompt("greet", [("greeting", "Hello")]).await.expect("the prompt is there");
    assert_eq!(prompt.messages[0].content.as_text(), Some("Hello, ada!"));
    for (uri, expected) in
        [("cinema://bookings", "bookings of ada"), ("cinema://bookings/7", "booking 7 of ada")]
    {
        let result = client.read_resource(uri).await.expect(uri);
        assert_eq!(serde_json::to_value(&result.contents[0]).expect("contents are JSON")["text"], expected);
    }
    let legacy = Client::legacy(server, ProtocolVersion::LATEST_LEGACY).await.expect("a handshake");
    let legacy = legacy.caller(caller("bob"));
    assert_eq!(call(&legacy, "book", json!({ "seats": 1 })).await, "bob booked 1");
}

#[tokio::test]
async fn functions_take_them() {
    async fn name(user: User, prefix: String) -> String {
        format!("{prefix} {}", user.name)
    }
    let tool = ToolHandler::function("name", ["prefix"], name);
    let client = Client::modern(Server::builder("test", "1").tool(tool)).caller(caller("ada"));
    assert_eq!(call(&client, "name", json!({ "prefix": "Lady" })).await, "Lady ada");
    // A changed clone has parameters of its own.
    let tool = ToolHandler::function("name", ["prefix"], name);
    let first = Client::modern(Server::builder("test", "1").tool(tool.clone())).caller(caller("ada"));
    assert_eq!(call(&first, "name", json!({ "prefix": "Lady" })).await, "Lady ada");
    let tool = tool.argument("prefix", |prefix| prefix.default("Countess"));
    let second = Client::modern(Server::builder("test", "1").tool(tool)).caller(caller("ada"));
    assert_eq!(call(&second, "name", empty()).await, "Countess ada");
}

#[tokio::test]
async fn rejections_read_as_those_of_other_extractors() {
    let (server, database) = cinema();
    let guest = Client::modern(server.clone());
    assert_eq!(call(&guest, "book", json!({ "seats": 3 })).await, "error: log in first");
    assert_eq!(database.counts(), (1, 0, 1), "what was extracted before is dropped");
    let error = guest.get_prompt("greet", [("greeting", "Hello")]).await.expect_err("it is rejected");
    assert_eq!((error.code, &*error.message), (ErrorCode::INTERNAL_ERROR, "log in first"));
    assert!(guest.read_resource("cinema://bookings").await.is_err());
    // An `ErrorObject` is a protocol error, also for a tool.
    let without = Client::modern(Cinema.into_builder());
    let error = without.call_tool("wait", ()).await.expect_err("there is no database");
    assert_eq!(error.message, "no database");
}

#[tokio::test]
async fn invalid_arguments_are_rejected_before_anything_is_extracted() {
    let (server, database) = cinema();
    for arguments in [json!({ "seats": 300 }), json!({ "seats": "many" }), json!({ "other": 1 }), empty()] {
        let text = call(&ada(&server), "book", arguments).await;
        assert!(text.starts_with("error: book was not called"), "{text}");
    }
    assert_eq!(database.counts(), (0, 0, 0));
}

#[tokio::test]
async fn values_are_dropped_however_the_call_ends() {
    let (server, database) = cinema();
    let client = ada(&server);
    assert_eq!(call(&client, "book", json!({ "seats": 9 })).await, "error: too many seats");
    assert_eq!(database.counts(), (1, 0, 1), "an error");
    let text = call(&client, "wait", empty()).await;
    assert!(text.starts_with("error: timed out: wait took longer than 100ms, incident "), "{text}");
    assert_eq!(database.counts(), (2, 0, 2), "a timeout");
    let text = call(&client, "panic", empty()).await;
    assert!(text.starts_with("error: panic panicked, incident "), "{text}");
    assert_eq!(database.counts(), (3, 0, 3), "a panic");
    let (mut waiting, mut task) =
        (Box::pin(client.call_tool("wait", ())), task::Context::from_waker(Waker::noop()));
    while database.counts().0 < 4 {
        assert!(waiting.as_mut().poll(&mut task).is_pending());
        tokio::task::yield_now().await;
    }
    assert_eq!(database.counts(), (4, 0, 3));
    drop(waiting);
    assert_eq!(database.counts(), (4, 0, 4), "a cancellation");
}

#[tokio::test]
async fn timeout_and_panics_of_extraction_end_the_call() {
    let (server, database) = cinema();
    let sleeper = Client::modern(server.clone()).caller(caller("sleeper"));
    let text = call(&sleeper, "book", json!({ "seats": 1 })).await;
    assert!(text.starts_with("error: timed out: book took longer than 100ms, incident "), "{text}");
    assert_eq!(database.counts(), (1, 0, 1));
    let error = sleeper.get_prompt("greet", [("greeting", "Hello")]).await.expect_err("it times out");
    assert!(error.message.contains("timed out"), "{error:?}");
    let ghost = Client::modern(server.clone()).caller(caller("ghost"));
    let text = call(&ghost, "book", json!({ "seats": 1 })).await;
    assert!(text.starts_with("error: book panicked, incident ") && !text.contains("ghost"), "{text}");
    assert_eq!(database.counts(), (2, 0, 2));
    assert_eq!(call(&ada(&server), "book", json!({ "seats": 1 })).await, "ada booked 1");
}
