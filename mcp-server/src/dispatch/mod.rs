//! Dispatch of calls to handlers, by method. Independent of revisions and transports.

pub(crate) mod completion;
pub(crate) mod errors;
pub(crate) mod execute;
pub(crate) mod lists;
pub(crate) mod prompts;
pub(crate) mod resources;
pub(crate) mod tools;

use std::sync::Arc;

use futures::future::BoxFuture;
use mcpwright_core::{ErrorObject, method};

use crate::call::Call;
use crate::call::fault::Fault;
use crate::call::middleware::{Dispatcher, Next, catch_panic};
use crate::call::notifications::NotificationSender;
use crate::call::outcome::{Answer, Outcome};
use crate::server::Server;
use crate::tasks::methods::is_task_method;
use crate::tasks::runner::RunCall;

impl Server {
    /// Runs a call: through the middleware to the handler. A panic becomes the error of this call only.
    ///
    /// ```
    /// use mcpwright_core::Client;
    /// use mcpwright_server::{Call, Caller, NotificationSender, Outcome, Server, ToolHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let server = Server::builder("clock", "1.0.0").tool(ToolHandler::function("now", [], || async { "noon" })).build();
    /// let call = Call::new(1.into(), "tools/list", None, Client::default(), Caller::anonymous());
    /// let outcome = server.call(&call, &NotificationSender::new(|_| {})).await;
    /// assert!(matches!(outcome, Outcome::Complete(_)));
    /// # });
    /// ```
    pub async fn call(&self, call: &Call, notifications: &NotificationSender) -> Outcome {
        if self.must_yield_first(call.method()) {
            execute::yield_once().await;
        }
        match self.middleware() {
            [] => catch_panic(call, self.dispatch(call, notifications)).await,
            chain => {
                let outcome = Next::new(self, notifications, chain).run(call).await;
                match &outcome {
                    Outcome::Complete(answer) if is_replaced(call, answer) => {
                        Box::pin(catch_panic(call, self.check_replaced(call, outcome))).await
                    }
                    _ => outcome,
                }
            }
        }
    }

    /// Returns `true` if code of unknown speed runs before the handler or instead of one: such a call is not started on the
    /// thread that reads messages.
    fn must_yield_first(&self, name: &str) -> bool {
        let is_measured = matches!(name, method::TOOLS_CALL | method::PROMPTS_GET | method::RESOURCES_READ);
        let is_list = matches!(
            name,
            method::TOOLS_LIST
                | method::PROMPTS_LIST
                | method::RESOURCES_LIST
                | method::RESOURCES_TEMPLATES_LIST
        );
        !(is_measured || is_list) || !self.middleware().is_empty() || self.has_providers()
    }

    /// Dispatches a call: one arm per method. Methods that are called less often than tools are boxed, so that the future of a
    /// tool call stays small.
    pub(crate) async fn dispatch(&self, call: &Call, notifications: &NotificationSender) -> Outcome {
        match call.method() {
            name if !self.supports_method(name) => ErrorObject::method_not_found(name).into(),
            method::TOOLS_LIST => self.list(call, &self.state.tools).await.into(),
            method::TOOLS_CALL => self.call_tool(call, notifications).await,
            method::RESOURCES_LIST => self.list(call, &self.state.resources).await.into(),
            method::RESOURCES_TEMPLATES_LIST => self.list(call, &self.state.templates).await.into(),
            method::RESOURCES_READ => Box::pin(self.read_resource(call, notifications)).await,
            method::PROMPTS_LIST => self.list(call, &self.state.prompts).await.into(),
            method::PROMPTS_GET => Box::pin(self.get_prompt(call, notifications)).await,
            method::COMPLETION_COMPLETE => Box::pin(self.complete(call, notifications)).await,
            name => Box::pin(self.dispatch_extension(name, call, notifications)).await,
        }
    }

    /// Dispatches a call of an extension's method or of a custom one.
    async fn dispatch_extension(
        &self,
        name: &str,
        call: &Call,
        notifications: &NotificationSender,
    ) -> Outcome {
        if let Some(tasks) = self.task_runner().filter(|_| is_task_method(name)) {
            return tasks.handle(call, self.run_call()).await;
        }
        let Some(handler) = self.custom_method(name) else {
            return ErrorObject::method_not_found(name).into();
        };
        let handled = handler.handle(call, notifications);
        let outcome = execute::with_timeout(name, handled, self.state.timeout, &self.runtime).await;
        outcome.unwrap_or_else(|execute::TimedOut(time)| Fault::timed_out(name, time).into_outcome(name))
    }

    /// Returns a function that runs a call in the background, for tasks.
    fn run_call(&self) -> RunCall {
        let server = self.clone();
        Arc::new(move |call| {
            let server = server.clone();
            Box::pin(async move { server.call(&call, &NotificationSender::new(|_| {})).await })
        })
    }

    /// Cancels the tasks that run here, and stores that they were cancelled: the server is shutting down. Transports call this.
    pub async fn cancel_tasks(&self) {
        if let Some(tasks) = self.task_runner() {
            tasks.cancel_all().await;
        }
    }
}

/// Returns `true` if a middleware has made or changed the result of a tool.
fn is_replaced(call: &Call, answer: &Answer) -> bool {
    call.method() == method::TOOLS_CALL
        && !(answer.is_checked || answer.is_error || answer.result_type.is_some())
}

impl Dispatcher for Server {
    fn dispatch_boxed<'a>(
        &'a self,
        call: &'a Call,
        notifications: &'a NotificationSender,
    ) -> BoxFuture<'a, Outcome> {
        Box::pin(self.dispatch(call, notifications))
    }
}
