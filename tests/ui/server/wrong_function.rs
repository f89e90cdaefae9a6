use mcpwright::server;

fn plain() {}

#[mcpwright::prompt]
fn greet() -> &'static str {
    "Hello!"
}

struct Notes;

#[server(tools(plain, greet))]
impl Notes {}

fn main() {}
