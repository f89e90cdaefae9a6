//! Calls with arguments that are sent as they are written: a client has no numbers out of range.

use futures::executor::block_on;
use mcpwright_core::Message;
use mcpwright_core::message::decode;
use mcpwright_server::{Action, Caller, NotificationSender, Server};
use serde_json::json;

/// Returns the message of a call.
pub(crate) fn message(tool: &str, arguments: &str) -> String {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1.0.0" },
    });
    format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{arguments},"_meta":{meta}}}}}"#
    )
}

/// Sends a message. Returns the text of the response.
pub(crate) fn send(server: &Server, message: &str) -> String {
    let mut connection = server.connect(Caller::anonymous());
    let mut text = String::new();
    for action in connection.receive(decode(message.as_bytes())).into_actions() {
        match action {
            Action::Run(call) => {
                let outcome = block_on(server.call(&call, &NotificationSender::new(|_| {})));
                for action in connection.finished(&call, outcome) {
                    if let Action::Send(message) | Action::SendFor { message, .. } = action {
                        text = encoded(&message);
                    }
                }
            }
            Action::Send(message) => text = encoded(&message),
            _ => {}
        }
    }
    text
}

fn encoded(message: &Message) -> String {
    let mut bytes = Vec::new();
    message.encode(&mut bytes);
    String::from_utf8(bytes).expect("JSON is Unicode")
}
