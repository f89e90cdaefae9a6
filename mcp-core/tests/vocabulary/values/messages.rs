//! Whole messages, and parameters of notifications.

use mcpwright_core::method::{
    self, CallTool, Complete, Discover, GetPrompt, ListPrompts, ListResourceTemplates, ListResources,
    ListRoots, ListTools, Listen, ReadResource,
};
use mcpwright_core::{
    AcknowledgedParams, CancelledParams, ListenParams, ListenResult, LoggingLevel, LoggingMessageParams,
    NotificationParams, ProgressParams, RequestParams, ResourceUpdatedParams, SubscriptionFilter,
};
use serde_json::json;

use super::{catalog, notification_meta, own_meta, paginated, request_meta};
use crate::coverage::Covered;

pub(super) fn all() -> Vec<Covered> {
    let mut all = requests();
    all.extend(responses());
    all.extend(params());
    all.extend(notifications());
    all
}

fn requests() -> Vec<Covered> {
    let [complete, _] = catalog::complete();
    vec![
        Covered::request::<Discover>("DiscoverRequest", &RequestParams::new().meta(request_meta())),
        Covered::request::<ListTools>("ListToolsRequest", &paginated()),
        Covered::request::<ListResources>("ListResourcesRequest", &paginated()),
        Covered::request::<ListResourceTemplates>("ListResourceTemplatesRequest", &paginated()),
        Covered::request::<ListPrompts>("ListPromptsRequest", &paginated()),
        Covered::request::<CallTool>("CallToolRequest", &catalog::call_tool()),
        Covered::request::<ReadResource>("ReadResourceRequest", &catalog::read_resource()),
        Covered::request::<GetPrompt>("GetPromptRequest", &catalog::get_prompt()),
        Covered::request::<Complete>("CompleteRequest", &complete),
        Covered::request::<Listen>("SubscriptionsListenRequest", &listen()),
        Covered::request::<ListRoots>("ListRootsRequest", &RequestParams::new().meta(own_meta())),
    ]
}

fn responses() -> Vec<Covered> {
    let [call_tool_result, ..] = catalog::call_tool_results();
    let listen_result = ListenResult::new().meta(notification_meta());
    vec![
        Covered::of("", [catalog::discovered()]).cacheable().response("DiscoverResultResponse"),
        Covered::of("", [catalog::list_tools()]).cacheable().response("ListToolsResultResponse"),
        Covered::of("", [catalog::list_resources()]).cacheable().response("ListResourcesResultResponse"),
        Covered::of("", [catalog::list_templates()])
            .cacheable()
            .response("ListResourceTemplatesResultResponse"),
        Covered::of("", [catalog::list_prompts()]).cacheable().response("ListPromptsResultResponse"),
        Covered::of("", [call_tool_result]).complete().response("CallToolResultResponse"),
        Covered::of("", [catalog::read_resource_result()]).cacheable().response("ReadResourceResultResponse"),
        Covered::of("", [catalog::get_prompt_result()]).complete().response("GetPromptResultResponse"),
        Covered::of("", [catalog::complete_result()]).complete().response("CompleteResultResponse"),
        Covered::of("", [listen_result]).complete().response("SubscriptionsListenResultResponse"),
    ]
}

fn params() -> Vec<Covered> {
    let listen_result = ListenResult::new().meta(notification_meta());
    vec![
        Covered::of("SubscriptionFilter", [filter()]),
        Covered::of("SubscriptionsListenRequestParams", [listen()]),
        Covered::of("SubscriptionsListenResult", [listen_result]).complete(),
        Covered::of("SubscriptionsAcknowledgedNotificationParams", [acknowledged()]),
        Covered::of("CancelledNotificationParams", [cancelled()]),
        Covered::of("ProgressNotificationParams", [progress()]),
        Covered::of("LoggingMessageNotificationParams", [log()]),
        Covered::of("ResourceUpdatedNotificationParams", [updated()]),
    ]
}

fn notifications() -> Vec<Covered> {
    let none = NotificationParams::new().meta(notification_meta());
    vec![
        Covered::notification("CancelledNotification", method::CANCELLED, &cancelled()),
        Covered::notification("ClientNotification", method::CANCELLED, &cancelled()),
        Covered::notification("ProgressNotification", method::PROGRESS, &progress()),
        Covered::notification("LoggingMessageNotification", method::MESSAGE, &log()),
        Covered::notification(
            "SubscriptionsAcknowledgedNotification",
            method::SUBSCRIPTIONS_ACKNOWLEDGED,
            &acknowledged(),
        ),
        Covered::notification("ResourceUpdatedNotification", method::RESOURCES_UPDATED, &updated()),
        Covered::notification("ResourceListChangedNotification", method::RESOURCES_LIST_CHANGED, &none),
        Covered::notification("ToolListChangedNotification", method::TOOLS_LIST_CHANGED, &none),
        Covered::notification("PromptListChangedNotification", method::PROMPTS_LIST_CHANGED, &none),
    ]
}

fn listen() -> ListenParams {
    ListenParams::new(filter()).meta(request_meta())
}

fn filter() -> SubscriptionFilter {
    SubscriptionFilter::new()
        .tools_list_changed(true)
        .prompts_list_changed(false)
        .resources_list_changed(true)
        .resource_subscriptions(["file:///one".to_owned()])
}

fn acknowledged() -> AcknowledgedParams {
    AcknowledgedParams::new(filter()).meta(notification_meta())
}

fn cancelled() -> CancelledParams {
    CancelledParams::new("one").reason("It takes too long.").meta(notification_meta())
}

fn progress() -> ProgressParams {
    ProgressParams::new("one", 1.5).total(3).message("Half of it.").meta(notification_meta())
}

fn log() -> LoggingMessageParams {
    LoggingMessageParams::new(LoggingLevel::Warning, json!({ "one": [1] }))
        .logger("part")
        .meta(notification_meta())
}

fn updated() -> ResourceUpdatedParams {
    ResourceUpdatedParams::new("file:///one").meta(notification_meta())
}
