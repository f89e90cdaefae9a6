//! The head of a request.

use http::header::HeaderMap;
use http::request::Parts;
use http::{HeaderName, HeaderValue};

pub(crate) const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");

pub(crate) const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");

pub(crate) const METHOD: HeaderName = HeaderName::from_static("mcp-method");

pub(crate) const NAME: HeaderName = HeaderName::from_static("mcp-name");

/// The head of a request, with the fields that the transport reads. They are found in one pass: each look-up takes about as
/// long as that.
pub(crate) struct Head<'a> {
    pub(crate) parts: &'a Parts,
    /// The approximate size, in bytes.
    pub(crate) size: usize,
    pub(crate) host: Field<'a>,
    pub(crate) origin: Field<'a>,
    pub(crate) content_type: Field<'a>,
    pub(crate) content_encoding: Field<'a>,
    pub(crate) accept: Field<'a>,
    pub(crate) session: Field<'a>,
    pub(crate) version: Field<'a>,
    pub(crate) method: Field<'a>,
    pub(crate) name: Field<'a>,
    pub(crate) last_event: Field<'a>,
}

impl<'a> Head<'a> {
    pub(crate) fn of(parts: &'a Parts) -> Self {
        /// The bytes of `: ` and of the line end.
        const SEPARATOR_BYTES: usize = 4;
        let size = parts.uri.path_and_query().map_or(0, |path| path.as_str().len());
        let [host, origin, content_type, content_encoding, accept] = [Field::Absent; 5];
        let [session, version, method, name, last_event] = [Field::Absent; 5];
        let mut head = Self {
            parts,
            size,
            host,
            origin,
            content_type,
            content_encoding,
            accept,
            session,
            version,
            method,
            name,
            last_event,
        };
        for (name, value) in &parts.headers {
            head.size += name.as_str().len() + value.len() + SEPARATOR_BYTES;
            if let Some(field) = head.field(name.as_str()) {
                field.add(value);
            }
        }
        head
    }

    fn field(&mut self, name: &str) -> Option<&mut Field<'a>> {
        Some(match name {
            "host" => &mut self.host,
            "origin" => &mut self.origin,
            "content-type" => &mut self.content_type,
            "content-encoding" => &mut self.content_encoding,
            "accept" => &mut self.accept,
            "mcp-session-id" => &mut self.session,
            "mcp-protocol-version" => &mut self.version,
            "mcp-method" => &mut self.method,
            "mcp-name" => &mut self.name,
            "last-event-id" => &mut self.last_event,
            _ => return None,
        })
    }
}

/// A header field. Most may occur once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Field<'a> {
    Absent,
    Once(&'a HeaderValue),
    /// It occurs more than once; this is the first value.
    Repeated(&'a HeaderValue),
}

impl<'a> Field<'a> {
    /// Returns the field of a name.
    pub(crate) fn of(headers: &'a HeaderMap, name: &HeaderName) -> Self {
        let mut field = Self::Absent;
        headers.get_all(name).iter().for_each(|value| field.add(value));
        field
    }

    fn add(&mut self, value: &'a HeaderValue) {
        *self = match *self {
            Self::Absent => Self::Once(value),
            Self::Once(first) | Self::Repeated(first) => Self::Repeated(first),
        };
    }

    /// Returns the first value.
    pub(crate) fn first(self) -> Option<&'a HeaderValue> {
        match self {
            Self::Absent => None,
            Self::Once(value) | Self::Repeated(value) => Some(value),
        }
    }

    pub(crate) fn is_present(self) -> bool {
        !matches!(self, Self::Absent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_single_and_repeated_fields_are_distinguished() {
        let request = http::Request::get("/mcp")
            .header("Host", "localhost")
            .header("ACCEPT", "text/html")
            .header("accept", "*/*")
            .header("Accept", "text/*")
            .header("other", "else");
        let (parts, ()) = request.body(()).expect("it is a request").into_parts();
        let head = Head::of(&parts);
        assert!(matches!(head.host, Field::Once(value) if value == "localhost"));
        assert!(matches!(head.accept, Field::Repeated(first) if first == "text/html"));
        assert!(!head.origin.is_present() && head.session.first().is_none());
        assert!(matches!(Field::of(&parts.headers, &http::header::ACCEPT), Field::Repeated(_)));
        assert_eq!(
            head.size,
            "/mcp".len() + "hostlocalhostaccepttext/htmlaccept*/*accepttext/*otherelse".len() + 5 * 4
        );
    }
}
