//! Input requests and their responses.

use mcpwright_core::{
    AudioContent, BooleanSchema, CreateMessageParams, CreateMessageResult, ElicitAction, ElicitFormParams,
    ElicitParams, ElicitResult, ElicitUrlParams, EnumOption, FormSchema, ImageContent, IncludeContext,
    InputRequest, InputRequests, InputRequiredResult, InputResponses, JsonText, LegacyTitledEnumSchema,
    ListRootsResult, Members, ModelHint, ModelPreferences, NumberSchema, PrimitiveSchema, RequestParams,
    Role, Root, SamplingMessage, SamplingMessageContentBlock, StopReason, StringFormat, StringSchema,
    TextContent, TitledMultiSelectEnumSchema, TitledSingleSelectEnumSchema, ToolChoice, ToolChoiceMode,
    ToolResultContent, ToolUseContent, UntitledMultiSelectEnumSchema, UntitledSingleSelectEnumSchema,
};
use serde_json::json;

use super::catalog::tool;
use super::{object, own_meta, result_meta};
use crate::coverage::Covered;

pub(super) fn all() -> Vec<Covered> {
    let mut all = requests();
    all.extend(fields());
    all.extend(sampling());
    all.extend(results());
    all
}

fn requests() -> Vec<Covered> {
    let elicit = InputRequest::Elicit(form());
    let sample = InputRequest::from(create_message());
    let roots = InputRequest::ListRoots(Some(RequestParams::new().meta(own_meta())));
    let kinds = [elicit.clone(), sample.clone(), roots, InputRequest::ListRoots(None)];
    vec![
        Covered::of("InputRequest", kinds),
        Covered::of("InputRequests", [input_requests()]),
        Covered::of("InputRequiredResult", [input_required()])
            .with(&json!({ "resultType": "input_required" })),
        Covered::of("ElicitRequest", [elicit]),
        Covered::of("CreateMessageRequest", [sample]),
        Covered::of("ElicitRequestParams", [form(), url()]),
        Covered::of("ElicitRequestURLParams", [url()]),
        // The mode is not written: form mode is the default, and clients before 2025-11-25 do not know modes.
        Covered::of("ElicitRequestFormParams", [form()]).with(&json!({ "mode": "form" })),
        Covered::of("CreateMessageRequestParams", [create_message()]),
    ]
}

fn fields() -> Vec<Covered> {
    let options = || [EnumOption::new("one", "One"), EnumOption::new("two", "Two")];
    let values = || ["one".to_owned(), "two".to_owned()];
    let text = StringSchema::new().title("One").description("The first.").min_length(1).max_length(20);
    let text = PrimitiveSchema::String(text.format(StringFormat::DateTime).default_value("one"));
    let number =
        NumberSchema::new().title("One").description("The first.").minimum(0.5).maximum(20).default_value(1);
    let numbers = [PrimitiveSchema::Number(number.clone()), PrimitiveSchema::Integer(number)];
    let boolean = BooleanSchema::new().title("One").description("The first.").default_value(true);
    let boolean = PrimitiveSchema::Boolean(boolean);
    let untitled = UntitledSingleSelectEnumSchema::new(values()).title("One").description("The first.");
    let untitled = PrimitiveSchema::UntitledSingleSelect(untitled.default_value("one"));
    let titled = TitledSingleSelectEnumSchema::new(options()).title("One").description("The first.");
    let titled = PrimitiveSchema::TitledSingleSelect(titled.default_value("one"));
    let untitled_multi = UntitledMultiSelectEnumSchema::new(values()).title("One").description("The first.");
    let untitled_multi = PrimitiveSchema::UntitledMultiSelect(
        untitled_multi.min_items(1).max_items(2).default_value(["one".to_owned()]),
    );
    let titled_multi = TitledMultiSelectEnumSchema::new(options()).title("One").description("The first.");
    let titled_multi = titled_multi.min_items(1).max_items(2).default_value(["one".to_owned()]);
    let titled_multi = PrimitiveSchema::TitledMultiSelect(titled_multi);
    let legacy = LegacyTitledEnumSchema::new(values(), values()).title("One").description("The first.");
    let legacy = PrimitiveSchema::LegacyTitledEnum(legacy.default_value("one"));

    let single = [untitled.clone(), titled.clone()];
    let multi = [untitled_multi.clone(), titled_multi.clone()];
    let choices = [single.to_vec(), multi.to_vec(), vec![legacy.clone()]].concat();
    let primitive = [choices.clone(), numbers.to_vec(), vec![text.clone(), boolean.clone()]].concat();
    vec![
        Covered::of("PrimitiveSchemaDefinition", primitive),
        Covered::of("EnumSchema", choices),
        Covered::of("SingleSelectEnumSchema", single),
        Covered::of("MultiSelectEnumSchema", multi),
        Covered::of("StringSchema", [text]),
        Covered::of("NumberSchema", numbers),
        Covered::of("BooleanSchema", [boolean]),
        Covered::of("UntitledSingleSelectEnumSchema", [untitled]),
        Covered::of("TitledSingleSelectEnumSchema", [titled]),
        Covered::of("UntitledMultiSelectEnumSchema", [untitled_multi]),
        Covered::of("TitledMultiSelectEnumSchema", [titled_multi]),
        Covered::of("LegacyTitledEnumSchema", [legacy]),
    ]
}

fn sampling() -> Vec<Covered> {
    vec![
        Covered::of("SamplingMessage", messages()),
        Covered::of("SamplingMessageContentBlock", blocks()),
        Covered::of("ToolUseContent", [SamplingMessageContentBlock::from(tool_use())]),
        Covered::of("ToolResultContent", [SamplingMessageContentBlock::from(tool_result())]),
        Covered::of("ModelPreferences", [preferences()]),
        Covered::of("ModelHint", [ModelHint::new("one")]),
        Covered::of(
            "ToolChoice",
            [ToolChoiceMode::Auto, ToolChoiceMode::Required, ToolChoiceMode::None].map(ToolChoice::new),
        ),
    ]
}

fn results() -> Vec<Covered> {
    vec![
        Covered::of("InputResponses", [input_responses()]),
        Covered::of("InputResponse", input_responses().into_iter().map(|(_, response)| response)),
        Covered::of("ElicitResult", elicit_results()),
        Covered::of("CreateMessageResult", [create_message_result()]),
        Covered::of("ListRootsResult", [list_roots_result()]),
        Covered::of("Root", [root()]),
    ]
}

pub(super) fn form() -> ElicitParams {
    let fields = [
        ("name", PrimitiveSchema::String(StringSchema::new())),
        ("age", PrimitiveSchema::Integer(NumberSchema::new().minimum(18))),
    ];
    let schema = FormSchema::new(fields).required(["name".to_owned()]);
    let schema = schema.schema("https://json-schema.org/draft/2020-12/schema");
    ElicitFormParams::new("What is your name?", schema).into()
}

fn url() -> ElicitParams {
    ElicitUrlParams::new("Please sign.", "https://example.org/sign").into()
}

fn input_requests() -> InputRequests {
    Members::from([
        ("name", InputRequest::from(form())),
        ("sign", url().into()),
        ("message", create_message().into()),
        ("roots", InputRequest::ListRoots(None)),
    ])
}

pub(super) fn input_required() -> InputRequiredResult {
    InputRequiredResult::new(input_requests()).request_state("sealed").meta(result_meta())
}

pub(super) fn input_responses() -> InputResponses {
    let [accepted, _, _] = elicit_results();
    Members::from([
        ("name", JsonText::encode(&accepted).expect("JSON")),
        ("message", JsonText::encode(&create_message_result()).expect("JSON")),
        ("roots", JsonText::encode(&list_roots_result()).expect("JSON")),
    ])
}

fn elicit_results() -> [ElicitResult; 3] {
    let content = object(&json!({ "name": "one", "age": 18, "sure": true, "some": ["a", "b"] }));
    [
        ElicitResult::new(ElicitAction::Accept).content(content),
        ElicitResult::new(ElicitAction::Decline),
        ElicitResult::new(ElicitAction::Cancel),
    ]
}

pub(super) fn create_message() -> CreateMessageParams {
    CreateMessageParams::new(messages(), 100)
        .model_preferences(preferences())
        .system_prompt("Be brief.")
        .include_context(IncludeContext::None)
        .temperature(0.7)
        .stop_sequences(["END".to_owned()])
        .metadata(object(&json!({ "one": 1 })))
        .tools([tool()])
        .tool_choice(ToolChoice::new(ToolChoiceMode::Required))
}

fn preferences() -> ModelPreferences {
    ModelPreferences::new()
        .hints([ModelHint::new("one")])
        .cost_priority(0.0)
        .speed_priority(1.0)
        .intelligence_priority(0.5)
}

fn messages() -> [SamplingMessage; 3] {
    [
        SamplingMessage::user("question").meta(own_meta()),
        SamplingMessage::assistant(tool_use()),
        SamplingMessage::new(Role::User, blocks()),
    ]
}

fn blocks() -> [SamplingMessageContentBlock; 5] {
    [
        TextContent::new("text").into(),
        ImageContent::new([1], "image/png").into(),
        AudioContent::new([1], "audio/wav").into(),
        tool_use().into(),
        tool_result().into(),
    ]
}

fn tool_use() -> ToolUseContent {
    ToolUseContent::new("call", "one", object(&json!({ "two": 2 }))).meta(own_meta())
}

fn tool_result() -> ToolResultContent {
    ToolResultContent::new("call", ["text".into()])
        .structured_content(JsonText::encode(&json!([null])).expect("JSON"))
        .is_error(false)
        .meta(own_meta())
}

fn create_message_result() -> CreateMessageResult {
    CreateMessageResult::new("model", blocks()).stop_reason(StopReason::END_TURN).meta(own_meta())
}

fn list_roots_result() -> ListRootsResult {
    ListRootsResult::new([root()])
}

fn root() -> Root {
    Root::new("file:///one").name("One").meta(own_meta())
}
