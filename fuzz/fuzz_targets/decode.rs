//! Decodes arbitrary bytes. A message must survive encoding and decoding; an error must have a valid response, if any.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcpwright_core::Message;
use mcpwright_core::message::decode;

fuzz_target!(|bytes: &[u8]| {
    match decode(bytes) {
        Ok(message) => check_round_trip(&message),
        Err(error) => {
            if let Some(response) = error.to_response() {
                check_round_trip(&response.into());
            }
        }
    }
});

/// Checks that an encoded message has no line break and is decoded to the same message.
fn check_round_trip(message: &Message) {
    let mut text = Vec::new();
    message.encode(&mut text);
    assert!(!text.contains(&b'\n'), "a line break would end the message");
    match message {
        // Invalid items of a batch are not encoded, so the encoded batch may differ. Only its messages are compared.
        Message::Batch(messages) => messages.iter().flatten().for_each(check_round_trip),
        message => assert_eq!(Ok(message), decode(&text).as_ref()),
    }
}
