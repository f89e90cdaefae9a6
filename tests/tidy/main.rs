//! Invariants of ARCHITECTURE.md and CONTRIBUTING.md that reading the sources can show.

mod architecture;
mod files;
mod limits;
mod modules;
mod names;
mod pages;
mod sources;
mod tokens;
mod words;
