use mcpwright::Choice;

#[derive(Choice)]
enum Size<T> {
    Small,
    Large,
}

fn main() {}
