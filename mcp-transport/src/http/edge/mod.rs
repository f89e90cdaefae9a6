//! Heads, bodies and answers of HTTP messages.

pub(crate) mod accept;
pub(crate) mod answer;
pub(crate) mod body;
pub(crate) mod head;
pub(crate) mod headers;
pub(crate) mod host_name;
pub(crate) mod origin;
