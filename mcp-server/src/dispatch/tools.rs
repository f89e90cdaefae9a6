//! `tools/call`.

use std::borrow::Cow;
use std::time::Duration;

use mcpwright_core::{CallToolResult, ErrorObject, JsonText, method};

use crate::call::fault::Fault;
use crate::call::middleware::catch_panic;
use crate::call::notifications::NotificationSender;
use crate::call::outcome::{Answer, Outcome};
use crate::call::{Call, Resolved, tool_result};
use crate::dispatch::errors::{fault_of, unknown_name};
use crate::dispatch::execute::TimedOut;
use crate::handler::ToolHandler;
use crate::handler::context::Context;
use crate::handler::context::step::unwrap_step;
use crate::handler::error::Failure;
use crate::handler::execution::Execution;
use crate::handler::task_mode::TaskMode;
use crate::server::Server;
use crate::tasks::config;
use crate::tasks::promote;
use crate::tasks::promote::TaskDecision;

impl Server {
    pub(crate) async fn call_tool(&self, call: &Call, notifications: &NotificationSender) -> Outcome {
        let (tool, arguments) = match self.find_tool(call).await {
            Ok(found) => found,
            Err(outcome) => return outcome,
        };
        let timeouts = (tool.core().timeout, self.state.timeout);
        let config = self.tasks().map(|tasks| &tasks.config);
        let Some(decision) = promote::decide(config, tool.task_mode(), call, timeouts) else {
            return Outcome::MissingCapability(Box::new(config::capability()));
        };
        if tool.is_single_use()
            && let Some(state) = call.round_state()
            && let Err(error) = Box::pin(self.request_states().consume(state)).await
        {
            return error.into();
        }
        let context = Context::new(call, &self.state.shared, notifications);
        let execution = match tool.start(&arguments, &context) {
            Ok(execution) => execution,
            Err(failure) => return self.tool_ended(&tool, &context, Ok(Err(failure))),
        };
        match decision {
            TaskDecision::Call(timeout) => self.run_tool(&tool, &context, execution, timeout).await,
            // Boxed, so that the future of every other call stays small.
            TaskDecision::Task(mode) => {
                Box::pin(self.run_tool_as_task(mode, call, tool, context, execution)).await
            }
        }
    }

    /// Runs a started tool, for at most `timeout` unless the tool has a timeout of its own.
    async fn run_tool(
        &self,
        tool: &ToolHandler,
        context: &Context,
        execution: Execution<CallToolResult>,
        timeout: Duration,
    ) -> Outcome {
        let result = self.run(&tool.definition().name, tool.core(), execution, timeout).await;
        self.tool_ended(tool, context, result)
    }

    /// Runs a started tool whose call becomes a task unless it ends early.
    async fn run_tool_as_task(
        &self,
        mode: TaskMode,
        call: &Call,
        tool: ToolHandler,
        context: Context,
        execution: Execution<CallToolResult>,
    ) -> Outcome {
        let Some(tasks) = self.task_runner() else {
            return self.run_tool(&tool, &context, execution, self.state.timeout).await;
        };
        let name = tool.definition().name.clone();
        let (timeout, ttl) = (tool.core().timeout.unwrap_or(self.state.timeout), tasks.registry.config.ttl);
        let (server, running) = (self.clone(), context.clone());
        let caught = call.clone();
        let work =
            Box::pin(
                async move { catch_panic(&caught, server.run_tool(&tool, &running, execution, ttl)).await },
            );
        let timed_out = || Self::tool_timed_out(&name, timeout);
        tasks.promote(mode, call, &context, work, timeout, timed_out).await
    }

    /// Returns the outcome of a tool that has ended.
    fn tool_ended(
        &self,
        tool: &ToolHandler,
        context: &Context,
        result: Result<Result<CallToolResult, Failure>, TimedOut>,
    ) -> Outcome {
        let result = match result {
            Ok(result) => result,
            Err(TimedOut(timeout)) => return Self::tool_timed_out(&tool.definition().name, timeout),
        };
        let required = result.as_ref().err().and_then(|failure| context.take_input_required(failure));
        required.unwrap_or_else(|| self.tool_outcome(tool, result))
    }

    /// Returns the result of a tool that timed out, for the model.
    fn tool_timed_out(name: &str, timeout: Duration) -> Outcome {
        Fault::timed_out(name, timeout).into_outcome(method::TOOLS_CALL)
    }

    /// Returns the tool of a call, and its arguments as the text of an object.
    async fn find_tool<'a>(&self, call: &'a Call) -> Result<(ToolHandler, Cow<'a, str>), Outcome> {
        let name = call.name()?;
        let tool = match call.resolved() {
            // A middleware may have added values to the request since it was looked up.
            Some(Resolved::Found(tool)) => {
                ToolHandler::from_any(tool).filter(|tool| self.view_of(call).shows(tool))
            }
            Some(Resolved::NotFound) => None,
            None => self.state.tools.find(&self.view_of(call), &name).await?,
        };
        match tool {
            Some(tool) => {
                let arguments = arguments(call.arguments(), tool.is_strict())?;
                Ok((tool, arguments))
            }
            // Boxed, so that the future of every other call stays small.
            None => Err(Box::pin(self.unknown_tool(call, &name)).await),
        }
    }

    async fn unknown_tool(&self, call: &Call, name: &str) -> Outcome {
        let meant = self.state.tools.closest(&self.view_of(call), name).await;
        unknown_name("tool", name, meant.as_deref())
    }

    fn tool_outcome(&self, tool: &ToolHandler, result: Result<CallToolResult, Failure>) -> Outcome {
        let name = &tool.definition().name;
        let result = match result {
            Ok(result) => match tool.finish(result) {
                Ok(result) => result,
                Err(problem) => {
                    return Fault::invalid_result(name, &problem).into_outcome(method::TOOLS_CALL);
                }
            },
            Err(Failure::InvalidArguments(problems)) => {
                CallToolResult::error(invalid_arguments_text(name, &problems))
            }
            Err(Failure::Error(error)) => match unwrap_step(error).downcast::<ErrorObject>() {
                Ok(error) => return (*error).into(),
                Err(error) => match fault_of(name, &*error) {
                    Some(fault) => return fault.into_outcome(method::TOOLS_CALL),
                    None => tool.failed(self.error_text(name, &*error)),
                },
            },
        };
        self.answer_tool(result)
    }

    /// Holds the result that a middleware has made or changed against the schema of its tool.
    pub(crate) async fn check_replaced(&self, call: &Call, outcome: Outcome) -> Outcome {
        let Ok((tool, _)) = self.find_tool(call).await else { return outcome };
        let Some(result) = outcome.result::<CallToolResult>() else { return outcome };
        match tool.check_output(&result) {
            Ok(()) => outcome,
            Err(problem) => {
                Fault::invalid_result(&tool.definition().name, &problem).into_outcome(method::TOOLS_CALL)
            }
        }
    }

    fn answer_tool(&self, result: CallToolResult) -> Outcome {
        let answer = match tool_result::answer(result) {
            Ok(answer) => answer,
            Err(error) => return error.into(),
        };
        match answer.too_large(self.state.max_result_bytes) {
            None => Answer { is_checked: true, ..answer }.into(),
            Some(reason) => tool_result::too_large_error(&reason).into(),
        }
    }
}

/// Returns the arguments of a call as the text of an object. Unless `is_strict`, they may also be `null`, an empty array, or a
/// string with that text, as some models and clients send them.
pub(super) fn arguments(text: Option<&str>, is_strict: bool) -> Result<Cow<'_, str>, ErrorObject> {
    let Some(text) = text else { return Ok(Cow::Borrowed("{}")) };
    let invalid = || ErrorObject::invalid_params("`params.arguments` must be an object");
    match text.as_bytes().first() {
        Some(b'{') => Ok(Cow::Borrowed(text)),
        _ if is_strict => Err(invalid()),
        Some(b'n') => Ok(Cow::Borrowed("{}")),
        Some(b'"') => {
            let text: String = serde_json::from_str(text).map_err(|_| invalid())?;
            if text.trim().is_empty() {
                return Ok(Cow::Borrowed("{}"));
            }
            let is_object = text.trim_ascii_start().starts_with('{') && JsonText::parse(&text).is_ok();
            is_object.then_some(Cow::Owned(text)).ok_or_else(invalid)
        }
        // Languages without a type of their own for objects write an empty array.
        Some(b'[') if text.trim_matches(['[', ']', ' ']).is_empty() => Ok(Cow::Borrowed("{}")),
        _ => Err(invalid()),
    }
}

/// Returns the error text for invalid arguments, for the model.
fn invalid_arguments_text(name: &str, problems: &[mcpwright_core::schema::Problem]) -> String {
    use std::fmt::Write as _;
    let mut text = format!("{name} was not called: its arguments are invalid.");
    for problem in problems {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n- {problem}");
    }
    text.push_str("\nFix these arguments and call it again.");
    text
}
