//! Tasks that request input, and notifications to their owners.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::executor::block_on;
use mcpwright_core::{ErrorCode, SubscriptionFilter, TaskStatus, method};
use mcpwright_server::testing::Client;
use mcpwright_server::{Caller, Context, Runtime, TaskConfig, TaskMode, ToolHandler};
use serde_json::{Map, Value, json};

use super::{Error, ManualRuntime, accepted, client, input_tool, keys, poll, server, text, value};

#[test]
fn a_task_is_suspended_until_all_input_is_received() {
    let (tool, count) = input_tool(TaskMode::Always);
    let client = client(server().tool(tool));
    let id = block_on(client.create_task("ask", ())).unwrap().task_id;
    let get = || block_on(client.get_task(&id)).unwrap();
    let update =
        |responses: &[(&str, Value)]| block_on(client.update_task(&id, responses.iter().cloned())).unwrap();
    assert_eq!(
        (get().task.status, keys(&get())),
        (TaskStatus::InputRequired, vec!["first".to_owned(), "last".to_owned()])
    );
    update(&[("first", accepted("Ada")), ("middle", accepted("?"))]);
    assert_eq!(keys(&get()), ["last"]);
    // The first valid response counts. After a malformed one, the input is requested again under another key.
    update(&[
        ("first", accepted("Eve")),
        ("last", json!({ "action": "accept", "content": { "value": "" } })),
    ]);
    assert_eq!(keys(&get()), ["last-2"]);
    update(&[("last", accepted("Mallory")), ("last-2", accepted("Lovelace"))]);
    assert_eq!(keys(&get()), ["title"]);
    assert!(!get().task.created_at.is_empty() && get().result.is_none());
    update(&[("title", accepted("Countess"))]);
    assert_eq!(text(&get()), "Countess Ada Lovelace, 1");
    assert_eq!(count.load(Ordering::SeqCst), 1);
    update(&[("title", accepted("Miss"))]);
    assert_eq!(get().task.status, TaskStatus::Completed);
}

#[test]
fn input_before_promotion_is_requested_from_the_call() {
    let runtime = Arc::new(ManualRuntime::default());
    let handler_runtime = Arc::clone(&runtime);
    let ask = move |context: Context| {
        let runtime = Arc::clone(&handler_runtime);
        async move {
            let name = value(&context, "name")?;
            runtime.sleep(Duration::from_secs(60)).await;
            Ok::<_, Error>(format!("Hello, {name}!"))
        }
    };
    let tool = ToolHandler::function("ask", [], ask).description("Ask.");
    let tool = tool.task(TaskMode::After(Duration::from_secs(1)));
    let client = client(server().tool(tool).build().with_runtime(Arc::clone(&runtime) as Arc<dyn Runtime>));
    let first: Value =
        block_on(client.send(method::TOOLS_CALL, json!({ "name": "ask" }))).unwrap().decode_owned().unwrap();
    assert_eq!(first["resultType"], "input_required");
    let responses = json!({ "name": accepted("Ada") });
    let params = json!({ "name": "ask", "requestState": first["requestState"], "inputResponses": responses });
    let mut call = Box::pin(client.send(method::TOOLS_CALL, params));
    assert!(poll(&mut call).is_none());
    runtime.advance(1);
    let task: Value = poll(&mut call).unwrap().unwrap().decode_owned().unwrap();
    assert_eq!(task["resultType"], "task");
    runtime.advance(60);
    assert_eq!(text(&block_on(client.get_task(task["taskId"].as_str().unwrap())).unwrap()), "Hello, Ada!");
}

#[test]
fn tasks_of_other_callers_are_reported_as_unknown() {
    let (tool, _) = input_tool(TaskMode::Always);
    let server = server().tool(tool).build();
    let named_client = |name: &str| client(server.clone()).caller(Caller::new(name, [], Map::new()));
    let (alice, bob, anonymous) = (named_client("alice"), named_client("bob"), client(server.clone()));
    let id = block_on(alice.create_task("ask", ())).unwrap().task_id;
    let unknown = "0".repeat(32);
    for other in [&bob, &anonymous] {
        for params in
            [json!({ "taskId": id }), json!({ "taskId": unknown }), json!({ "taskId": format!("{id}:end") })]
        {
            for method in [method::TASKS_GET, method::TASKS_CANCEL, method::TASKS_UPDATE] {
                let mut params = params.clone();
                params["inputResponses"] = json!({ "first": accepted("Eve"), "last": accepted("Eve") });
                let error = block_on(other.send(method, params)).unwrap_err();
                assert_eq!(error.code, ErrorCode::INVALID_PARAMS);
                assert_eq!(
                    error.message,
                    "`params.taskId` must be the id of a task of this caller that has not expired"
                );
                assert_eq!(error.data, None);
            }
        }
    }
    assert_eq!(keys(&block_on(alice.get_task(&id)).unwrap()), ["first", "last"]);
}

#[test]
fn only_the_owner_of_a_task_is_notified() {
    let (tool, _) = input_tool(TaskMode::Always);
    let server = server().tool(tool).build();
    let named_client = |name: &str| client(server.clone()).caller(Caller::new(name, [], Map::new()));
    let (alice, bob) = (named_client("alice"), named_client("bob"));
    let id = block_on(alice.create_task("ask", ())).unwrap().task_id;
    let filter = || SubscriptionFilter::new().task_ids(vec![id.clone()]);
    let undeclared = block_on(Client::modern(server.clone()).listen(filter())).unwrap_err();
    assert_eq!(undeclared.code, ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY);
    for caller in [&alice, &bob] {
        assert_eq!(block_on(caller.listen(filter())).unwrap().task_ids, Some(vec![id.clone()]));
    }
    let received = |caller: &Client| -> Vec<Value> {
        block_on(alice.get_task(&id)).unwrap();
        let notifications = caller.notifications().into_iter();
        notifications
            .map(|notification| {
                assert_eq!(notification.method, method::TASKS);
                notification.params.unwrap().decode_owned().unwrap()
            })
            .collect()
    };
    let updates = received(&alice);
    let last = updates.last().unwrap();
    assert_eq!((&last["status"], &last["taskId"]), (&json!("input_required"), &json!(id)));
    assert!(last["inputRequests"]["first"].is_object() && last["_meta"].is_object(), "{last}");
    block_on(alice.update_task(&id, [("first", accepted("Ada")), ("last", accepted("Lovelace"))])).unwrap();
    let statuses: Vec<_> = received(&alice).into_iter().map(|update| update["status"].clone()).collect();
    assert_eq!(statuses, ["working", "input_required"]);
    block_on(alice.update_task(&id, [("title", accepted("Countess"))])).unwrap();
    let updates = received(&alice);
    assert_eq!(updates.last().unwrap()["result"]["content"][0]["text"], "Countess Ada Lovelace, 1");
    assert_eq!(received(&bob), Vec::<Value>::new());
    // A new subscriber receives the current state of each task once. Other subscribers receive nothing.
    let late = named_client("alice");
    let twice = SubscriptionFilter::new().task_ids(vec![id.clone(), id.clone()]);
    assert_eq!(block_on(late.listen(twice)).unwrap().task_ids, Some(vec![id.clone()]));
    let statuses: Vec<_> = received(&late).into_iter().map(|update| update["status"].clone()).collect();
    assert_eq!((statuses, received(&alice)), (vec![json!("completed")], vec![]));
}

#[test]
fn the_size_of_a_suspended_task_is_limited() {
    let ask = |context: Context, note: String| async move {
        let name = value(&context, "name")?;
        Ok::<_, Error>(format!("{name}, {}", note.len()))
    };
    let ask = ToolHandler::function("ask", ["note"], ask).description("Ask.").task(TaskMode::Always);
    let client = client(server().tasks(TaskConfig::new().max_result_bytes(2000)).tool(ask));
    let create = |note: &str| {
        // Only the arguments are stored, not other parameters.
        let params = json!({ "name": "ask", "arguments": { "note": note }, "other": "x".repeat(2000) });
        let task: Value = block_on(client.send(method::TOOLS_CALL, params)).unwrap().decode_owned().unwrap();
        task["taskId"].as_str().unwrap().to_owned()
    };
    let id = create("short");
    assert_eq!(keys(&block_on(client.get_task(&id)).unwrap()), ["name"]);
    let update = |name: &str| block_on(client.update_task(&id, [("name", accepted(name))]));
    let error = update(&"x".repeat(2000)).unwrap_err();
    assert!(error.code == ErrorCode::INVALID_PARAMS && error.message.contains("must be at most"), "{error}");
    update("Ada").unwrap();
    assert_eq!(text(&block_on(client.get_task(&id)).unwrap()), "Ada, 5");
    let failed = block_on(client.get_task(&create(&"x".repeat(2000)))).unwrap();
    assert_eq!(failed.task.status, TaskStatus::Failed);
    assert!(failed.error.unwrap().message.contains("must be at most 2000 bytes"));
}
