//! Tools, resources and prompts: definitions, parameters and results.

use mcpwright_core::{
    CallToolParams, CallToolResult, CompleteParams, CompleteResult, Completion, CompletionArgument,
    CompletionContext, CompletionReference, ContentBlock, DiscoverResult, GetPromptParams, GetPromptResult,
    JsonText, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, Prompt,
    PromptArgument, PromptMessage, PromptReference, ProtocolVersion, ReadResourceParams, ReadResourceResult,
    Resource, ResourceContents, ResourceTemplate, ResourceTemplateReference, ServerCapabilities, Tool,
    ToolAnnotations,
};
use serde_json::json;

use super::input::input_responses;
use super::{annotations, icons, object, own_meta, request_meta, result_meta};
use crate::coverage::Covered;

pub(super) fn all() -> Vec<Covered> {
    let mut all = definitions();
    all.extend(lists());
    all.extend(params());
    all.extend(results());
    all
}

fn definitions() -> Vec<Covered> {
    vec![
        Covered::of("Tool", [tool()]),
        Covered::of("ToolAnnotations", [tool_annotations()]),
        Covered::of("Resource", [resource()]),
        Covered::of("ResourceTemplate", [template()]),
        Covered::of("Prompt", [prompt()]),
        Covered::of("PromptArgument", [prompt_argument()]),
        Covered::of("PromptMessage", [PromptMessage::user("question"), PromptMessage::assistant("answer")]),
        Covered::of("PromptReference", [prompt_reference()]),
        Covered::of("ResourceTemplateReference", [template_reference()]),
    ]
}

fn lists() -> Vec<Covered> {
    vec![
        Covered::of("ListToolsResult", [list_tools()]).cacheable(),
        Covered::of("ListResourcesResult", [list_resources()]).cacheable(),
        Covered::of("ListResourceTemplatesResult", [list_templates()]).cacheable(),
        Covered::of("ListPromptsResult", [list_prompts()]).cacheable(),
    ]
}

fn params() -> Vec<Covered> {
    vec![
        Covered::of("CallToolRequestParams", [call_tool()]),
        Covered::of("ReadResourceRequestParams", [read_resource()]),
        Covered::of("GetPromptRequestParams", [get_prompt()]),
        Covered::of("CompleteRequestParams", complete()),
    ]
}

fn results() -> Vec<Covered> {
    vec![
        Covered::of("DiscoverResult", [discovered()]).cacheable(),
        Covered::of("CallToolResult", call_tool_results()).complete(),
        Covered::of("ReadResourceResult", [read_resource_result()]).cacheable(),
        Covered::of("GetPromptResult", [get_prompt_result()]).complete(),
        Covered::of("CompleteResult", [complete_result()]).complete(),
    ]
}

pub(super) fn tool() -> Tool {
    Tool::new("one", object(&json!({ "type": "object", "properties": { "two": { "type": "integer" } } })))
        .title("One")
        .description("The first.")
        .output_schema(object(&json!({ "type": "array" })))
        .annotations(tool_annotations())
        .icons(icons())
        .meta(own_meta())
}

fn tool_annotations() -> ToolAnnotations {
    ToolAnnotations::new()
        .title("One")
        .read_only_hint(false)
        .destructive_hint(true)
        .idempotent_hint(false)
        .open_world_hint(true)
}

pub(super) fn resource() -> Resource {
    Resource::new("file:///one", "one")
        .title("One")
        .description("The first.")
        .mime_type("text/plain")
        .size(5)
        .annotations(annotations())
        .icons(icons())
        .meta(own_meta())
}

fn template() -> ResourceTemplate {
    ResourceTemplate::new("file:///{name}", "files")
        .title("Files")
        .description("All of them.")
        .mime_type("text/plain")
        .annotations(annotations())
        .icons(icons())
        .meta(own_meta())
}

fn prompt() -> Prompt {
    Prompt::new("one")
        .title("One")
        .description("The first.")
        .arguments([prompt_argument()])
        .icons(icons())
        .meta(own_meta())
}

fn prompt_argument() -> PromptArgument {
    PromptArgument::new("two").title("Two").description("The second.").required(true)
}

fn prompt_reference() -> CompletionReference {
    PromptReference::new("one").title("One").into()
}

fn template_reference() -> CompletionReference {
    ResourceTemplateReference::new("file:///{name}").into()
}

pub(super) fn list_tools() -> ListToolsResult {
    ListToolsResult::new([tool()]).next_cursor("next").meta(result_meta())
}

pub(super) fn list_resources() -> ListResourcesResult {
    ListResourcesResult::new([resource()]).next_cursor("next").meta(result_meta())
}

pub(super) fn list_templates() -> ListResourceTemplatesResult {
    ListResourceTemplatesResult::new([template()]).next_cursor("next").meta(result_meta())
}

pub(super) fn list_prompts() -> ListPromptsResult {
    ListPromptsResult::new([prompt()]).next_cursor("next").meta(result_meta())
}

pub(super) fn call_tool() -> CallToolParams {
    CallToolParams::new("one")
        .arguments(JsonText::encode(&json!({ "two": 2 })).expect("JSON"))
        .input_responses(input_responses())
        .request_state("sealed")
        .meta(request_meta())
}

pub(super) fn read_resource() -> ReadResourceParams {
    ReadResourceParams::new("file:///one")
        .input_responses(input_responses())
        .request_state("sealed")
        .meta(request_meta())
}

pub(super) fn get_prompt() -> GetPromptParams {
    GetPromptParams::new("one")
        .arguments(object(&json!({ "two": "2" })))
        .input_responses(input_responses())
        .request_state("sealed")
        .meta(request_meta())
}

pub(super) fn complete() -> [CompleteParams; 2] {
    let context = CompletionContext::new([("one", "1".to_owned())]);
    [prompt_reference(), template_reference()].map(|reference| {
        let argument = CompletionArgument::new("two", "2");
        CompleteParams::new(reference, argument).context(context.clone()).meta(request_meta())
    })
}

pub(super) fn discovered() -> DiscoverResult {
    DiscoverResult::new(ProtocolVersion::ALL, ServerCapabilities::new())
        .instructions("Use it well.")
        .meta(result_meta())
}

pub(super) fn call_tool_results() -> [CallToolResult; 3] {
    let structured =
        |value| CallToolResult::text("text").structured_content(JsonText::encode(&value).expect("JSON"));
    let complete = structured(json!({ "one": [1.5] })).is_error(false).meta(result_meta());
    [complete, structured(json!(null)), CallToolResult::error("the call failed")]
}

pub(super) fn read_resource_result() -> ReadResourceResult {
    let contents =
        [ResourceContents::text("file:///one", "text"), ResourceContents::blob("file:///two", [1, 2, 3])];
    ReadResourceResult::new(contents).meta(result_meta())
}

pub(super) fn get_prompt_result() -> GetPromptResult {
    let messages =
        [PromptMessage::user("question"), PromptMessage::assistant(ContentBlock::image([1], "image/png"))];
    GetPromptResult::new(messages).description("The first.").meta(result_meta())
}

pub(super) fn complete_result() -> CompleteResult {
    let completion = Completion::new(["one".to_owned()]).total(5).has_more(true);
    CompleteResult::new(completion).meta(result_meta())
}
