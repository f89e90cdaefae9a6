//! What all kinds of handlers have: parameters, what runs, and how long it may.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::handler::arguments::{ArgumentText, CallArguments};
use crate::handler::context::Context;
use crate::handler::error::Failure;
use crate::handler::execution::Execution;
use crate::handler::function::Function;
use crate::handler::latency::LatencyStats;
use crate::handler::parameters::Parameters;

type Run<R> = dyn Fn(CallArguments<'_>) -> Result<Execution<R>, Failure> + Send + Sync;

/// What runs when a handler is called, and what it takes.
pub(crate) struct HandlerCore<R> {
    pub(crate) parameters: Parameters,
    run: Arc<Run<R>>,
    pub(crate) pace: Arc<LatencyStats>,
    pub(crate) timeout: Option<Duration>,
}

impl<R> HandlerCore<R> {
    pub(crate) fn new(
        run: impl Fn(CallArguments<'_>) -> Result<Execution<R>, Failure> + Send + Sync + 'static,
    ) -> Self {
        let run = Arc::new(run);
        Self { parameters: Parameters::default(), run, pace: Arc::default(), timeout: None }
    }

    /// Takes the arguments and returns what is left to do.
    pub(crate) fn start(&self, given: &ArgumentText<'_>, context: &Context) -> Result<Execution<R>, Failure> {
        self.parameters.bind(given, context, &*self.run)
    }

    /// The same for all arguments as one value.
    pub(crate) fn start_whole(&self, arguments: Value, context: &Context) -> Result<Execution<R>, Failure> {
        (self.run)(CallArguments::of_whole(&self.parameters, arguments, context))
    }
}

impl<R> Clone for HandlerCore<R> {
    fn clone(&self) -> Self {
        let (parameters, run, pace) =
            (self.parameters.clone(), Arc::clone(&self.run), Arc::clone(&self.pace));
        Self { parameters, run, pace, timeout: self.timeout }
    }
}

/// What runs a function and turns its output into a result.
pub(crate) fn calling<F, K, P, R>(
    function: F,
    into_result: fn(F::Output) -> Result<R, Failure>,
) -> impl Fn(CallArguments<'_>) -> Result<Execution<R>, Failure> + Send + Sync + 'static
where
    F: Function<K, P>,
    R: 'static,
{
    move |input| {
        let output = function.start(input)?;
        Ok(Execution::future(async move { into_result(output.await) }))
    }
}

/// The methods that every kind of handler has, for one whose first field is an `Arc` of its parts.
macro_rules! described {
    ($parts:ty, $definition:ty, $result:ty, $description:literal) => {
        /// Declares the next parameter of the handler.
        ///
        /// # Panics
        ///
        /// When the type has a schema that cannot be published, or an attribute does not fit the type; when an argument
        /// of a resource has no variable of its name.
        #[must_use]
        #[track_caller]
        pub fn parameter<T: crate::handler::extract::Parameter<K>, K>(
            self,
            argument: crate::handler::argument::Argument,
        ) -> Self {
            let declared = self.settled(crate::handler::parameters::ParameterSpec::of::<T, K>(argument));
            self.declared([declared])
        }

        /// Says more of an argument than its type does.
        ///
        /// # Panics
        ///
        /// When there is no argument of this name, or what is said does not fit its type.
        #[must_use]
        #[track_caller]
        pub fn argument(
            mut self,
            name: &str,
            describe: impl FnOnce(crate::handler::argument::Argument) -> crate::handler::argument::Argument,
        ) -> Self {
            let described = self.edit().handling.parameters.describe(name, describe);
            self.settled(described);
            self.refreshed()
        }

        #[doc = $description]
        #[must_use]
        pub fn description(mut self, description: impl Into<String>) -> Self {
            self.edit().definition.description = Some(description.into());
            self
        }

        /// What people call it.
        #[must_use]
        pub fn title(mut self, title: impl Into<String>) -> Self {
            self.edit().definition.title = Some(title.into());
            self
        }

        /// A picture; may be said more than once.
        #[must_use]
        pub fn icon(mut self, icon: mcpwright_core::Icon) -> Self {
            self.edit().definition.icons.push(icon);
            self
        }

        /// Something that travels beside the definition; may be said more than once.
        #[must_use]
        pub fn meta(mut self, key: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
            self.edit().definition.meta.0.insert(key.into(), value.into());
            self
        }

        /// Ends a call that takes longer; five minutes if nothing is said.
        #[must_use]
        pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
            self.edit().handling.timeout = Some(timeout);
            self
        }

        /// What clients are told of it.
        pub fn definition(&self) -> &$definition {
            &self.0.definition
        }

        pub(crate) fn handling(&self) -> &crate::handler::handler_core::HandlerCore<$result> {
            &self.0.handling
        }

        /// Adds parameters.
        #[track_caller]
        fn declared(
            mut self,
            declared: impl IntoIterator<Item = crate::handler::parameters::ParameterSpec>,
        ) -> Self {
            self.edit().handling.parameters.declared.extend(declared);
            self.refreshed()
        }

        fn edit(&mut self) -> &mut $parts {
            std::sync::Arc::make_mut(&mut self.0)
        }
    };
}
pub(crate) use described;
