//! Decoding of messages: every invalid text has a defined error response, and none causes a panic.

use mcpwright_core::message::{Decoder, decode};
use mcpwright_core::{DecodeError, ErrorCode, JsonText, Message, Notification, Request, RequestId, Response};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The error code and the id of the response to an invalid text, or `None` if there is no response.
fn error_response(text: impl AsRef<[u8]>) -> Option<(i64, Option<RequestId>)> {
    let error = decode(text.as_ref()).expect_err("the text is not a message");
    let response = error.to_response()?;
    let error = response.outcome.expect_err("the response to an invalid message is an error");
    assert!(
        !error.message.contains('/'),
        "an error must not contain paths of source files: {}",
        error.message
    );
    Some((error.code.0, response.id))
}

#[track_caller]
fn check(texts: &[&str], code: ErrorCode) {
    for text in texts {
        assert_eq!(error_response(text), Some((code.0, None)), "{text}");
    }
}

#[test]
fn invalid_json_is_a_parse_error() {
    check(
        &[
            "",
            " ",
            "{",
            "}",
            "[",
            "]",
            "{]",
            "[}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "[1,]",
            "[,1]",
            "{,}",
            "{a:1}",
            "{'a':1}",
            "NaN",
            "Infinity",
            "-",
            "+1",
            "01",
            "1.",
            ".5",
            "1e",
            "1e+",
            "0x10",
            "tru",
            "nul",
            "True",
            "\"",
            "\"\\",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u12g4\"",
            "\"\t\"",
            "\"\n\"",
            "\"a\" \"b\"",
            "{} {}",
            "{}x",
            "1 2",
            "// c\n{}",
            "{\"a\":1/**/}",
            "\u{feff}{}",
        ],
        ErrorCode::PARSE_ERROR,
    );
}

#[test]
fn json_that_is_not_a_request_is_an_invalid_request() {
    check(
        &[
            "null",
            "42",
            "\"x\"",
            "true",
            "{}",
            "[]",
            r#"{"id":null,"method":"ping","jsonrpc":"2.0"}"#,
            r#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1.0,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1e3,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":18446744073709551616,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":-9223372036854775809,"method":"ping"}"#,
            r#"{"jsonrpc":"1.0","method":"ping"}"#,
            r#"{"method":"ping"}"#,
            r#"{"jsonrpc":2.0,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","method":"a","method":"b"}"#,
            r#"{"jsonrpc":"2.0","method":"a","params":{"x":{"y":1,"y":2}}}"#,
        ],
        ErrorCode::INVALID_REQUEST,
    );
}

#[test]
fn a_readable_id_is_in_the_error_response() {
    let cases = [
        (r#"{"id":7,"method":"ping"}"#, ErrorCode::INVALID_REQUEST),
        (r#"{"jsonrpc":"2.0","id":7}"#, ErrorCode::INVALID_REQUEST),
        (r#"{"jsonrpc":"2.0","id":7,"Method":"ping"}"#, ErrorCode::INVALID_REQUEST),
        (r#"{"jsonrpc":"2.0","id":7,"method":5}"#, ErrorCode::INVALID_REQUEST),
        (r#"{"jsonrpc":"2.0","id":7,"method":"a","PARAMS":1,"method":"b"}"#, ErrorCode::INVALID_REQUEST),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"a","params":{"name":"x","name":"y"}}"#,
            ErrorCode::INVALID_REQUEST,
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"a","params":{"_meta":{"k":[{"x":1,"x":2}]}}}"#,
            ErrorCode::INVALID_REQUEST,
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"a","params":{"na\u006de":1,"name":2}}"#,
            ErrorCode::INVALID_REQUEST,
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"a","params":{"arguments":{"x":1,"x":2}}}"#,
            ErrorCode::INVALID_PARAMS,
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"a","params":{"arguments":{"x":[{"y":1,"y":2}]}}}"#,
            ErrorCode::INVALID_PARAMS,
        ),
        (r#"{"jsonrpc":"2.0","id":7,"method":"a","params":[]}"#, ErrorCode::INVALID_PARAMS),
        (r#"{"jsonrpc":"2.0","id":7,"method":"a","params":null}"#, ErrorCode::INVALID_PARAMS),
        (r#"{"jsonrpc":"2.0","id":7,"method":"a","params":"x"}"#, ErrorCode::INVALID_PARAMS),
    ];
    for (text, code) in cases {
        assert_eq!(error_response(text), Some((code.0, Some(RequestId::from(7)))), "{text}");
    }
}

#[test]
fn responses_and_malformed_notifications_have_no_error_response() {
    for text in [
        r#"{"jsonrpc":"2.0","method":"notifications/x","params":[]}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":5,"error":6}"#,
        r#"{"jsonrpc":"2.0","id":{},"result":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"error":"x"}"#,
        r#"{"result":{},"result":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#,
    ] {
        assert_eq!(error_response(text), None, "{text}");
    }
}

#[test]
fn ids_are_echoed_exactly() {
    let max_len_id = format!("\"{}\"", "i".repeat(1024));
    for id in [
        "0",
        "-1",
        "9007199254740993",
        "9223372036854775807",
        "18446744073709551615",
        "-9223372036854775808",
        "\"\"",
        "\"1\"",
        "\"ü\\u0000\"",
        &max_len_id,
    ] {
        let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        let Ok(Message::Request(request)) = decode(text.as_bytes()) else { panic!("{text}") };
        let mut out = Vec::new();
        Response::ok(request.id, JsonText::parse("{}").unwrap()).encode(&mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#)
        );
    }
    assert_eq!(
        error_response(format!(r#"{{"jsonrpc":"2.0","id":"{}","method":"ping"}}"#, "i".repeat(1025))),
        Some((-32600, None))
    );
}

#[test]
fn depth_and_stack_use_are_bounded() {
    let nested = |depth: usize, open: &str, close: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"a","params":{{"x":{}1{}}}}}"#,
            open.repeat(depth),
            close.repeat(depth)
        )
    };
    let run = move || {
        assert!(decode(nested(125, "[", "]").as_bytes()).is_ok());
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            for depth in [126, 128, 100_000] {
                assert_eq!(
                    decode(nested(depth, open, close).as_bytes()),
                    Err(DecodeError::TooDeep),
                    "{depth}"
                );
            }
            assert_eq!(decode(open.repeat(100_000).as_bytes()), Err(DecodeError::TooDeep));
        }
    };
    // A small stack detects recursion that uses too much of it.
    std::thread::Builder::new().stack_size(256 << 10).spawn(run).unwrap().join().unwrap();
}

#[test]
fn bytes_that_are_not_utf8_are_a_parse_error() {
    let with = |bytes: &[u8]| [br#"{"jsonrpc":"2.0","id":1,"method":""#.as_slice(), bytes, br#""}"#].concat();
    for bytes in [b"\xff".as_slice(), b"\xc0\xaf", b"\xed\xa0\x80", b"\xe2\x82", b"\xf5\x80\x80\x80", b"\x80"]
    {
        assert_eq!(error_response(with(bytes)), Some((-32700, None)), "{bytes:x?}");
    }
    for text in [r"\ud800", r"\udc00", r"\ud800x", r"\ud800\u0041", r"\udc00\ud800"] {
        assert_eq!(decode(&with(text.as_bytes())), Err(DecodeError::LoneSurrogate), "{text}");
    }
    assert!(
        matches!(decode(&with(br"\ud83d\ude00\u0000")), Ok(Message::Request(request)) if request.method == "😀\0")
    );
}

#[test]
fn duplicate_members_are_found_in_linear_time() {
    let members: Vec<_> = (0..200_000).map(|number| format!(r#""k{number}":0"#)).collect();
    let text = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"a","params":{{"arguments":{{{}}}}}}}"#,
        members.join(",")
    );
    assert!(decode(text.as_bytes()).is_ok());
    let duplicate = text.replace("k199999", "k0");
    assert_eq!(error_response(duplicate), Some((-32602, Some(RequestId::from(1)))));
}

#[test]
fn batches_hold_messages_and_errors() {
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let Ok(Message::Batch(messages)) = decode(format!("[{ping}, {ping},5,{{}}]").as_bytes()) else {
        panic!()
    };
    assert!(matches!(
        messages.as_slice(),
        [Ok(Message::Request(_)), Ok(Message::Request(_)), Err(_), Err(_)]
    ));
    assert_eq!(error_response(format!("[{}{ping}]", format!("{ping},").repeat(32))), Some((-32600, None)));
    assert!(decode(format!("[{}{ping}]", format!("{ping},").repeat(31)).as_bytes()).is_ok());
}

fn any_id() -> impl Strategy<Value = RequestId> {
    prop_oneof![
        any::<i64>().prop_map(RequestId::from),
        any::<u64>().prop_map(|number| RequestId::Integer(number.into())),
        "\\PC{0,40}".prop_map(RequestId::from),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC*".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map("\\PC{0,12}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn any_params() -> impl Strategy<Value = Option<JsonText>> {
    prop::option::of(prop::collection::hash_map("\\PC{0,12}", any_json(), 0..5))
        .prop_map(|params| params.map(|params| JsonText::encode(&params).expect("JSON can be written")))
}

fn any_message() -> impl Strategy<Value = Message> {
    prop_oneof![
        (any_id(), "\\PC*", any_params()).prop_map(|(id, method, params)| Request {
            id,
            method: method.into(),
            params
        }
        .into()),
        ("\\PC*", any_params())
            .prop_map(|(method, params)| Notification { method: method.into(), params }.into()),
        (any_id(), any_json()).prop_map(|(id, result)| Response::ok(
            id,
            JsonText::encode(&json!({ "r": result })).expect("JSON can be written")
        )
        .into()),
    ]
}

proptest! {
    #[test]
    fn encoded_messages_are_decoded(message in any_message()) {
        let mut bytes = Vec::new();
        message.encode(&mut bytes);
        prop_assert!(!bytes.contains(&b'\n'));
        prop_assert_eq!(decode(&bytes), Ok(message));
    }

    #[test]
    fn arbitrary_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut decoder = Decoder::new();
        if let Err(error) = decoder.decode(&bytes) {
            let _ = error.to_response();
        }
        let after = decoder.decode(br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#);
        prop_assert!(after.is_ok());
    }

    /// The decoder accepts the same JSON as `serde_json`, except for intended limits.
    #[test]
    fn json_syntax_agrees_with_serde_json(text in r#"[\[\]{}":,\\u0-9a-fnrtl\-+.eE "]{0,24}"#) {
        let decoded = decode(text.as_bytes());
        let parsed = serde_json::from_str::<Value>(&text);
        match decoded {
            Err(DecodeError::Syntax) => prop_assert!(parsed.is_err(), "{} is JSON", text),
            Err(DecodeError::LoneSurrogate | DecodeError::TooDeep) => {}
            // `serde_json` rejects numbers out of range, which are valid JSON.
            _ => prop_assert!(parsed.is_ok() || parsed.is_err_and(|error| error.to_string().contains("out of range")), "{} is not JSON", text),
        }
    }

    #[test]
    fn mutated_messages_do_not_panic(message in any_message(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = Vec::new();
        message.encode(&mut bytes);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Err(error) = decode(&bytes) {
            let _ = error.to_response();
        }
    }
}

#[test]
fn members_of_params_are_found_at_any_position() {
    let texts = [
        r#"{"jsonrpc":"2.0","id":1,"method":"a","params":{"name":"n","arguments":{"name":1},"_meta":{}}}"#,
        "\n{ \"params\" :\n { \"_meta\" : {} ,\r\n \"argum\\u0065nts\" : {\"name\":1}\n, \"x\": [{\"_meta\":5}], \"name\":\"n\"}, \"method\":\"a\", \"id\":1, \"jsonrpc\":\"2.0\"}",
    ];
    for text in texts {
        let Ok(Message::Request(request)) = decode(text.as_bytes()) else { panic!("{text}") };
        let params = request.params.unwrap();
        for params in
            [params.clone(), params.clone().into_shared(), JsonText::parse(params.as_str()).unwrap()]
        {
            assert_eq!(params.member("name"), Some("\"n\""));
            assert_eq!(params.member("arguments"), Some(r#"{"name":1}"#));
            assert_eq!(params.member("_meta"), Some("{}"));
            assert_eq!(params.member("cursor"), None);
        }
    }
}
