//! Tests of the types of the tasks extension against its JSON Schema. `MCPWRIGHT_TASKS_SPEC` is the path of the folder
//! with its `schema.json`.

use std::path::PathBuf;

use mcpwright_core::method::{self, CancelTask, GetTask, UpdateTask};
use mcpwright_core::{
    CreateTaskResult, DetailedTask, ElicitFormParams, ElicitParams, EmptyResult, ErrorObject, FormSchema,
    InputRequest, InputRequests, JsonText, PrimitiveSchema, StringSchema, SubscriptionFilter, Task,
    TaskParams, TaskStatus, UpdateTaskParams,
};
use serde_json::{Value, json};

use crate::coverage::Covered;
use crate::schema::Schema;

fn task(status: TaskStatus) -> Task {
    Task::new("786512e2", status, "2026-07-28T10:30:00Z")
        .status_message("It is being worked on.")
        .last_updated_at("2026-07-28T10:40:00Z")
        .ttl_ms(60_000)
        .poll_interval_ms(5000)
}

/// A task in each status, with the data of the status.
fn detailed() -> [DetailedTask; 5] {
    let form = FormSchema::new([("name", PrimitiveSchema::String(StringSchema::new()))]);
    let elicitation = ElicitParams::from(ElicitFormParams::new("What is your name?", form));
    let requests = InputRequests::from([("name", InputRequest::from(elicitation))]);
    let result =
        JsonText::parse(r#"{"content":[{"type":"text","text":"done"}],"isError":false}"#).expect("JSON");
    let detailed = |status| DetailedTask::new(task(status));
    [
        detailed(TaskStatus::Working),
        detailed(TaskStatus::InputRequired).input_requests(requests),
        detailed(TaskStatus::Completed).result(result),
        detailed(TaskStatus::Failed).error(ErrorObject::internal("internal error")),
        detailed(TaskStatus::Cancelled),
    ]
}

fn all() -> Vec<Covered> {
    let responses =
        [("name", JsonText::parse(r#"{"action":"accept","content":{"name":"Luca"}}"#).expect("JSON"))];
    let statuses = [
        TaskStatus::Working,
        TaskStatus::InputRequired,
        TaskStatus::Completed,
        TaskStatus::Failed,
        TaskStatus::Cancelled,
    ];
    let [working, input_required, completed, failed, cancelled] = detailed();
    let filter = || SubscriptionFilter::new().task_ids(vec!["786512e2".to_owned()]);
    let params = TaskParams::new("786512e2");
    vec![
        Covered::of("TaskStatus", statuses),
        Covered::of("Task", statuses.map(task)),
        Covered::of("CreateTaskResult", [CreateTaskResult::from(task(TaskStatus::Working))])
            .with(&json!({ "resultType": "task" })),
        Covered::of("DetailedTask", detailed()),
        Covered::of("GetTaskResult", detailed()).complete(),
        Covered::of("WorkingTask", [working.clone()]),
        Covered::of("InputRequiredTask", [input_required]),
        Covered::of("CompletedTask", [completed]),
        Covered::of("FailedTask", [failed]),
        Covered::of("CancelledTask", [cancelled]),
        Covered::of("UpdateTaskResult", [EmptyResult::new()]).complete(),
        Covered::of("CancelTaskResult", [EmptyResult::new()]).complete(),
        Covered::request::<GetTask>("GetTaskRequest", &params),
        Covered::request::<CancelTask>("CancelTaskRequest", &params),
        Covered::request::<UpdateTask>("UpdateTaskRequest", &UpdateTaskParams::new("786512e2", responses)),
        Covered::of("TaskStatusNotificationParams", detailed()),
        Covered::notification("TaskStatusNotification", method::TASKS, &working),
        Covered::of("TaskSubscriptionNotifications", [filter()]),
        Covered::of("TaskSubscriptionAcknowledgedNotifications", [filter()]),
    ]
}

/// The folder with the schema of the extension, or `None` if it is not configured.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("MCPWRIGHT_TASKS_SPEC").map(PathBuf::from);
    if folder.is_none() {
        assert!(std::env::var_os("MCPWRIGHT_REQUIRE_ALL").is_none(), "MCPWRIGHT_TASKS_SPEC is not set");
        eprintln!("SKIPPED: set MCPWRIGHT_TASKS_SPEC to a folder with schema.json of the tasks extension");
    }
    folder
}

#[test]
fn serialized_tasks_are_valid_and_complete() {
    let Some(folder) = folder() else { return };
    let schema = Schema::read(&folder);
    for covered in all() {
        for value in &covered.values {
            schema.check(covered.definition, value, &covered.definition);
            let written =
                (covered.round_trip)(&JsonText::encode(value).expect("JSON")).expect("a valid value");
            assert_eq!(&written, value, "{}", covered.definition);
        }
        let missing = covered.missing_members(&schema);
        assert!(missing.is_empty(), "{}: no value has the members {missing:?}", covered.definition);
    }
}

#[test]
fn an_unlimited_ttl_is_written_as_null() {
    let written = json!(Task::new("a", TaskStatus::Working, "2026-07-28T10:30:00Z"));
    assert_eq!(written["ttlMs"], Value::Null);
    assert!(written.as_object().is_some_and(|members| members.contains_key("ttlMs")));
    let mut without = written.clone();
    without.as_object_mut().map(|members| members.shift_remove("ttlMs"));
    assert!(serde_json::from_value::<Task>(without).is_err());
    assert!(TaskStatus::Failed.is_terminal() && !TaskStatus::InputRequired.is_terminal());
}
