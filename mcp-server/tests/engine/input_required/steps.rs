//! Steps run once, over all rounds of a call.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::executor::block_on;
use mcpwright_server::testing::Client;
use mcpwright_server::{Context, Server, StepError, ToolError, ToolHandler};

use super::{accept, all_capabilities, clients, counting_server, text};

#[test]
fn steps_run_once_over_five_rounds() {
    let effects = Arc::new(AtomicU32::new(0));
    for client in clients(|| counting_server(&effects).build(), &all_capabilities()).into_iter().enumerate() {
        // 2025-03-26 has no elicitation.
        let (0 | 2.., client) = client else { continue };
        effects.store(0, Ordering::SeqCst);
        let result = block_on(client.input_handler(accept).call_tool("count", ())).unwrap();
        assert_eq!((text(&result), effects.load(Ordering::SeqCst)), ("15", 5));
    }
}

#[test]
fn a_failed_step_reports_its_error_and_is_retried() {
    let attempts = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&attempts);
    let fails = move |context: Context| {
        let attempts = Arc::clone(&counter);
        async move {
            let effect = async {
                let number = attempts.fetch_add(1, Ordering::SeqCst);
                if number == 0 { Err(ToolError::new("try later")) } else { Ok(number) }
            };
            let number = context.step("effect", effect).await?;
            Ok::<_, StepError>(number.to_string())
        }
    };
    let tool = ToolHandler::function("fails", [], fails);
    let client = Client::modern(Server::builder("fails", "1.0.0").mask_errors().tool(tool));
    let first = block_on(client.call_tool("fails", ())).unwrap();
    assert_eq!((text(&first), first.is_error), ("try later", Some(true)));
    assert_eq!(text(&block_on(client.call_tool("fails", ())).unwrap()), "1");
}
