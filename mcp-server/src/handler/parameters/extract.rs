//! Parameters of handlers: arguments, which clients send, and extractors, which are computed from the context of a
//! call.

use std::convert::Infallible;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use mcpwright_core::ErrorObject;
use schemars::JsonSchema;
use serde::Deserializer;
use serde::de::{DeserializeOwned, Visitor};

use crate::caller::Caller;
use crate::handler::context::Context;
use crate::handler::error::IntoError;
use crate::handler::parameters::call_arguments::{AsArgument, AsExtractor, CallArguments, Parameter};
use crate::handler::schema::generate_input;
use crate::incident;

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema> Parameter<AsArgument> for T {
    fn schema() -> Option<schemars::Schema> {
        Some(generate_input::<T>())
    }

    fn extract(arguments: &mut CallArguments<'_>, index: usize) -> Option<Self> {
        arguments.deserialize(index)
    }

    fn is_value(text: &str) -> bool {
        serde_json::from_str::<T>(text).is_ok()
    }

    fn accepts_missing() -> bool {
        T::deserialize(MissingArgument).is_ok()
    }
}

/// The deserializer of an argument that is missing: `None` of an `Option`, and of no other type.
struct MissingArgument;

impl<'de> Deserializer<'de> for MissingArgument {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(serde::de::Error::custom("the argument is missing"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_none()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

#[diagnostic::do_not_recommend]
impl<T: FromContext> Parameter<AsExtractor> for T {
    fn schema() -> Option<schemars::Schema> {
        None
    }

    fn extract(arguments: &mut CallArguments<'_>, _: usize) -> Option<Self> {
        if arguments.has_failed_extractor() {
            return None;
        }
        let extracted = T::from_context(arguments.context());
        extracted.map_err(|rejection| arguments.reject(rejection.into_error())).ok()
    }

    fn needs_session() -> bool {
        T::needs_session()
    }

    fn is_value(_: &str) -> bool {
        false
    }
}

/// A type that is extracted from the [`Context`] of a call.
///
/// A type that implements this trait can be a parameter of a handler, under any name, by value or by reference. Clients
/// do not see it. It is extracted once for each run of the handler, before the handler starts.
///
/// If the extraction fails, the handler does not run, and its rejection is handled like an error that the handler
/// returns: the text of a tool's rejection is read by the model, and a prompt or a resource answers with a protocol
/// error.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Caller, Context, FromContext, Server, ToolError, ToolHandler};
/// use serde_json::Map;
///
/// /// The name of a caller with the scope `admin`.
/// struct Admin(String);
///
/// impl FromContext for Admin {
///     type Rejection = ToolError;
///
///     fn from_context(context: &Context) -> Result<Self, ToolError> {
///         match context.caller().subject() {
///             Some(name) if context.caller().has_scope("admin") => Ok(Self(name.to_owned())),
///             _ => Err(ToolError::new("this tool is for administrators")),
///         }
///     }
/// }
///
/// async fn restart(Admin(name): Admin) -> String {
///     format!("restarted by {name}")
/// }
///
/// # futures::executor::block_on(async {
/// let restart = ToolHandler::function("restart", [], restart);
/// let server = Server::builder("operations", "1.0.0").tool(restart).build();
///
/// let denied = Client::modern(server.clone()).call_tool("restart", ()).await?;
/// assert_eq!(denied.is_error, Some(true));
/// assert_eq!(denied.content[0].as_text(), Some("this tool is for administrators"));
///
/// let ada = Caller::new("ada", ["admin".to_owned()], Map::new());
/// let result = Client::modern(server).caller(ada).call_tool("restart", ()).await?;
/// assert_eq!(result.content[0].as_text(), Some("restarted by ada"));
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an extractor",
    label = "`FromContext` is not implemented for `{Self}`",
    note = "extractors are `&Context`, `Caller`, `Ext<T>`, and types that implement `FromContext`"
)]
pub trait FromContext: Sized {
    /// The error if the value cannot be extracted; [`Infallible`] if extraction never fails.
    ///
    /// A [`ToolError`](crate::ToolError) keeps its text if the server masks errors. An [`ErrorObject`] becomes a
    /// protocol error, also for a tool.
    type Rejection: IntoError;

    /// Extracts the value.
    ///
    /// # Errors
    ///
    /// Returns the rejection that the client receives instead of a result.
    fn from_context(context: &Context) -> Result<Self, Self::Rejection>;

    #[doc(hidden)]
    fn needs_session() -> bool {
        false
    }
}

impl FromContext for Context {
    type Rejection = Infallible;

    fn from_context(context: &Context) -> Result<Self, Infallible> {
        Ok(context.clone())
    }
}

impl FromContext for Caller {
    type Rejection = Infallible;

    fn from_context(context: &Context) -> Result<Self, Infallible> {
        Ok(context.caller().clone())
    }
}

/// A value that a middleware or a transport has inserted into the call, or that the server shares; found by its type.
///
/// It dereferences to `T`. If there is no value of type `T`, the call fails with an incident number, and the log names the
/// type. A handler that can do without the value calls [`Context::extension`] instead.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Ext, Server, ToolHandler};
///
/// struct Greeting(String);
///
/// async fn greet(greeting: Ext<Greeting>, name: String) -> String {
///     format!("{}, {name}!", greeting.0)
/// }
///
/// # futures::executor::block_on(async {
/// let server = Server::builder("greeter", "1.0.0")
///     .share(Greeting("Hello".to_owned()))
///     .tool(ToolHandler::function("greet", ["name"], greet));
/// let result = Client::modern(server).call_tool("greet", [("name", "Ada")]).await?;
/// assert_eq!(result.content[0].as_text(), Some("Hello, Ada!"));
///
/// // A test can call the function itself.
/// assert_eq!(greet(Ext::new(Greeting("Bye".to_owned())), "Ada".to_owned()).await, "Bye, Ada!");
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
pub struct Ext<T>(Arc<T>);

impl<T> Ext<T> {
    /// Wraps a value, or an `Arc` of one.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use mcpwright_server::Ext;
    ///
    /// struct Greeting(String);
    ///
    /// fn greet(greeting: &Ext<Greeting>) -> String {
    ///     format!("{}, Ada!", greeting.0)
    /// }
    ///
    /// assert_eq!(greet(&Ext::new(Greeting("Hello".to_owned()))), "Hello, Ada!");
    /// // A value that is shared already is not copied.
    /// let shared = Arc::new(Greeting("Bye".to_owned()));
    /// assert_eq!(greet(&Ext::new(Arc::clone(&shared))), "Bye, Ada!");
    /// ```
    pub fn new(value: impl Into<Arc<T>>) -> Self {
        Self(value.into())
    }

    /// Returns the `Arc` that holds the value.
    ///
    /// This is an associated function, so that it does not hide a method of `T`: call it as `Ext::into_inner(ext)`.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use mcpwright_server::Ext;
    ///
    /// struct Greeting(String);
    ///
    /// /// Greets on another thread, which needs a value of its own.
    /// fn greet(greeting: Ext<Greeting>) -> String {
    ///     let greeting: Arc<Greeting> = Ext::into_inner(greeting);
    ///     std::thread::spawn(move || format!("{}, Ada!", greeting.0)).join().unwrap()
    /// }
    ///
    /// assert_eq!(greet(Ext::new(Greeting("Hello".to_owned()))), "Hello, Ada!");
    /// ```
    pub fn into_inner(this: Self) -> Arc<T> {
        this.0
    }
}

impl<T> Clone for Ext<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for Ext<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Display> fmt::Display for Ext<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: fmt::Debug> fmt::Debug for Ext<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ext").field(&self.0).finish()
    }
}

/// A value that may be absent.
impl<T: Send + Sync + 'static> FromContext for Option<Ext<T>> {
    type Rejection = Infallible;

    fn from_context(context: &Context) -> Result<Self, Infallible> {
        Ok(context.extension().map(Ext))
    }
}

impl<T: Send + Sync + 'static> FromContext for Ext<T> {
    type Rejection = MissingExtension;

    fn from_context(context: &Context) -> Result<Self, MissingExtension> {
        context.extension().map(Self).ok_or_else(MissingExtension::of::<T>)
    }
}

/// The error of a handler that takes a value of a type, and neither the server nor the call has one.
///
/// It is the fault of the server: the client gets an incident number, and the log the type. An extractor of your own that
/// misses a value returns it, too:
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Context, FromContext, MissingExtension, Server, ToolHandler};
///
/// struct Tenants(Vec<&'static str>);
///
/// struct Tenant(&'static str);
///
/// impl FromContext for Tenant {
///     type Rejection = MissingExtension;
///
///     fn from_context(context: &Context) -> Result<Self, MissingExtension> {
///         let tenants = context.extension::<Tenants>().ok_or_else(MissingExtension::of::<Tenants>)?;
///         Ok(Self(tenants.0[0]))
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let name = ToolHandler::function("name", [], |tenant: Tenant| async move { tenant.0 });
/// let client = Client::modern(Server::builder("tenants", "1.0.0").tool(name));
/// let result = client.call_tool("name", ()).await?;
/// assert_eq!(result.is_error, Some(true));
/// let text = result.content[0].as_text().unwrap();
/// assert!(text.starts_with("name needs a value that the server does not have, incident "));
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither the server nor the call has a value of type {type_name}: share one with `share`")]
pub struct MissingExtension {
    type_name: &'static str,
}

impl MissingExtension {
    /// Returns the error for a value of type `T`.
    pub fn of<T>() -> Self {
        Self { type_name: std::any::type_name::<T>() }
    }
}

/// Logs the type, and returns an internal error with an incident number.
impl From<MissingExtension> for ErrorObject {
    fn from(error: MissingExtension) -> Self {
        incident::internal("missing extension", &error.to_string())
    }
}
