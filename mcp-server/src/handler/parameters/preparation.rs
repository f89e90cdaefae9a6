//! Values of asynchronous extractors, which are made before their handler starts.

use std::any::Any;
use std::error::Error;
use std::fmt;

use futures::future::BoxFuture;

use crate::handler::context::Context;
use crate::handler::error::Failure;
use crate::handler::parameters::Parameters;

/// A value that was extracted before its handler starts.
pub(crate) type PreparedValue = Box<dyn Any + Send>;

type PreparedResult = Result<PreparedValue, Box<dyn Error + Send + Sync>>;

/// The asynchronous extraction of one parameter.
#[derive(Clone, Copy)]
pub struct Preparation(fn(Context) -> BoxFuture<'static, PreparedResult>);

impl Preparation {
    pub(crate) fn new(prepare: fn(Context) -> BoxFuture<'static, PreparedResult>) -> Self {
        Self(prepare)
    }
}

impl fmt::Debug for Preparation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Preparation")
    }
}

impl Parameters {
    /// Extracts the values of all asynchronous extractors, each at the index of its parameter.
    pub(crate) async fn prepare(&self, context: &Context) -> Result<Vec<Option<PreparedValue>>, Failure> {
        let mut values = Vec::with_capacity(self.specs.len());
        for spec in &self.specs {
            values.push(match spec.preparation {
                Some(Preparation(prepare)) => Some(prepare(context.clone()).await.map_err(Failure::Error)?),
                None => None,
            });
        }
        Ok(values)
    }
}
