use mcpwright::{CompletionRequest, server};

struct Notes;

#[server]
impl Notes {
    #[prompt]
    fn ask(
        &self,
        #[arg(complete = Self::suggest)] one: String,
        #[arg(complete = Self::missing)] two: String,
    ) -> String {
        one + &two
    }

    async fn suggest(&self, _: CompletionRequest) -> u32 {
        1
    }
}

fn main() {}
