//! Tools that change the server's lists of tools and prompts.

use mcpwright::{prompt, server, tool};

use crate::fixture::Fixture;

#[server(part = changes)]
impl Fixture {
    /// Change the list of tools: add a tool, or remove it if it exists.
    #[tool]
    fn test_trigger_tool_change(&self) -> &'static str {
        if self.tools.remove("test_passing_tool") {
            return "Removed test_passing_tool.";
        }
        self.tools.insert(test_passing_tool::tool());
        "Added test_passing_tool."
    }

    /// Change the list of prompts: add a prompt, or remove it if it exists.
    #[tool]
    fn test_trigger_prompt_change(&self) -> &'static str {
        if self.prompts.remove("test_passing_prompt") {
            return "Removed test_passing_prompt.";
        }
        self.prompts.insert(test_passing_prompt::prompt());
        "Added test_passing_prompt."
    }
}

/// Do nothing. `test_trigger_tool_change` adds and removes this tool.
#[tool(read_only)]
fn test_passing_tool() -> &'static str {
    "This tool is temporary."
}

/// Do nothing. `test_trigger_prompt_change` adds and removes this prompt.
#[prompt]
fn test_passing_prompt() -> &'static str {
    "This prompt is temporary."
}
