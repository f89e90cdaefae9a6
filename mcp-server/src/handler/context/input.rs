//! Input requests of a running handler: elicitation, sampling and roots.

use mcpwright_core::{
    ClientCapabilities, CreateMessageParams, CreateMessageResult, ElicitFormParams, ElicitParams,
    ElicitUrlParams, InputRequest, JsonText, Root,
};
use serde_json::{Map, Value};

use crate::handler::context::Context;
use crate::input_required::capabilities;
use crate::input_required::error::InputError;
use crate::input_required::form::Form;
use crate::input_required::invalid_responses::InvalidResponses;
use crate::input_required::response::{read_completion, read_elicitation, read_roots};
use crate::input_required::rounds::InputResponse;

/// The outcome of an input response, or the reason why the response does not fit the request.
type ResponseOutcome<T> = Result<Result<T, InputError>, String>;

impl Context {
    /// Asks the user of the client to fill in a form (elicitation).
    ///
    /// The first run of the handler gets [`InputError::Pending`], and the client receives the request after the handler
    /// has returned an error. The handler then runs again from the start, and this time it gets the response. So code
    /// before an input request runs more than once, unless it is in a [`step`](Self::step). Each input request of a
    /// handler needs a key of its own.
    ///
    /// Input requests that are made before the first `?` are sent together, in one round trip:
    ///
    /// ```
    /// use mcpwright_core::{ClientCapabilities, ElicitationCapability};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, InputError, Server, ToolHandler};
    /// use serde_json::json;
    ///
    /// async fn clear(context: Context) -> Result<&'static str, InputError> {
    ///     // `()` is a form without fields, which the user accepts or declines; `#[derive(Form)]` makes others.
    ///     let notes = context.elicit::<()>("notes", "Delete all notes?");
    ///     let backups = context.elicit::<()>("backups", "Delete the backups as well?");
    ///     let ((), ()) = (notes?, backups?);
    ///     Ok("deleted")
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(Server::builder("notes", "1.0.0").tool(ToolHandler::function("clear", [], clear)))
    ///     .capabilities(ClientCapabilities::new().elicitation(ElicitationCapability::default()))
    ///     .input_handler(|_| Ok(json!({ "action": "accept", "content": {} })));
    /// assert_eq!(client.call_tool("clear", ()).await?.content[0].as_text(), Some("deleted"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// See [elicitation](https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation).
    ///
    /// The response is read as leniently as arguments. If it does not fit the form, the user is asked again, at most twice,
    /// and the message says what was wrong.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no response yet, if the user declined, if the responses do not fit
    /// ([`InputError::Invalid`]), or if the client has not declared the capability. Pass it on with `?`.
    pub fn elicit<T: Form>(&self, key: &str, message: impl Into<String>) -> Result<T, InputError> {
        let schema = T::schema();
        let form = ElicitFormParams::new(message, schema.clone());
        let read = |content| T::read(schema.coerce(content).map_err(|error| error.to_string())?);
        self.elicit_with(key, form, read)
    }

    /// Asks the user of the client to fill in a form that is built at run time, and returns its fields by name.
    ///
    /// ```
    /// use mcpwright_core::{
    ///     ClientCapabilities, ElicitFormParams, ElicitationCapability, FormSchema, PrimitiveSchema, StringSchema,
    /// };
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, InputError, Server, ToolHandler};
    /// use serde_json::json;
    ///
    /// async fn greet(context: Context) -> Result<String, InputError> {
    ///     let schema = FormSchema::new([("name", PrimitiveSchema::String(StringSchema::new()))]);
    ///     let fields = context.elicit_form("name", ElicitFormParams::new("What is your name?", schema))?;
    ///     Ok(format!("Hello, {}!", fields["name"].as_str().unwrap_or_default()))
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(Server::builder("greeter", "1.0.0").tool(ToolHandler::function("greet", [], greet)))
    ///     .capabilities(ClientCapabilities::new().elicitation(ElicitationCapability::default()))
    ///     .input_handler(|_| Ok(json!({ "action": "accept", "content": { "name": "Ada" } })));
    /// assert_eq!(client.call_tool("greet", ()).await?.content[0].as_text(), Some("Hello, Ada!"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// A form without fields fails the call: to ask for a confirmation only, use [`elicit`](Self::elicit) with the form `()`.
    ///
    /// # Errors
    ///
    /// Returns an error in the same cases as [`elicit`](Self::elicit).
    pub fn elicit_form(&self, key: &str, form: ElicitFormParams) -> Result<Map<String, Value>, InputError> {
        let schema = form.requested_schema.clone();
        if schema.properties.is_empty() {
            self.pending_input().empty_form(key);
        }
        let read = |content| schema.coerce(content).map_err(|error| error.to_string());
        self.elicit_with(key, form, read)
    }

    /// Asks the user of the client to open a page, for input that must not pass through the client, such as a password.
    ///
    /// `Ok` means that the user agreed to open the page. The handler has to find out by itself what happened there.
    ///
    /// ```
    /// use mcpwright_core::{ClientCapabilities, ElicitationCapability};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, InputError, Server, ToolHandler};
    /// use serde_json::{Map, json};
    ///
    /// async fn connect(context: Context) -> Result<&'static str, InputError> {
    ///     context.elicit_url("login", "Log in to your account.", "https://example.com/login")?;
    ///     Ok("the login page is open")
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let server = Server::builder("bank", "1.0.0").tool(ToolHandler::function("connect", [], connect));
    /// let client = Client::modern(server)
    ///     .capabilities(ClientCapabilities::new().elicitation(ElicitationCapability::default().url(Map::new())))
    ///     .input_handler(|_| Ok(json!({ "action": "accept" })));
    /// assert_eq!(client.call_tool("connect", ()).await?.content[0].as_text(), Some("the login page is open"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// See
    /// [URL mode](https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation#url-mode-elicitation-requests).
    ///
    /// # Errors
    ///
    /// Returns an error in the same cases as [`elicit`](Self::elicit).
    pub fn elicit_url(
        &self,
        key: &str,
        message: impl Into<String>,
        url: impl Into<String>,
    ) -> Result<(), InputError> {
        self.elicit_with(key, ElicitUrlParams::new(message, url), |_| Ok(()))
    }

    fn elicit_with<T>(
        &self,
        key: &str,
        params: impl Into<ElicitParams>,
        read: impl Fn(Map<String, Value>) -> Result<T, String>,
    ) -> Result<T, InputError> {
        self.request_input(key, params.into().into(), |response| read_elicitation(response, &read))
    }

    /// Requests a completion from the client's model (sampling).
    ///
    /// ```
    /// use mcpwright_core::{ClientCapabilities, CreateMessageParams, SamplingCapability, SamplingMessage};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, InputError, Server, ToolHandler};
    /// use serde_json::json;
    ///
    /// async fn summarize(context: Context, text: String) -> Result<String, InputError> {
    ///     let message = SamplingMessage::user(format!("Summarize this in one sentence: {text}"));
    ///     let result = context.sample("summary", CreateMessageParams::new([message], 200))?;
    ///     Ok(format!("a summary by {}", result.model))
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let tool = ToolHandler::function("summarize", ["text"], summarize);
    /// let client = Client::modern(Server::builder("texts", "1.0.0").tool(tool))
    ///     .capabilities(ClientCapabilities::new().sampling(SamplingCapability::default()))
    ///     .input_handler(|_| Ok(json!({
    ///         "role": "assistant",
    ///         "content": { "type": "text", "text": "Short." },
    ///         "model": "m1",
    ///         "stopReason": "endTurn",
    ///     })));
    /// let result = client.call_tool("summarize", [("text", "A long text.")]).await?;
    /// assert_eq!(result.content[0].as_text(), Some("a summary by m1"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// See [sampling](https://modelcontextprotocol.io/specification/2026-07-28/client/sampling).
    ///
    /// # Errors
    ///
    /// Returns an error in the same cases as [`elicit`](Self::elicit). A response that does not fit is an error at once, because
    /// each completion has a price.
    pub fn sample(&self, key: &str, params: CreateMessageParams) -> Result<CreateMessageResult, InputError> {
        self.request_input(key, params.into(), |response| read_completion(response).map(Ok))
    }

    /// Requests the roots of the client: the directories and files that it works in. The key of this input request is
    /// `roots`.
    ///
    /// ```
    /// use mcpwright_core::{ClientCapabilities, RootsCapability};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, InputError, Server, ToolHandler};
    /// use serde_json::json;
    ///
    /// async fn project(context: Context) -> Result<String, InputError> {
    ///     Ok(context.roots()?.first().map_or_else(|| "none".to_owned(), |root| root.uri.clone()))
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let server = Server::builder("build", "1.0.0").tool(ToolHandler::function("project", [], project));
    /// let client = Client::modern(server)
    ///     .capabilities(ClientCapabilities::new().roots(RootsCapability::default()))
    ///     .input_handler(|_| Ok(json!({ "roots": [{ "uri": "file:///home/ada/engine" }] })));
    /// let result = client.call_tool("project", ()).await?;
    /// assert_eq!(result.content[0].as_text(), Some("file:///home/ada/engine"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// See [roots](https://modelcontextprotocol.io/specification/2026-07-28/client/roots).
    ///
    /// # Errors
    ///
    /// Returns an error in the same cases as [`elicit`](Self::elicit). A response that does not fit is an error at once.
    pub fn roots(&self) -> Result<Vec<Root>, InputError> {
        self.request_input("roots", InputRequest::ListRoots(None), |response| read_roots(response).map(Ok))
    }

    /// Checks that the client has declared these capabilities. If it has not, and the handler passes the error on, the
    /// client receives an error that names the missing capabilities.
    ///
    /// The methods for input requests check the capability that they need by themselves. Call this one before work that
    /// would be lost without the capability.
    ///
    /// ```
    /// use mcpwright_core::{ClientCapabilities, ErrorCode, SamplingCapability};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, InputError, Server, ToolHandler};
    ///
    /// async fn summarize(context: Context) -> Result<(), InputError> {
    ///     context.require(&ClientCapabilities::new().sampling(SamplingCapability::default()))?;
    ///     // Read a long text, and summarize it with `context.sample`.
    ///     Ok(())
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let server = Server::builder("texts", "1.0.0").tool(ToolHandler::function("summarize", [], summarize));
    /// let error = Client::modern(server).call_tool("summarize", ()).await.unwrap_err();
    /// assert_eq!(error.code, ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY);
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the client has not declared one of the capabilities. Pass it on with `?`.
    pub fn require(&self, capabilities: &ClientCapabilities) -> Result<(), InputError> {
        match capabilities::missing(capabilities, self.client().capabilities()) {
            None => Ok(()),
            Some(missing) => {
                self.pending_input().missing(missing.clone());
                Err(InputError::Unsupported(Box::new(missing)))
            }
        }
    }

    /// Returns the outcome of an earlier response to this request, or else records the request as pending.
    fn request_input<T>(
        &self,
        key: &str,
        request: InputRequest,
        read: impl Fn(&JsonText) -> ResponseOutcome<T>,
    ) -> Result<T, InputError> {
        let pending = self.pending_input();
        let mut invalid = pending.invalid(key, &request);
        if invalid.as_ref().is_none_or(|invalid| invalid.final_reason().is_none()) {
            match self.read_responses(key, &request, read) {
                Some(Ok(outcome)) => return outcome,
                Some(Err(reason)) => invalid = Some(InvalidResponses::after(invalid, &request, &reason)),
                None if pending.is_unanswered(key, &request) => {
                    invalid = Some(InvalidResponses::unanswered(invalid));
                }
                None => {}
            }
        }
        if let Some(invalid) = &invalid
            && let Some(reason) = invalid.final_reason()
        {
            let error = InputError::Invalid { key: key.to_owned(), reason: reason.to_owned() };
            pending.give_up(key, &request, invalid.clone());
            return Err(error);
        }
        self.require(&capabilities::needed(&request))?;
        pending.request(key, request, invalid);
        Err(InputError::Pending { key: key.to_owned() })
    }

    /// Returns the outcome of the first response that fits the request, or the reason why the last one does not fit. `None` if
    /// there is no response.
    fn read_responses<T>(
        &self,
        key: &str,
        request: &InputRequest,
        read: impl Fn(&JsonText) -> ResponseOutcome<T>,
    ) -> Option<ResponseOutcome<T>> {
        let mut misfit = None;
        for response in self.pending_input().responses(key, request) {
            let outcome = match response {
                InputResponse::Error(reason) => Ok(Err(InputError::Failed(reason.clone()))),
                InputResponse::Result(text) => read(text),
            };
            match outcome {
                Ok(outcome) => {
                    self.pending_input().use_response(key, request, response.clone());
                    return Some(Ok(outcome));
                }
                Err(reason) => {
                    tracing::debug!(key, reason, "an input response does not fit the request");
                    misfit = Some(Err(reason));
                }
            }
        }
        misfit
    }
}
