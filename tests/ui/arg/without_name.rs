use mcpwright::{Context, Ext, server};

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self, _limit: u32, (from, to): (u32, u32), _context: &Context, Ext(shared): Ext<u32>) {
        let _ = (from, to, shared);
    }
}

fn main() {}
