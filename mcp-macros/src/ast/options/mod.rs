//! Options of attributes: each becomes a call of the builder's method with that name.

mod duration;
mod integers;
mod read;
pub(crate) mod setting;
mod structured;
mod synonym;
pub(crate) mod table;
mod value;

#[cfg(test)]
mod tests;
