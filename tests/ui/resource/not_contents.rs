use mcpwright::server;

struct Note {
    id: u32,
}

struct Notes;

#[server]
impl Notes {
    #[resource("note://{id}")]
    async fn one(&self, id: u32) -> Option<Note> {
        Some(Note { id })
    }

    #[resource("note://count")]
    fn count(&self) -> usize {
        Note { id: 1 }.id as usize
    }
}

fn main() {}
