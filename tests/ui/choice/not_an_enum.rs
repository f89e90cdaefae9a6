use mcpwright::Choice;

#[derive(Choice)]
struct Size {
    small: bool,
}

#[derive(Choice)]
union Bits {
    integer: u32,
    float: f32,
}

fn main() {}
