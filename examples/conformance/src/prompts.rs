//! Prompts with each kind of content, and a completion.

use mcpwright::types::ResourceContents;
use mcpwright::{CompletionRequest, ContentBlock, PromptMessage, server};

use crate::fixture::Fixture;
use crate::media;

#[server(part = prompts)]
impl Fixture {
    /// Return a simple text.
    #[prompt]
    fn test_simple_prompt() -> &'static str {
        "This is a simple prompt for testing."
    }

    /// Return the arguments.
    #[prompt]
    fn test_prompt_with_arguments(
        /// Any text.
        #[arg(complete = Self::complete_arg1)]
        arg1: &str,
        /// Any other text.
        arg2: &str,
    ) -> String {
        format!("Prompt with arguments: arg1='{arg1}', arg2='{arg2}'")
    }

    /// Return an embedded resource.
    #[prompt]
    fn test_prompt_with_embedded_resource(
        /// The URI of the embedded resource.
        #[arg(name = "resourceUri")]
        resource_uri: String,
    ) -> [PromptMessage; 2] {
        let resource = ResourceContents::text(resource_uri, "Embedded resource content for testing.");
        [
            PromptMessage::user(ContentBlock::resource(resource.mime_type("text/plain"))),
            PromptMessage::user("Please process the embedded resource above."),
        ]
    }

    /// Return an image.
    #[prompt]
    fn test_prompt_with_image() -> [PromptMessage; 2] {
        [
            PromptMessage::user(ContentBlock::image(media::png(), "image/png")),
            PromptMessage::user("Please analyze the image above."),
        ]
    }

    fn complete_arg1(completing: CompletionRequest) -> Vec<&'static str> {
        let prefix = completing.value;
        let texts = ["testValue1", "testValue2", "another value"];
        texts.into_iter().filter(|text| text.starts_with(&prefix)).collect()
    }
}
