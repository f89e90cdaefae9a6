//! Validation of string formats.

use super::StringFormat;

/// Maximum length of an email address, in bytes, as mail servers accept it.
const MAX_EMAIL_LEN: usize = 254;

impl StringFormat {
    /// Returns `true` if `text` has this format.
    ///
    /// Only the syntax is checked: the email address or the target of the URI may not exist.
    ///
    /// ```
    /// use mcpwright_core::StringFormat;
    ///
    /// assert!(StringFormat::Date.accepts("2024-02-29"));
    /// assert!(!StringFormat::Date.accepts("2026-02-29"));
    /// ```
    pub fn accepts(self, text: &str) -> bool {
        match self {
            Self::Email => is_email(text),
            Self::Uri => is_uri(text),
            Self::Date => is_date(text.as_bytes()),
            Self::DateTime => is_date_time(text.as_bytes()),
        }
    }
}

/// Returns `true` for a local part, an `@` and a host name. Quoted local parts are rejected: mail servers accept them,
/// but they are not used in practice.
fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let is_unquoted = |c: char| !c.is_whitespace() && !c.is_control() && !"\"(),:;<>@[\\]".contains(c);
    let has_no_empty_atom = |part: &str| part.split('.').all(|atom| !atom.is_empty());
    let is_host_label = |label: &str| {
        let is_label_char = |c: char| c.is_alphanumeric() || c == '-' || !c.is_ascii();
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(is_label_char)
    };
    text.len() <= MAX_EMAIL_LEN
        && text.chars().filter(|c| *c != '@').all(is_unquoted)
        && local.chars().all(is_unquoted)
        && has_no_empty_atom(local)
        && host.split('.').all(is_host_label)
}

/// Returns `true` for a scheme, a colon and a rest of characters that
/// [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986) allows.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let mut letters = scheme.bytes();
    let is_scheme = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || b"+-.".contains(&letter));
    is_scheme && !rest.is_empty() && rest.matches('#').count() <= 1 && are_uri_characters(rest.as_bytes())
}

/// Returns `true` if all bytes are reserved or unreserved characters or complete percent encodings.
fn are_uri_characters(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().all(|(index, byte)| match byte {
        b'%' => {
            bytes.get(index + 1..index + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        }
        byte => byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(byte),
    })
}

/// Returns `true` for a `full-date` of [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339#section-5.6) that exists in the
/// calendar.
fn is_date(text: &[u8]) -> bool {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return false };
    let (Some(year), Some(month), Some(day)) =
        (number(&[y1, y2, y3, y4]), number(&[m1, m2]), number(&[d1, d2]))
    else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// Returns `true` for a `date-time` of RFC 3339: a date, a time and an offset from UTC.
fn is_date_time(text: &[u8]) -> bool {
    let Some((date, [b'T' | b't', time @ ..])) = text.split_at_checked(10) else { return false };
    let Some((&[h1, h2, b':', m1, m2, b':', s1, s2], rest)) = time.split_at_checked(8) else { return false };
    let (Some(hour), Some(minute), Some(second)) = (number(&[h1, h2]), number(&[m1, m2]), number(&[s1, s2]))
    else {
        return false;
    };
    // A leap second is second 60 of the last minute of an hour.
    let is_time = hour < 24 && minute < 60 && (second < 60 || (second == 60 && minute == 59));
    is_date(date) && is_time && skip_fraction(rest).is_some_and(is_offset)
}

/// Returns the text after an optional fraction of a second, or `None` if the fraction has no digits.
fn skip_fraction(text: &[u8]) -> Option<&[u8]> {
    let Some(fraction) = text.strip_prefix(b".") else { return Some(text) };
    let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    fraction.get(digits..).filter(|_| digits > 0)
}

/// Returns `true` for `Z` or an offset such as `+02:00`.
fn is_offset(text: &[u8]) -> bool {
    match *text {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => {
            number(&[h1, h2]).is_some_and(|hours| hours < 24)
                && number(&[m1, m2]).is_some_and(|minutes| minutes < 60)
        }
        _ => false,
    }
}

/// Parses ASCII digits. At most nine fit.
fn number(digits: &[u8]) -> Option<u32> {
    let append =
        |value: u32, digit: &u8| digit.is_ascii_digit().then(|| value * 10 + u32::from(digit - b'0'));
    digits.iter().try_fold(0, append)
}

#[cfg(test)]
mod tests {
    use super::StringFormat;

    #[track_caller]
    fn check(format: StringFormat, accepted: &[&str], rejected: &[&str]) {
        for text in accepted {
            assert!(format.accepts(text), "{text}");
        }
        for text in rejected {
            assert!(!format.accepts(text), "{text}");
        }
    }

    #[test]
    fn email_addresses_have_a_host() {
        check(
            StringFormat::Email,
            &["ada@example.com", "a.b+c@x.y-z.org", "root@localhost", "jö@exämple.de"],
            &[
                "",
                "ada",
                "@example.com",
                "ada@",
                "a b@x.org",
                "a@b@c.org",
                "ada@.org",
                "a..b@x.org",
                "a@x..org",
                "a@x.org\n",
                "a@-x.org",
                "Ada <ada@x.org>",
            ],
        );
        assert!(!StringFormat::Email.accepts(&format!("{}@x.org", "a".repeat(300))));
    }

    #[test]
    fn uris_have_a_scheme() {
        check(
            StringFormat::Uri,
            &[
                "https://example.com/a?b=c#d",
                "mailto:ada@example.com",
                "urn:isbn:1",
                "file:///a%20b",
                "http://[::1]/",
            ],
            &[
                "",
                "example.com",
                "/a/b",
                "https:",
                "1a:b",
                "https://a b",
                "https://a/%zz",
                "https://a/%4",
                "a:b#c#d",
                "https://a/<b>",
                "https://exämple.com",
            ],
        );
    }

    #[test]
    fn dates_exist_in_the_calendar() {
        check(
            StringFormat::Date,
            &["2026-07-28", "2024-02-29", "2000-02-29", "0001-01-01"],
            &[
                "",
                "2026-7-28",
                "2026-13-01",
                "2026-00-01",
                "2026-02-29",
                "1900-02-29",
                "2026-04-31",
                "2026-01-00",
                "28.07.2026",
                "2026-07-28T00:00:00Z",
                "２０２６-07-28",
            ],
        );
    }

    #[test]
    fn date_times_have_an_offset() {
        check(
            StringFormat::DateTime,
            &["2026-07-28T10:00:00Z", "2026-07-28t10:00:00.125z", "2026-07-28T23:59:60+02:00"],
            &[
                "",
                "2026-07-28",
                "2026-07-28T10:00:00",
                "2026-07-28 10:00:00Z",
                "2026-07-28T24:00:00Z",
                "2026-07-28T10:60:00Z",
                "2026-07-28T10:00:60Z",
                "2026-07-28T10:00:00.Z",
                "2026-07-28T10:00:00+2:00",
                "2026-07-28T10:00:00+02:00 ",
                "2026-02-30T10:00:00Z",
                "2026-07-2ä",
            ],
        );
    }
}
