//! Conversion of failures of handlers into protocol errors.

use std::error::Error;

use mcpwright_core::{ErrorObject, Meta};
use serde::Serialize;

use crate::call::outcome::Answer;
use crate::handler::context::step::unwrap_step;
use crate::handler::error::{Failure, ToolError};
use crate::incident;
use crate::input_required::error::InputError;
use crate::limits::MAX_UNKNOWN_NAME_CHARS;
use crate::server::Server;

impl Server {
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
        let Some(reason) = answer.too_large(self.state.max_result_bytes) else {
            return Ok(answer.meta(meta));
        };
        let incident = incident::number();
        tracing::warn!(incident, name = %incident::escaped(name), "{reason}");
        Err(ErrorObject::internal(format!("{reason}, incident {incident}")))
    }

    /// Converts a failure into a protocol error, whose text names the handler `label`.
    pub(crate) fn protocol_error(&self, label: &str, failure: Failure) -> ErrorObject {
        match failure {
            Failure::InvalidArguments(problems) => {
                let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
                ErrorObject::invalid_params(format!("{label}: {}", problems.join("; ")))
            }
            Failure::Error(error) => match unwrap_step(error).downcast::<ErrorObject>() {
                Ok(error) => *error,
                Err(error) => ErrorObject::internal(self.error_text(label, &*error)),
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
    let name: String = name.chars().take(MAX_UNKNOWN_NAME_CHARS).collect();
    ErrorObject::invalid_params(format!("unknown {what}: {}", name.escape_debug()))
}
