//! Conversion of failures of handlers into protocol errors.

use std::error::Error;

use mcpwright_core::{ErrorObject, Meta};
use serde::Serialize;

use crate::call::fault::Fault;
use crate::call::outcome::{Answer, Outcome};
use crate::handler::context::step::unwrap_step;
use crate::handler::error::{Failure, ToolError};
use crate::handler::parameters::call_arguments::NotExtracted;
use crate::handler::parameters::extract::MissingExtension;
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
            incident::failed(&format!("cannot encode the result of {}", incident::escaped(name)), &error)
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
                Err(error) => match fault_of(label, &*error) {
                    Some(fault) => fault.into(),
                    None => ErrorObject::internal(self.error_text(label, &*error)),
                },
            },
        }
    }

    /// Returns the text of an error for the client: that of the error without its sources, or an incident number.
    pub(crate) fn error_text(&self, name: &str, error: &(dyn Error + Send + Sync + 'static)) -> String {
        let is_for_models = error.is::<ToolError>() || error.is::<InputError>();
        if self.state.masks_errors && !is_for_models {
            let incident = incident::report(&format!("{name} failed"), &incident::causes(error));
            return format!("{name} failed, incident {incident}");
        }
        if error.source().is_some() {
            // The client receives the text of the error alone.
            tracing::warn!(error = incident::causes(error), "{name} failed");
        }
        error.to_string()
    }
}

/// Returns the fault of the server that an error of an extractor stands for, if it is one.
pub(crate) fn fault_of(name: &str, error: &(dyn Error + Send + Sync + 'static)) -> Option<Fault> {
    if let Some(missing) = error.downcast_ref::<MissingExtension>() {
        let what = format!("{name} needs a value that the server does not have");
        return Some(Fault::new(&what, &missing.to_string()));
    }
    let missing = error.downcast_ref::<NotExtracted>()?;
    Some(Fault::new(&format!("a parameter of {name} has no value"), &missing.to_string()))
}

pub(crate) fn unknown(what: &str, name: &str) -> ErrorObject {
    ErrorObject::invalid_params(unknown_text(what, name))
}

/// Returns the outcome of a call that names no tool or prompt, with the name that was probably meant.
pub(crate) fn unknown_name(what: &str, name: &str, meant: Option<&str>) -> Outcome {
    let mut text = unknown_text(what, name);
    if let Some(meant) = meant {
        text.push_str(&format!("; did you mean `{meant}`?"));
    }
    Outcome::UnknownName(ErrorObject::invalid_params(text))
}

fn unknown_text(what: &str, name: &str) -> String {
    let name: String = name.chars().take(MAX_UNKNOWN_NAME_CHARS).collect();
    format!("unknown {what}: {}", name.escape_debug())
}
