//! The capabilities that an input request needs, and those of them that a client has not declared.

use mcpwright_core::{
    ClientCapabilities, CreateMessageParams, ElicitParams, ElicitationCapability, IncludeContext,
    InputRequest, RootsCapability, SamplingCapability,
};
use serde_json::Map;

/// Returns the capabilities that a client must declare to receive an input request.
pub(crate) fn needed(request: &InputRequest) -> ClientCapabilities {
    let none = ClientCapabilities::new();
    match request {
        InputRequest::Elicit(ElicitParams::Url(_)) => {
            none.elicitation(ElicitationCapability::default().url(Map::new()))
        }
        InputRequest::Elicit(_) => none.elicitation(ElicitationCapability::default()),
        InputRequest::CreateMessage(params) => none.sampling(sampling(params)),
        InputRequest::ListRoots(_) => none.roots(RootsCapability::default()),
        // No handler can make other requests.
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

/// Returns the needed capabilities that a client has not declared. `None` if it has declared all.
pub(crate) fn missing(
    needed: &ClientCapabilities,
    declared: &ClientCapabilities,
) -> Option<ClientCapabilities> {
    let mut missing = ClientCapabilities::new();
    missing.elicitation = needed
        .elicitation
        .as_ref()
        .and_then(|needed| missing_elicitation(needed, declared.elicitation.as_ref()));
    missing.sampling =
        needed.sampling.as_ref().and_then(|needed| missing_sampling(needed, declared.sampling.as_ref()));
    missing.roots = needed.roots.as_ref().filter(|_| declared.roots.is_none()).cloned();
    let extensions = needed.extensions.iter().filter(|(name, _)| declared.extensions.get(name).is_none());
    missing.extensions = extensions.map(|(name, settings)| (name, settings.clone())).collect();
    (missing != ClientCapabilities::new()).then_some(missing)
}

fn missing_elicitation(
    needed: &ElicitationCapability,
    declared: Option<&ElicitationCapability>,
) -> Option<ElicitationCapability> {
    let Some(declared) = declared else { return Some(needed.clone()) };
    let mut missing = ElicitationCapability::default();
    missing.url = needed.url.clone().filter(|_| declared.url.is_none());
    missing.form = (needed.supports_forms() && !declared.supports_forms()).then(Map::new);
    (missing != ElicitationCapability::default()).then_some(missing)
}

fn missing_sampling(
    needed: &SamplingCapability,
    declared: Option<&SamplingCapability>,
) -> Option<SamplingCapability> {
    let Some(declared) = declared else { return Some(needed.clone()) };
    let mut missing = SamplingCapability::default();
    missing.tools = needed.tools.clone().filter(|_| declared.tools.is_none());
    missing.context = needed.context.clone().filter(|_| declared.context.is_none());
    (missing != SamplingCapability::default()).then_some(missing)
}
