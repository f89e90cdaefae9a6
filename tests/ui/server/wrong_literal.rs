use mcpwright::server;

struct Notes;

#[server(
    instructions = 5,
    page_size = "100",
    mask_errors = true,
    read_only = 1,
    allow_unknown_arguments = true,
    icon("a.png"),
    part = 1
)]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self) {}
}

fn main() {}
