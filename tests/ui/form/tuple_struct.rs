use mcpwright::Form;

#[derive(Form)]
struct Guest(String, u8);

fn main() {
    let _ = Guest::schema();
}
