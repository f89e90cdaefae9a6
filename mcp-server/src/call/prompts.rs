//! `prompts/get`.

use mcpwright_core::{ErrorObject, GetPromptResult};

use super::handlers::unknown;
use super::{Answer, Call, Outcome, Word};
use crate::input::Given;
use crate::{Context, Outbox, PromptHandler, Server, incident};

impl Server {
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
        self.run(&name, &name, prompt.handling(), &given, &context).await
    }

    pub(super) async fn find_prompt(&self, name: &str) -> Result<PromptHandler, ErrorObject> {
        self.offer.prompts.find(name).await?.ok_or_else(|| unknown("prompt", name))
    }
}
