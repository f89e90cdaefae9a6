//! `resources/read`.

use std::borrow::Cow;

use mcpwright_core::template::{Match, Variables};
use mcpwright_core::uri::{normalize, without_dot_segments};
use mcpwright_core::{Caching, ErrorObject, ReadResourceResult};
use serde::Deserialize;

use crate::call::Call;
use crate::call::notifications::NotificationSender;
use crate::call::outcome::Outcome;
use crate::handler::handler_core::HandlerCore;
use crate::handler::parameters::argument_text::ArgumentText;
use crate::handler::results::contents::Contents;
use crate::handler::template::Spelling;
use crate::handler::{ResourceHandler, TemplateHandler};
use crate::limits::check_uri;
use crate::server::Server;
use crate::server::catalog_items::{View, is_valid, unavailable};

#[derive(Deserialize)]
struct ReadParams<'a> {
    #[serde(borrow)]
    uri: Cow<'a, str>,
}

/// The handler that reads a URI, and the URI that the client sees.
type Found = (Reader, String);

/// The handler that reads a URI.
enum Reader {
    Resource(ResourceHandler),
    Template(TemplateHandler, Variables),
}

impl Reader {
    fn core(&self) -> &HandlerCore<Contents> {
        match self {
            Self::Resource(resource) => resource.core(),
            Self::Template(template, _) => template.core(),
        }
    }

    fn caching(&self) -> Option<Caching> {
        match self {
            Self::Resource(resource) => resource.caching(),
            Self::Template(template, _) => template.caching(),
        }
    }

    fn mime_type(&self) -> Option<&str> {
        match self {
            Self::Resource(resource) => resource.definition().mime_type.as_deref(),
            Self::Template(template, _) => template.definition().mime_type.as_deref(),
        }
    }
}

impl Server {
    pub(crate) async fn read_resource(&self, call: &Call, notifications: &NotificationSender) -> Outcome {
        let uri = match call.read::<ReadParams<'_>>() {
            Ok(params) => params.uri,
            Err(error) => return error.into(),
        };
        match self.read(call, &uri, notifications).await {
            Ok(Some((mut result, caching))) => {
                let meta = std::mem::take(&mut result.meta);
                self.answer(&uri, &result, meta).map(|answer| answer.caching(caching)).into()
            }
            Ok(None) => Outcome::ResourceNotFound(uri.into_owned()),
            Err(outcome) => outcome,
        }
    }

    async fn read(
        &self,
        call: &Call,
        uri: &str,
        notifications: &NotificationSender,
    ) -> Result<Option<(ReadResourceResult, Caching)>, Outcome> {
        if let Err(error) = check_uri("`params.uri`", uri) {
            return Err(error.into());
        }
        let view = self.view_of(call);
        let Some((reader, shown)) = self.find_reader(&view, uri).await? else { return Ok(None) };
        let arguments = match &reader {
            Reader::Resource(_) => ArgumentText::from_strings([]),
            Reader::Template(_, variables) => ArgumentText::from_strings(variables.iter()),
        };
        let context = self.context(call, notifications);
        let contents = self.run_handler(uri, "the resource", reader.core(), &arguments, &context).await?;
        let result = contents.into_read_result(&shown, reader.mime_type());
        Ok(result.map(|(result, own)| {
            (
                result,
                own.or(reader.caching())
                    .unwrap_or_else(|| self.private_if(self.state.resources.varies(&view))),
            )
        }))
    }

    /// Returns the static resource with this URI, or else the most specific matching template, or else that of a provider. Each
    /// is found by every equivalent spelling.
    async fn find_reader(&self, view: &View<'_>, uri: &str) -> Result<Option<Found>, ErrorObject> {
        if let Some(resource) = self.state.resources.get_static(uri) {
            let listed = resource.key();
            return Ok(view
                .shows_resource(listed)
                .then(|| (Reader::Resource(resource.clone()), listed.to_owned())));
        }
        if let Some(found) = self.find_spelled(view, uri).await? {
            return Ok(Some(found));
        }
        // Only now: a template that rejects a segment `..` must not be avoided by removing the segment.
        match without_dot_segments(uri) {
            Some(uri) => self.find_spelled(view, &uri).await,
            None => Ok(None),
        }
    }

    /// Returns the most specific template that matches a URI, or else the resource or template of a provider.
    async fn find_spelled(&self, view: &View<'_>, uri: &str) -> Result<Option<Found>, ErrorObject> {
        if let Some(found) = best_match(view, &self.state.templates.static_items, uri)? {
            return Ok(Some(found));
        }
        let spellings = self.spellings(view, uri);
        for provider in &self.state.resources.providers {
            for spelling in &spellings {
                let resource = provider.resource(&view.request, spelling).await.map_err(unavailable)?;
                if let Some(resource) = resource.filter(is_valid) {
                    return Ok(found_resource(view, resource, spelling));
                }
            }
            let mut templates = provider.templates(&view.request).await.map_err(unavailable)?;
            templates.retain(is_valid);
            if let Some(found) = best_match(view, &templates, uri)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Returns the spellings of a URI that a provider may know, as far as the request sees them: the one that the client has
    /// sent, the one in a list, and the normal form.
    fn spellings(&self, view: &View<'_>, uri: &str) -> Vec<String> {
        let listed = self.state.resources.listed_key(view, uri);
        let mut spellings = vec![uri.to_owned()];
        for other in listed.into_iter().chain([normalize(uri).into_owned()]) {
            if !spellings.contains(&other) {
                spellings.push(other);
            }
        }
        spellings.retain(|spelling| view.shows_resource(spelling));
        spellings
    }
}

/// Returns the resource of a provider, if the request sees it.
fn found_resource(view: &View<'_>, resource: ResourceHandler, spelling: &str) -> Option<Found> {
    let listed = resource.key();
    if normalize(listed) != normalize(spelling) {
        // A handler for many URIs, whose definition has another one.
        return Some((Reader::Resource(resource), spelling.to_owned()));
    }
    let listed = listed.to_owned();
    (listed == spelling || view.shows_resource(&listed)).then_some((Reader::Resource(resource), listed))
}

/// Matches a URI against the most specific template that matches. If that one rejects a value, no other is tried.
fn best_match(
    view: &View<'_>,
    templates: &[TemplateHandler],
    uri: &str,
) -> Result<Option<Found>, ErrorObject> {
    let parsed = templates
        .iter()
        .filter(|handler| view.shows(*handler))
        .filter_map(|handler| Some((handler, handler.template()?)));
    let matches = parsed.map(|(handler, template)| (handler, template, template.matches(uri)));
    let best = matches
        .filter(|(_, _, found)| !matches!(found, Match::Unmatched))
        .min_by(|(_, one, _), (_, other, _)| one.cmp_specificity(other));
    match best {
        Some((handler, template, Match::Matched(variables))) => {
            let spelling = Spelling::of(template, uri).filter(|spelling| view.shows_spelling(spelling));
            Ok(spelling.map(|spelling| (Reader::Template(handler.clone(), variables), spelling.shown)))
        }
        Some((_, _, Match::Rejected(rejection))) if view.shows_resource(uri) => {
            Err(ErrorObject::invalid_params(format!("`params.uri`: {rejection}")))
        }
        _ => Ok(None),
    }
}
