use mcpwright::{Choice, Form};

#[derive(Choice)]
enum Size {
    Small,
    Large,
}

#[derive(Form)]
struct Guest {
    #[form(range = 10..=1)]
    a: u32,
    #[form(range = 1..=10, default = 11)]
    b: u32,
    #[form(length = ..0)]
    c: String,
    #[form(length = 1..=3, default = "long")]
    d: String,
    #[form(items = 2..2)]
    e: Vec<Size>,
    #[form(items = 2..=3, default = [Size::Small])]
    f: Vec<Size>,
    #[form(range = 0.5..=1.5, default = 0.25)]
    g: f64,
}

fn main() {}
