//! Parsing: attributes and the items under them, checked.
//!
//! In reading order: the item of each macro, its parts, the options of attributes, and what these share.

// Items: an `impl` block, a method or function, a struct, an enum.
pub(crate) mod block;
pub(crate) mod choice;
pub(crate) mod form;
pub(crate) mod function;
pub(crate) mod method;
pub(crate) mod server;

// Parts of items.
pub(crate) mod handler;
mod header;
pub(crate) mod name;
pub(crate) mod parameter;

// Options of attributes, and the limits that they set.
mod limits;
pub(crate) mod literal;
pub(crate) mod options;

// Helpers.
mod attribute;
mod casing;
mod derive;
mod docs;
mod foreign;
mod nearest;
mod types;
mod uri;
