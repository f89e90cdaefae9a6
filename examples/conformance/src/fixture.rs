//! The server, and tools that return each kind of content.

use mcpwright::types::{AudioContent, EmbeddedResource, ImageContent, ResourceContents};
use mcpwright::{Builder, Catalog, ContentBlock, PromptHandler, Serve as _, ToolHandler, server};

use crate::{media, schema};

/// The tools, resources and prompts that the suite's scenarios use.
#[derive(Default)]
pub(crate) struct Fixture {
    /// Tools that are added and removed at run time.
    pub(crate) tools: Catalog<ToolHandler>,
    /// Prompts that are added and removed at run time.
    pub(crate) prompts: Catalog<PromptHandler>,
}

/// Returns the server that the official conformance suite tests.
pub fn server() -> Builder {
    let fixture = Fixture::default();
    let (tools, prompts) = (fixture.tools.clone(), fixture.prompts.clone());
    fixture.into_builder().tool(schema::tool()).tool_provider(tools).prompt_provider(prompts)
}

// The suite calls the first tool of the list without arguments, and expects the call to succeed.
#[server(
    title = "Conformance server",
    logging,
    instructions = "A test server for the official conformance suite. It has no use for a model.",
    parts(reports, changes, resources, prompts, input_required, tasks)
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

    /// Return audio.
    #[tool(read_only)]
    fn test_audio_content() -> AudioContent {
        AudioContent::new(media::wav(), "audio/wav")
    }

    /// Return an embedded resource.
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

    /// Return an argument that the client also sends as an HTTP header.
    #[tool(read_only)]
    fn test_custom_header(
        /// Any text.
        #[arg(header = "Value")]
        value: &str,
    ) -> String {
        format!("The value is: {value}")
    }
}
