//! Which capabilities a question needs, and which of those a client has not declared.

use mcpwright_core::{
    ClientCapabilities, CreateMessageParams, ElicitParams, ElicitationCapability, IncludeContext,
    InputRequest, RootsCapability, SamplingCapability,
};
use serde_json::Map;

/// What a client has to be able to do to be asked this.
pub(crate) fn needed(request: &InputRequest) -> ClientCapabilities {
    let none = ClientCapabilities::new();
    match request {
        InputRequest::Elicit(ElicitParams::Url(_)) => {
            none.elicitation(ElicitationCapability::default().url(Map::new()))
        }
        InputRequest::Elicit(_) => none.elicitation(ElicitationCapability::default()),
        InputRequest::CreateMessage(params) => none.sampling(sampling(params)),
        InputRequest::ListRoots(_) => none.roots(RootsCapability::default()),
        // Nothing is known of other questions, and nobody asks them.
        _ => none,
    }
}

fn sampling(params: &CreateMessageParams) -> SamplingCapability {
    let mut needed = SamplingCapability::default();
    if !params.tools.is_empty() || params.tool_choice.is_some() {
        needed = needed.tools(Map::new());
    }
    match params.include_context {
        None | Some(IncludeContext::None) => needed,
        Some(_) => needed.context(Map::new()),
    }
}

/// What of the capabilities that are needed a client has not declared, if anything.
pub(crate) fn lacking(needed: &ClientCapabilities, has: &ClientCapabilities) -> Option<ClientCapabilities> {
    let mut lacking = ClientCapabilities::new();
    lacking.elicitation =
        needed.elicitation.as_ref().and_then(|needed| lacking_elicitation(needed, has.elicitation.as_ref()));
    lacking.sampling =
        needed.sampling.as_ref().and_then(|needed| lacking_sampling(needed, has.sampling.as_ref()));
    lacking.roots = needed.roots.as_ref().filter(|_| has.roots.is_none()).cloned();
    let extensions = needed.extensions.iter().filter(|(name, _)| has.extensions.get(name).is_none());
    lacking.extensions = extensions.map(|(name, settings)| (name, settings.clone())).collect();
    (lacking != ClientCapabilities::new()).then_some(lacking)
}

fn lacking_elicitation(
    needed: &ElicitationCapability,
    has: Option<&ElicitationCapability>,
) -> Option<ElicitationCapability> {
    let Some(has) = has else { return Some(needed.clone()) };
    let mut lacking = ElicitationCapability::default();
    lacking.url = needed.url.clone().filter(|_| has.url.is_none());
    lacking.form = (needed.shows_forms() && !has.shows_forms()).then(Map::new);
    (lacking != ElicitationCapability::default()).then_some(lacking)
}

fn lacking_sampling(
    needed: &SamplingCapability,
    has: Option<&SamplingCapability>,
) -> Option<SamplingCapability> {
    let Some(has) = has else { return Some(needed.clone()) };
    let mut lacking = SamplingCapability::default();
    lacking.tools = needed.tools.clone().filter(|_| has.tools.is_none());
    lacking.context = needed.context.clone().filter(|_| has.context.is_none());
    (lacking != SamplingCapability::default()).then_some(lacking)
}
