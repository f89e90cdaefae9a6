use mcpwright::{Choice, Form};

#[derive(Choice)]
enum Size {
    Small,
    Large,
}

#[derive(Form)]
struct Guest {
    #[form(length = 1..=80)]
    age: u32,
    #[form(format = "email")]
    sure: Option<bool>,
    #[form(range = 1..=80)]
    name: String,
    #[form(range = 1..=2)]
    ratio: f64,
    #[form(range = 0.5..1.0)]
    share: f64,
    #[form(items = 1..=3)]
    size: Size,
    #[form(length = 1..=3)]
    sizes: Vec<Size>,
}

fn main() {}
