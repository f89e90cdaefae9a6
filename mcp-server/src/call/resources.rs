//! `resources/list`, `resources/templates/list` and `resources/read`.

use std::borrow::Cow;

use mcpwright_core::template::{Match, Variables};
use mcpwright_core::{Caching, ErrorObject, ReadResourceResult};
use serde::Deserialize;

use super::prompts::timed_out;
use super::tools::unavailable;
use super::{Answer, Call, LONGEST_URI, Outcome};
use crate::argument::Given;
use crate::resource::Reading;
use crate::{Context, Outbox, ResourceHandler, Server, TemplateHandler, incident, run};

#[derive(Deserialize)]
struct Params<'a> {
    #[serde(borrow)]
    uri: Cow<'a, str>,
}

/// Who reads a URI.
enum Reader {
    Resource(ResourceHandler),
    Template(TemplateHandler, Variables),
}

impl Reader {
    fn reading(&self) -> &Reading {
        match self {
            Self::Resource(resource) => resource.reading(),
            Self::Template(template, _) => template.reading(),
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
    pub(super) async fn list_resources(&self, call: &Call) -> Result<Answer, ErrorObject> {
        let cursor = call.cursor()?;
        let offered = &self.offer.resources;
        let revisions: Vec<_> = offered.providers.iter().map(|provider| provider.revision()).collect();
        let list = self.list("resources");
        let written = match offered.pages.current(&revisions) {
            Some(written) => written,
            None => {
                let mut resources = offered.fixed.clone();
                for provider in &offered.providers {
                    resources.extend(provider.resources().await.map_err(|error| unavailable(&*error))?);
                }
                let resources: Vec<_> = resources.iter().map(ResourceHandler::definition).collect();
                let written = offered.pages.write(revisions, &resources, |resource| &resource.uri);
                written
                    .map_err(|error| incident::internal("the resources cannot be written as JSON", &error))?
            }
        };
        written.page(&list, cursor.as_deref()).map(Answer::page)
    }

    pub(super) async fn list_templates(&self, call: &Call) -> Result<Answer, ErrorObject> {
        let cursor = call.cursor()?;
        let providers = &self.offer.resources.providers;
        let revisions: Vec<_> = providers.iter().map(|provider| provider.revision()).collect();
        let list = self.list("resourceTemplates");
        let written = match self.offer.template_pages.current(&revisions) {
            Some(written) => written,
            None => {
                let mut templates = self.offer.templates.clone();
                for provider in providers {
                    templates.extend(provider.templates().await.map_err(|error| unavailable(&*error))?);
                }
                let templates: Vec<_> = templates.iter().map(TemplateHandler::definition).collect();
                let pages = &self.offer.template_pages;
                let written = pages.write(revisions, &templates, |template| &template.uri_template);
                written
                    .map_err(|error| incident::internal("the templates cannot be written as JSON", &error))?
            }
        };
        written.page(&list, cursor.as_deref()).map(Answer::page)
    }

    pub(super) async fn read_resource(&self, call: &Call, outbox: &Outbox) -> Outcome {
        let uri = match call.read::<Params<'_>>() {
            Ok(params) => params.uri,
            Err(error) => return error.into(),
        };
        match self.read(call, &uri, outbox).await {
            Ok(Some((mut result, caching))) => {
                let meta = std::mem::take(&mut result.meta);
                match Answer::of(&result) {
                    Ok(answer) => answer.meta(meta).caching(caching).into(),
                    Err(error) => incident::internal("a resource cannot be written as JSON", &error).into(),
                }
            }
            Ok(None) => Outcome::ResourceNotFound(uri.into_owned()),
            Err(error) => error.into(),
        }
    }

    async fn read(
        &self,
        call: &Call,
        uri: &str,
        outbox: &Outbox,
    ) -> Result<Option<(ReadResourceResult, Caching)>, ErrorObject> {
        if uri.len() > LONGEST_URI {
            return Err(ErrorObject::invalid_params("params.uri is at most 8 KiB long"));
        }
        let Some(reader) = self.find_reader(uri).await? else { return Ok(None) };
        let given = match &reader {
            Reader::Resource(_) => Given::texts([]),
            Reader::Template(_, variables) => Given::texts(variables.iter()),
        };
        let reading = reader.reading();
        let context = Context::new(call, &self.offer.shared, outbox);
        let contents = match reading.start(&given, &context) {
            Ok(work) => {
                let deadline = reading.deadline.unwrap_or(self.offer.deadline);
                let contents = run::work(uri, work, &reading.pace, deadline, &self.host).await;
                contents.unwrap_or_else(|run::TimedOut| Err(timed_out("the resource").into()))
            }
            Err(failure) => Err(failure),
        };
        let contents = contents.map_err(|failure| self.protocol_error("the resource", failure))?;
        let result = contents.result(uri, reader.mime_type());
        Ok(result.map(|(result, own)| (result, own.or(reading.caching).unwrap_or(self.offer.caching))))
    }

    /// A resource of exactly this URI, or else the template that says most of it, or else what a provider has.
    async fn find_reader(&self, uri: &str) -> Result<Option<Reader>, ErrorObject> {
        if let Some(resource) = self.offer.resources.by_key.get(uri) {
            return Ok(Some(Reader::Resource(resource.clone())));
        }
        if let Some(reader) = best_match(&self.offer.templates, uri)? {
            return Ok(Some(reader));
        }
        for provider in &self.offer.resources.providers {
            if let Some(resource) = provider.resource(uri).await.map_err(|error| unavailable(&*error))? {
                return Ok(Some(Reader::Resource(resource)));
            }
            let templates = provider.templates().await.map_err(|error| unavailable(&*error))?;
            if let Some(reader) = best_match(&templates, uri)? {
                return Ok(Some(reader));
            }
        }
        Ok(None)
    }
}

/// What the template that says most of a URI makes of it. Where that one refuses it, no other one is asked.
fn best_match(templates: &[TemplateHandler], uri: &str) -> Result<Option<Reader>, ErrorObject> {
    let matches = templates.iter().map(|handler| (handler, handler.template().matches(uri)));
    let best = matches
        .filter(|(_, found)| !matches!(found, Match::Unmatched))
        .min_by(|(one, _), (other, _)| one.template().most_specific_first(other.template()));
    match best {
        Some((handler, Match::Matched(variables))) => Ok(Some(Reader::Template(handler.clone(), variables))),
        Some((_, Match::Refused(refusal))) => {
            Err(ErrorObject::invalid_params(format!("params.uri: {refusal}")))
        }
        _ => Ok(None),
    }
}
