//! Names of HTTP headers that repeat arguments.

use syn::LitStr;

use crate::errors::Errors;

/// The header names of one method, in lower case.
#[derive(Default)]
pub(crate) struct HeaderNames(Vec<String>);

impl HeaderNames {
    /// Adds a name, and reports it if it is invalid or occurs twice: clients ignore a tool with such a header. See
    /// [custom
    /// headers](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#custom-headers).
    pub(crate) fn add(&mut self, header: &LitStr, errors: &mut Errors) {
        let name = header.value().to_ascii_lowercase();
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_allowed) {
            errors.report(
                header,
                "`header` must be the name of an HTTP header: use letters, digits, `-` and `_`",
            );
        } else if self.0.contains(&name) {
            errors.report(
                header,
                "two arguments have the same header, whose name is case-insensitive: give one of them another header",
            );
        }
        self.0.push(name);
    }
}
