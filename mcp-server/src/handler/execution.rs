//! The execution of a handler after its parameters have been extracted.

use std::fmt;

use futures::future::BoxFuture;

use crate::handler::error::Failure;

/// The execution of a handler after its parameters have been extracted.
pub enum Execution<T> {
    /// A future, which must not block its thread.
    Future(BoxFuture<'static, Result<T, Failure>>),
    /// A closure that may block the thread it runs on.
    Blocking(Box<dyn FnOnce() -> Result<T, Failure> + Send>),
}

impl<T> Execution<T> {
    /// Returns an execution that polls a future.
    pub fn future(future: impl Future<Output = Result<T, Failure>> + Send + 'static) -> Self {
        Self::Future(Box::pin(future))
    }

    /// Returns an execution that runs a closure on a thread that may block.
    pub fn blocking(closure: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Self {
        Self::Blocking(Box::new(closure))
    }
}

impl<T> fmt::Debug for Execution<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Future(_) => "Execution::Future",
            Self::Blocking(_) => "Execution::Blocking",
        })
    }
}
