use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    #[resource(
        "note://{id}",
        mime_type = 5,
        size = "100",
        cache = "5min",
        annotations(audience(everyone)),
        annotation = 1,
    )]
    fn one(&self, id: u32) -> String {
        id.to_string()
    }

    #[resource("note://{id}/part", cache(5, private))]
    fn part(&self, id: u32) -> String {
        id.to_string()
    }
}

fn main() {}
