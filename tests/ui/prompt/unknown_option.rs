use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    #[prompt(read_only, titel = "Ask")]
    fn ask(&self) -> String {
        String::new()
    }
}

fn main() {}
