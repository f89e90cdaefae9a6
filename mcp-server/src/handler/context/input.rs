//! What a handler can ask.

use mcpwright_core::{
    ClientCapabilities, CreateMessageParams, CreateMessageResult, ElicitAction, ElicitFormParams,
    ElicitParams, ElicitResult, ElicitUrlParams, InputRequest, JsonText, ListRootsResult, Root,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::handler::context::Context;
use crate::input_required::capabilities;
use crate::input_required::error::InputError;
use crate::input_required::form::Form;
use crate::input_required::rounds::InputResponse;

/// What an answer says; nothing where it is none to this question, which is asked again then.
type Read<T> = Option<Result<T, InputError>>;

impl Context {
    /// Asks the user to fill in a form.
    ///
    /// The handler is run again from the top with the answer, so what it does before has to bear being done twice, or belongs
    /// into a [`step`](Self::step). Each question of a handler has a key of its own. Several that are asked before the first
    /// `?` are put to the user together:
    ///
    /// ```
    /// # use mcpwright_server::{Context, InputError, Form};
    /// # fn example<Name: Form, Size: Form>(context: &Context) -> Result<(), InputError> {
    /// let name = context.elicit::<Name>("name", "What is it called?");
    /// let size = context.elicit::<Size>("size", "How large is it?");
    /// let (name, size) = (name?, size?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// See [elicitation](https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation).
    ///
    /// # Errors
    ///
    /// There is no answer yet, the user refused, or the client has no way to ask: mostly handed on with `?`.
    pub fn elicit<T: Form>(&self, key: &str, message: impl Into<String>) -> Result<T, InputError> {
        let question = || ElicitFormParams::new(message, T::schema());
        self.ask_user(key, question, |content| T::read(content).ok())
    }

    /// Asks the user to fill in a form that is made at run time, and returns its fields by name.
    ///
    /// # Errors
    ///
    /// As for [`elicit`](Self::elicit).
    pub fn elicit_form(&self, key: &str, form: ElicitFormParams) -> Result<Map<String, Value>, InputError> {
        let schema = form.requested_schema.clone();
        self.ask_user(key, || form, |content| schema.check(&content).is_ok().then_some(content))
    }

    /// Sends the user to a page, for what must not pass through the client, such as a password. That the user agreed to go
    /// there says nothing of what happened on the page: that is for the handler to find out.
    ///
    /// See [URL mode](https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation#url-mode-elicitation-requests).
    ///
    /// # Errors
    ///
    /// As for [`elicit`](Self::elicit).
    pub fn elicit_url(
        &self,
        key: &str,
        message: impl Into<String>,
        url: impl Into<String>,
    ) -> Result<(), InputError> {
        let question = || ElicitParams::from(ElicitUrlParams::new(message, url));
        self.ask_user(key, question, |_| Some(()))
    }

    fn ask_user<T, Q: Into<ElicitParams>>(
        &self,
        key: &str,
        question: impl FnOnce() -> Q,
        read: impl Fn(Map<String, Value>) -> Option<T>,
    ) -> Result<T, InputError> {
        self.ask(
            key,
            || InputRequest::Elicit(question().into()),
            |answer| {
                let result: ElicitResult = answer.to().ok()?;
                match result.action {
                    ElicitAction::Accept => read(result.content.unwrap_or_default()).map(Ok),
                    ElicitAction::Decline => Some(Err(InputError::Declined)),
                    ElicitAction::Cancel => Some(Err(InputError::Cancelled)),
                }
            },
        )
    }

    /// Asks the client's model.
    ///
    /// See [sampling](https://modelcontextprotocol.io/specification/2026-07-28/client/sampling).
    ///
    /// # Errors
    ///
    /// As for [`elicit`](Self::elicit).
    pub fn sample(&self, key: &str, params: CreateMessageParams) -> Result<CreateMessageResult, InputError> {
        self.ask(key, || params.into(), plain)
    }

    /// Asks which folders the client works in. The key of this question is `roots`.
    ///
    /// See [roots](https://modelcontextprotocol.io/specification/2026-07-28/client/roots).
    ///
    /// # Errors
    ///
    /// As for [`elicit`](Self::elicit).
    pub fn roots(&self) -> Result<Vec<Root>, InputError> {
        let result: ListRootsResult = self.ask("roots", || InputRequest::ListRoots(None), plain)?;
        Ok(result.roots)
    }

    /// Goes on only if the client can do this: the call fails otherwise, and the client is told what it lacks.
    ///
    /// # Errors
    ///
    /// The client has not declared one of these: to be handed on with `?`.
    pub fn require(&self, capabilities: &ClientCapabilities) -> Result<(), InputError> {
        match capabilities::missing(capabilities, self.client().capabilities()) {
            None => Ok(()),
            Some(lacking) => {
                self.pending_input().missing(lacking.clone());
                Err(InputError::Unsupported(Box::new(lacking)))
            }
        }
    }

    fn ask<T>(
        &self,
        key: &str,
        question: impl FnOnce() -> InputRequest,
        read: impl Fn(&JsonText) -> Read<T>,
    ) -> Result<T, InputError> {
        let question = question();
        for answer in self.pending_input().responses(key, &question) {
            let read = match answer {
                InputResponse::Error(reason) => Some(Err(InputError::Failed(reason.clone()))),
                InputResponse::Result(text) => read(text),
            };
            if let Some(read) = read {
                self.pending_input().use_response(key, &question, answer.clone());
                return read;
            }
            tracing::debug!(key, "an answer is none to the question");
        }
        self.require(&capabilities::needed(&question))?;
        self.pending_input().request(key, question);
        Err(InputError::Pending { key: key.to_owned() })
    }
}

fn plain<T: DeserializeOwned>(answer: &JsonText) -> Read<T> {
    answer.to().ok().map(Ok)
}
