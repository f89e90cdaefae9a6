//! How a handler is run: where it may block, for how long, and how quick it has been so far.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures::channel::oneshot;
use futures::future::BoxFuture;

use crate::handler::error::Failure;
use crate::handler::execution::Work;
use crate::handler::latency::Pace;
use crate::limits::LONGEST_POLL;
use crate::runtime::Host;

/// The handler took longer than it may, which is this long.
#[derive(Debug)]
pub(crate) struct TimedOut(pub(crate) Duration);

/// Runs what a handler has left to do until it is done or the deadline has passed.
pub(crate) async fn work<T: Send + 'static>(
    name: &str,
    work: Work<T>,
    pace: &Arc<Pace>,
    deadline: Duration,
    host: &Arc<dyn Host>,
) -> Result<Result<T, Failure>, TimedOut> {
    match work {
        Work::Future(future) => asynchronous(name, future, pace, deadline, host).await,
        Work::Blocking(handler) => synchronous(handler, deadline, host).await,
    }
}

/// Runs something of which nobody knows how quick it is until it is done or the deadline has passed.
pub(crate) async fn within<F: Future>(
    name: &str,
    work: F,
    deadline: Duration,
    host: &Arc<dyn Host>,
) -> Result<F::Output, TimedOut> {
    asynchronous(name, work, &Pace::default(), deadline, host).await
}

/// Runs an asynchronous handler until it is done or the deadline has passed.
async fn asynchronous<F: Future>(
    name: &str,
    handler: F,
    pace: &Pace,
    deadline: Duration,
    host: &Arc<dyn Host>,
) -> Result<F::Output, TimedOut> {
    if !pace.is_quick() {
        yield_once().await;
    }
    let mut handler = pin!(handler);
    let mut timer: Option<BoxFuture<'static, ()>> = None;
    poll_fn(move |context| {
        let start = host.now();
        let poll = handler.as_mut().poll(context);
        let time = host.now().saturating_duration_since(start);
        pace.record(time);
        if time > LONGEST_POLL {
            tracing::warn!(name, ?time, "an asynchronous handler kept its thread from everything else");
        }
        match poll {
            Poll::Ready(output) => Poll::Ready(Ok(output)),
            Poll::Pending => {
                // Most handlers are done at the first poll and never need a timer.
                let timer = timer.get_or_insert_with(|| host.sleep(deadline));
                timer.as_mut().poll(context).map(|()| Err(TimedOut(deadline)))
            }
        }
    })
    .await
}

/// Runs a synchronous handler where it may block, until it is done or the deadline has passed.
async fn synchronous<T: Send + 'static>(
    handler: impl FnOnce() -> T + Send + 'static,
    deadline: Duration,
    host: &Arc<dyn Host>,
) -> Result<T, TimedOut> {
    let (sender, receiver) = oneshot::channel();
    host.run_blocking(Box::new(move || {
        // Nobody receives where the call was cancelled meanwhile.
        let _ = sender.send(catch_unwind(AssertUnwindSafe(handler)));
    }));
    let mut timer = host.sleep(deadline);
    let mut receiver = receiver;
    poll_fn(move |context| {
        if let Poll::Ready(received) = pin!(&mut receiver).poll(context) {
            return Poll::Ready(match received {
                Ok(Ok(output)) => Ok(output),
                Ok(Err(payload)) => resume_unwind(payload),
                // The host dropped the job: it is about to end.
                Err(oneshot::Canceled) => Err(TimedOut(deadline)),
            });
        }
        timer.as_mut().poll(context).map(|()| Err(TimedOut(deadline)))
    })
    .await
}

/// Lets whoever polls do something else first, such as move the call to another thread.
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
