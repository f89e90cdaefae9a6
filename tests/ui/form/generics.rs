use mcpwright::Form;

#[derive(Form)]
struct Guest<T: Clone> {
    name: T,
}

#[derive(Form)]
struct Borrowed<'a> {
    name: &'a str,
}

fn main() {
    let _ = Guest::<String>::schema();
}
