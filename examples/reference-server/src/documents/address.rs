//! Addresses of documents: `doc://policies/returns.md?version=3`.

use std::fmt;
use std::str::FromStr;

/// A document, and one of its versions if it says so.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Address {
    /// The path, whose first segment is the collection.
    pub path: String,
    /// The version; none means the latest.
    pub version: Option<u32>,
}

/// Why a text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no address of a document: {reason}. An address looks like doc://policies/returns.md?version=3"
)]
pub struct AddressError {
    text: String,
    reason: &'static str,
}

impl Address {
    /// The latest version of a document.
    pub fn latest(path: impl Into<String>) -> Self {
        Self { path: path.into(), version: None }
    }

    /// The same document in this version.
    pub fn at(&self, version: u32) -> Self {
        Self { path: self.path.clone(), version: Some(version) }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    /// Reads an address, with or without `doc://`.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        parse(text).map_err(|reason| AddressError { text: text.chars().take(200).collect(), reason })
    }
}

impl fmt::Display for Address {
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

fn parse(text: &str) -> Result<Address, &'static str> {
    let rest = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("doc") => rest,
        Some(_) => return Err("it has another scheme than doc"),
        None => text,
    };
    if rest.contains('#') {
        return Err("it has a fragment; name the section by itself");
    }
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    // Each segment is decoded once and then checked: what is encoded twice stays encoded.
    let segments = path.split('/').map(segment).collect::<Result<Vec<_>, _>>()?;
    if segments.len() < 2 {
        return Err("it has no collection and path");
    }
    let version = query.map(version).transpose()?;
    Ok(Address { path: segments.join("/"), version })
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
                    _ => return Err("it has a percent sign without two hexadecimal digits"),
                }
            }
            other => other,
        });
    }
    let segment = String::from_utf8(bytes).map_err(|_| "it is no UTF-8")?;
    if segment.is_empty() || segment == "." || segment == ".." {
        return Err("it has an empty segment or one of dots");
    }
    if segment.chars().any(|character| character.is_control() || matches!(character, '/' | '\\')) {
        return Err("it has a character that paths cannot have");
    }
    Ok(segment)
}

fn version(query: &str) -> Result<u32, &'static str> {
    let number = query.strip_prefix("version=").ok_or("the only parameter is version")?;
    match number.parse() {
        Ok(version) if version > 0 && !number.starts_with('+') => Ok(version),
        _ => Err("the version is a number from 1"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Address;

    #[test]
    fn addresses_are_read() {
        let address: Address = "doc://policies/a/b%20c.md?version=3".parse().unwrap();
        assert_eq!((address.path.as_str(), address.version), ("policies/a/b c.md", Some(3)));
        assert_eq!("policies/x.md".parse(), Ok(Address::latest("policies/x.md")));
        assert_eq!(Address::latest("p/Größe.md").to_string(), "doc://p/Gr%C3%B6%C3%9Fe.md");
    }

    #[test]
    fn others_are_refused() {
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
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            segments in prop::collection::vec("[^/\\\\\\p{Cc}]{1,8}", 2..5),
            version in prop::option::of(1..u32::MAX),
        ) {
            prop_assume!(segments.iter().all(|segment| segment != "." && segment != ".."));
            let address = Address { path: segments.join("/"), version };
            prop_assert_eq!(address.to_string().parse(), Ok(address));
        }
    }
}
