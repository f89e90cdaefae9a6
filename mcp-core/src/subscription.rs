//! Subscriptions of clients to notifications: `subscriptions/listen`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::meta::Meta;
use crate::setters::setters;

/// The notification types that a client opts in to. Types that are absent are not sent.
///
/// See [`SubscriptionFilter`](https://modelcontextprotocol.io/specification/2026-07-28/schema#subscriptionfilter).
///
/// ```
/// use mcpwright_core::SubscriptionFilter;
///
/// let filter = SubscriptionFilter::new()
///     .tools_list_changed(true)
///     .resource_subscriptions(["file:///var/log/app.log".to_owned()]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubscriptionFilter {
    /// If `true`, send `notifications/tools/list_changed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools_list_changed: Option<bool>,
    /// If `true`, send `notifications/prompts/list_changed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompts_list_changed: Option<bool>,
    /// If `true`, send `notifications/resources/list_changed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources_list_changed: Option<bool>,
    /// URIs of the resources for which to send `notifications/resources/updated`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_subscriptions: Option<Vec<String>>,
    /// Ids of the tasks for which to send `notifications/tasks`. Part of the tasks extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_ids: Option<Vec<String>>,
    /// Unrecognized members, such as those of extensions, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl SubscriptionFilter {
    /// Creates a filter that opts in to no notification type.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        tools_list_changed: Option<bool>,
        prompts_list_changed: Option<bool>,
        resources_list_changed: Option<bool>,
        resource_subscriptions: Option<Vec<String>>,
        task_ids: Option<Vec<String>>,
    }
}

/// Parameters of `subscriptions/listen`.
///
/// See [`SubscriptionsListenRequestParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#subscriptionslistenrequestparams).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListenParams {
    /// The notification types that the client opts in to.
    pub notifications: SubscriptionFilter,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ListenParams {
    /// Creates the parameters from the notification types that the client opts in to.
    pub fn new(notifications: SubscriptionFilter) -> Self {
        Self { notifications, ..Self::default() }
    }

    setters! {
        meta: Meta,
    }
}

/// Parameters of `notifications/subscriptions/acknowledged`, the first notification of a subscription.
///
/// See [`SubscriptionsAcknowledgedNotificationParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#subscriptionsacknowledgednotificationparams).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AcknowledgedParams {
    /// The requested notification types that the server will send.
    pub notifications: SubscriptionFilter,
    /// Metadata outside the schema (`_meta`). It carries the subscription id.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl AcknowledgedParams {
    /// Creates the parameters from the notification types that the server will send.
    pub fn new(notifications: SubscriptionFilter) -> Self {
        Self { notifications, ..Self::default() }
    }

    setters! {
        meta: Meta,
    }
}

/// The result of `subscriptions/listen`, which the server sends when it ends the subscription gracefully.
///
/// See [`SubscriptionsListenResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#subscriptionslistenresult).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListenResult {
    /// Metadata outside the schema (`_meta`). It carries the subscription id.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ListenResult {
    /// Creates a result without metadata.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        meta: Meta,
    }
}
