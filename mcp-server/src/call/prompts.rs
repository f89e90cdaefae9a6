//! `prompts/list` and `prompts/get`.

use mcpwright_core::{ErrorObject, GetPromptResult};

use super::tools::{unavailable, unknown};
use super::{Answer, Call, Outcome, Word};
use crate::argument::Given;
use crate::{Context, Failure, Outbox, PromptHandler, Server, incident, run};

impl Server {
    pub(super) async fn list_prompts(&self, call: &Call) -> Result<Answer, ErrorObject> {
        let cursor = call.cursor()?;
        let offered = &self.offer.prompts;
        let revisions: Vec<_> = offered.providers.iter().map(|provider| provider.revision()).collect();
        let list = self.list("prompts");
        let written = match offered.pages.current(&revisions) {
            Some(written) => written,
            None => {
                let mut prompts = offered.fixed.clone();
                for provider in &offered.providers {
                    prompts.extend(provider.prompts().await.map_err(|error| unavailable(&*error))?);
                }
                let prompts: Vec<_> = prompts.iter().map(PromptHandler::definition).collect();
                let written = offered.pages.write(revisions, &prompts, |prompt| &prompt.name);
                written
                    .map_err(|error| incident::internal("the prompts cannot be written as JSON", &error))?
            }
        };
        written.page(&list, cursor.as_deref()).map(Answer::page)
    }

    pub(super) async fn get_prompt(&self, call: &Call, outbox: &Outbox) -> Outcome {
        match self.prompt_result(call, outbox).await {
            Ok(mut result) => {
                let meta = std::mem::take(&mut result.meta);
                let newest = result.messages.iter().filter_map(|message| Word::of(&message.content)).max();
                match Answer::of(&result) {
                    Ok(answer) => Answer { newest, ..answer.meta(meta) }.into(),
                    Err(error) => incident::internal("a prompt cannot be written as JSON", &error).into(),
                }
            }
            Err(error) => error.into(),
        }
    }

    async fn prompt_result(&self, call: &Call, outbox: &Outbox) -> Result<GetPromptResult, ErrorObject> {
        let name = call.name()?;
        let prompt = self.find_prompt(&name).await?;
        let text = call.arguments().filter(|text| *text != "null").unwrap_or("{}");
        let given =
            Given::read(text).map_err(|_| ErrorObject::invalid_params("params.arguments is an object"))?;
        let context = Context::new(call, &self.offer.shared, outbox);
        let result = match prompt.start(&given, &context) {
            Ok(work) => {
                let deadline = prompt.own_deadline().unwrap_or(self.offer.deadline);
                let result = run::work(&name, work, prompt.pace(), deadline, &self.host).await;
                result.unwrap_or_else(|run::TimedOut| Err(timed_out(&name).into()))
            }
            Err(failure) => Err(failure),
        };
        result.map_err(|failure| self.protocol_error(&name, failure))
    }

    pub(super) async fn find_prompt(&self, name: &str) -> Result<PromptHandler, ErrorObject> {
        let offered = &self.offer.prompts;
        if let Some(prompt) = offered.by_key.get(name) {
            return Ok(prompt.clone());
        }
        for provider in &offered.providers {
            if let Some(prompt) = provider.prompt(name).await.map_err(|error| unavailable(&*error))? {
                return Ok(prompt);
            }
        }
        Err(unknown("prompt", name))
    }

    /// The error for a failure where the protocol has no place for one that the model reads.
    pub(super) fn protocol_error(&self, name: &str, failure: Failure) -> ErrorObject {
        match failure {
            Failure::Refused(problems) => {
                let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
                ErrorObject::invalid_params(format!("{name}: {}", problems.join("; ")))
            }
            Failure::Error(error) => match error.downcast::<ErrorObject>() {
                Ok(error) => *error,
                Err(error) => ErrorObject::internal(self.error_text(name, &*error)),
            },
        }
    }
}

pub(super) fn timed_out(name: &str) -> ErrorObject {
    ErrorObject::internal(format!("timed out: {name} took too long"))
}
