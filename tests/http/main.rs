//! What users are shown of HTTP: the examples run, and the commands of the guide print what the guide says.

mod examples;
mod guide;
