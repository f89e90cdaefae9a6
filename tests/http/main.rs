//! Tests of the HTTP examples, alone and behind a proxy, and of the commands in the guide.

mod asking;
mod examples;
mod guide;
#[cfg(unix)]
mod proxy;

/// Prints that a test was skipped; panics if `MCPWRIGHT_REQUIRE_ALL` is set.
fn skip(reason: &str) {
    let message = format!("SKIPPED: {reason}");
    assert!(std::env::var_os("MCPWRIGHT_REQUIRE_ALL").is_none(), "{message}");
    eprintln!("{message}");
}
