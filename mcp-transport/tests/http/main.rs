//! Integration tests of Streamable HTTP: a server on a TCP port, and raw requests and responses.

#![allow(clippy::unwrap_used, reason = "a panic is the failure report of a test")]
#![allow(clippy::needless_pass_by_value, reason = "the values of `json!` are passed by value")]

mod client;
mod probe;
mod requests;
mod support;

mod any_origin;
mod batches;
mod cancellation;
mod change_delivery;
mod endpoints;
mod framing;
mod headers;
mod http2;
mod http_sse;
mod input_requests;
mod isolation;
mod lifecycle;
mod measurements;
mod messages;
mod modern;
mod observers;
mod origins;
#[cfg(unix)]
mod process;
mod progress;
mod resumption;
mod service_paths;
mod session_limit;
mod session_stores;
mod session_values;
mod sessions;
mod shutdown_hooks;
mod standalone_streams;
mod stateless_requests;
mod streams;
mod subscriptions;
mod tasks;
