//! The parts of a URI.

/// The parts of a URI whose percent-encoding is normal.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    scheme: &'a str,
    authority: Option<Authority<'a>>,
    path: &'a str,
    /// The query and the fragment, with the characters before them.
    rest: &'a str,
}

#[derive(Clone, Copy)]
struct Authority<'a> {
    /// The user information, with the `@` after it.
    user: &'a str,
    host: &'a str,
    /// The port, with the `:` before it.
    port: &'a str,
}

/// The schemes whose default port is left out, and whose empty path is `/`.
const DEFAULT_PORTS: [(&str, &str); 5] =
    [("http", ":80"), ("https", ":443"), ("ws", ":80"), ("wss", ":443"), ("ftp", ":21")];

impl<'a> Parts<'a> {
    /// Splits a URI. Returns `None` for a text without a scheme.
    pub(super) fn of(uri: &'a str) -> Option<Self> {
        let (scheme, rest) = uri.split_once(':')?;
        let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        if !scheme.starts_with(|first: char| first.is_ascii_alphabetic()) || !scheme.bytes().all(is_scheme) {
            return None;
        }
        let (hierarchy, rest) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
        let Some(after) = hierarchy.strip_prefix("//") else {
            return Some(Self { scheme, authority: None, path: hierarchy, rest });
        };
        let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
        Some(Self { scheme, authority: Some(Authority::of(authority)), path, rest })
    }

    /// Returns `true` if [`normal`](Self::normal) would change nothing.
    pub(super) fn is_normal(self) -> bool {
        let is_lower = |text: &str| !text.bytes().any(|byte| byte.is_ascii_uppercase());
        let is_host_normal = |authority: Authority<'_>| {
            // Upper case occurs in percent-encoded octets, too: these are rare.
            is_lower(authority.host) && authority.port.is_empty() && authority.host != "localhost"
        };
        is_lower(self.scheme)
            && self.authority.is_none_or(is_host_normal)
            && !self.path.contains("/.")
            && !self.path.is_empty()
    }

    /// Returns the normal form.
    pub(super) fn normal(self) -> String {
        let scheme = self.scheme.to_ascii_lowercase();
        let host = self.authority.map(|authority| lower_case(authority.host)).unwrap_or_default();
        let authority = self.authority.map(|authority| Authority { host: &host, ..authority });
        let path = self.removed_dot_segments().map_or_else(|| self.path.to_owned(), |(path, _)| path);
        let parts = Parts { scheme: &scheme, authority, path: &path, rest: self.rest };
        parts.with_scheme_defaults().unwrap_or_else(|| parts.join())
    }

    /// Returns the URI without the path segments `.` and `..`. `None` if it has none, or if it leads out of the root.
    pub(super) fn without_dot_segments(self) -> Option<String> {
        let (path, leads_out) = self.removed_dot_segments()?;
        (!leads_out && path != self.path).then(|| Parts { path: &path, ..self }.join())
    }

    /// Returns the path without the segments `.` and `..`, and `true` if it leads out of the root. `None` if the path does not
    /// begin with `/`: then it is not one of a hierarchy.
    fn removed_dot_segments(self) -> Option<(String, bool)> {
        let (mut retained, mut leads_out) = (Vec::new(), false);
        let mut segments = self.path.strip_prefix('/')?.split('/').peekable();
        while let Some(segment) = segments.next() {
            match segment {
                "." => {}
                ".." => leads_out |= retained.pop().is_none(),
                _ => {
                    retained.push(segment);
                    continue;
                }
            }
            if segments.peek().is_none() {
                retained.push("");
            }
        }
        let path = format!("/{}", retained.join("/"));
        // Without an authority, such a path would be read as one.
        (self.authority.is_some() || !path.starts_with("//")).then_some((path, leads_out))
    }

    /// Returns the URI without a port that its scheme implies, and with the path that it implies. `None` if nothing changes.
    pub(super) fn with_scheme_defaults(self) -> Option<String> {
        let Authority { user, host, port } = self.authority?;
        let default = DEFAULT_PORTS.iter().find(|(scheme, _)| scheme.eq_ignore_ascii_case(self.scheme));
        let is_implied = port == ":" || default.is_some_and(|(_, default)| *default == port);
        let port = if is_implied { "" } else { port };
        let is_local = self.scheme.eq_ignore_ascii_case("file") && host.eq_ignore_ascii_case("localhost");
        let host = if is_local { "" } else { host };
        let path = if default.is_some() && self.path.is_empty() { "/" } else { self.path };
        let authority = Some(Authority { user, host, port });
        let changes = is_implied || is_local || path != self.path;
        changes.then(|| Parts { authority, path, ..self }.join())
    }

    fn join(self) -> String {
        let Self { scheme, authority, path, rest } = self;
        match authority {
            Some(Authority { user, host, port }) => format!("{scheme}://{user}{host}{port}{path}{rest}"),
            None => format!("{scheme}:{path}{rest}"),
        }
    }
}

impl<'a> Authority<'a> {
    fn of(authority: &'a str) -> Self {
        let (user, host) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
        let is_port = |colon: &usize| host[colon + 1..].bytes().all(|byte| byte.is_ascii_digit());
        let (host, port) = host.split_at(host.rfind(':').filter(is_port).unwrap_or(host.len()));
        Self { user, host, port }
    }
}

/// Returns a host in lower case, except its percent-encoded octets.
fn lower_case(host: &str) -> String {
    let mut digits = 0;
    let lower = |character: char| {
        if digits > 0 {
            digits -= 1;
            return character;
        }
        digits = if character == '%' { 2 } else { 0 };
        character.to_ascii_lowercase()
    };
    host.chars().map(lower).collect()
}
