use mcpwright::{Context, resource, server};

struct Notes;

#[server]
impl Notes {
    #[resource("note://{id}")]
    fn one(&self, id: u32, part: String, context: &Context) -> String {
        let _ = context;
        id.to_string() + &part
    }
}

#[resource("note://all")]
fn all(words: Vec<String>) -> String {
    words.concat()
}

fn main() {
    all(vec![]);
}
