//! Dispatch of calls: one arm per method, blind to revisions and transports.

pub(crate) mod completion;
pub(crate) mod errors;
pub(crate) mod execute;
pub(crate) mod lists;
pub(crate) mod prompts;
pub(crate) mod resources;
pub(crate) mod tools;

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use mcpwright_core::{ErrorObject, method};

use crate::call::Call;
use crate::call::middleware::{Dispatcher, Next};
use crate::call::notifications::NotificationSender;
use crate::call::outcome::Outcome;
use crate::incident;
use crate::server::Server;
use crate::tasks::methods::is_of_tasks;

impl Server {
    /// Answers a call: through the middleware to the handler, whose panic is this call's error and nothing more.
    pub async fn call(&self, call: &Call, notifications: &NotificationSender) -> Outcome {
        if self.begins_elsewhere(call.method()) {
            execute::yield_once().await;
        }
        let outcome = match self.middleware() {
            [] => AssertUnwindSafe(self.dispatch(call, notifications)).catch_unwind().await,
            chain => {
                let next = Next::new(self, notifications, chain);
                AssertUnwindSafe(next.run(call)).catch_unwind().await
            }
        };
        outcome.unwrap_or_else(|payload| Outcome::Failed(incident::panic(call.method(), payload)))
    }

    /// Whether code runs before any handler, or instead of one, of which nobody knows yet how quick it is: it is not begun
    /// on the thread that reads messages.
    fn begins_elsewhere(&self, name: &str) -> bool {
        let is_paced = matches!(name, method::TOOLS_CALL | method::PROMPTS_GET | method::RESOURCES_READ);
        let is_list = matches!(
            name,
            method::TOOLS_LIST
                | method::PROMPTS_LIST
                | method::RESOURCES_LIST
                | method::RESOURCES_TEMPLATES_LIST
        );
        !(is_paced || is_list) || !self.middleware().is_empty() || self.has_providers()
    }

    /// One arm per method. What is asked for less often than tools has memory of its own, and takes none of theirs.
    pub(crate) async fn dispatch(&self, call: &Call, notifications: &NotificationSender) -> Outcome {
        match call.method() {
            gated if !self.offers(gated) => ErrorObject::method_not_found(gated).into(),
            method::TOOLS_LIST => self.list(call, &self.state.tools).await.into(),
            method::TOOLS_CALL => self.call_tool(call, notifications).await,
            method::RESOURCES_LIST => self.list(call, &self.state.resources).await.into(),
            method::RESOURCES_TEMPLATES_LIST => self.list(call, &self.state.templates).await.into(),
            method::RESOURCES_READ => Box::pin(self.read_resource(call, notifications)).await,
            method::PROMPTS_LIST => self.list(call, &self.state.prompts).await.into(),
            method::PROMPTS_GET => Box::pin(self.get_prompt(call, notifications)).await,
            method::COMPLETION_COMPLETE => Box::pin(self.complete(call, notifications)).await,
            other => match (self.custom_method(other), self.tasks()) {
                (_, Some(tasks)) if is_of_tasks(other) => Box::pin(self.task_method(tasks, call)).await,
                (Some(handler), _) => {
                    let handled = handler.handle(call, notifications);
                    let outcome = execute::within(other, handled, self.state.timeout, &self.runtime).await;
                    outcome.unwrap_or_else(|execute::TimedOut(_)| errors::timed_out(other).into())
                }
                (None, _) => ErrorObject::method_not_found(other).into(),
            },
        }
    }
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
