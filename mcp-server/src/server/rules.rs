//! The rules by which a server differs between requests.

use std::sync::Arc;

use mcpwright_core::Tool;

use crate::call::request_info::RequestInfo;
use crate::incident;
use crate::server::item::Item;
use crate::subscriptions::notify::without_publishing;

/// The rules of a server, all set by its author.
#[derive(Clone, Default)]
pub(crate) struct Rules {
    pub(crate) visible: Vec<VisibleRule>,
    pub(crate) presentations: Vec<Presentation>,
    pub(crate) instructions: Option<InstructionsRule>,
}

/// A function that returns `true` if an item exists for a request.
pub(crate) type VisibleRule = Arc<dyn Fn(&RequestInfo<'_>, Item<'_>) -> bool + Send + Sync>;

/// A function that returns the instructions for a request.
pub(crate) type InstructionsRule = Arc<dyn Fn(&RequestInfo<'_>) -> Option<String> + Send + Sync>;

/// A change of the tools in a list.
#[derive(Clone)]
pub(crate) enum Presentation {
    /// Depends on the request in an unknown way.
    Request(EditFor),
    /// Depends on a key of the request only.
    Key(KeyFunction, EditBy),
}

/// A function that returns the key of a request.
pub(crate) type KeyFunction = Arc<dyn Fn(&RequestInfo<'_>) -> String + Send + Sync>;

/// A function that changes a tool for a request.
pub(crate) type EditFor = Arc<dyn Fn(&RequestInfo<'_>, &mut Tool) + Send + Sync>;

/// A function that changes a tool for all requests with a key.
pub(crate) type EditBy = Arc<dyn Fn(&str, &mut Tool) + Send + Sync>;

/// The keys of a request for all presentations, in their order.
#[derive(Debug)]
pub(crate) enum PresentationKeys {
    /// All presentations have keys.
    Keys(Vec<String>),
    /// A presentation has no key, or its key function panicked.
    Unknown,
}

impl Default for PresentationKeys {
    fn default() -> Self {
        Self::Keys(Vec::new())
    }
}

/// A definition as a list shows it.
#[derive(Debug)]
pub(crate) enum Presented<D> {
    /// As it was declared.
    Unchanged,
    Changed(D),
    /// Not shown, because a presentation panicked.
    LeftOut,
}

impl Rules {
    /// Returns `true` if an item exists for a request. A rule that panics hides the item.
    pub(crate) fn is_visible(&self, request: &RequestInfo<'_>, item: Item<'_>) -> bool {
        self.visible.iter().all(|rule| {
            without_publishing(|| rule(request, item)).unwrap_or_else(|payload| {
                incident::panic("visible", payload);
                false
            })
        })
    }

    /// Returns the keys of a request for the presentations.
    pub(crate) fn presentation_keys(&self, request: &RequestInfo<'_>) -> PresentationKeys {
        let key = |presentation: &Presentation| match presentation {
            Presentation::Request(_) => None,
            Presentation::Key(key, _) => without_publishing(|| key(request))
                .map_err(|payload| incident::panic("present_by", payload))
                .ok(),
        };
        let keys: Option<Vec<_>> = self.presentations.iter().map(key).collect();
        keys.map_or(PresentationKeys::Unknown, PresentationKeys::Keys)
    }

    /// Returns a tool as a list shows it to a request with these keys.
    pub(crate) fn present(&self, request: &RequestInfo<'_>, keys: &[String], tool: &Tool) -> Presented<Tool> {
        if self.presentations.is_empty() {
            return Presented::Unchanged;
        }
        let mut shown = tool.clone();
        for (index, presentation) in self.presentations.iter().enumerate() {
            let presented = without_publishing(|| match (presentation, keys.get(index)) {
                (Presentation::Request(edit), _) => edit(request, &mut shown),
                (Presentation::Key(_, edit), Some(key)) => edit(key, &mut shown),
                (Presentation::Key(key, edit), None) => edit(&key(request), &mut shown),
            });
            if let Err(payload) = presented {
                incident::panic("present", payload);
                return Presented::LeftOut;
            }
        }
        // Clients call a tool by the name that the list shows.
        shown.name.clone_from(&tool.name);
        Presented::Changed(shown)
    }

    /// Returns the instructions for a request: those of the rule, or else `default`.
    pub(crate) fn instructions(&self, request: &RequestInfo<'_>, default: Option<&str>) -> Option<String> {
        let Some(rule) = &self.instructions else { return default.map(str::to_owned) };
        without_publishing(|| rule(request)).unwrap_or_else(|payload| {
            incident::panic("instructions_for", payload);
            None
        })
    }
}
