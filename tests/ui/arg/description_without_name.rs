use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(
        &self,
        /// First and last note.
        (from, to): (u32, u32),
        #[arg(default = 1)] _limit: u32,
    ) {
        let _ = (from, to);
    }
}

fn main() {}
