//! Equivalent spellings of URIs.
//!
//! Clients rewrite the URIs that a server lists: the parser of a URL library turns `Config://App` into `config://App`, and
//! encodes characters that are not ASCII. [`normalize`] makes all spellings of a URI that [RFC 3986] calls equivalent
//! (sections 6.2.2 and 6.2.3) the same text, so that URIs can be compared.
//!
//! [RFC 3986]: https://www.rfc-editor.org/rfc/rfc3986#section-6.2

mod parts;
pub(crate) mod percent;

use std::borrow::Cow;

use parts::Parts;

// The public interface is:
pub use percent::normalize_percent_encoding;

/// Maximum length of a URI that is normalized, in bytes. A longer one is no URI of a server.
const MAX_URI_LEN: usize = 8 * 1024;

/// Returns the normal form of a URI: two URIs are equivalent if they have the same.
///
/// - The scheme and the host are in lower case, as far as they are ASCII.
/// - Percent-encoded octets are in upper case, and decoded if they are unreserved characters. Characters that a URI must not
///   contain, such as those that are not ASCII, are percent-encoded.
/// - Path segments `.` and `..` are removed from a path that begins with `/`.
/// - A port is removed if it is empty or the default of `http`, `https`, `ws`, `wss` or `ftp`, and the empty path of these
///   schemes is `/`. The host of `file://localhost/` is removed.
///
/// A text without a scheme, and one that is longer than 8 KiB, is returned as it is. If a `%` is not followed by two
/// hexadecimal digits, the percent-encoding of the whole text is left as it is.
///
/// ```
/// use mcpwright_core::uri::normalize;
///
/// assert_eq!(normalize("Config://App"), "config://app");
/// assert_eq!(normalize("note:///caf\u{e9}"), normalize("note:///caf%c3%a9"));
/// assert_eq!(normalize("HTTPS://a.example:443/x/../%7Eada"), "https://a.example/~ada");
/// // Nothing changes, and nothing is copied.
/// assert!(matches!(normalize("file:///notes.md"), std::borrow::Cow::Borrowed(_)));
/// ```
pub fn normalize(uri: &str) -> Cow<'_, str> {
    if uri.len() > MAX_URI_LEN {
        return Cow::Borrowed(uri);
    }
    let encoded = normalize_percent_encoding(uri);
    let Some(parts) = Parts::of(&encoded) else { return Cow::Borrowed(uri) };
    if !parts.is_normal() {
        return Cow::Owned(parts.normal());
    }
    encoded
}

/// Returns a URI without the path segments `.` and `..`. `None` if it has none, if its path does not begin with `/`, or if it
/// leads out of the root.
pub fn without_dot_segments(uri: &str) -> Option<String> {
    if uri.len() > MAX_URI_LEN {
        return None;
    }
    let encoded = normalize_percent_encoding(uri);
    Parts::of(&encoded)?.without_dot_segments()
}

/// Returns a URI without a port that its scheme implies, and with the path that it implies. `None` if nothing changes.
pub(crate) fn with_scheme_defaults(uri: &str) -> Option<String> {
    Parts::of(uri)?.with_scheme_defaults()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EQUIVALENT: &[&[&str]] = &[
        &["Config://App", "config://App", "CONFIG://APP", "config://app"],
        &["note:///caf\u{e9}", "note:///caf%C3%A9", "note:///caf%c3%a9", "NOTE:///%63af%C3%A9"],
        &["note://\u{fc}ser/x", "note://%C3%BCser/x", "note://%c3%bcSER/x"],
        &["a://b/~c/-._", "a://b/%7Ec/%2D%2E%5F", "a://b/%7ec/-._"],
        &["a://b/c d", "a://b/c%20d"],
        &["a://b/{c}", "a://b/%7Bc%7D", "a://b/%7bc%7d"],
        &[
            "file:///a/b",
            "file:///a/./b",
            "file:///x/../a/b",
            "file:///../a/b",
            "file:///a/x/%2e%2E/b",
            "file://localhost/a/b",
        ],
        &["a:/b/", "a:/b/.", "a:/b/c/.."],
        &["http://h", "http://h/", "HTTP://H:80", "http://h:/", "http://h:80/", "http://h/."],
        &["https://h/?q", "https://h:443?q"],
        &["http://h/?q#f", "http://h:80?q#f"],
        &["https://h:80/", "https://H:80"],
        &["a://user@h:1", "A://user@H:1"],
        &["a://[::AB]:1/", "a://[::ab]:1/"],
        &["a://h:/x", "a://h/x"],
    ];

    #[test]
    fn equivalent_uris_have_one_normal_form() {
        let mut forms = std::collections::BTreeSet::new();
        for uris in EQUIVALENT {
            let form = normalize(uris[0]);
            assert!(uris.iter().all(|uri| normalize(uri) == form), "{uris:?}: {form}");
            assert!(forms.insert(form.clone()), "{form}");
            assert_eq!(normalize(&form), form);
        }
    }

    #[test]
    fn different_uris_stay_different() {
        for (one, other) in [
            ("a://b/C", "a://b/c"),
            ("a://b/c?X", "a://b/c?x"),
            ("a://b/c#X", "a://b/c#x"),
            ("a://User@b", "a://user@b"),
            ("a:B", "a:b"),
            ("a:b/../c", "a:c"),
            ("a://b/c%2Fd", "a://b/c/d"),
            ("a://b/c%252e", "a://b/c%2e"),
            ("a://b", "a://b/"),
            ("a://b:80/", "a://b/"),
            ("a://b//c", "a://b/c"),
            ("a://b/%%341", "a://b/%41"),
            ("a://b/%", "a://b/%25"),
            ("config", "Config"),
        ] {
            assert_ne!(normalize(one), normalize(other));
        }
    }

    #[test]
    fn a_long_uri_is_not_normalized() {
        let uri = format!("A://{}", "%41".repeat(1 << 20));
        assert!(matches!(normalize(&uri), Cow::Borrowed(same) if same == uri));
        assert_eq!(without_dot_segments(&format!("a:/./{}", "./".repeat(1 << 20))), None);
        let longest = format!("A:/{}", "../a/".repeat(1600));
        assert_eq!(normalize(&longest), "a:/a/");
    }

    #[test]
    fn dot_segments_are_removed_within_the_root() {
        for (uri, expected) in [
            ("a://h/x/../b", Some("a://h/b")),
            ("a://h/./b", Some("a://h/b")),
            ("A://H/x/%2E%2e/b?../c", Some("A://H/b?../c")),
            ("a:/b/..", Some("a:/")),
            ("a://h/../b", None),
            ("a://h/b/../../c", None),
            ("a://h/b", None),
            ("a:b/../c", None),
            ("a://../b", None),
            ("../b", None),
        ] {
            assert_eq!(without_dot_segments(uri).as_deref(), expected, "{uri}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn normalizing_twice_changes_nothing(uri in "(?i:[a-z]{0,5}:(//)?)[aB./:@?#%0-9\u{e9} ]{0,20}") {
            let form = normalize(&uri);
            prop_assert_eq!(normalize(&form), form.as_ref());
        }
    }
}
