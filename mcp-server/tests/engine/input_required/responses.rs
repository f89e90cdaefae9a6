//! Input responses: missing, malformed, unexpected, and for another request.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use mcpwright_core::ErrorCode;
use mcpwright_server::{Caller, Context, InputError};
use serde_json::{Value, json};

use super::{accepted, call, counting_server, form, server, with_tool};

#[test]
fn missing_or_malformed_input_is_requested_again() {
    let (server, anonymous) = (server().build(), Caller::anonymous());
    let first = call(&server, &anonymous, "greet", &json!({})).unwrap();
    assert_eq!(first["resultType"], "input_required");
    let keys: Vec<_> = first["inputRequests"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["first", "last"]);
    assert!(first["requestState"].as_str().is_some_and(|state| !state.is_empty()));
    let retry = |responses: Value| {
        let extra = json!({ "inputResponses": responses, "requestState": first["requestState"] });
        call(&server, &anonymous, "greet", &extra).unwrap()
    };
    let is_requested = |result: &Value, key: &str| {
        result["resultType"] == "input_required" && result["inputRequests"].get(key).is_some()
    };
    let second = retry(accepted("first"));
    assert!(is_requested(&second, "last") && !is_requested(&second, "first"), "{second}");
    for malformed in [
        json!(12345),
        json!(null),
        json!({}),
        json!({ "action": "accept" }),
        json!({ "action": "accept", "content": { "value": "" } }),
        json!({ "action": "accept", "content": { "value": [1] } }),
        json!({ "action": "else", "content": { "value": "x" } }),
    ] {
        let result = retry(json!({ "first": malformed.clone(), "unknown": 1 }));
        assert!(is_requested(&result, "first") && is_requested(&result, "last"), "{malformed}: {result}");
    }
    // Input received in an earlier round is not requested again, and a later response does not replace it.
    let last = json!({ "inputResponses": {
        "first": { "action": "decline" }, "last": accepted("last")["last"], "unknown": {},
    }, "requestState": second["requestState"] });
    let done = call(&server, &anonymous, "greet", &last).unwrap();
    assert_eq!(done["content"][0]["text"], "first last");
    let mut both = accepted("first");
    both["last"] = accepted("last")["last"].clone();
    let at_once = call(&server, &anonymous, "greet", &json!({ "inputResponses": both })).unwrap();
    assert_eq!(at_once["resultType"], "complete");
    for malformed in [json!([]), json!("{}"), json!(1)] {
        let error = call(&server, &anonymous, "greet", &json!({ "inputResponses": malformed })).unwrap_err();
        assert_eq!(error.code, ErrorCode::INVALID_PARAMS);
    }
}

#[test]
fn an_input_response_is_bound_to_the_content_of_its_request() {
    let rows = Arc::new(AtomicU32::new(3));
    let read = Arc::clone(&rows);
    let delete = move |context: Context| {
        let rows = read.load(Ordering::SeqCst);
        async move {
            context.elicit_form("agree", form(&format!("Delete {rows} rows?")))?;
            Ok::<_, InputError>(format!("{rows} rows deleted"))
        }
    };
    let (server, anonymous) = (with_tool(delete), Caller::anonymous());
    let first = call(&server, &anonymous, "tool", &json!({})).unwrap();
    let extra = json!({ "inputResponses": accepted("agree"), "requestState": first["requestState"] });
    rows.store(5000, Ordering::SeqCst);
    let second = call(&server, &anonymous, "tool", &extra).unwrap();
    assert_eq!(second["inputRequests"]["agree"]["params"]["message"], "Delete 5000 rows?");
    rows.store(3, Ordering::SeqCst);
    assert_eq!(call(&server, &anonymous, "tool", &extra).unwrap()["content"][0]["text"], "3 rows deleted");
}

#[test]
fn a_response_sent_without_request_state_is_kept_for_later_rounds() {
    let (server, anonymous) = (server().build(), Caller::anonymous());
    let first = call(&server, &anonymous, "greet", &json!({ "inputResponses": accepted("first") })).unwrap();
    let extra = json!({ "inputResponses": accepted("last"), "requestState": first["requestState"] });
    let done = call(&server, &anonymous, "greet", &extra).unwrap();
    assert_eq!(done["content"][0]["text"], "first last", "{done}");
}

#[test]
fn responses_to_requests_that_were_never_sent_are_ignored() {
    let server = counting_server(&Arc::default()).build();
    let anonymous = Caller::anonymous();
    let first = call(&server, &anonymous, "count", &json!({})).unwrap();
    let mut responses = json!({});
    for number in 1..=5 {
        let key = format!("round {number}");
        responses[&key] = accepted(&key)[&key].clone();
    }
    let extra = json!({ "inputResponses": responses, "requestState": first["requestState"] });
    let second = call(&server, &anonymous, "count", &extra).unwrap();
    assert!(second["inputRequests"].get("round 2").is_some(), "{second}");
}

#[test]
fn duplicate_input_keys_are_an_internal_error() {
    let twice = |context: Context| async move {
        let (a, b) = (context.elicit_form("agree", form("a?")), context.elicit_form("agree", form("b?")));
        let (_, _) = (a?, b?);
        Ok::<_, InputError>("both")
    };
    let error = call(&with_tool(twice), &Caller::anonymous(), "tool", &json!({})).unwrap_err();
    assert_eq!(error.code, ErrorCode::INTERNAL_ERROR);
}
