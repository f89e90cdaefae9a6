//! Extractors whose values are made asynchronously, before a handler starts.

use crate::handler::context::Context;
use crate::handler::error::IntoError;
use crate::handler::parameters::call_arguments::{AsAsyncExtractor, CallArguments, Parameter};
use crate::handler::parameters::preparation::{Preparation, PreparedValue};

/// An extractor whose value is made asynchronously, such as a transaction or the record of a user.
///
/// Asynchronous extractors run one after the other, in the order of the parameters, once the arguments match the schema of
/// the handler, and before [other extractors](crate::FromContext). The timeout of the handler includes them, and a panic of
/// one is an internal error of its call.
///
/// The handler owns the value. If the call is cancelled or times out, the value is dropped with the handler, so a guard can
/// undo what is not complete. A handler that is not `async` keeps it until it returns.
///
/// A type implements either this trait or [`FromContext`](crate::FromContext).
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{AsyncFromContext, Context, Server, ToolError, ToolHandler};
///
/// # struct Pool;
/// # impl Pool { async fn begin(&self) -> Option<Transaction> { Some(Transaction) } }
/// /// A transaction, which is rolled back when it is dropped.
/// struct Transaction;
///
/// impl Transaction {
///     async fn commit(self) {}
/// }
///
/// impl AsyncFromContext for Transaction {
///     type Rejection = ToolError;
///
///     async fn from_context(context: &Context) -> Result<Self, ToolError> {
///         let pool = context.extension::<Pool>().ok_or(ToolError::new("there is no database"))?;
///         pool.begin().await.ok_or(ToolError::new("the database is busy: try again"))
///     }
/// }
///
/// async fn book(seats: u32, transaction: Transaction) -> String {
///     transaction.commit().await;
///     format!("booked {seats} seats")
/// }
///
/// # futures::executor::block_on(async {
/// let server = Server::builder("cinema", "1.0.0").share(Pool).tool(ToolHandler::function("book", ["seats"], book));
/// let result = Client::modern(server).call_tool("book", [("seats", 2)]).await?;
/// assert_eq!(result.content[0].as_text(), Some("booked 2 seats"));
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an asynchronous extractor",
    label = "`AsyncFromContext` is not implemented for `{Self}`"
)]
pub trait AsyncFromContext: Sized + Send + 'static {
    /// The error if the value cannot be extracted; [`Infallible`](std::convert::Infallible) if extraction never fails.
    type Rejection: IntoError;

    /// Extracts the value.
    ///
    /// # Errors
    ///
    /// Returns the rejection that the client receives instead of a result.
    fn from_context(context: &Context) -> impl Future<Output = Result<Self, Self::Rejection>> + Send;
}

#[diagnostic::do_not_recommend]
impl<T: AsyncFromContext> Parameter<AsAsyncExtractor> for T {
    fn schema() -> Option<schemars::Schema> {
        None
    }

    fn extract(arguments: &mut CallArguments<'_>, index: usize) -> Option<Self> {
        arguments.take_prepared(index)
    }

    fn is_value(_: &str) -> bool {
        false
    }

    fn preparation() -> Option<Preparation> {
        Some(Preparation::new(|context| {
            Box::pin(async move {
                match T::from_context(&context).await {
                    Ok(value) => Ok(Box::new(value) as PreparedValue),
                    Err(rejection) => Err(rejection.into_error()),
                }
            })
        }))
    }
}
