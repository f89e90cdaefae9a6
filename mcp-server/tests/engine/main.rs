//! Integration tests of the engine, without a transport: calls, input requests and tasks.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod calls;
mod catalogs;
mod definitions;
mod empty_arguments;
mod empty_results;
mod faults;
mod handlers;
mod headers;
mod input_required;
mod lint;
mod logs;
mod middleware;
mod mount;
mod optional_features;
mod outcomes;
mod output_checks;
mod providers;
mod schemas;
mod sessions;
mod snapshots;
mod subscribed;
mod subscriptions;
mod tasks;
mod tool_defaults;
mod unknown_names;
mod visibility;
