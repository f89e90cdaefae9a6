//! `completion/complete`.

use std::collections::BTreeMap;

use mcpwright_core::{CompleteParams, CompleteResult, Completion, CompletionReference, ErrorObject, Meta};
use serde_json::Value;

use crate::call::Call;
use crate::call::fault::Fault;
use crate::call::notifications::NotificationSender;
use crate::call::outcome::Outcome;
use crate::dispatch::errors::unknown;
use crate::dispatch::execute;
use crate::handler::TemplateHandler;
use crate::handler::completer::{CompletionRequest, completion_of};
use crate::handler::context::Context;
use crate::handler::parameters::Parameters;
use crate::limits::MAX_COMPLETION_VALUES;
use crate::server::Server;

impl Server {
    pub(crate) async fn complete(&self, call: &Call, notifications: &NotificationSender) -> Outcome {
        match self.completion(call, notifications).await {
            Ok(completion) => {
                self.answer("a completion", &CompleteResult::new(completion), Meta::new()).into()
            }
            Err(outcome) => outcome,
        }
    }

    async fn completion(
        &self,
        call: &Call,
        notifications: &NotificationSender,
    ) -> Result<Completion, Outcome> {
        let params: CompleteParams = call.read()?;
        let context = Context::new(call, &self.state.shared, notifications);
        let known = params.context.map(|context| context.arguments.into_iter().collect()).unwrap_or_default();
        let (argument, value) = (params.argument.name, params.argument.value);
        match &params.reference {
            CompletionReference::Prompt(prompt) => {
                let prompt = self.find_prompt(call, &prompt.name).await?;
                Ok(self.suggest(&prompt.core().parameters, &argument, value, known, context).await?)
            }
            CompletionReference::Resource(resource) => {
                let template = self.find_template(call, &resource.uri).await?;
                Ok(self.suggest(&template.core().parameters, &argument, value, known, context).await?)
            }
            _ => {
                let reason = "`params.ref` must name a prompt or a resource template";
                Err(ErrorObject::invalid_params(reason).into())
            }
        }
    }

    /// Returns the template with exactly this text.
    async fn find_template(&self, call: &Call, uri: &str) -> Result<TemplateHandler, ErrorObject> {
        self.state
            .templates
            .find(&self.view_of(call), uri)
            .await?
            .ok_or_else(|| unknown("resource template", uri))
    }

    async fn suggest(
        &self,
        parameters: &Parameters,
        name: &str,
        value: String,
        known: BTreeMap<String, String>,
        context: Context,
    ) -> Result<Completion, ErrorObject> {
        let mut arguments = parameters.arguments();
        let found = arguments.find(|(_, argument)| argument.name == name);
        let (spec, argument) = found.ok_or_else(|| unknown("argument", name))?;
        if let Some(completer) = &spec.argument.completer {
            let completing = completer.complete(CompletionRequest::new(value, known, context));
            let completion = execute::with_timeout(name, completing, self.state.timeout, &self.runtime).await;
            let completion = completion.map_err(|execute::TimedOut(time)| Fault::timed_out(name, time))?;
            let mut completion = completion.map_err(|failure| self.protocol_error(name, failure))?;
            if completion.values.len() > MAX_COMPLETION_VALUES {
                completion = completion_of(completion.values);
            }
            return Ok(completion);
        }
        // Values of an enumeration are in the schema.
        let values = argument
            .document
            .get("enum")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let begins = |text: &&str| text.to_lowercase().starts_with(&value.to_lowercase());
        Ok(completion_of(values.filter(begins).map(str::to_owned).collect()))
    }
}
