use mcpwright::Choice;

#[derive(Choice)]
#[choice(rename_all = "lowercase")]
enum Size {
    Small,
    #[choice(rename = "small")]
    Tiny,
}

fn main() {}
