//! The compile error for a server over HTTP that is awaited before it is bound to an address.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::error::Error;
use crate::http::builder::Http;

/// Settings with an address, which there are none of: [`Http::bind`] returns another type.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`http(server)` must be bound to an address before `.await`",
    label = "no address",
    note = "write `http(server).bind(\"127.0.0.1:8080\").await`, or `http(server).into_service()` for axum and hyper"
)]
pub trait HasAddress {}

/// The subject of the bound, which the compiler reports because it is not [`Http`] itself.
#[doc(hidden)]
#[derive(Debug)]
pub struct Unbound<'a>(PhantomData<&'a ()>);

#[doc(hidden)]
impl Future for Http
where
    for<'a> Unbound<'a>: HasAddress,
{
    type Output = Result<(), Error>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Pending
    }
}
