//! What goes on beside the calls: the handler of a task, from its creation to its end or its next question.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{AbortHandle, AbortRegistration, Abortable, BoxFuture, Either, join_all, select};
use mcpwright_core::{ErrorObject, JsonText, method};
use serde_json::json;

use crate::call::Call;
use crate::call::notifications::NotificationSender;
use crate::call::outcome::{Answer, Outcome, missing_capability};
use crate::dispatch::tools::ask_for_less;
use crate::input_required::rounds::InputResponse;
use crate::replicas::store::StoreError;
use crate::server::Server;
use crate::tasks::handle::TaskHandle;
use crate::tasks::record::{Record, State, SuspendedTask, TaskOrigin};
use crate::tasks::registry::{Found, Registry};
use crate::{incident, runtime};

/// How often a task that runs gives a sign of life, and looks whether it was cancelled elsewhere.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(2);

/// A task that is about to run.
pub(crate) struct Started {
    pub(crate) running: Arc<TaskHandle>,
    listed: ListEntry,
    registration: AbortRegistration,
    origin: TaskOrigin,
    /// The handler's key for each key that the client has been told in this task.
    keys: BTreeMap<String, String>,
    /// How often the task has been parked.
    round: u32,
}

impl Started {
    fn new(
        record: Record,
        origin: TaskOrigin,
        keys: BTreeMap<String, String>,
        round: u32,
        server: &Server,
        tasks: &Registry,
    ) -> Self {
        let (abort, registration) = AbortHandle::new_pair();
        let id = record.id.clone();
        let running = Arc::new(TaskHandle::new(record, abort, server.runtime()));
        tasks.register(&id, &running);
        let listed = ListEntry { server: server.clone(), id, running: Arc::clone(&running) };
        Self { running, listed, registration, origin, keys, round }
    }
}

/// Creates a task for a call: once this returns, any replica knows of it.
///
/// # Errors
///
/// The caller has too many, or it could not be kept: what the call is to be answered with, if it cannot stay one.
pub(crate) async fn create(server: &Server, tasks: &Registry, call: &Call) -> Result<Started, ErrorObject> {
    let runtime = &**server.runtime();
    let owner = call.caller().binding();
    let Some(place) = tasks.reserve(owner, runtime.now()) else {
        return Err(ErrorObject::internal("too many tasks").data(json!({ "retryAfterMs": 60_000 })));
    };
    let record = kept_anew(server, tasks, owner).await.inspect_err(|_| tasks.release(owner, place))?;
    Ok(Started::new(record, TaskOrigin::of(call), BTreeMap::new(), 0, server, tasks))
}

async fn kept_anew(server: &Server, tasks: &Registry, owner: &str) -> Result<Record, ErrorObject> {
    let runtime = &**server.runtime();
    let id = new_id().map_err(|error| incident::internal("there are no random numbers", &error))?;
    let record = Record::new(id, owner, &tasks.settings, runtime::milliseconds(runtime));
    let kept = async {
        tasks.heartbeat(&record.id).await?;
        tasks.keep(&record, runtime).await
    };
    kept.await.map_err(|error: StoreError| incident::internal("a task could not be kept", &error))?;
    Ok(record)
}

/// An id of 128 random bits: who knows it was told it.
fn new_id() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// Has the handler of a task go on beside.
pub(crate) fn begin(server: &Server, begun: Started, work: BoxFuture<'static, Outcome>) {
    server.runtime().spawn(Box::pin(drive(server.clone(), begun, work)));
}

/// Has the handler of a task that was parked run again, with the answers that have come; unless somebody else does.
///
/// All of it happens beside: a client that goes away in the middle would leave a task that nobody else may go on with.
pub(crate) fn rerun(server: &Server, found: Found, asking: &Call) {
    let Found { mut record, answers } = found;
    let State::PendingInput(parked) = std::mem::replace(&mut record.state, State::Working) else { return };
    let mut call = Call::new(
        record.id.clone().into(),
        method::TOOLS_CALL,
        parked.origin.params.clone(),
        parked.origin.client(),
        asking.caller().clone(),
    );
    *call.extensions_mut() = asking.extensions().clone();
    let again = server.clone();
    server.runtime().spawn(Box::pin(async move {
        let id = record.id.clone();
        if let Err(error) = go_on(&again, record, *parked, answers, call).await {
            tracing::warn!(%error, task = id, "a task could not be claimed, and goes on once somebody asks for it");
        }
    }));
}

async fn go_on(
    server: &Server,
    mut record: Record,
    parked: SuspendedTask,
    answers: Vec<(String, JsonText)>,
    call: Call,
) -> Result<(), StoreError> {
    let Some(tasks) = server.tasks() else { return Ok(()) };
    let SuspendedTask { keys, round, origin, mut before, .. } = parked;
    let runtime = &**server.runtime();
    if !tasks.claim(&record, round, runtime).await? {
        return Ok(());
    }
    for (told, answer) in answers {
        if let Some(key) = keys.get(&told) {
            before.answer(key, InputResponse::Result(answer));
        }
    }
    record.change(State::Working, None, runtime::milliseconds(runtime));
    if let Err(error) = tasks.keep(&record, runtime).await {
        // It goes on all the same: that it was claimed says so, too.
        tracing::warn!(%error, "a task that goes on could not be kept");
    }
    let id = record.id.clone();
    let begun = Started::new(record.clone(), origin, keys, round, server, tasks);
    // It may have been cancelled before it was on the list of those that run here. Where that cannot be looked up, it goes
    // on: it was claimed, so nobody else would, and it looks again with each beat.
    if matches!(tasks.ended(&id).await, Ok(Some(_))) {
        return Ok(());
    }
    server.notify_task(&record);
    let call = call.after(Arc::new(before)).of_task(begun.running.clone());
    begin(server, begun, called_again(server.clone(), call));
    Ok(())
}

/// The call of a task once more, through the middleware: it says again what handlers find.
fn called_again(server: Server, call: Call) -> BoxFuture<'static, Outcome> {
    Box::pin(async move { server.call(&call, &NotificationSender::new(|_| {})).await })
}

/// Takes a task off the list of those that run here, also where its host drops it.
struct ListEntry {
    server: Server,
    id: String,
    running: Arc<TaskHandle>,
}

impl Drop for ListEntry {
    fn drop(&mut self) {
        if let Some(tasks) = self.server.tasks() {
            tasks.unregister(&self.id, &self.running);
        }
        // A handler that blocks goes on when its deadline has passed, and can only be told.
        self.running.abort();
    }
}

async fn drive(server: Server, begun: Started, work: BoxFuture<'static, Outcome>) {
    let Some(tasks) = server.tasks() else { return };
    let Started { running, listed: _listed, registration, origin, keys, round } = begun;
    let caught = AssertUnwindSafe(work).catch_unwind();
    let work = pin!(Abortable::new(caught, registration));
    let outcome = match select(work, pin!(watch(&server, tasks, &running))).await {
        Either::Left((Ok(Ok(outcome)), _)) => outcome,
        Either::Left((Ok(Err(payload)), _)) => Outcome::Failed(incident::panic(method::TOOLS_CALL, payload)),
        // Whoever had it end has said so in the record.
        Either::Left((Err(_aborted), _)) => return,
        Either::Right(((), _)) => return running.abort(),
    };
    let record = running.record();
    let state = match outcome {
        Outcome::InputRequired(asked) => {
            return park(&server, tasks, record, SuspendedTask::new(*asked, origin, keys, round)).await;
        }
        Outcome::Complete(answer) => completed(answer, tasks.settings.max_result_bytes),
        Outcome::MissingCapability(lacking) => State::Failed(missing_capability(&lacking)),
        Outcome::ResourceNotFound(uri) => State::Failed(ErrorObject::resource_not_found(&uri)),
        Outcome::Failed(error) => State::Failed(error),
    };
    end(&server, tasks, record, state).await;
}

/// Ends a task that ran here in this way, as soon as the store takes it.
async fn end(server: &Server, tasks: &Registry, mut record: Record, state: State) {
    let runtime = &**server.runtime();
    record.end(state, None, runtime::milliseconds(runtime));
    if until_kept(server, &record, || tasks.end(&record, runtime)).await == Some(true) {
        server.notify_task(&record);
    }
}

/// Waits until the task has ended elsewhere or its time is over, and gives signs of life meanwhile.
async fn watch(server: &Server, tasks: &Registry, running: &TaskHandle) {
    let id = running.record().id;
    loop {
        server.runtime().sleep(running.left().min(HEARTBEAT_INTERVAL)).await;
        if running.left().is_zero() {
            // Nobody could see or cancel it any more.
            let over = ErrorObject::internal("the time of the task is over");
            if let Err(error) = finish(server, tasks, running.record(), State::Failed(over), None).await {
                tracing::warn!(%error, "that the time of a task is over could not be kept");
            }
            return;
        }
        let beat = async {
            tasks.heartbeat(&id).await?;
            if let Some(dirty) = running.take_dirty() {
                tasks.keep(&dirty, &**server.runtime()).await?;
                server.notify_task(&dirty);
            }
            tasks.ended(&id).await
        };
        match beat.await {
            Ok(None) => {}
            Ok(Some(ended)) => return server.notify_task(&ended),
            Err(error) => tracing::warn!(%error, "a task that runs could give no sign of life"),
        }
    }
}

fn completed(answer: Answer, max_result_bytes: usize) -> State {
    let size = answer.len();
    let answer = if size > max_result_bytes {
        ask_for_less(&format!(
            "the result is too large: {size} bytes, and at most {max_result_bytes} are kept"
        ))
    } else {
        Ok(answer)
    };
    answer.map_or_else(State::Failed, |answer| State::Completed(answer.into_text()))
}

/// Parks a task until its questions are answered. What is too much to be kept until then fails.
async fn park(server: &Server, tasks: &Registry, mut record: Record, parked: SuspendedTask) {
    record.change(State::PendingInput(Box::new(parked)), None, runtime::milliseconds(&**server.runtime()));
    let (size, most) = (record.size(), tasks.settings.max_result_bytes);
    if size > most {
        let reason =
            format!("what the tool asks and knows is too large: {size} bytes, and at most {most} are kept");
        return end(server, tasks, record, State::Failed(ErrorObject::internal(reason))).await;
    }
    if until_kept(server, &record, || tasks.keep(&record, &**server.runtime())).await.is_none() {
        return;
    }
    // Elsewhere it may have been cancelled meanwhile: then it asks nothing any more.
    let ended = tasks.ended(&record.id).await.unwrap_or_default();
    server.notify_task(ended.as_ref().unwrap_or(&record));
}

/// Ends a task in this way, unless it has ended already.
pub(crate) async fn finish(
    server: &Server,
    tasks: &Registry,
    mut record: Record,
    state: State,
    message: Option<&str>,
) -> Result<(), StoreError> {
    record.end(state, message, runtime::milliseconds(&**server.runtime()));
    if tasks.end(&record, &**server.runtime()).await? {
        server.notify_task(&record);
    }
    Ok(())
}

/// Tries again until the store takes it; nothing comes of it where the task's time is over before.
async fn until_kept<T, F>(server: &Server, record: &Record, mut keep: impl FnMut() -> F) -> Option<T>
where
    F: Future<Output = Result<T, StoreError>>,
{
    loop {
        match keep().await {
            Ok(kept) => return Some(kept),
            Err(error) => tracing::warn!(%error, "what came of a task could not be kept yet"),
        }
        if record.left(runtime::milliseconds(&**server.runtime())).is_zero() {
            return None;
        }
        server.runtime().sleep(HEARTBEAT_INTERVAL).await;
    }
}

impl Server {
    /// Cancels the tasks that run here, and says so where they are kept: the server is about to end. Transports call this.
    pub async fn cancel_tasks(&self) {
        let Some(tasks) = self.tasks() else { return };
        let all = tasks.all_running();
        // No handler goes on while the store is slow to hear of another, and no task waits for the others.
        all.iter().for_each(|running| running.abort());
        let finished = all.iter().map(|running| async move {
            let message = Some("the server ended before the task was done");
            if let Err(error) = finish(self, tasks, running.record(), State::Cancelled, message).await {
                tracing::warn!(%error, "that a task is cancelled could not be kept");
            }
        });
        join_all(finished).await;
    }
}
