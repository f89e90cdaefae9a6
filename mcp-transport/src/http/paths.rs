//! Paths of endpoints.

use http::request::Parts;

/// Returns a path of the settings as it is compared: without a `/` at its end.
///
/// # Panics
///
/// Panics if the path does not start with `/`.
#[track_caller]
pub(crate) fn setting(path: &str, example: &str) -> String {
    assert!(path.starts_with('/'), "a path must start with `/`: `{example}`, for example");
    without_slash(path).to_owned()
}

/// Returns the path of a request as it is compared with those of endpoints.
pub(crate) fn requested(parts: &Parts) -> &str {
    without_slash(parts.uri.path())
}

/// Removes one `/` from the end, unless it is the whole path.
fn without_slash(path: &str) -> &str {
    path.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(path)
}
