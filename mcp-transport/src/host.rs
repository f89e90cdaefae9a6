//! Time and threads, from tokio.

use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use mcpwright_server::Host;
use tokio::runtime::Handle;

/// Time and threads for the engine, from a tokio runtime.
#[derive(Clone, Debug)]
pub struct Tokio(Handle);

impl Tokio {
    /// The runtime that this is called on.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn current() -> Result<Self, crate::Error> {
        Handle::try_current().map(Self).map_err(|_| crate::Error::NoRuntime)
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.0
    }
}

impl Host for Tokio {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        // A timer belongs to the runtime on which it is made, and this may be called from a thread of our own.
        let _guard = self.0.enter();
        Box::pin(tokio::time::sleep(time))
    }

    fn run_blocking(&self, job: Box<dyn FnOnce() + Send>) {
        self.0.spawn_blocking(job);
    }
}
