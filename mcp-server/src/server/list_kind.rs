//! The kinds of handlers that lists contain.

use mcpwright_core::{Prompt, Resource, ResourceTemplate, Tool};
use serde::Serialize;

use crate::call::request_info::RequestInfo;
use crate::handler::Handler;
use crate::handler::handler_error::HandlerError;
use crate::handler::kind::HandlerKind;
use crate::replicas::change::Change;
use crate::server::item::Item;
use crate::server::rules::{Presented, Rules};

/// The kind of the handlers in a list.
pub(crate) trait ListKind: HandlerKind + Serialize {
    /// The change that is published when the list changes.
    const CHANGE: Change;
    /// The member of the result that contains the list: `tools`.
    const LIST: &'static str;
    /// The advice when two entries have the same key.
    const DUPLICATE_FIX: &'static str;
    /// Presentations can change the definition.
    const IS_PRESENTED: bool = false;

    /// Returns the entry as rules see it.
    fn item(&self) -> Item<'_>;

    /// Returns the definition as a list shows it to a request.
    fn presented(&self, request: &RequestInfo<'_>, rules: &Rules, keys: &[String]) -> Presented<Self> {
        let _ = (request, rules, keys);
        Presented::Unchanged
    }
}

/// A handler that a list contains.
pub(crate) trait ListEntry: Clone + Send + Sync {
    /// The type of its definition.
    type Kind: ListKind;

    /// Returns the name or the URI.
    fn key(&self) -> &str;

    /// Returns the definition, as the list contains it.
    fn definition(&self) -> &Self::Kind;

    /// Returns the error of an invalid declaration.
    fn error(&self) -> Option<HandlerError>;
}

impl<K: ListKind> ListEntry for Handler<K> {
    type Kind = K;

    fn key(&self) -> &str {
        self.key()
    }

    fn definition(&self) -> &K {
        self.definition()
    }

    fn error(&self) -> Option<HandlerError> {
        self.error()
    }
}

impl ListKind for Tool {
    const CHANGE: Change = Change::Tools;
    const LIST: &'static str = "tools";
    const DUPLICATE_FIX: &'static str = "give one of them another name, or mount it with a prefix";
    const IS_PRESENTED: bool = true;

    fn item(&self) -> Item<'_> {
        Item::Tool(self)
    }

    fn presented(&self, request: &RequestInfo<'_>, rules: &Rules, keys: &[String]) -> Presented<Self> {
        rules.present(request, keys, self)
    }
}

impl ListKind for Prompt {
    const CHANGE: Change = Change::Prompts;
    const LIST: &'static str = "prompts";
    const DUPLICATE_FIX: &'static str = Tool::DUPLICATE_FIX;

    fn item(&self) -> Item<'_> {
        Item::Prompt(self)
    }
}

impl ListKind for Resource {
    const CHANGE: Change = Change::Resources;
    const LIST: &'static str = "resources";
    const DUPLICATE_FIX: &'static str = "give one of them another URI";

    fn item(&self) -> Item<'_> {
        Item::Resource(&self.uri)
    }
}

impl ListKind for ResourceTemplate {
    const CHANGE: Change = Change::Resources;
    const LIST: &'static str = "resourceTemplates";
    const DUPLICATE_FIX: &'static str = Resource::DUPLICATE_FIX;

    fn item(&self) -> Item<'_> {
        Item::Template(self)
    }
}
