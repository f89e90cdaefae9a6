//! Running of tasks in the background, from their creation to their end or their next input request.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::{AbortHandle, AbortRegistration, Abortable, BoxFuture, Either, join_all, select};
use mcpwright_core::{ErrorObject, JsonText, method};

use crate::call::fault::Fault;
use crate::call::outcome::{Answer, Outcome};
use crate::call::running_task::RunningTask;
use crate::call::{Call, tool_result};
use crate::caller::Caller;
use crate::input_required::rounds::InputResponse;
use crate::limits::HEARTBEAT_INTERVAL;
use crate::overloaded::Overloaded;
use crate::replicas::store::StoreError;
use crate::runtime::Runtime;
use crate::subscriptions::notify::Notify;
use crate::tasks::handle::TaskHandle;
use crate::tasks::record::{SuspendedTask, TaskOrigin, TaskRecord, TaskState};
use crate::tasks::registry::{FoundTask, Registry};
use crate::{incident, runtime};

/// Runs a call in the background: the dispatch of the server.
pub(crate) type RunCall = Arc<dyn Fn(Call) -> BoxFuture<'static, Outcome> + Send + Sync>;

/// Creates, runs, suspends and ends the tasks of a server. Cheap to clone.
#[derive(Clone)]
pub(crate) struct TaskRunner {
    pub(crate) registry: Arc<Registry>,
    pub(crate) notify: Notify,
    pub(crate) runtime: Arc<dyn Runtime>,
}

/// A task whose handler is about to run.
pub(crate) struct StartedTask {
    pub(crate) handle: Arc<TaskHandle>,
    registered: RegisteredTask,
    registration: AbortRegistration,
    origin: TaskOrigin,
    /// The handler's key for each key that the client has received in this task.
    keys: BTreeMap<String, String>,
    /// The number of times that the task was suspended.
    round: u32,
}

/// Removes a task from the registry when it is dropped, also by a runtime that shuts down.
struct RegisteredTask {
    registry: Arc<Registry>,
    id: String,
    handle: Arc<TaskHandle>,
}

impl Drop for RegisteredTask {
    fn drop(&mut self) {
        self.registry.unregister(&self.id, &self.handle);
        // A handler that blocks keeps running and can only check if it is cancelled.
        self.handle.abort();
    }
}

impl TaskRunner {
    /// Creates a task for a call. When this returns, every replica can find it.
    ///
    /// # Errors
    ///
    /// Returns the error for the client if the caller has too many tasks, or if the store is unavailable.
    pub(crate) async fn create(&self, call: &Call) -> Result<StartedTask, ErrorObject> {
        let owner = call.caller().binding();
        let Some(reservation) = self.registry.reserve(owner, self.runtime.now()) else {
            return Err(Overloaded::too_many_tasks().into());
        };
        // A call that is dropped meanwhile releases the reservation.
        let record = self.create_record(owner).await?;
        reservation.keep();
        Ok(self.start(record, TaskOrigin::of(call), BTreeMap::new(), 0))
    }

    async fn create_record(&self, owner: &str) -> Result<TaskRecord, ErrorObject> {
        let id = new_id().map_err(|error| incident::failed("no random numbers are available", &error))?;
        let record = TaskRecord::new(id, owner, &self.registry.config, self.now());
        let saved = async {
            self.registry.heartbeat(&record.id).await?;
            self.registry.save(&record, &*self.runtime).await
        };
        saved.await.map_err(|error: StoreError| incident::failed("cannot store a task", &*error))?;
        Ok(record)
    }

    fn start(
        &self,
        record: TaskRecord,
        origin: TaskOrigin,
        keys: BTreeMap<String, String>,
        round: u32,
    ) -> StartedTask {
        let (abort, registration) = AbortHandle::new_pair();
        let id = record.id.clone();
        let handle = Arc::new(TaskHandle::new(record, abort, &self.runtime));
        self.registry.register(&id, &handle);
        let registry = Arc::clone(&self.registry);
        let registered = RegisteredTask { registry, id, handle: Arc::clone(&handle) };
        StartedTask { handle, registered, registration, origin, keys, round }
    }

    /// Runs the handler of a task in the background.
    pub(crate) fn spawn(&self, task: StartedTask, work: BoxFuture<'static, Outcome>) {
        self.runtime.spawn(Box::pin(self.clone().drive(task, work)));
    }

    /// Runs the handler of a suspended task again, with its responses, unless another replica does.
    ///
    /// All of it happens in the background: if it stopped halfway with the client's request, no replica could continue.
    pub(crate) fn resume(&self, found: FoundTask, request: &Call, run_call: RunCall) {
        let FoundTask { mut record, responses } = found;
        let state = std::mem::replace(&mut record.state, TaskState::Working);
        let TaskState::InputRequired(suspended) = state else { return };
        let mut call = Call::new(
            record.id.clone().into(),
            method::TOOLS_CALL,
            suspended.origin.params.clone(),
            suspended.origin.client(),
            request.caller().clone(),
        );
        *call.extensions_mut() = request.extensions().clone();
        let tasks = self.clone();
        self.runtime.spawn(Box::pin(async move {
            let id = record.id.clone();
            if let Err(error) = tasks.claim_and_run(record, *suspended, responses, call, run_call).await {
                tracing::warn!(%error, task = id, "cannot claim a suspended task; the next request about it tries again");
            }
        }));
    }

    async fn claim_and_run(
        &self,
        mut record: TaskRecord,
        suspended: SuspendedTask,
        responses: Vec<(String, JsonText)>,
        call: Call,
        run_call: RunCall,
    ) -> Result<(), StoreError> {
        let SuspendedTask { keys, round, origin, mut round_state, .. } = suspended;
        if !self.registry.claim(&record, round, &*self.runtime).await? {
            return Ok(());
        }
        for (client_key, response) in responses {
            if let Some(key) = keys.get(&client_key) {
                round_state.respond(key, InputResponse::Result(response));
            }
        }
        record.set_state(TaskState::Working, None, self.now());
        if let Err(error) = self.registry.save(&record, &*self.runtime).await {
            // The task runs anyway: the claim marks it as running.
            tracing::warn!(%error, "cannot store that a task continues");
        }
        let id = record.id.clone();
        let task = self.start(record.clone(), origin, keys, round);
        // The task may have been cancelled before it was registered. If that cannot be looked up, it runs: no other replica
        // would claim it, and the heartbeat checks again.
        if matches!(self.registry.ended(&id).await, Ok(Some(_))) {
            return Ok(());
        }
        self.notify_task(&record);
        let handle = Arc::clone(&task.handle) as Arc<dyn RunningTask>;
        let call = call.with_round_state(Arc::new(round_state)).with_task(handle);
        self.spawn(task, run_call(call));
        Ok(())
    }

    async fn drive(self, task: StartedTask, work: BoxFuture<'static, Outcome>) {
        let StartedTask { handle, registered: _registered, registration, origin, keys, round } = task;
        let caught = AssertUnwindSafe(work).catch_unwind();
        let work = pin!(Abortable::new(caught, registration));
        let outcome = match select(work, pin!(self.watch(&handle))).await {
            Either::Left((Ok(Ok(outcome)), _)) => outcome,
            Either::Left((Ok(Err(payload)), _)) => {
                // Panics of the handler are outcomes already: this is one of its destructor.
                Fault::of_panic(method::TOOLS_CALL, payload).into_outcome(method::TOOLS_CALL)
            }
            // The record has the reason already.
            Either::Left((Err(_aborted), _)) => return,
            Either::Right(((), _)) => return handle.abort(),
        };
        let record = handle.record();
        if let Outcome::InputRequired(pending) = outcome {
            return self.suspend(record, SuspendedTask::new(*pending, origin, keys, round)).await;
        }
        let max_result_bytes = self.registry.config.max_result_bytes;
        let state = match outcome.into_answer() {
            Ok(answer) => completed(answer, max_result_bytes),
            Err(error) => TaskState::Failed(error),
        };
        self.end(record, state).await;
    }

    /// Sends heartbeats, until the task has ended elsewhere or has expired.
    async fn watch(&self, handle: &TaskHandle) {
        let id = handle.record().id;
        loop {
            self.runtime.sleep(handle.remaining().min(HEARTBEAT_INTERVAL)).await;
            if handle.remaining().is_zero() {
                // No client could see or cancel it any more.
                let expired = TaskState::Failed(ErrorObject::internal("the task has expired"));
                if let Err(error) = self.finish(handle.record(), expired, None).await {
                    tracing::warn!(%error, "cannot store that a task has expired");
                }
                return;
            }
            let heartbeat = async {
                self.registry.heartbeat(&id).await?;
                if let Some(record) = handle.take_dirty() {
                    self.registry.save(&record, &*self.runtime).await?;
                    self.notify_task(&record);
                }
                self.registry.ended(&id).await
            };
            match heartbeat.await {
                Ok(None) => {}
                Ok(Some(ended)) => return self.notify_task(&ended),
                Err(error) => tracing::warn!(%error, "cannot send the heartbeat of a task"),
            }
        }
    }

    /// Suspends a task until its input requests have responses. A record that is too large fails the task.
    async fn suspend(&self, mut record: TaskRecord, suspended: SuspendedTask) {
        record.set_state(TaskState::InputRequired(Box::new(suspended)), None, self.now());
        let (size, max) = (record.size(), self.registry.config.max_result_bytes);
        if size > max {
            let reason = format!(
                "the input requests and the state of the task must be at most {max} bytes, and are {size}"
            );
            return self.end(record, TaskState::Failed(ErrorObject::internal(reason))).await;
        }
        if self.retry(&record, || self.registry.save(&record, &*self.runtime)).await.is_none() {
            return;
        }
        // Another replica may have cancelled it meanwhile: then it requests nothing.
        let ended = self.registry.ended(&record.id).await.unwrap_or_default();
        self.notify_task(ended.as_ref().unwrap_or(&record));
    }

    /// Ends a task that ran here, as soon as the store is available.
    async fn end(&self, mut record: TaskRecord, state: TaskState) {
        record.end(state, None, self.now());
        if self.retry(&record, || self.registry.end(&record, &*self.runtime)).await == Some(true) {
            self.notify_task(&record);
        }
    }

    /// Ends a task, unless it has ended already.
    pub(crate) async fn finish(
        &self,
        mut record: TaskRecord,
        state: TaskState,
        message: Option<&str>,
    ) -> Result<(), StoreError> {
        record.end(state, message, self.now());
        if self.registry.end(&record, &*self.runtime).await? {
            self.notify_task(&record);
        }
        Ok(())
    }

    /// Retries until the store is available. Returns `None` if the task expires before.
    async fn retry<T, F>(&self, record: &TaskRecord, mut attempt: impl FnMut() -> F) -> Option<T>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        loop {
            match attempt().await {
                Ok(value) => return Some(value),
                Err(error) => tracing::warn!(%error, "cannot store the state of a task; retrying"),
            }
            if record.remaining(self.now()).is_zero() {
                return None;
            }
            self.runtime.sleep(HEARTBEAT_INTERVAL).await;
        }
    }

    /// Cancels the tasks that run here, and stores that they were cancelled.
    pub(crate) async fn cancel_all(&self) {
        let handles = self.registry.all_running();
        // All handlers stop before the first write: none keeps running while the store is slow.
        handles.iter().for_each(|handle| handle.abort());
        let finished = handles.iter().map(|handle| async move {
            let message = Some("the server shut down before the task had ended");
            if let Err(error) = self.finish(handle.record(), TaskState::Cancelled, message).await {
                tracing::warn!(%error, "cannot store that a task is cancelled");
            }
        });
        join_all(finished).await;
    }

    /// Finds a task of a caller. For other callers it does not exist.
    pub(crate) async fn find_of(&self, caller: &Caller, id: &str) -> Result<Option<FoundTask>, StoreError> {
        // Anything else is not an id of a task, and would become a part of a key.
        let is_id = id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_id {
            return Ok(None);
        }
        Ok(self.registry.find(id).await?.filter(|found| found.record.owner == caller.binding()))
    }

    fn now(&self) -> u64 {
        runtime::unix_millis(&*self.runtime)
    }
}

fn completed(answer: Answer, max_result_bytes: usize) -> TaskState {
    let answer = match answer.too_large(max_result_bytes) {
        Some(reason) => tool_result::too_large_error(&reason),
        None => Ok(answer),
    };
    answer.map_or_else(TaskState::Failed, |answer| TaskState::Completed(answer.into_text()))
}

/// Returns an id of 128 random bits, which only its owner knows.
fn new_id() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
