//! What was written, read and checked.

mod block;
mod casing;
mod choice;
mod docs;
mod form;
mod function;
mod handler;
mod nearest;
mod options;
mod parameter;
mod uri;
mod value;

pub(crate) use block::{Block, Role, Server};
pub(crate) use choice::Choice;
pub(crate) use form::{Form, FormField};
pub(crate) use function::Function;
pub(crate) use handler::{Handler, Kind, Method, Output};
pub(crate) use parameter::{Name, Parameter};

/// Whether a path names one of our attributes: as it is imported, or in full.
fn is_ours(path: &syn::Path, name: &str) -> bool {
    let mut segments = path.segments.iter().rev();
    segments.next().is_some_and(|segment| segment.ident == name)
        && segments.next().is_none_or(|segment| segment.ident == "mcpwright")
        && segments.next().is_none()
}
