//! The work that a started handler has left to do.

use std::fmt;

use futures::future::BoxFuture;

use crate::handler::error::Failure;

/// What a handler has left to do once its arguments are taken.
pub enum Execution<T> {
    /// Something asynchronous.
    Future(BoxFuture<'static, Result<T, Failure>>),
    /// Something that may block the thread it runs on.
    Blocking(Box<dyn FnOnce() -> Result<T, Failure> + Send>),
}

impl<T> Execution<T> {
    /// Something asynchronous.
    pub fn future(future: impl Future<Output = Result<T, Failure>> + Send + 'static) -> Self {
        Self::Future(Box::pin(future))
    }

    /// Something that may block the thread it runs on.
    pub fn blocking(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Self {
        Self::Blocking(Box::new(work))
    }
}

impl<T> fmt::Debug for Execution<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Future(_) => "Work::Future",
            Self::Blocking(_) => "Work::Blocking",
        })
    }
}
