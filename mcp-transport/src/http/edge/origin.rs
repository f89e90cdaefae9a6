//! Checks of `Host` and `Origin`, and CORS.
//!
//! A page of another site can make a browser send requests to a server on the same machine (DNS rebinding). These two headers
//! reveal it. See [security](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#security-&-endpoint).

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, VARY,
};
use http::{HeaderMap, HeaderValue, Method};

use crate::http::edge::head::{Field, Head};
use crate::http::edge::host_name;
use crate::http::edge::host_name::HostName;

/// The allowed hosts and origins.
#[derive(Clone, Debug, Default)]
pub(crate) struct OriginCheck {
    hosts: Hosts,
    /// The origins whose pages may send requests from a browser.
    origins: Vec<String>,
    any_origin: bool,
    /// Another layer checks origins.
    is_checked_elsewhere: bool,
    /// The first host or origin of the settings that no client would send.
    error: Option<String>,
}

/// The host names of the server.
#[derive(Clone, Debug, Default)]
enum Hosts {
    /// The loopback names.
    #[default]
    Loopback,
    /// These names.
    Named(Vec<HostName>),
    /// Any name: another mechanism protects the server from pages of other sites.
    Any,
}

/// The rejection of a request, with the reason for the client and the log.
pub(crate) struct Rejected(pub(crate) String);

impl OriginCheck {
    /// Allows these host names.
    pub(crate) fn allow_hosts(&mut self, names: impl IntoIterator<Item = String>) {
        if !matches!(self.hosts, Hosts::Named(_)) {
            self.hosts = Hosts::Named(Vec::new());
        }
        for name in names {
            let name = self.accept(HostName::parse(&name));
            if let Hosts::Named(known) = &mut self.hosts {
                known.extend(name);
            }
        }
    }

    pub(crate) fn allow_any_host(&mut self) {
        self.hosts = Hosts::Any;
    }

    pub(crate) fn allow_any_origin(&mut self) {
        self.is_checked_elsewhere = true;
    }

    /// Allows pages of these origins; `*` allows all.
    pub(crate) fn allow_origins(&mut self, origins: impl IntoIterator<Item = String>) {
        for origin in origins {
            let origin = self.accept(host_name::origin(&origin));
            self.any_origin |= origin.as_deref() == Some("*");
            self.origins.extend(origin);
        }
    }

    /// Returns a value of the settings, or keeps its error for the start of the server.
    pub(crate) fn accept<T>(&mut self, value: Result<T, String>) -> Option<T> {
        value.map_err(|reason| self.error.get_or_insert(reason).clone()).ok()
    }

    /// Returns the error of the first host or origin that no client would send.
    pub(crate) fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Returns `true` if only the loopback names are allowed.
    pub(crate) fn is_loopback(&self) -> bool {
        matches!(self.hosts, Hosts::Loopback)
    }

    /// Checks a request. Returns the origin for the CORS headers of the answer.
    pub(crate) fn check<'a>(&self, head: &Head<'a>) -> Result<Option<&'a HeaderValue>, Rejected> {
        let host = host(head)?;
        let origin = self.check_origin(host, head.origin)?;
        self.check_host(host)?;
        Ok(origin)
    }

    fn check_origin<'a>(&self, host: &str, field: Field<'a>) -> Result<Option<&'a HeaderValue>, Rejected> {
        let Some(value) = field.first().filter(|_| !self.is_checked_elsewhere) else { return Ok(None) };
        let origin = value.to_str().unwrap_or_default();
        let is_single = matches!(field, Field::Once(_));
        if is_single && (self.any_origin || self.origins.iter().any(|known| known == origin)) {
            return Ok(Some(value));
        }
        let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        if is_single && authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host)) {
            return Ok(None);
        }
        let shown = shown(value.as_bytes());
        Err(Rejected(format!("`Origin` must be this server or an origin that `cors` lists, and is {shown}")))
    }

    fn check_host(&self, host: &str) -> Result<(), Rejected> {
        let is_allowed = match &self.hosts {
            Hosts::Any => true,
            Hosts::Loopback => is_loopback(without_port(host)),
            Hosts::Named(names) => names.iter().any(|known| known.is(host)),
        };
        if is_allowed {
            return Ok(());
        }
        let shown = shown(host.as_bytes());
        Err(Rejected(format!(
            "`Host` must be a host name of this server, and is {shown}: add it with `allowed_hosts` or `public_url`"
        )))
    }

    /// Adds the CORS headers for an answer that a page of this origin may read.
    pub(crate) fn expose(&self, origin: &HeaderValue, headers: &mut HeaderMap) {
        const EXPOSED: HeaderValue =
            HeaderValue::from_static("Mcp-Session-Id, MCP-Protocol-Version, WWW-Authenticate, Retry-After");
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        headers.append(VARY, HeaderValue::from_static("Origin"));
    }

    /// Adds the CORS headers for a preflight request. Returns `false` for any other request.
    pub(crate) fn preflight(&self, method: &Method, request: &HeaderMap, headers: &mut HeaderMap) -> bool {
        if method != Method::OPTIONS || !request.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
            return false;
        }
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST, GET, DELETE"));
        // Arguments are repeated in headers of any name, so a fixed list would not suffice.
        if let Some(names) = request.get(ACCESS_CONTROL_REQUEST_HEADERS) {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
        }
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        headers.append(VARY, HeaderValue::from_static("Access-Control-Request-Headers"));
        true
    }
}

/// Returns the host of a request, with its port.
fn host<'a>(head: &Head<'a>) -> Result<&'a str, Rejected> {
    match (head.host, head.parts.uri.authority()) {
        // HTTP/2 has it in the request target, and may have the header as well.
        (Field::Once(value), Some(authority))
            if !value.as_bytes().eq_ignore_ascii_case(authority.as_str().as_bytes()) =>
        {
            Err(Rejected("the host of a request must not be ambiguous".to_owned()))
        }
        (Field::Absent | Field::Once(_), Some(authority)) => Ok(authority.as_str()),
        (Field::Once(value), None) => {
            value.to_str().map_err(|_| Rejected("the header Host is not readable".to_owned()))
        }
        (Field::Absent, None) => Err(Rejected("the header Host is missing".to_owned())),
        (Field::Repeated(_), _) => Err(Rejected("the header Host must not be repeated".to_owned())),
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

fn is_loopback(name: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Returns an untrusted value, shortened and escaped for answers and logs.
pub(crate) fn shown(value: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(value).chars().take(100).collect();
    format!("\"{}\"", text.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_allowed(origins: &OriginCheck, host: &str, origin: &[&str]) -> bool {
        let request = http::Request::post("/mcp").header("host", host);
        let request = origin.iter().fold(request, |request, origin| request.header("origin", *origin));
        let (parts, ()) = request.body(()).expect("it is a request").into_parts();
        origins.check(&Head::of(&parts)).is_ok()
    }

    #[test]
    fn only_loopback_hosts_are_allowed_by_default() {
        let origins = OriginCheck::default();
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]", "[::1]:8080"] {
            assert!(is_allowed(&origins, host, &[]), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:80",
            "127.0.0.2",
            "::1",
            "",
            ":80",
            "localhost:80:80",
            "localhost@evil.example",
            "[::1]x",
            "0.0.0.0",
        ] {
            assert!(!is_allowed(&origins, host, &[]), "{host}");
        }
    }

    #[test]
    fn other_origins_are_rejected() {
        let origins = OriginCheck::default();
        assert!(is_allowed(&origins, "localhost:8080", &["http://localhost:8080"]));
        for origin in [
            "https://evil.example",
            "null",
            "http://localhost:8081",
            "http://localhost",
            "HTTP://localhost:8080",
            "http://user@localhost:8080",
            "http://localhost:8080/",
            "http://127.0.0.1:8080",
            "file://",
            "",
            "http://localhost:8080.evil.example",
        ] {
            assert!(!is_allowed(&origins, "localhost:8080", &[origin]), "{origin}");
        }
        assert!(!is_allowed(&origins, "localhost:8080", &["http://localhost:8080", "http://localhost:8080"]));
    }

    #[test]
    fn host_names_and_origins_are_added() {
        let mut origins = OriginCheck::default();
        origins.allow_hosts(["mcp.example.com".to_owned(), "other.example:81".to_owned()]);
        origins.allow_origins(["https://app.example.com".to_owned()]);
        assert!(is_allowed(&origins, "MCP.example.com:443", &["https://app.example.com"]));
        assert!(
            is_allowed(&origins, "other.example:81", &[]) && !is_allowed(&origins, "other.example:82", &[])
        );
        assert!(
            !is_allowed(&origins, "localhost", &[])
                && !is_allowed(&origins, "mcp.example.com.evil.example", &[])
        );
        assert!(!is_allowed(&origins, "mcp.example.com", &["https://app.example.com.evil.example"]));
        origins.allow_any_host();
        assert!(
            is_allowed(&origins, "anything", &[])
                && !is_allowed(&origins, "anything", &["https://evil.example"])
        );
    }
}
