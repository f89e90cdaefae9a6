use mcpwright::Choice;

#[derive(Choice)]
#[choice(renameall = "snake_case")]
enum Size {
    #[choice(titel = "Small")]
    Small,
    #[choice(description = "Large")]
    Large,
}

fn main() {}
