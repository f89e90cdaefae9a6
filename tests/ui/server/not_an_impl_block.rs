use mcpwright::server;

#[server]
struct Notes {
    count: u32,
}

fn main() {}
