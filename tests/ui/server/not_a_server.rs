use mcpwright::{Serve, Server};

struct Notes;

impl Notes {
    fn find(&self) {}
}

fn mount(_: impl Serve) {}

fn main() {
    Notes.find();
    mount(Notes);
    let _ = Server::from(Notes);
}
