//! What users are shown of HTTP: the examples run, also behind a proxy, and the commands of the guide print what it says.

mod asking;
mod examples;
mod guide;
#[cfg(unix)]
mod proxy;

/// Says loudly that something was not tried, and fails where everything has to be.
fn skipped(what: &str) {
    let message = format!("SKIPPED: {what}");
    assert!(std::env::var_os("MCPWRIGHT_REQUIRE_ALL").is_none(), "{message}");
    eprintln!("{message}");
}
