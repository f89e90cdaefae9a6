//! Execution of handlers: threads, timeouts and latency.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures::channel::oneshot::{self, Canceled};
use futures::future::{BoxFuture, Either};
use mcpwright_core::ErrorObject;

use crate::call::fault::Fault;
use crate::call::outcome::Outcome;
use crate::handler::context::Context;
use crate::handler::error::Failure;
use crate::handler::execution::Execution;
use crate::handler::handler_core::HandlerCore;
use crate::handler::latency::LatencyStats;
use crate::handler::parameters::argument_text::ArgumentText;
use crate::limits::SLOW_POLL;
use crate::runtime::Runtime;
use crate::server::Server;
use crate::server::shutdown::shutting_down;

/// The handler exceeded its timeout, which is the field.
#[derive(Debug)]
pub(crate) struct TimedOut(pub(crate) Duration);

impl Server {
    /// Returns a future that runs a started handler, for at most `timeout` unless it has a timeout of its own.
    ///
    /// An `async fn` would hold its arguments a second time, in the future of every call.
    pub(crate) fn run<R: Send + 'static>(
        &self,
        name: &str,
        core: &HandlerCore<R>,
        execution: Execution<R>,
        timeout: Duration,
    ) -> impl Future<Output = Result<Result<R, Failure>, TimedOut>> {
        let timeout = core.timeout.unwrap_or(timeout);
        let runtime = &self.runtime;
        let handler = match execution {
            Execution::Blocking(handler) => {
                return Either::Right(run_blocking_job(handler, timeout, runtime));
            }
            Execution::Future(handler) => handler,
            Execution::Deferred(execution) => Box::pin(run_deferred(execution, Arc::clone(runtime))),
        };
        Either::Left(run_future(name, handler, &core.latency, timeout, runtime))
    }

    /// Runs the handler of a prompt or a resource. A failure is a protocol error, whose text names the handler `label`.
    pub(crate) async fn run_handler<R: Send + 'static>(
        &self,
        name: &str,
        label: &str,
        core: &HandlerCore<R>,
        arguments: &ArgumentText<'_>,
        context: &Context,
    ) -> Result<R, Outcome> {
        let result = match core.start(arguments, context) {
            Ok(execution) => {
                let result = self.run(name, core, execution, self.state.timeout).await;
                result.unwrap_or_else(|TimedOut(time)| {
                    Err(ErrorObject::from(Fault::timed_out(label, time)).into())
                })
            }
            Err(failure) => Err(failure),
        };
        result.map_err(|failure| match context.take_input_required(&failure) {
            Some(input_required) => input_required,
            None => self.protocol_error(label, failure).into(),
        })
    }
}

/// Runs a future without recorded latency until it ends or the timeout passes.
pub(crate) async fn with_timeout<F: Future>(
    name: &str,
    work: F,
    timeout: Duration,
    runtime: &Arc<dyn Runtime>,
) -> Result<F::Output, TimedOut> {
    run_future(name, work, &LatencyStats::default(), timeout, runtime).await
}

/// Runs an asynchronous handler until it ends or its timeout passes.
async fn run_future<F: Future>(
    name: &str,
    handler: F,
    latency: &LatencyStats,
    timeout: Duration,
    runtime: &Arc<dyn Runtime>,
) -> Result<F::Output, TimedOut> {
    if !latency.is_quick() {
        yield_once().await;
    }
    let mut handler = pin!(handler);
    let mut timer: Option<BoxFuture<'static, ()>> = None;
    let mut run = latency.start_run();
    poll_fn(move |context| {
        let start = runtime.now();
        let poll = handler.as_mut().poll(context);
        let time = runtime.now().saturating_duration_since(start);
        run.record_poll(time);
        if time > SLOW_POLL {
            tracing::warn!(name, ?time, "an asynchronous handler blocked its thread");
        }
        match poll {
            Poll::Ready(output) => Poll::Ready(Ok(output)),
            Poll::Pending => {
                // Most handlers end at the first poll and never need a timer.
                let timer = timer.get_or_insert_with(|| runtime.sleep(timeout));
                timer.as_mut().poll(context).map(|()| Err(TimedOut(timeout)))
            }
        }
    })
    .await
}

/// Runs asynchronous extractors, then the handler.
async fn run_deferred<R: Send + 'static>(
    execution: BoxFuture<'static, Result<Execution<R>, Failure>>,
    runtime: Arc<dyn Runtime>,
) -> Result<R, Failure> {
    let mut execution = Execution::Deferred(execution);
    loop {
        match execution {
            Execution::Deferred(next) => execution = next.await?,
            Execution::Future(handler) => return handler.await,
            Execution::Blocking(handler) => {
                let output = spawn_job(handler, &runtime).await;
                return output.unwrap_or_else(|Canceled| Err(shutting_down().into()));
            }
        }
    }
}

/// Runs a synchronous handler on a thread for blocking work until it ends or its timeout passes.
async fn run_blocking_job<T: Send + 'static>(
    handler: impl FnOnce() -> T + Send + 'static,
    timeout: Duration,
    runtime: &Arc<dyn Runtime>,
) -> Result<T, TimedOut> {
    let mut job = pin!(spawn_job(handler, runtime));
    let mut timer = runtime.sleep(timeout);
    poll_fn(move |context| {
        if let Poll::Ready(output) = job.as_mut().poll(context) {
            return Poll::Ready(output.map_err(|Canceled| TimedOut(timeout)));
        }
        timer.as_mut().poll(context).map(|()| Err(TimedOut(timeout)))
    })
    .await
}

/// Starts a closure on a thread for blocking work, and returns a future of its output: `Canceled` if the runtime drops the
/// closure because it is shutting down.
fn spawn_job<T: Send + 'static>(
    closure: impl FnOnce() -> T + Send + 'static,
    runtime: &Arc<dyn Runtime>,
) -> impl Future<Output = Result<T, Canceled>> + Send + 'static {
    let (sender, receiver) = oneshot::channel();
    runtime.spawn_blocking(Box::new(move || {
        // The receiver is dropped if the call was cancelled.
        let _ = sender.send(catch_unwind(AssertUnwindSafe(closure)));
    }));
    async move { receiver.await.map(|result| result.unwrap_or_else(|payload| resume_unwind(payload))) }
}

/// Yields to the executor once, which can then move the call to another thread.
pub(crate) async fn yield_once() {
    let mut yielded = false;
    poll_fn(move |context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
