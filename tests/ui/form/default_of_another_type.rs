use mcpwright::{Choice, Form};

#[derive(Choice)]
enum Size {
    Small,
    Large,
}

#[derive(Form)]
struct Guest {
    #[form(default = 5)]
    name: String,
    #[form(default = "5")]
    age: u32,
    #[form(default = 5)]
    ratio: f64,
    #[form(default = "small")]
    size: Size,
    #[form(default = Size::Small)]
    sizes: Vec<Size>,
    #[form(default = None)]
    email: Option<String>,
    #[form(default = 300)]
    small: u8,
}

fn main() {}
