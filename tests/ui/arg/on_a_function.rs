use mcpwright::arg;

#[arg(default = 10)]
fn find() {}

fn main() {
    find();
}
