use mcpwright::Form;

struct Plain;

#[derive(Form)]
struct Guest {
    plain: Plain,
    known: u32,
    wrapped: Option<Plain>,
    several: Vec<String>,
    #[form(title = "Described", length = 1..=80)]
    described: Plain,
    borrowed: &'static str,
}

fn main() {}
