use std::sync::Arc;

use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self) {}
}

async fn serve(notes: Notes) -> mcpwright::Result<()> {
    mcpwright::stdio(&notes).await?;
    mcpwright::stdio(Arc::new(notes)).await?;
    Ok(())
}

fn main() {}
