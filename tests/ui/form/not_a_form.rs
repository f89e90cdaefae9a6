use mcpwright::Form;

struct Guest;

fn ask<F: Form>() {}

fn main() {
    ask::<Guest>();
    ask::<String>();
}
