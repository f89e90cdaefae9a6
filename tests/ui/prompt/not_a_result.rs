use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    #[prompt]
    fn ask(&self) -> Vec<String> {
        vec![]
    }

    #[prompt]
    async fn ask_later(&self) {}
}

fn main() {}
