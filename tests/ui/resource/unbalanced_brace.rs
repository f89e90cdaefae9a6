use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    #[resource("note://{id")]
    fn one(&self, id: u32) -> String {
        id.to_string()
    }

    #[resource("note://id}/part")]
    fn part(&self, id: u32) -> String {
        id.to_string()
    }

    #[resource("note://{}")]
    fn none(&self) -> String {
        String::new()
    }
}

fn main() {}
