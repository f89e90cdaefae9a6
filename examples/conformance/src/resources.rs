//! Resources and a resource template.

use mcpwright::{Json, server};
use serde::Serialize;

use crate::fixture::Fixture;
use crate::media;

/// The contents of a templated resource.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    id: String,
    template_test: bool,
    data: String,
}

#[server(part = resources)]
impl Fixture {
    /// A constant text.
    #[resource("test://static-text", mime_type = "text/plain", cache("1h", public))]
    fn static_text() -> &'static str {
        "This is the content of the static text resource."
    }

    /// A constant image.
    #[resource("test://static-binary", mime_type = "image/png", cache("1h", public))]
    fn static_binary() -> Vec<u8> {
        media::png()
    }

    /// A text to subscribe to.
    #[resource("test://watched-resource", mime_type = "text/plain")]
    fn watched_resource() -> &'static str {
        "This is the content of the watched resource."
    }

    /// The record with this id. Every id has a record.
    #[resource("test://template/{id}/data", mime_type = "application/json")]
    fn record(id: String) -> Json<Record> {
        Json(Record { data: format!("Data for ID: {id}"), template_test: true, id })
    }
}
