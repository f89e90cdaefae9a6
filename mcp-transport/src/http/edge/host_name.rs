//! The host names and origins of the settings, in the form that clients send.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The ports that clients leave out: those of `http` and `https`.
const DEFAULT_PORTS: [u16; 2] = [80, 443];

/// A host that clients may call the server by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostName {
    /// The name or address, in lower case.
    name: String,
    /// The port. `None` stands for any.
    port: Option<u16>,
}

impl HostName {
    /// Reads a host of the settings. The error states the value and the fix.
    pub(crate) fn parse(value: &str) -> Result<Self, String> {
        let text = value.trim();
        let refused = |demand: &str| Err(format!("the host `{value}` must {demand}"));
        match text {
            "" => return refused("not be empty: write a name such as `mcp.example.com`"),
            "*" => return refused("be one name: to allow any host, call `.allow_any_host()`"),
            _ => {}
        }
        let authority = match text.split_once("://") {
            Some((scheme, rest)) => {
                if !["http", "https"].iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
                    return refused("be a name such as `mcp.example.com`, without a scheme");
                }
                rest.strip_suffix('/').unwrap_or(rest)
            }
            None => text,
        };
        if let Some((host, _)) = authority.split_once(['/', '?', '#']) {
            return refused(&format!("have no path: write `{host}`"));
        }
        let (name, port) = split_port(authority);
        let name = match canonical(name) {
            Ok(name) => name,
            Err(demand) => return refused(&demand),
        };
        match port {
            None | Some("" | "*") => Ok(Self { name, port: None }),
            Some(port) => match port_number(port) {
                Some(port) => Ok(Self { name, port: Some(port) }),
                None => refused(&format!("have a port from 0 to 65535, or none: write `{name}`")),
            },
        }
    }

    /// Returns `true` if a request with this `Host` is for the host.
    pub(crate) fn is(&self, host: &str) -> bool {
        let (name, port) = split_port(host);
        let port = port.filter(|port| !port.is_empty());
        name.eq_ignore_ascii_case(&self.name)
            && match (self.port, port) {
                (None, None) => true,
                (None, Some(port)) => port.bytes().all(|byte| byte.is_ascii_digit()),
                (Some(known), None) => DEFAULT_PORTS.contains(&known),
                (Some(known), Some(port)) => port_number(port) == Some(known),
            }
    }
}

/// Returns an origin of the settings as browsers send it. The error states the value and the fix.
pub(crate) fn origin(value: &str) -> Result<String, String> {
    let text = value.trim();
    let refused = |demand: &str| Err(format!("the origin `{value}` must {demand}"));
    if text.is_empty() {
        return refused("not be empty: write one such as `https://app.example.com`");
    }
    if matches!(text, "*" | "null") {
        return Ok(text.to_owned());
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return refused(&format!("have a scheme: write `https://{text}`"));
    };
    let scheme = scheme.to_ascii_lowercase();
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    if scheme.is_empty() || !scheme.bytes().all(is_scheme) {
        return refused("have a scheme such as `https`");
    }
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if let Some((host, _)) = authority.split_once(['/', '?', '#']) {
        return refused(&format!("have no path: write `{scheme}://{host}`"));
    }
    // Pages of other schemes, such as those of extensions, have origins of their own forms.
    let default_port = match &*scheme {
        "http" => 80,
        "https" => 443,
        _ => return Ok(format!("{scheme}://{authority}")),
    };
    let (name, port) = split_port(authority);
    let name = match canonical(name) {
        Ok(name) => name,
        Err(demand) => return refused(&demand),
    };
    match port {
        None | Some("") => Ok(format!("{scheme}://{name}")),
        Some("*") => refused(&format!(
            "have one port: list each, such as `{scheme}://{name}:3000`, or call `.allow_any_origin()` and check `Origin` \
             in a layer"
        )),
        Some(port) => match port_number(port) {
            Some(port) if port == default_port => Ok(format!("{scheme}://{name}")),
            Some(port) => Ok(format!("{scheme}://{name}:{port}")),
            None => refused(&format!("have a port from 0 to 65535, or none: write `{scheme}://{name}`")),
        },
    }
}

/// Returns a name or address in the form that clients send, or else the demand that it does not meet.
fn canonical(name: &str) -> Result<String, String> {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let address = name.strip_prefix('[').map(|rest| rest.strip_suffix(']').unwrap_or(""));
    let is_bare_address = name.parse::<Ipv6Addr>().is_ok();
    if let Some(address) = address.or(is_bare_address.then_some(&*name)) {
        let address: Result<Ipv6Addr, _> = address.parse();
        return match address {
            Ok(address) => Ok(format!("[{address}]")),
            Err(_) => Err("be a valid IPv6 address in brackets, such as `[::1]`".to_owned()),
        };
    }
    if name.contains('@') {
        return Err("have no user name".to_owned());
    }
    if name.contains('*') {
        return Err("have no wildcard: list each name, such as `mcp.example.com`".to_owned());
    }
    if !name.is_ascii() {
        return Err("be in the ASCII form that clients send, which starts with `xn--`".to_owned());
    }
    if name.contains([',', ' ', ';']) {
        return Err("be one name: write several as a list".to_owned());
    }
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let is_label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(is_allowed);
    if name.len() > 253 || !name.split('.').all(is_label) {
        return Err("be a name such as `mcp.example.com`".to_owned());
    }
    let last = name.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|byte| byte.is_ascii_digit()) && name.parse::<Ipv4Addr>().is_err() {
        return Err("be a name, or an IPv4 address of four numbers, such as `127.0.0.1`".to_owned());
    }
    Ok(name)
}

/// Splits a host into its name and the text of its port.
fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        // A colon within an IPv6 address.
        Some((name, port)) if port.contains(']') || (name.contains(':') && !name.ends_with(']')) => {
            (host, None)
        }
        Some((name, port)) => (name, Some(port)),
        None => (host, None),
    }
}

fn port_number(text: &str) -> Option<u16> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_as_clients_send_them() {
        for (value, allowed, others) in [
            (
                "mcp.example.com",
                &["mcp.example.com", "MCP.example.com:8443", "mcp.example.com:"][..],
                &["a.mcp.example.com"][..],
            ),
            ("MCP.Example.COM", &["mcp.example.com"], &["example.com"]),
            ("mcp.example.com.", &["mcp.example.com:443"], &["mcp.example.com."]),
            (" mcp.example.com ", &["mcp.example.com"], &[]),
            (
                "mcp.example.com:*",
                &["mcp.example.com", "mcp.example.com:1"],
                &["mcp.example.com:*", "mcp.example.com:x"],
            ),
            ("https://mcp.example.com", &["mcp.example.com", "mcp.example.com:8443"], &[]),
            ("HTTPS://mcp.example.com/", &["mcp.example.com"], &[]),
            ("mcp.example.com:443", &["mcp.example.com", "mcp.example.com:443"], &["mcp.example.com:444"]),
            ("mcp.example.com:80", &["mcp.example.com"], &["mcp.example.com:8080"]),
            ("mcp.example.com:0443", &["mcp.example.com:443"], &[]),
            ("mcp.example.com:81", &["mcp.example.com:81"], &["mcp.example.com", "mcp.example.com:80"]),
            ("::1", &["[::1]", "[::1]:8080"], &["::1"]),
            ("[::1]:8080", &["[::1]:8080"], &["[::1]", "[::1]:80"]),
            ("[0:0::0:1]", &["[::1]"], &[]),
            ("127.0.0.1", &["127.0.0.1:8080"], &["127.0.0.2"]),
            ("my_host", &["my_host"], &[]),
            ("xn--bcher-kva.example", &["xn--bcher-kva.example"], &[]),
        ] {
            let host = HostName::parse(value).expect(value);
            assert!(allowed.iter().all(|request| host.is(request)), "{value}: {host:?}");
            assert!(!others.iter().any(|request| host.is(request)), "{value}: {host:?}");
        }
    }

    #[test]
    fn hosts_that_no_client_sends_are_refused_with_the_fix() {
        for (value, fix) in [
            ("", "not be empty"),
            (" ", "not be empty"),
            ("*", "`.allow_any_host()`"),
            ("*.example.com", "list each name"),
            ("mcp.example.com/mcp", "`mcp.example.com`"),
            ("https://mcp.example.com:8443/mcp", "`mcp.example.com:8443`"),
            ("https://mcp.example.com?x", "`mcp.example.com`"),
            ("ftp://mcp.example.com", "without a scheme"),
            ("user@mcp.example.com", "no user name"),
            ("a.example,b.example", "as a list"),
            ("b\u{fc}cher.example", "`xn--`"),
            ("mcp..example.com", "`mcp.example.com`"),
            (":8080", "`mcp.example.com`"),
            ("mcp.example.com:http", "`mcp.example.com`"),
            ("mcp.example.com:99999", "0 to 65535"),
            ("127.1", "four numbers"),
            ("[::1", "`[::1]`"),
            ("[fe80::1%25eth0]", "`[::1]`"),
            ("mcp%2Eexample.com", "`mcp.example.com`"),
        ] {
            let reason = HostName::parse(value).expect_err(value);
            assert!(reason.contains(&format!("`{value}`")) && reason.contains(fix), "{value}: {reason}");
        }
    }

    #[test]
    fn origins_are_read_as_browsers_send_them() {
        for (value, expected) in [
            ("https://app.example.com", "https://app.example.com"),
            ("HTTPS://App.Example.com/", "https://app.example.com"),
            (" https://app.example.com ", "https://app.example.com"),
            ("https://app.example.com:443", "https://app.example.com"),
            ("http://app.example.com:80/", "http://app.example.com"),
            ("http://app.example.com:443", "http://app.example.com:443"),
            ("https://app.example.com:", "https://app.example.com"),
            ("https://app.example.com.", "https://app.example.com"),
            ("http://localhost:03000", "http://localhost:3000"),
            ("http://[0::1]:3000", "http://[::1]:3000"),
            ("chrome-extension://abcdef", "chrome-extension://abcdef"),
            ("null", "null"),
            ("*", "*"),
        ] {
            assert_eq!(origin(value).as_deref(), Ok(expected), "{value}");
        }
    }

    #[test]
    fn origins_that_no_browser_sends_are_refused_with_the_fix() {
        for (value, fix) in [
            ("", "not be empty"),
            ("app.example.com", "`https://app.example.com`"),
            ("localhost:3000", "`https://localhost:3000`"),
            ("https://app.example.com/app", "`https://app.example.com`"),
            ("https://app.example.com?x", "`https://app.example.com`"),
            ("https://*.example.com", "no wildcard"),
            ("http://localhost:*", "`http://localhost:3000`"),
            ("https://user@app.example.com", "no user name"),
            ("https://b\u{fc}cher.example", "`xn--`"),
            ("https://", "`mcp.example.com`"),
            ("https://app.example.com:99999", "`https://app.example.com`"),
            ("https://app.example.com, https://b.example", "no path"),
            ("://app.example.com", "scheme"),
        ] {
            let reason = origin(value).expect_err(value);
            assert!(reason.contains(&format!("`{value}`")) && reason.contains(fix), "{value}: {reason}");
        }
    }
}
