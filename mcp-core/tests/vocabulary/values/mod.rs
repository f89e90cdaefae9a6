//! Values of the types, built with their constructors and setters, with every member set.

mod catalog;
mod input;
mod messages;

use mcpwright_core::{
    Annotations, AudioContent, CacheScope, Caching, ClientCapabilities, ContentBlock, ElicitationCapability,
    EmbeddedResource, EmptyResult, ErrorCode, ErrorObject, Icon, IconTheme, ImageContent, Implementation,
    LoggingLevel, Meta, NotificationParams, PaginatedParams, ProgressToken, PromptsCapability, RequestId,
    RequestParams, ResourceContents, ResourceLink, ResourcesCapability, Role, RootsCapability,
    SamplingCapability, ServerCapabilities, TextContent, TextResourceContents, ToolsCapability, meta,
};
use mcpwright_core::{BlobResourceContents, ProtocolVersion};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::coverage::Covered;

/// All definitions that a type covers.
pub(crate) fn all() -> Vec<Covered> {
    let mut all = basics();
    all.extend(capabilities());
    all.extend(metas());
    all.extend(contents());
    all.extend(errors());
    all.extend(catalog::all());
    all.extend(input::all());
    all.extend(messages::all());
    all
}

fn basics() -> Vec<Covered> {
    vec![
        Covered::of("RequestId", [RequestId::from(1), RequestId::from("one")]),
        Covered::of("ProgressToken", [ProgressToken::from(1), ProgressToken::from("one")]),
        Covered::of("Role", [Role::User, Role::Assistant]),
        Covered::of(
            "LoggingLevel",
            [
                LoggingLevel::Debug,
                LoggingLevel::Info,
                LoggingLevel::Notice,
                LoggingLevel::Warning,
                LoggingLevel::Error,
                LoggingLevel::Critical,
                LoggingLevel::Alert,
                LoggingLevel::Emergency,
            ],
        ),
        Covered::of("Implementation", [implementation()]),
        Covered::of("Icon", icons()),
        Covered::of("Annotations", [annotations()]),
        Covered::of("RequestParams", [RequestParams::new().meta(request_meta())]),
        Covered::of("PaginatedRequestParams", [paginated()]),
        Covered::of("NotificationParams", [NotificationParams::new().meta(notification_meta())]),
        Covered::of("Result", [EmptyResult::new().meta(result_meta())]).complete(),
        Covered::of("EmptyResult", [EmptyResult::new().meta(result_meta())]).complete(),
        Covered::of("CacheableResult", [cacheable(CacheScope::Public), cacheable(CacheScope::Private)])
            .complete()
            .unread(),
    ]
}

/// A cacheable result, as the engine composes it.
#[derive(Serialize, Deserialize)]
struct Cacheable {
    #[serde(flatten)]
    caching: Caching,
    #[serde(flatten)]
    result: EmptyResult,
}

fn cacheable(scope: CacheScope) -> Cacheable {
    Cacheable { caching: Caching::new(60_000, scope), result: EmptyResult::new().meta(result_meta()) }
}

fn capabilities() -> Vec<Covered> {
    let sampling = SamplingCapability::default().context(Map::new()).tools(Map::new());
    let client = ClientCapabilities::new()
        .elicitation(ElicitationCapability::default().form(Map::new()).url(Map::new()))
        .sampling(sampling)
        .roots(RootsCapability::default())
        .extensions([("org.example/one", object(&json!({ "two": [3] })))])
        .experimental([("anything", Map::new())]);
    let server = ServerCapabilities::new()
        .tools(ToolsCapability::default().list_changed(true))
        .resources(ResourcesCapability::default().list_changed(true).subscribe(false))
        .prompts(PromptsCapability::default().list_changed(true))
        .completions(Map::new())
        .logging(Map::new())
        .extensions([("org.example/one", object(&json!({ "two": [3] })))])
        .experimental([("anything", Map::new())]);
    vec![Covered::of("ClientCapabilities", [client]), Covered::of("ServerCapabilities", [server])]
}

fn metas() -> Vec<Covered> {
    let both = Meta(result_meta().0.into_iter().chain(notification_meta().0).collect());
    vec![
        Covered::of("MetaObject", [own_meta()]),
        Covered::of("RequestMetaObject", [request_meta()]).unread(),
        Covered::of("NotificationMetaObject", [notification_meta()]).unread(),
        Covered::of("ResultMetaObject", [result_meta()]).unread(),
        Covered::of("SubscriptionsListenResultMetaObject", [both]).unread(),
    ]
}

fn contents() -> Vec<Covered> {
    let text = TextContent::new("text").annotations(annotations()).meta(own_meta());
    let image = ImageContent::new([1, 2, 3], "image/png").annotations(annotations()).meta(own_meta());
    let audio = AudioContent::new([1, 2, 3], "audio/wav").annotations(annotations()).meta(own_meta());
    let embedded = EmbeddedResource::new(ResourceContents::text("file:///one", "text"))
        .annotations(annotations())
        .meta(own_meta());
    let link: ResourceLink = catalog::resource();
    let blocks: [ContentBlock; 5] =
        [text.into(), image.into(), audio.into(), embedded.into(), ContentBlock::resource_link(link)];
    let [text, image, audio, embedded, link] = blocks.clone();
    let text_contents =
        TextResourceContents::new("file:///one", "text").mime_type("text/plain").meta(own_meta());
    let blob_contents =
        BlobResourceContents::new("file:///one", [1, 2, 3]).mime_type("image/png").meta(own_meta());
    let contents = [ResourceContents::from(text_contents.clone()), blob_contents.clone().into()];
    vec![
        Covered::of("ContentBlock", blocks),
        Covered::of("TextContent", [text]),
        Covered::of("ImageContent", [image]),
        Covered::of("AudioContent", [audio]),
        Covered::of("EmbeddedResource", [embedded]),
        Covered::of("ResourceLink", [link]),
        Covered::of("ResourceContents", contents),
        Covered::of("TextResourceContents", [text_contents]),
        Covered::of("BlobResourceContents", [blob_contents]),
    ]
}

fn errors() -> Vec<Covered> {
    let mismatch = ErrorObject::new(ErrorCode::HEADER_MISMATCH, "header").data(json!(1));
    let missing = ErrorObject::missing_client_capability(json!({ "sampling": {} }));
    let version = ErrorObject::new(ErrorCode::UNSUPPORTED_PROTOCOL_VERSION, "version")
        .data(json!({ "supported": ProtocolVersion::ALL, "requested": "1900-01-01" }));
    vec![
        Covered::of("Error", [ErrorObject::resource_not_found("file:///one")]),
        Covered::of("ParseError", [ErrorObject::parse_error("invalid JSON").data(json!(1))]),
        Covered::of("InvalidRequestError", [ErrorObject::invalid_request("invalid request").data(json!(1))]),
        Covered::of("MethodNotFoundError", [ErrorObject::method_not_found("one").data(json!(1))]),
        Covered::of("InvalidParamsError", [ErrorObject::invalid_params("invalid params").data(json!(1))]),
        Covered::of("InternalError", [ErrorObject::internal("internal error").data(json!(1))]),
        Covered::error("HeaderMismatchError", &mismatch),
        Covered::error("MissingRequiredClientCapabilityError", &missing),
        Covered::error("UnsupportedProtocolVersionError", &version),
    ]
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().expect("an object")
}

fn implementation() -> Implementation {
    Implementation::new("one", "1.0.0")
        .title("One")
        .description("The first.")
        .website_url("https://example.org/one")
        .icons(icons())
}

fn icons() -> [Icon; 2] {
    let light = Icon::new("https://example.org/one.svg").mime_type("image/svg+xml").sizes(["any".to_owned()]);
    [light.theme(IconTheme::Light), Icon::new("data:image/png;base64,AQID").theme(IconTheme::Dark)]
}

fn annotations() -> Annotations {
    let both = [Role::User, Role::Assistant];
    Annotations::new().audience(both).priority(0.5).last_modified("2026-07-28T00:00:00Z")
}

fn paginated() -> PaginatedParams {
    PaginatedParams::new().cursor("next").meta(request_meta())
}

fn own_meta() -> Meta {
    Meta::new().with("org.example/one", json!({ "two": [3] }))
}

fn request_meta() -> Meta {
    own_meta()
        .with(meta::key::PROTOCOL_VERSION, "2026-07-28")
        .with(meta::key::CLIENT_INFO, json!(implementation()))
        .with(meta::key::CLIENT_CAPABILITIES, json!({ "roots": {} }))
        .with(meta::key::LOG_LEVEL, json!(LoggingLevel::Info))
        .with(meta::key::PROGRESS_TOKEN, 1)
}

fn notification_meta() -> Meta {
    own_meta().with(meta::key::SUBSCRIPTION_ID, "one")
}

fn result_meta() -> Meta {
    own_meta().with(meta::key::SERVER_INFO, json!(implementation()))
}
