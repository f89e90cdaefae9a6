use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self) {}

    /// Search the archive.
    #[tool(name = "find")]
    fn find_old(&self) {}

    #[resource("note://all")]
    fn all(&self) -> String {
        String::new()
    }

    #[resource("note://all")]
    fn all_again(&self) -> String {
        String::new()
    }

    // A tool and a prompt may share a name.
    #[prompt]
    fn ask(&self) -> String {
        String::new()
    }

    /// Ask.
    #[tool(name = "ask")]
    fn ask_too(&self) {}
}

fn main() {}
