//! Conversion of failures of handlers into protocol errors.

use std::error::Error;
use std::time::Duration;

use mcpwright_core::{ErrorObject, Meta};
use serde::Serialize;

use crate::call::outcome::{Answer, Outcome};
use crate::dispatch::execute;
use crate::handler::argument_text::ArgumentText;
use crate::handler::context::Context;
use crate::handler::context::step::unwrap_step;
use crate::handler::error::{Failure, ToolError};
use crate::handler::execution::Execution;
use crate::handler::handler_core::HandlerCore;
use crate::incident;
use crate::input_required::error::InputError;
use crate::server::Server;

impl Server {
    /// Returns a future that runs a started handler, for at most `timeout` unless it has a timeout of its own.
    pub(crate) fn run<R: Send + 'static>(
        &self,
        name: &str,
        core: &HandlerCore<R>,
        execution: Execution<R>,
        timeout: Duration,
    ) -> impl Future<Output = Result<Result<R, Failure>, execute::TimedOut>> {
        let timeout = core.timeout.unwrap_or(timeout);
        execute::run(name, execution, &core.latency, timeout, &self.runtime)
    }

    /// Runs the handler of a prompt or a resource. A failure is a protocol error, whose text names the handler `label`.
    pub(crate) async fn run_handler<R: Send + 'static>(
        &self,
        name: &str,
        shown: &str,
        core: &HandlerCore<R>,
        given: &ArgumentText<'_>,
        context: &Context,
    ) -> Result<R, Outcome> {
        let result = match core.start(given, context) {
            Ok(execution) => {
                let result = self.run(name, core, execution, self.state.timeout).await;
                result.unwrap_or_else(|execute::TimedOut(_)| Err(timed_out(shown).into()))
            }
            Err(failure) => Err(failure),
        };
        result.map_err(|failure| match context.take_input_required(&failure) {
            Some(asked) => asked,
            None => self.protocol_error(shown, failure).into(),
        })
    }

    /// Serializes the result of a prompt, a resource or a completion, for which a failure is a protocol error.
    pub(crate) fn answer<T: Serialize>(
        &self,
        name: &str,
        result: &T,
        meta: Meta,
    ) -> Result<Answer, ErrorObject> {
        let answer = Answer::of(result);
        let answer = answer.map_err(|error| {
            incident::internal(&format!("cannot encode the result of {}", incident::escaped(name)), &error)
        })?;
        let Some(reason) = self.too_large(&answer) else { return Ok(answer.meta(meta)) };
        let incident = incident::number();
        tracing::warn!(incident, name = %incident::escaped(name), "{reason}");
        Err(ErrorObject::internal(format!("{reason}, incident {incident}")))
    }

    /// Returns the error text for an answer that is too large.
    pub(crate) fn too_large(&self, answer: &Answer) -> Option<String> {
        let (size, max) = (answer.len(), self.state.max_result_bytes);
        (size > max)
            .then(|| format!("the result is too large: it must be at most {max} bytes, and is {size}"))
    }

    /// Converts a failure into a protocol error.
    pub(crate) fn protocol_error(&self, shown: &str, failure: Failure) -> ErrorObject {
        match failure {
            Failure::InvalidArguments(problems) => {
                let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
                ErrorObject::invalid_params(format!("{shown}: {}", problems.join("; ")))
            }
            Failure::Error(error) => match unwrap_step(error).downcast::<ErrorObject>() {
                Ok(error) => *error,
                Err(error) => ErrorObject::internal(self.error_text(shown, &*error)),
            },
        }
    }

    /// Returns the text of an error for the client: that of the error without its sources, or an incident number.
    pub(crate) fn error_text(&self, name: &str, error: &(dyn Error + Send + Sync + 'static)) -> String {
        let is_for_models = error.is::<ToolError>() || error.is::<InputError>();
        if self.state.masks_errors && !is_for_models {
            let incident = incident::number();
            tracing::error!(incident, error = %incident::escaped(&error.to_string()), "{name} failed");
            return format!("{name} failed, incident {incident}");
        }
        error.to_string()
    }
}

pub(crate) fn timed_out(name: &str) -> ErrorObject {
    ErrorObject::internal(format!("timed out: {name} took too long"))
}

pub(crate) fn unknown(what: &str, name: &str) -> ErrorObject {
    let name: String = name.chars().take(64).collect();
    ErrorObject::invalid_params(format!("unknown {what}: {}", name.escape_debug()))
}
