//! The part of a handler that does not depend on its definition: parameters, code, latency and timeout.

use std::sync::Arc;
use std::time::Duration;

use crate::handler::context::Context;
use crate::handler::error::Failure;
use crate::handler::execution::Execution;
use crate::handler::latency::LatencyStats;
use crate::handler::parameters::Parameters;
use crate::handler::parameters::argument_text::ArgumentText;
use crate::handler::parameters::call_arguments::{AllArguments, CallArguments};

type Code<R> = dyn Fn(CallArguments<'_>) -> Result<Execution<R>, Failure> + Send + Sync;

/// The code of a handler, its parameters, and the settings of its execution.
pub(crate) struct HandlerCore<R> {
    pub(crate) parameters: Parameters,
    code: Arc<Code<R>>,
    pub(crate) latency: Arc<LatencyStats>,
    /// Maximum time of an execution, which overrides the server's.
    pub(crate) timeout: Option<Duration>,
}

impl<R> HandlerCore<R> {
    pub(crate) fn new(
        code: impl Fn(CallArguments<'_>) -> Result<Execution<R>, Failure> + Send + Sync + 'static,
    ) -> Self {
        let parameters = Parameters::default();
        Self { parameters, code: Arc::new(code), latency: Arc::default(), timeout: None }
    }

    /// Extracts the parameters, and returns the execution that is left to run.
    pub(crate) fn start(&self, text: &ArgumentText<'_>, context: &Context) -> Result<Execution<R>, Failure> {
        (self.code)(CallArguments::bind(&self.parameters, text, context)?)
    }

    /// Starts a handler that takes all arguments as one object.
    pub(crate) fn start_whole(
        &self,
        arguments: AllArguments<'_>,
        context: &Context,
    ) -> Result<Execution<R>, Failure> {
        (self.code)(CallArguments::of_whole(&self.parameters, arguments, context))
    }
}

impl<R> Clone for HandlerCore<R> {
    fn clone(&self) -> Self {
        Self {
            parameters: self.parameters.clone(),
            code: Arc::clone(&self.code),
            latency: Arc::clone(&self.latency),
            timeout: self.timeout,
        }
    }
}
