use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    #[resource("note://{id}", size = 100)]
    fn one(&self, id: u32) -> String {
        id.to_string()
    }
}

fn main() {}
