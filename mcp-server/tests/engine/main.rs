//! The engine: whole conversations as text, and what a handler cannot forget.

mod calls;
mod catalogues;
mod conversations;
mod demo;
