//! `tools/call`.

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt as _;
use mcpwright_core::{CallToolResult, ContentBlock, ErrorObject, JsonText, method, push_string};

use crate::call::Call;
use crate::call::notifications::NotificationSender;
use crate::call::outcome::{Answer, Feature, Outcome};
use crate::dispatch::errors::unknown;
use crate::dispatch::execute;
use crate::handler::ToolHandler;
use crate::handler::context::Context;
use crate::handler::context::step::unwrap_step;
use crate::handler::error::Failure;
use crate::handler::execution::Execution;
use crate::handler::header_params::HeaderParam;
use crate::incident;
use crate::input_required::request_state;
use crate::server::Server;
use crate::tasks::config;
use crate::tasks::methods::TaskDecision;

impl Server {
    pub(crate) async fn call_tool(&self, call: &Call, outbox: &NotificationSender) -> Outcome {
        let (tool, arguments) = match self.find_call(call).await {
            Ok(found) => found,
            Err(error) => return error.into(),
        };
        let (becomes, timeout) = match self.becoming(&tool, call) {
            TaskDecision::Refused => return Outcome::MissingCapability(Box::new(config::capability())),
            TaskDecision::Task(tasks, mode) => (Some((tasks, mode)), self.state.timeout),
            TaskDecision::Nothing(timeout) => (None, timeout),
        };
        if tool.is_single_use()
            && let Some(before) = call.before()
            && let Err(error) = Box::pin(request_state::consume(before, self)).await
        {
            return error.into();
        }
        let context = Context::new(call, &self.state.shared, outbox);
        let work = match tool.start(&arguments, &context) {
            Ok(work) => work,
            Err(failure) => return self.called(&tool, &context, Ok(Err(failure))),
        };
        match becomes {
            None => self.perform(&tool, &context, work, timeout).await,
            // What few calls need does not make the future of every call larger.
            Some(becomes) => Box::pin(self.call_as_task(becomes, call, tool, context, work)).await,
        }
    }

    /// Runs what a tool has left to do. It may take this long, unless it has a deadline of its own.
    pub(crate) async fn perform(
        &self,
        tool: &ToolHandler,
        context: &Context,
        work: Execution<CallToolResult>,
        timeout: Duration,
    ) -> Outcome {
        let worked = self.work(&tool.definition().name, tool.core(), work, timeout).await;
        self.called(tool, context, worked)
    }

    /// What comes of a tool that has been called.
    fn called(
        &self,
        tool: &ToolHandler,
        context: &Context,
        worked: Result<Result<CallToolResult, Failure>, execute::TimedOut>,
    ) -> Outcome {
        let result = match worked {
            Ok(result) => result,
            Err(execute::TimedOut(timeout)) => return self.timed_out(&tool.definition().name, timeout),
        };
        let asked = result.as_ref().err().and_then(|failure| context.take_input_required(failure));
        asked.unwrap_or_else(|| self.tool_outcome(tool, result))
    }

    /// What the model reads of a tool that took too long.
    pub(crate) fn timed_out(&self, name: &str, timeout: Duration) -> Outcome {
        self.answer_tool(CallToolResult::error(format!("timed out: {name} took longer than {timeout:?}")))
    }

    /// The tool that is called, and its arguments as the text of an object.
    async fn find_call<'a>(&self, call: &'a Call) -> Result<(ToolHandler, Cow<'a, str>), ErrorObject> {
        let name = call.name()?;
        let tool = self.state.tools.find(&name).await?.ok_or_else(|| unknown("tool", &name))?;
        Ok((tool, arguments(call.arguments())?))
    }

    /// The arguments of a tool that clients over HTTP repeat in headers; none if there is no such tool.
    ///
    /// For a tool that is always there this is known at once; providers are asked for theirs.
    ///
    /// # Errors
    ///
    /// A provider failed: what the call would be answered with.
    pub async fn mirrored(&self, tool: &str) -> Result<Cow<'_, [HeaderParam]>, ErrorObject> {
        if let Some(tool) = self.state.tools.get_static(tool) {
            return Ok(Cow::Borrowed(tool.header_params()));
        }
        let found = AssertUnwindSafe(self.state.tools.find(tool)).catch_unwind().await;
        let tool = found.map_err(|payload| incident::panic(method::TOOLS_CALL, payload))??;
        Ok(tool.map_or(Cow::Borrowed(&[]), |tool| Cow::Owned(tool.header_params().to_vec())))
    }

    fn tool_outcome(&self, tool: &ToolHandler, result: Result<CallToolResult, Failure>) -> Outcome {
        let name = &tool.definition().name;
        let result = match result {
            Ok(result) => match tool.finish(result) {
                Ok(result) => result,
                Err(reason) => {
                    let what = format!("the result of {name} is not what its output schema says");
                    return incident::internal(&what, &reason).into();
                }
            },
            Err(Failure::InvalidArguments(problems)) => CallToolResult::error(refusal(name, &problems)),
            Err(Failure::Error(error)) => match unwrap_step(error).downcast::<ErrorObject>() {
                Ok(error) => return (*error).into(),
                Err(error) => CallToolResult::error(self.error_text(name, &*error)),
            },
        };
        self.answer_tool(result)
    }

    fn answer_tool(&self, mut result: CallToolResult) -> Outcome {
        let is_error = result.is_error == Some(true);
        let meta = std::mem::take(&mut result.meta);
        let requires = match &result.structured_content {
            Some(value) if !value.as_str().starts_with('{') => Some(Feature::AnyStructuredContent),
            _ => result.content.iter().filter_map(Feature::of).max(),
        };
        let answer = match written(&result).map(Answer::written) {
            Ok(answer) => answer,
            Err(error) => return incident::internal("the result of a tool is no JSON", &error).into(),
        };
        match self.too_large(&answer) {
            None => Answer { is_error, requires, ..answer.meta(meta) }.into(),
            Some(reason) => ask_for_less(&reason).into(),
        }
    }
}

/// What stands in the place of a result that is not sent, however little may be.
pub(crate) fn ask_for_less(reason: &str) -> Result<Answer, ErrorObject> {
    let result = CallToolResult::error(format!("{reason}; ask for less"));
    match written(&result).map(Answer::written) {
        Ok(answer) => Ok(Answer { is_error: true, ..answer }),
        Err(error) => Err(incident::internal("the result of a tool is no JSON", &error)),
    }
}

/// The members of a result as the text of an object. Plain text, which most results are, is written without detours.
fn written(result: &CallToolResult) -> Result<String, serde_json::Error> {
    let is_plain = result.other.is_empty() && result.content.iter().all(|block| plain_text(block).is_some());
    if !is_plain {
        return serde_json::to_string(result);
    }
    let texts = || result.content.iter().filter_map(plain_text);
    let structured = result.structured_content.as_ref().map_or("", JsonText::as_str);
    let size: usize = texts().map(|text| text.len() + 40).sum();
    let mut out = String::with_capacity(size + structured.len() + 64);
    out.push_str(r#"{"content":["#);
    for (place, text) in texts().enumerate() {
        out.push_str(if place == 0 { r#"{"type":"text","text":"# } else { r#",{"type":"text","text":"# });
        push_string(&mut out, text);
        out.push('}');
    }
    out.push(']');
    if !structured.is_empty() {
        out.push_str(r#","structuredContent":"#);
        out.push_str(structured);
    }
    if let Some(is_error) = result.is_error {
        out.push_str(if is_error { r#","isError":true"# } else { r#","isError":false"# });
    }
    out.push('}');
    Ok(out)
}

/// The text of a block that says nothing else.
fn plain_text(block: &ContentBlock) -> Option<&str> {
    match block {
        ContentBlock::Text(text)
            if text.annotations.is_none() && text.meta.is_empty() && text.other.is_empty() =>
        {
            Some(&text.text)
        }
        _ => None,
    }
}

/// The arguments of a call as the text of an object; some models send that text as a string.
fn arguments(text: Option<&str>) -> Result<Cow<'_, str>, ErrorObject> {
    let Some(text) = text else { return Ok(Cow::Borrowed("{}")) };
    let invalid = || ErrorObject::invalid_params("params.arguments is an object");
    match text.as_bytes().first() {
        Some(b'{') => Ok(Cow::Borrowed(text)),
        Some(b'n') => Ok(Cow::Borrowed("{}")),
        Some(b'"') => {
            let text: String = serde_json::from_str(text).map_err(|_| invalid())?;
            if text.trim().is_empty() {
                return Ok(Cow::Borrowed("{}"));
            }
            let object: serde_json::Map<_, _> = serde_json::from_str(&text).map_err(|_| invalid())?;
            serde_json::to_string(&object).map(Cow::Owned).map_err(|_| invalid())
        }
        _ => Err(invalid()),
    }
}

/// What the model is told of arguments that are not what a tool takes.
fn refusal(name: &str, problems: &[mcpwright_core::schema::Problem]) -> String {
    use std::fmt::Write as _;
    let mut text = format!("{name} was not called: its arguments are not right.");
    for problem in problems {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n- {problem}");
    }
    text.push_str("\nCall it again with these mended.");
    text
}

#[cfg(test)]
mod tests {
    use mcpwright_core::{CallToolResult, ContentBlock, JsonText};

    use super::written;

    #[test]
    fn plain_results_are_written_as_all_others_are() {
        let structured = JsonText::parse(r#"{"a":[1]}"#).unwrap();
        let results = [
            CallToolResult::default(),
            CallToolResult::text("a \"quoted\"\n\u{1} text, ü"),
            CallToolResult::error("no"),
            CallToolResult::new([ContentBlock::text("one"), ContentBlock::text("two")])
                .structured_content(structured),
            CallToolResult::new([ContentBlock::text("one"), ContentBlock::image([1, 2], "image/png")])
                .is_error(false),
        ];
        for result in results {
            let ours: serde_json::Value = serde_json::from_str(&written(&result).unwrap()).unwrap();
            assert_eq!(ours, serde_json::to_value(&result).unwrap());
        }
    }
}
