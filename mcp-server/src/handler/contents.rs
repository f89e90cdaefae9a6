//! What a resource holds.

use std::time::Duration;

use mcpwright_core::{CacheScope, Caching, JsonText, ReadResourceResult, ResourceContents};
use serde::Serialize;

use crate::handler::error::{Failure, IntoError};
use crate::handler::into_result::Json;

/// What a resource holds, before it is known under which URI it was asked for.
#[derive(Debug)]
#[non_exhaustive]
pub enum Contents {
    /// There is no such resource.
    Missing,
    /// Text.
    Text(String),
    /// Text of this MIME type, whatever the definition says.
    TextOf(String, &'static str),
    /// Bytes.
    Blob(Vec<u8>),
    /// Contents with URIs and types of their own.
    Result(ReadResourceResult),
    /// Contents that may be cached differently from what the definition says.
    Cached(Box<Contents>, Caching),
}

impl Contents {
    /// Contents that may be cached for this time.
    #[must_use]
    pub fn cache(self, time: Duration, scope: CacheScope) -> Self {
        Self::Cached(Box::new(self), caching(time, scope))
    }

    /// The result of reading a URI whose definition has a MIME type; nothing if there is no such resource.
    pub(crate) fn result(
        self,
        uri: &str,
        mime_type: Option<&str>,
    ) -> Option<(ReadResourceResult, Option<Caching>)> {
        let one = |contents: ResourceContents, mime_type: Option<&str>| {
            let contents = match mime_type {
                Some(mime_type) => contents.mime_type(mime_type),
                None => contents,
            };
            Some((ReadResourceResult::new([contents]), None))
        };
        match self {
            Self::Missing => None,
            Self::Text(text) => one(ResourceContents::text(uri, text), mime_type),
            Self::TextOf(text, mime_type) => one(ResourceContents::text(uri, text), Some(mime_type)),
            Self::Blob(bytes) => one(ResourceContents::blob(uri, bytes), mime_type),
            Self::Result(result) => Some((result, None)),
            Self::Cached(contents, caching) => {
                let (result, _) = contents.result(uri, mime_type)?;
                Some((result, Some(caching)))
            }
        }
    }
}

/// How long, and between whom, something may be cached.
pub(crate) fn caching(time: Duration, scope: CacheScope) -> Caching {
    Caching::new(u64::try_from(time.as_millis()).unwrap_or(u64::MAX), scope)
}

/// What a resource may return: text, bytes, [`Json`], contents, an `Option` or a `Result` of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the contents of a resource",
    label = "a resource cannot return this",
    note = "return text, `Vec<u8>`, `Json<T>`, `Contents`, or an `Option` or a `Result` of these; `None` means that there \
            is no such resource; the error of a `Result` is anything that converts into `Box<dyn Error + Send + Sync>`"
)]
pub trait IntoContents {
    /// The contents.
    ///
    /// # Errors
    ///
    /// Reading failed.
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
        let text = JsonText::of(&self.0).map_err(|error| Failure::Error(error.into()))?;
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
