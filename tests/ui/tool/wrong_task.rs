use mcpwright::server;

struct Reports;

#[server]
impl Reports {
    /// Write a report.
    #[tool(task = sometimes)]
    fn write(&self) {}

    /// Send a report.
    #[tool(task = 10)]
    fn send(&self) {}

    /// Ask about a report.
    #[prompt(task)]
    fn ask(&self) -> &str {
        "Ask."
    }
}

fn main() {}
