//! Tasks that ask, and who hears of them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::executor::block_on;
use mcpwright_core::{ErrorCode, SubscriptionFilter, TaskStatus, method};
use mcpwright_server::testing::Client;
use mcpwright_server::{Caller, Context, Runtime, TaskConfig, TaskMode, ToolHandler};
use serde_json::{Map, Value, json};

use super::{Error, Stage, answer, asking, client, keys, poll, server, text, value};

#[test]
fn a_task_that_asks_is_parked_until_all_is_answered() {
    let (tool, count) = asking(TaskMode::Always);
    let client = client(server().tool(tool));
    let id = block_on(client.create_task("ask", ())).unwrap().task_id;
    let get = || block_on(client.get_task(&id)).unwrap();
    let update =
        |answers: &[(&str, Value)]| block_on(client.update_task(&id, answers.iter().cloned())).unwrap();
    assert_eq!(
        (get().task.status, keys(&get())),
        (TaskStatus::InputRequired, vec!["first".to_owned(), "last".to_owned()])
    );
    update(&[("first", answer("Ada")), ("middle", answer("?"))]);
    assert_eq!(keys(&get()), ["last"]);
    // The first answer to a question counts, and one that is none has it asked again under another key.
    update(&[("first", answer("Eve")), ("last", json!({ "action": "accept", "content": { "value": "" } }))]);
    assert_eq!(keys(&get()), ["last-2"]);
    update(&[("last", answer("Mallory")), ("last-2", answer("Lovelace"))]);
    assert_eq!(keys(&get()), ["title"]);
    assert!(!get().task.created_at.is_empty() && get().result.is_none());
    update(&[("title", answer("Countess"))]);
    assert_eq!(text(&get()), "Countess Ada Lovelace, 1");
    assert_eq!(count.load(Ordering::SeqCst), 1);
    update(&[("title", answer("Miss"))]);
    assert_eq!(get().task.status, TaskStatus::Completed);
}

#[test]
fn what_is_asked_before_a_call_is_a_task_is_asked_as_ever() {
    let stage = Arc::new(Stage::default());
    let sleeping = Arc::clone(&stage);
    let ask = move |context: Context| {
        let stage = Arc::clone(&sleeping);
        async move {
            let name = value(&context, "name")?;
            stage.sleep(Duration::from_secs(60)).await;
            Ok::<_, Error>(format!("Hello, {name}!"))
        }
    };
    let tool = ToolHandler::function("ask", [], ask).description("Ask.");
    let tool = tool.task(TaskMode::After(Duration::from_secs(1)));
    let client = client(server().tool(tool).build().with_runtime(Arc::clone(&stage) as Arc<dyn Runtime>));
    let asked: Value =
        block_on(client.send(method::TOOLS_CALL, json!({ "name": "ask" }))).unwrap().decode_owned().unwrap();
    assert_eq!(asked["resultType"], "input_required");
    let again = json!({ "name": "ask", "requestState": asked["requestState"], "inputResponses": { "name": answer("Ada") } });
    let mut call = Box::pin(client.send(method::TOOLS_CALL, again));
    assert!(poll(&mut call).is_none());
    stage.advance(1);
    let task: Value = poll(&mut call).unwrap().unwrap().decode_owned().unwrap();
    assert_eq!(task["resultType"], "task");
    stage.advance(60);
    assert_eq!(text(&block_on(client.get_task(task["taskId"].as_str().unwrap())).unwrap()), "Hello, Ada!");
}

#[test]
fn nobody_learns_of_the_tasks_of_others() {
    let (tool, _) = asking(TaskMode::Always);
    let server = server().tool(tool).build();
    let person = |name: &str| client(server.clone()).caller(Caller::new(name, [], Map::new()));
    let (alice, bob, nobody) = (person("alice"), person("bob"), client(server.clone()));
    let id = block_on(alice.create_task("ask", ())).unwrap().task_id;
    let unknown = "0".repeat(32);
    for other in [&bob, &nobody] {
        for params in
            [json!({ "taskId": id }), json!({ "taskId": unknown }), json!({ "taskId": format!("{id}:end") })]
        {
            for method in [method::TASKS_GET, method::TASKS_CANCEL, method::TASKS_UPDATE] {
                let mut params = params.clone();
                params["inputResponses"] = json!({ "first": answer("Eve"), "last": answer("Eve") });
                let error = block_on(other.send(method, params)).unwrap_err();
                assert_eq!(error.code, ErrorCode::INVALID_PARAMS);
                assert_eq!(error.message, "params.taskId: there is no such task, or it has expired");
                assert_eq!(error.data, None);
            }
        }
    }
    assert_eq!(keys(&block_on(alice.get_task(&id)).unwrap()), ["first", "last"]);
}

#[test]
fn only_the_owner_of_a_task_hears_of_it() {
    let (tool, _) = asking(TaskMode::Always);
    let server = server().tool(tool).build();
    let person = |name: &str| client(server.clone()).caller(Caller::new(name, [], Map::new()));
    let (alice, bob) = (person("alice"), person("bob"));
    let id = block_on(alice.create_task("ask", ())).unwrap().task_id;
    let filter = || SubscriptionFilter::new().task_ids(vec![id.clone()]);
    let undeclared = block_on(Client::modern(server.clone()).listen(filter())).unwrap_err();
    assert_eq!(undeclared.code, ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY);
    for who in [&alice, &bob] {
        assert_eq!(block_on(who.listen(filter())).unwrap().task_ids, Some(vec![id.clone()]));
    }
    let heard = |who: &Client| -> Vec<Value> {
        block_on(alice.get_task(&id)).unwrap();
        let notifications = who.notifications().into_iter();
        notifications
            .map(|notification| {
                assert_eq!(notification.method, method::TASKS);
                notification.params.unwrap().decode_owned().unwrap()
            })
            .collect()
    };
    let told = heard(&alice);
    let last = told.last().unwrap();
    assert_eq!((&last["status"], &last["taskId"]), (&json!("input_required"), &json!(id)));
    assert!(last["inputRequests"]["first"].is_object() && last["_meta"].is_object(), "{last}");
    block_on(alice.update_task(&id, [("first", answer("Ada")), ("last", answer("Lovelace"))])).unwrap();
    let statuses: Vec<_> = heard(&alice).into_iter().map(|told| told["status"].clone()).collect();
    assert_eq!(statuses, ["working", "input_required"]);
    block_on(alice.update_task(&id, [("title", answer("Countess"))])).unwrap();
    let told = heard(&alice);
    assert_eq!(told.last().unwrap()["result"]["content"][0]["text"], "Countess Ada Lovelace, 1");
    assert_eq!(heard(&bob), Vec::<Value>::new());
    // Whoever begins to listen hears how it is with each task once, and nobody hears it with them.
    let late = person("alice");
    let twice = SubscriptionFilter::new().task_ids(vec![id.clone(), id.clone()]);
    assert_eq!(block_on(late.listen(twice)).unwrap().task_ids, Some(vec![id.clone()]));
    let statuses: Vec<_> = heard(&late).into_iter().map(|told| told["status"].clone()).collect();
    assert_eq!((statuses, heard(&alice)), (vec![json!("completed")], vec![]));
}

#[test]
fn what_waits_for_an_answer_has_a_limit() {
    let ask = |context: Context, note: String| async move {
        let name = value(&context, "name")?;
        Ok::<_, Error>(format!("{name}, {}", note.len()))
    };
    let ask = ToolHandler::function("ask", ["note"], ask).description("Ask.").task(TaskMode::Always);
    let client = client(server().tasks(TaskConfig::new().max_result_bytes(2000)).tool(ask));
    let create = |note: &str| {
        // What is no argument is not kept.
        let params = json!({ "name": "ask", "arguments": { "note": note }, "other": "x".repeat(2000) });
        let task: Value = block_on(client.send(method::TOOLS_CALL, params)).unwrap().decode_owned().unwrap();
        task["taskId"].as_str().unwrap().to_owned()
    };
    let id = create("short");
    assert_eq!(keys(&block_on(client.get_task(&id)).unwrap()), ["name"]);
    let update = |name: &str| block_on(client.update_task(&id, [("name", answer(name))]));
    let error = update(&"x".repeat(2000)).unwrap_err();
    assert!(error.code == ErrorCode::INVALID_PARAMS && error.message.contains("must be at most"), "{error}");
    update("Ada").unwrap();
    assert_eq!(text(&block_on(client.get_task(&id)).unwrap()), "Ada, 5");
    let failed = block_on(client.get_task(&create(&"x".repeat(2000)))).unwrap();
    assert_eq!(failed.task.status, TaskStatus::Failed);
    assert!(failed.error.unwrap().message.contains("must be at most 2000 bytes"));
}
