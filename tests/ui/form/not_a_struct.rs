use mcpwright::Form;

#[derive(Form)]
enum Size {
    Small,
    Large,
}

#[derive(Form)]
union Bits {
    integer: u32,
    float: f32,
}

fn main() {}
