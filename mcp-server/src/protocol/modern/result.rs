//! The envelope of every result of revision 2026-07-28.

use mcpwright_core::{JsonText, meta, push_json_string};

use crate::call::outcome::Answer;
use crate::server::Server;

/// Returns the result with the members that every result has in front of its own.
pub(crate) fn compose(answer: &Answer, server: &Server) -> JsonText {
    use std::fmt::Write as _;
    let fields = answer.fields.text();
    let mut text = String::with_capacity(fields.len() + server.info_text().len() + 160);
    match &answer.result_type {
        None => text.push_str(r#"{"resultType":"complete""#),
        Some(kind) => {
            text.push_str(r#"{"resultType":"#);
            push_json_string(&mut text, kind);
        }
    }
    if let Some(caching) = &answer.caching {
        let scope = caching.cache_scope.as_str();
        // Writing to a string cannot fail.
        let _ = write!(text, r#","ttlMs":{},"cacheScope":"{scope}""#, caching.ttl_ms);
    }
    text.push_str(r#","_meta":{""#);
    text.push_str(meta::key::SERVER_INFO);
    text.push_str(r#"":"#);
    text.push_str(server.info_text());
    for (key, value) in answer.meta.0.iter().filter(|(key, _)| *key != meta::key::SERVER_INFO) {
        text.push(',');
        push_json_string(&mut text, key);
        let _ = write!(text, ":{value}");
    }
    text.push('}');
    if fields.len() > 2 {
        text.push(',');
        text.push_str(&fields[1..]);
    } else {
        text.push('}');
    }
    JsonText::from_trusted(text)
}
