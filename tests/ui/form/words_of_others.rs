use mcpwright::Form;

#[derive(Form)]
struct Guest {
    #[form(name = "who", min_length = 1, pattern = "^a$", choices("a"))]
    name: String,
    #[form(min = 1, max = 10, optional, placeholder = "1")]
    seats: u8,
    #[form(min_items = 1)]
    meals: Vec<Meal>,
}

#[derive(mcpwright::Choice)]
enum Meal {
    Soup,
}

fn main() {}
