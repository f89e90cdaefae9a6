use mcpwright::Choice;

#[derive(Choice)]
#[choice(rename_all = "snakecase")]
enum Size {
    #[choice(title = 5)]
    Small,
    #[choice(rename)]
    Large,
}

#[derive(Choice)]
#[choice(rename_all = "words")]
enum Color {
    Red,
}

fn main() {}
