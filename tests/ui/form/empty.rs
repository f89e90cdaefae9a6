use mcpwright::Form;

#[derive(Form)]
struct Agreed;

#[derive(Form)]
struct Confirmation {}

fn main() {}
