//! `prompts/get`.

use mcpwright_core::ErrorObject;

use crate::call::Call;
use crate::call::notifications::NotificationSender;
use crate::call::outcome::{Answer, Feature, Outcome};
use crate::dispatch::errors::unknown_name;
use crate::dispatch::tools::arguments;
use crate::handler::PromptHandler;
use crate::handler::context::Context;
use crate::handler::parameters::argument_text::ArgumentText;
use crate::server::Server;

impl Server {
    pub(crate) async fn get_prompt(&self, call: &Call, notifications: &NotificationSender) -> Outcome {
        self.prompt_answer(call, notifications).await.into()
    }

    async fn prompt_answer(
        &self,
        call: &Call,
        notifications: &NotificationSender,
    ) -> Result<Answer, Outcome> {
        let name = call.name()?;
        let prompt = self.find_prompt(call, &name).await?;
        let text = arguments(call.arguments(), prompt.core().parameters.is_strict)?;
        let arguments = ArgumentText::parse(&text)
            .map_err(|_| ErrorObject::invalid_params("`params.arguments` must be an object"))?;
        let context = Context::new(call, &self.state.shared, notifications);
        let mut result = self.run_handler(&name, &name, prompt.core(), &arguments, &context).await?;
        let meta = std::mem::take(&mut result.meta);
        let requires = result.messages.iter().filter_map(|message| Feature::of(&message.content)).max();
        Ok(Answer { requires, ..self.answer(&name, &result, meta)? })
    }

    pub(crate) async fn find_prompt(&self, call: &Call, name: &str) -> Result<PromptHandler, Outcome> {
        let found = self.state.prompts.find(&self.view_of(call), name).await?;
        if let Some(prompt) = found {
            return Ok(prompt);
        }
        let meant = self.state.prompts.closest(&self.view_of(call), name).await;
        Err(unknown_name("prompt", name, meant.as_deref()))
    }
}
