//! The server, and the tools that return each kind of content.

use mcpwright::core::{AudioContent, EmbeddedResource, ImageContent, ResourceContents};
use mcpwright::{Builder, Catalog, ContentBlock, PromptHandler, Serve as _, ToolHandler, server};

use crate::{media, schema};

/// What the suite's scenarios call.
#[derive(Default)]
pub(crate) struct Fixture {
    /// Tools that come and go.
    pub(crate) tools: Catalog<ToolHandler>,
    /// Prompts that come and go.
    pub(crate) prompts: Catalog<PromptHandler>,
}

/// The server that the official conformance suite drives.
pub fn server() -> Builder {
    let fixture = Fixture::default();
    let (tools, prompts) = (fixture.tools.clone(), fixture.prompts.clone());
    fixture.into_builder().tool(schema::tool()).tool_provider(tools).prompt_provider(prompts)
}

// The suite calls whichever tool is the first of the list, without arguments, and expects it to succeed.
#[server(
    title = "Conformance server",
    instructions = "For the official conformance suite: no model has a use for it.",
    parts(reports, changes, resources, prompts, asking, tasks)
)]
impl Fixture {
    /// Return a text.
    #[tool(read_only)]
    fn test_simple_text() -> &'static str {
        "This is a simple text response for testing."
    }

    /// Return an image.
    #[tool(read_only)]
    fn test_image_content() -> ImageContent {
        ImageContent::new(media::png(), "image/png")
    }

    /// Return a sound.
    #[tool(read_only)]
    fn test_audio_content() -> AudioContent {
        AudioContent::new(media::wav(), "audio/wav")
    }

    /// Return a resource that was read.
    #[tool(read_only)]
    fn test_embedded_resource() -> EmbeddedResource {
        let text = "This is an embedded resource content.";
        EmbeddedResource::new(
            ResourceContents::text("test://embedded-resource", text).mime_type("text/plain"),
        )
    }

    /// Return a text, an image and a resource.
    #[tool(read_only)]
    fn test_multiple_content_types() -> [ContentBlock; 3] {
        let resource =
            ResourceContents::text("test://mixed-content-resource", r#"{"test":"data","value":123}"#);
        [
            "Multiple content types test:".into(),
            ContentBlock::image(media::png(), "image/png"),
            ContentBlock::resource(resource.mime_type("application/json")),
        ]
    }

    /// Fail.
    #[tool(read_only)]
    fn test_error_handling() -> Result<(), &'static str> {
        Err("This tool intentionally returns an error for testing")
    }

    /// Return a value that an HTTP header repeats.
    #[tool(read_only)]
    fn test_custom_header(
        /// Any text.
        #[arg(header = "Value")]
        value: &str,
    ) -> String {
        format!("The value is: {value}")
    }
}
