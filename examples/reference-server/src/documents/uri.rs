//! URIs of documents, such as `doc://policies/returns.md?version=3`.

use std::fmt;
use std::str::FromStr;

/// The URI of a document, or of one version of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DocumentUri {
    /// The document's path, whose first segment is the collection.
    pub path: String,
    /// The version, or `None` for the latest one.
    pub version: Option<u32>,
}

/// Error of parsing a [`DocumentUri`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not the URI of a document: {reason}. Example: doc://policies/returns.md?version=3")]
pub struct DocumentUriError {
    text: String,
    reason: &'static str,
}

impl DocumentUri {
    /// Returns the URI of the latest version of a document.
    pub fn latest(path: impl Into<String>) -> Self {
        Self { path: path.into(), version: None }
    }

    /// Returns the URI of a version of the same document.
    pub fn with_version(&self, version: u32) -> Self {
        Self { path: self.path.clone(), version: Some(version) }
    }
}

impl FromStr for DocumentUri {
    type Err = DocumentUriError;

    /// Parses a URI, with or without `doc://`.
    fn from_str(text: &str) -> Result<Self, DocumentUriError> {
        parse(text).map_err(|reason| DocumentUriError { text: text.chars().take(200).collect(), reason })
    }
}

impl fmt::Display for DocumentUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("doc://")?;
        for byte in self.path.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                    write!(f, "{}", char::from(byte))?;
                }
                _ => write!(f, "%{byte:02X}")?,
            }
        }
        match self.version {
            Some(version) => write!(f, "?version={version}"),
            None => Ok(()),
        }
    }
}

fn parse(text: &str) -> Result<DocumentUri, &'static str> {
    let rest = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("doc") => rest,
        Some(_) => return Err("the scheme must be doc"),
        None => text,
    };
    if rest.contains('#') {
        return Err("it must not have a fragment; pass the section as a separate argument");
    }
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    // Each segment is decoded once and then checked, so that a doubly encoded segment stays encoded.
    let segments = path.split('/').map(segment).collect::<Result<Vec<_>, _>>()?;
    if segments.len() < 2 {
        return Err("it must have a collection and a path");
    }
    let version = query.map(version).transpose()?;
    Ok(DocumentUri { path: segments.join("/"), version })
}

fn segment(encoded: &str) -> Result<String, &'static str> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
                match (digit(), digit()) {
                    (Some(high), Some(low)) => (high << 4 | low) as u8,
                    _ => return Err("each percent sign must be followed by two hexadecimal digits"),
                }
            }
            other => other,
        });
    }
    let segment = String::from_utf8(bytes).map_err(|_| "it must be UTF-8")?;
    if segment.is_empty() || segment == "." || segment == ".." {
        return Err("segments must not be empty, `.` or `..`");
    }
    if segment.chars().any(|character| character.is_control() || matches!(character, '/' | '\\')) {
        return Err("it must not contain control characters or encoded slashes");
    }
    Ok(segment)
}

fn version(query: &str) -> Result<u32, &'static str> {
    let number = query.strip_prefix("version=").ok_or("the only query parameter is version")?;
    match number.parse() {
        Ok(version) if version > 0 && !number.starts_with('+') => Ok(version),
        _ => Err("the version must be a positive integer"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::DocumentUri;

    #[test]
    fn uris_are_parsed() {
        let uri: DocumentUri = "doc://policies/a/b%20c.md?version=3".parse().unwrap();
        assert_eq!((uri.path.as_str(), uri.version), ("policies/a/b c.md", Some(3)));
        assert_eq!("policies/x.md".parse(), Ok(DocumentUri::latest("policies/x.md")));
        assert_eq!(DocumentUri::latest("p/Größe.md").to_string(), "doc://p/Gr%C3%B6%C3%9Fe.md");
    }

    #[test]
    fn invalid_uris_are_rejected() {
        for wrong in [
            "",
            "doc://",
            "doc://policies",
            "doc://policies/",
            "doc:///x.md",
            "doc://policies/../x.md",
            "doc://policies/%2e%2e/x.md",
            "doc://policies/a%2Fb.md",
            "doc://policies/a%5Cb.md",
            "doc://policies/%00.md",
            "doc://policies/%zz.md",
            "doc://policies/%ff.md",
            "doc://policies/x.md?version=0",
            "doc://policies/x.md?version=-1",
            "doc://policies/x.md?version=+1",
            "doc://policies/x.md?version=1&x=2",
            "doc://policies/x.md?v=1",
            "doc://policies/x.md#top",
            "file:///etc/passwd",
            "doc://policies/a\nb.md",
        ] {
            assert!(wrong.parse::<DocumentUri>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn display_and_parse_round_trip(
            segments in prop::collection::vec("[^/\\\\\\p{Cc}]{1,8}", 2..5),
            version in prop::option::of(1..u32::MAX),
        ) {
            prop_assume!(segments.iter().all(|segment| segment != "." && segment != ".."));
            let uri = DocumentUri { path: segments.join("/"), version };
            prop_assert_eq!(uri.to_string().parse(), Ok(uri));
        }
    }
}
