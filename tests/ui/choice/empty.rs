use mcpwright::Choice;

#[derive(Choice)]
enum Size {}

fn main() {}
