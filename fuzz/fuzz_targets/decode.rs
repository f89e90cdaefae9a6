//! Any bytes are a message or an error, and a message is the same after it has been written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcpwright_core::Message;
use mcpwright_core::message::decode;

fuzz_target!(|bytes: &[u8]| {
    match decode(bytes) {
        Ok(message) => survives(&message),
        Err(error) => {
            if let Some(answer) = error.answer() {
                survives(&answer.into());
            }
        }
    }
});

/// What is written is on one line, and what is read then is the same.
fn survives(message: &Message) {
    let mut text = Vec::new();
    message.encode(&mut text);
    assert!(!text.contains(&b'\n'), "a line break would end the message");
    match message {
        // What could not be read in a batch is not written, so that the whole may be another one.
        Message::Batch(messages) => messages.iter().flatten().for_each(survives),
        message => assert_eq!(Ok(message), decode(&text).as_ref()),
    }
}
