//! Code generation: the tokens that each macro returns.

// Macros.
pub(crate) mod arg;
pub(crate) mod choice;
pub(crate) mod form;
pub(crate) mod function;
pub(crate) mod rmcp;
pub(crate) mod server;

// Parts of their output.
mod completer;
mod handler;
mod kinds;
mod owner;
mod parameter;
mod span;

#[cfg(test)]
mod tests;
