//! The part of a handler that does not depend on its definition: parameters, code, latency and timeout.

use std::sync::{Arc, OnceLock};
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
    /// The parameters of a handler with asynchronous extractors, as its calls share them.
    shared_parameters: OnceLock<Arc<Parameters>>,
    code: Arc<Code<R>>,
    pub(crate) latency: Arc<LatencyStats>,
    /// Maximum time of an execution, which overrides the server's.
    pub(crate) timeout: Option<Duration>,
}

impl<R: 'static> HandlerCore<R> {
    pub(crate) fn new(
        code: impl Fn(CallArguments<'_>) -> Result<Execution<R>, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self {
            parameters: Parameters::default(),
            shared_parameters: OnceLock::new(),
            code: Arc::new(code),
            latency: Arc::default(),
            timeout: None,
        }
    }

    /// Extracts the parameters, and returns the execution that is left to run.
    pub(crate) fn start(&self, text: &ArgumentText<'_>, context: &Context) -> Result<Execution<R>, Failure> {
        if self.parameters.is_async {
            return self.start_deferred(text, context);
        }
        (self.code)(CallArguments::bind(&self.parameters, text, context)?)
    }

    /// Returns an execution that first runs the asynchronous extractors.
    fn start_deferred(&self, text: &ArgumentText<'_>, context: &Context) -> Result<Execution<R>, Failure> {
        // Invalid arguments are rejected before anything is extracted for them.
        self.parameters.check(text)?;
        let parameters = self.shared_parameters.get_or_init(|| Arc::new(self.parameters.clone()));
        let (parameters, code) = (Arc::clone(parameters), Arc::clone(&self.code));
        let (text, context) = (text.to_owned(), context.clone());
        Ok(Execution::Deferred(Box::pin(async move {
            let prepared = parameters.prepare(&context).await?;
            code(CallArguments::bind(&parameters, &text, &context)?.with_prepared(prepared))
        })))
    }

    /// Discards what calls share, because the parameters may change.
    pub(crate) fn reset(&mut self) {
        self.shared_parameters.take();
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
            shared_parameters: OnceLock::new(),
            code: Arc::clone(&self.code),
            latency: Arc::clone(&self.latency),
            timeout: self.timeout,
        }
    }
}
