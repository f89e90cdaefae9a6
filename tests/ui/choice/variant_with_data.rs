use mcpwright::{Choice, Form};

#[derive(Choice)]
enum Size {
    Small,
    Exact(u32),
    Between { least: u32, most: u32 },
}

#[derive(Form)]
struct Guest {
    size: Size,
    sizes: Vec<Size>,
}

fn main() {}
