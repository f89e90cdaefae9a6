use mcpwright::server;

struct Notes {
    count: u32,
}

#[server]
impl Notes {
    /// Count the notes.
    #[tool]
    fn count(&mut self) -> u32 {
        self.count += 1;
        self.count
    }
}

fn main() {}
