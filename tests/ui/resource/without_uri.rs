use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    #[resource]
    fn all(&self) -> String {
        String::new()
    }

    #[resource(uri = "note://{id}")]
    fn one(&self, id: u32) -> String {
        id.to_string()
    }
}

fn main() {}
