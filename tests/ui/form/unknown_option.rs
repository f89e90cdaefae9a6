use mcpwright::Form;

#[derive(Form)]
#[form(title = "Guest")]
struct Guest {
    #[form(titel = "Name")]
    name: String,
    #[form(max = 100)]
    age: u32,
}

fn main() {}
