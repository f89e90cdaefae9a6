//! Contents of resources.

use std::time::Duration;

use mcpwright_core::{CacheScope, Caching, JsonText, ReadResourceResult, ResourceContents};
use serde::Serialize;

use crate::handler::error::{Failure, IntoError};
use crate::handler::results::tool::Json;
use crate::runtime::in_millis;

/// Contents of a resource, to which the engine adds the URI that the client reads.
///
/// ```
/// use std::time::Duration;
///
/// use mcpwright_core::CacheScope;
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Contents, Server, TemplateHandler};
///
/// async fn weather(city: String) -> Contents {
///     match &*city {
///         "Kiel" => Contents::Text("windy".to_owned()).cache(Duration::from_secs(60), CacheScope::Public),
///         "Lima" => Contents::TextOf("<p>foggy</p>".to_owned(), "text/html"),
///         _ => Contents::Missing,
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let weather = TemplateHandler::function("weather://{city}", "weather", ["city"], weather);
/// let client = Client::modern(Server::builder("weather", "1.0.0").template(weather));
/// assert_eq!(client.read_resource("weather://Kiel").await?.contents[0].uri(), "weather://Kiel");
/// assert!(client.read_resource("weather://Atlantis").await.is_err());
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Contents {
    /// The resource does not exist.
    Missing,
    /// Text.
    Text(String),
    /// Text with this MIME type, which overrides the definition's.
    TextOf(String, &'static str),
    /// Binary contents.
    Blob(Vec<u8>),
    /// A complete result, with its own URIs and MIME types.
    Result(ReadResourceResult),
    /// Contents with their own caching, which overrides the definition's.
    Cached(Box<Contents>, Caching),
}

impl Contents {
    /// Sets the time that these contents may be cached, and the scope of the cache. Overrides the definition's caching.
    #[must_use]
    pub fn cache(self, time: Duration, scope: CacheScope) -> Self {
        Self::Cached(Box::new(self), caching(time, scope))
    }

    /// Returns the result of reading `uri`, with the MIME type of the definition; `None` if the resource does not
    /// exist.
    pub(crate) fn into_read_result(
        self,
        uri: &str,
        mime_type: Option<&str>,
    ) -> Option<(ReadResourceResult, Option<Caching>)> {
        let single = |contents: ResourceContents, mime_type: Option<&str>| {
            let contents = match mime_type {
                Some(mime_type) => contents.mime_type(mime_type),
                None => contents,
            };
            Some((ReadResourceResult::new([contents]), None))
        };
        match self {
            Self::Missing => None,
            Self::Text(text) => single(ResourceContents::text(uri, text), mime_type),
            Self::TextOf(text, mime_type) => single(ResourceContents::text(uri, text), Some(mime_type)),
            Self::Blob(bytes) => single(ResourceContents::blob(uri, bytes), mime_type),
            Self::Result(result) => Some((result, None)),
            Self::Cached(contents, caching) => {
                let (result, _) = contents.into_read_result(uri, mime_type)?;
                Some((result, Some(caching)))
            }
        }
    }
}

/// Returns the caching metadata for a time and a scope.
pub(crate) fn caching(time: Duration, scope: CacheScope) -> Caching {
    Caching::new(in_millis(time), scope)
}

/// A return type of a resource: text, bytes, [`Json`], [`Contents`], or an `Option` or a `Result` of these.
///
/// `None` means that the resource does not exist.
///
/// ```
/// use mcpwright_core::ResourceContents;
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Contents, Failure, IntoContents, ResourceHandler, Server};
///
/// /// A table that clients read as CSV.
/// struct Table(Vec<[u32; 2]>);
///
/// impl IntoContents for Table {
///     fn into_contents(self) -> Result<Contents, Failure> {
///         let rows = self.0.iter().map(|[day, sales]| format!("{day},{sales}\n"));
///         Ok(Contents::TextOf(rows.collect(), "text/csv"))
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let sales = ResourceHandler::function("shop://sales", "sales", || async { Table(vec![[1, 20], [2, 35]]) });
/// let client = Client::modern(Server::builder("shop", "1.0.0").resource(sales));
/// let expected = ResourceContents::text("shop://sales", "1,20\n2,35\n").mime_type("text/csv");
/// assert_eq!(client.read_resource("shop://sales").await?.contents, [expected]);
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the contents of a resource",
    label = "a resource cannot return this",
    note = "return text, `Vec<u8>`, `Json<T>`, `Contents`, or an `Option` or a `Result` of these; `None` means that there \
            is no such resource; the error of a `Result` is anything that converts into `Box<dyn Error + Send + Sync>`"
)]
pub trait IntoContents {
    /// Converts the value into contents.
    ///
    /// # Errors
    ///
    /// Returns an error if the resource could not be read, or if the value cannot be serialized.
    fn into_contents(self) -> Result<Contents, Failure>;
}

impl IntoContents for Contents {
    fn into_contents(self) -> Result<Contents, Failure> {
        Ok(self)
    }
}

impl IntoContents for String {
    fn into_contents(self) -> Result<Contents, Failure> {
        Ok(Contents::Text(self))
    }
}

impl IntoContents for &str {
    fn into_contents(self) -> Result<Contents, Failure> {
        Ok(Contents::Text(self.to_owned()))
    }
}

impl IntoContents for Vec<u8> {
    fn into_contents(self) -> Result<Contents, Failure> {
        Ok(Contents::Blob(self))
    }
}

impl IntoContents for ReadResourceResult {
    fn into_contents(self) -> Result<Contents, Failure> {
        Ok(Contents::Result(self))
    }
}

impl IntoContents for ResourceContents {
    fn into_contents(self) -> Result<Contents, Failure> {
        Ok(Contents::Result(ReadResourceResult::new([self])))
    }
}

impl IntoContents for Vec<ResourceContents> {
    fn into_contents(self) -> Result<Contents, Failure> {
        Ok(Contents::Result(ReadResourceResult::new(self)))
    }
}

impl<T: Serialize> IntoContents for Json<T> {
    fn into_contents(self) -> Result<Contents, Failure> {
        let text = JsonText::encode(&self.0).map_err(|error| Failure::Error(error.into()))?;
        Ok(Contents::TextOf(text.as_str().to_owned(), "application/json"))
    }
}

impl<T: IntoContents> IntoContents for Option<T> {
    fn into_contents(self) -> Result<Contents, Failure> {
        self.map_or(Ok(Contents::Missing), T::into_contents)
    }
}

impl<T: IntoContents, E: IntoError> IntoContents for Result<T, E> {
    fn into_contents(self) -> Result<Contents, Failure> {
        self.map_err(|error| Failure::Error(error.into_error()))?.into_contents()
    }
}
