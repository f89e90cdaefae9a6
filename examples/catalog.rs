//! Tools that are added and removed while the server runs: `learn` adds one, `forget` removes it, and subscribed clients
//! receive `notifications/tools/list_changed`.

use mcpwright::{Catalog, Result, Serve as _, ToolError, ToolHandler, server};

struct Dictionary {
    words: Catalog<ToolHandler>,
}

#[server]
impl Dictionary {
    /// Learn a word: adds a tool with the word's name that returns its meaning.
    #[tool(destructive = false)]
    async fn learn(
        &self,
        #[arg(pattern = "^[a-z]{1,32}$")] word: String,
        meaning: String,
    ) -> Result<String, ToolError> {
        if ["learn", "forget"].contains(&word.as_str()) {
            return Err(ToolError::new(format!("{word} is reserved for a built-in tool")));
        }
        let learned = format!("{word} is a tool now");
        let description = format!("Return the meaning of {word}.");
        let define = move || {
            let meaning = meaning.clone();
            async move { meaning }
        };
        self.words.insert(ToolHandler::function(word, [], define).description(description).read_only(true));
        Ok(learned)
    }

    /// Forget a word and its tool.
    #[tool(destructive)]
    async fn forget(&self, word: String) -> Result<(), ToolError> {
        if self.words.remove(&word) {
            Ok(())
        } else {
            Err(ToolError::new(format!("{word} was never learned")))
        }
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let words = Catalog::new();
    let server = Dictionary { words: words.clone() }.into_builder().tool_provider(words);
    mcpwright::stdio(server).await?;
    Ok(())
}
