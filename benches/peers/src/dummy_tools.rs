//! The dummy tools of the workload.

/// The 100 tools that are never called, as JSON. They give `tools/list` the length of a large server's list.
pub const DUMMY_TOOLS: &str = include_str!("../dummy_tools.json");

/// Number of tools of a measured server: the dummy tools, `echo`, `add` and `blob`.
pub const TOOL_COUNT: usize = 103;
