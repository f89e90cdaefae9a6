use mcpwright::{Server, server};

struct Notes {
    count: u32,
}

#[server]
impl Notes {
    #[tool]
    fn find(&self) {}

    /// Count the notes.
    #[tool]
    fn count(&mut self) {
        self.count += 1;
    }

    /// Delete a note.
    #[tool(destrutcive)]
    fn delete(&self, #[arg(range = 5)] id: u32) {
        let _ = (id, self.count);
    }
}

fn main() {
    let _ = Server::from(Notes { count: 0 });
}
