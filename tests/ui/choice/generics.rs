use mcpwright::Choice;

#[derive(Choice)]
enum Size<const N: usize> {
    Small,
    Large,
}

fn main() {
    let _ = Size::<1>::OPTIONS;
}
