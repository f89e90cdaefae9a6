use mcpwright::{server, tool};

struct Notes;

#[server]
impl Notes {
    #[tool(read_only)]
    fn find(&self) {}

    ///
    #[tool(name = "find-all")]
    fn find_all(&self) {}
}

#[tool]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {
    add(1, 2);
}
