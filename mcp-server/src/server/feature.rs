//! The parts of the protocol that a server can leave out.

use mcpwright_core::ServerCapabilities;

use crate::replicas::change::Change;
use crate::server::Server;

/// A part of the protocol that a server offers by itself, and that [`Builder::without`](crate::Builder::without) leaves out.
///
/// ```
/// use mcpwright_server::{OptionalFeature, ResourceHandler, Server};
///
/// let motto = ResourceHandler::function("app://motto", "motto", || async { "Measure twice." });
/// let server = Server::builder("mottos", "1.0.0")
///     .resource(motto)
///     .without(OptionalFeature::ListChanges)
///     .without(OptionalFeature::Subscriptions)
///     .build();
/// let resources = server.capabilities().resources.as_ref().expect("it has resources");
/// assert_eq!((resources.list_changed, resources.subscribe), (None, None));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OptionalFeature {
    /// Notifications about changes of the lists of tools, prompts and resources (`listChanged`).
    ListChanges,
    /// Subscriptions to the changes of resources (`resources.subscribe`).
    Subscriptions,
    /// Completion of arguments (`completions`).
    Completions,
}

impl OptionalFeature {
    /// Removes the feature from the capabilities of a server.
    pub(crate) fn remove_from(self, capabilities: &mut ServerCapabilities) {
        let ServerCapabilities { tools, prompts, resources, completions, .. } = capabilities;
        match self {
            Self::ListChanges => {
                tools.iter_mut().for_each(|tools| tools.list_changed = None);
                prompts.iter_mut().for_each(|prompts| prompts.list_changed = None);
                resources.iter_mut().for_each(|resources| resources.list_changed = None);
            }
            Self::Subscriptions => resources.iter_mut().for_each(|resources| resources.subscribe = None),
            Self::Completions => *completions = None,
        }
    }
}

/// Removes what a client of an earlier revision cannot use without a session.
pub(crate) fn remove_features_of_sessions(capabilities: &mut ServerCapabilities) {
    OptionalFeature::ListChanges.remove_from(capabilities);
    OptionalFeature::Subscriptions.remove_from(capabilities);
    // The level of messages belongs to the session.
    capabilities.logging = None;
}

impl Server {
    /// Returns `true` if clients can subscribe to the changes of resources.
    pub(crate) fn has_subscriptions(&self) -> bool {
        self.capabilities().resources.as_ref().is_some_and(|resources| resources.subscribe == Some(true))
    }

    /// Returns `true` if clients are notified of changes of this list.
    pub(crate) fn announces(&self, list: &Change) -> bool {
        let ServerCapabilities { tools, prompts, resources, .. } = self.capabilities();
        let announced = match list {
            Change::Tools => tools.as_ref().and_then(|tools| tools.list_changed),
            Change::Prompts => prompts.as_ref().and_then(|prompts| prompts.list_changed),
            Change::Resources => resources.as_ref().and_then(|resources| resources.list_changed),
            _ => None,
        };
        announced == Some(true)
    }
}
