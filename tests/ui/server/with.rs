use mcpwright::{Builder, server};

struct Notes;

#[server(with = Self::extend)]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self) {}

    async fn extend(builder: Builder) -> Builder {
        builder
    }
}

struct Texts;

#[server(with = "extend", tools = [find])]
impl Texts {
    /// Search the texts.
    #[tool]
    fn find(&self) {}
}

struct Part;

#[server(part = admin, tools(find))]
impl Part {
    /// Search the parts.
    #[tool]
    fn find(&self) {}
}

fn main() {}
