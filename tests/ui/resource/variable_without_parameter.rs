use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    #[resource("note://{user}/{id}")]
    fn one(&self, id: u32) -> String {
        id.to_string()
    }
}

fn main() {}
