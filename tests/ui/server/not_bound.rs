use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self) {}
}

async fn serve() -> mcpwright::Result<()> {
    mcpwright::http(Notes).await?;
    mcpwright::http(Notes).path("/notes").await?;
    Ok(())
}

fn main() {}
