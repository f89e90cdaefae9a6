//! Content negotiation: `Content-Type` and `Accept`.

use http::header::ACCEPT;

use crate::http::edge::answer;
use crate::http::edge::answer::Answer;
use crate::http::edge::head::{Field, Head};

/// The kinds of answers that a client accepts.
///
/// By the specification, clients accept both. Many accept one or name none, and are served if the answer allows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Accepts {
    /// A JSON object.
    pub(crate) json: bool,
    /// An event stream, where an object is possible, too.
    pub(crate) events: bool,
    /// An event stream, where an object is not possible.
    pub(crate) stream: bool,
}

impl Accepts {
    const BOTH: Self = Self { json: true, events: true, stream: true };

    pub(crate) fn of(head: &Head<'_>) -> Self {
        const USUAL: [&[u8]; 2] =
            [b"application/json, text/event-stream", b"text/event-stream, application/json"];
        match head.accept.first() {
            None => return Self { events: false, ..Self::BOTH },
            Some(value) if USUAL.contains(&value.as_bytes()) => return Self::BOTH,
            Some(_) => {}
        }
        let (mut json, mut events) = (MediaTypeAcceptance::default(), MediaTypeAcceptance::default());
        let values = head.parts.headers.get_all(ACCEPT).iter();
        let ranges = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
        for range in ranges {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
            let is_rejected = parts.any(is_zero_weight);
            let accepts = Some(!is_rejected);
            match kind.as_str() {
                "application/json" => json.exact = accepts,
                "application/*" => json.family = accepts,
                "text/event-stream" => events.exact = accepts,
                "text/*" => events.family = accepts,
                "*/*" => {
                    json.any = accepts;
                    events.any = accepts;
                }
                _ => {}
            }
        }
        Self {
            json: json.is_accepted(),
            // A client that accepts anything is most likely one that reads objects only.
            events: events.is_accepted() && (events.exact == Some(true) || !json.is_accepted()),
            stream: events.is_accepted(),
        }
    }

    /// Returns `true` if no kind of answer is accepted.
    pub(crate) fn is_unsatisfiable(self) -> bool {
        !self.json && !self.stream
    }
}

/// The acceptance of a media type. The most specific range counts.
#[derive(Default)]
struct MediaTypeAcceptance {
    exact: Option<bool>,
    family: Option<bool>,
    any: Option<bool>,
}

impl MediaTypeAcceptance {
    fn is_accepted(&self) -> bool {
        self.exact.or(self.family).or(self.any).unwrap_or(false)
    }
}

/// Returns `true` for a weight of zero, which excludes a type.
fn is_zero_weight(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    name.trim().eq_ignore_ascii_case("q") && value.trim().parse::<f32>().is_ok_and(|weight| weight <= 0.0)
}

/// Returns the answer to a body that the server does not read: it is not declared as JSON, or it is encoded.
pub(crate) fn unsupported_body(head: &Head<'_>) -> Option<Answer> {
    if !is_json(head) {
        return Some(answer::not_json());
    }
    is_encoded(head).then(answer::encoded_body)
}

/// Returns `true` if the body is declared as JSON. A browser sends any other type to another site without a preflight.
fn is_json(head: &Head<'_>) -> bool {
    let Field::Once(value) = head.content_type else { return false };
    let kind = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
    kind.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

/// Returns `true` if the body is encoded, such as compressed. The server decodes no encoding.
fn is_encoded(head: &Head<'_>) -> bool {
    match head.content_encoding {
        Field::Absent => false,
        Field::Once(value) => !value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity"),
        Field::Repeated(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderName;
    use http::header::CONTENT_TYPE;
    use http::request::Parts;

    use super::*;

    fn parts(name: &HeaderName, values: &[&str]) -> Parts {
        let request = values.iter().fold(http::Request::post("/mcp"), |it, value| it.header(name, *value));
        request.body(()).expect("it is a request").into_parts().0
    }

    #[track_caller]
    fn check(accept: &[&str], json: bool, events: bool, stream: bool) {
        let parts = parts(&ACCEPT, accept);
        assert_eq!(Accepts::of(&Head::of(&parts)), Accepts { json, events, stream }, "{accept:?}");
    }

    #[test]
    fn accept_headers_are_parsed() {
        check(&["application/json, text/event-stream"], true, true, true);
        check(&["text/event-stream", "application/json"], true, true, true);
        check(&["Application/JSON;q=0.9,TEXT/event-stream;q=0.1"], true, true, true);
        check(&[], true, false, true);
        check(&["*/*"], true, false, true);
        check(&["application/json"], true, false, false);
        check(&["text/event-stream"], false, true, true);
        check(&["text/*"], false, true, true);
        check(&["application/json, */*"], true, false, true);
        check(&["text/event-stream, */*"], true, true, true);
        check(&["text/event-stream;q=0, */*"], true, false, false);
        check(&["application/json; q=0, text/event-stream"], false, true, true);
        check(&["text/html"], false, false, false);
        check(&["*/*;q=0"], false, false, false);
    }

    #[test]
    fn json_content_types_are_recognized() {
        let is = |values: &[&str]| is_json(&Head::of(&parts(&CONTENT_TYPE, values)));
        assert!(is(&["application/json"]) && is(&["Application/JSON; charset=utf-8"]));
        assert!(!is(&[]) && !is(&["text/plain"]) && !is(&["application/json", "text/plain"]));
        assert!(!is(&["application/jsonl"]) && !is(&["text/plain; application/json"]));
    }
}
