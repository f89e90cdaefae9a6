//! Tools that change what the server offers.

use mcpwright::{prompt, server, tool};

use crate::fixture::Fixture;

#[server(part = changes)]
impl Fixture {
    /// Change the list of tools: one of them comes, or goes again.
    #[tool]
    fn test_trigger_tool_change(&self) -> &'static str {
        if self.tools.remove("test_passing_tool") {
            return "A tool is gone.";
        }
        self.tools.insert(test_passing_tool::tool());
        "A tool has come."
    }

    /// Change the list of prompts: one of them comes, or goes again.
    #[tool]
    fn test_trigger_prompt_change(&self) -> &'static str {
        if self.prompts.remove("test_passing_prompt") {
            return "A prompt is gone.";
        }
        self.prompts.insert(test_passing_prompt::prompt());
        "A prompt has come."
    }
}

/// Be there for a while.
#[tool(read_only)]
fn test_passing_tool() -> &'static str {
    "This tool is there for a while."
}

/// Be there for a while.
#[prompt]
fn test_passing_prompt() -> &'static str {
    "This prompt is there for a while."
}
