//! The attribute macros of `mcpwright`: a server is an `impl` block, and its tools are methods.
//!
//! ```
//! use mcpwright::{Context, Json, PromptMessage, Server, server};
//!
//! struct Notes {
//!     titles: Vec<String>,
//! }
//!
//! /// Notes of this machine's user.
//! #[server(instructions = "Search before you read.")]
//! impl Notes {
//!     /// Search the notes.
//!     #[tool(read_only)]
//!     async fn find(
//!         &self,
//!         /// Words to look for.
//!         query: &str,
//!         /// At most this many.
//!         #[arg(default = 10, range = 1..=100)]
//!         limit: usize,
//!         context: &Context,
//!     ) -> Json<Vec<String>> {
//!         context.progress(1.0, 1.0);
//!         let found = self.titles.iter().filter(|title| title.contains(query));
//!         Json(found.take(limit).cloned().collect())
//!     }
//!
//!     /// The text of a note.
//!     #[resource("note://{title}", mime_type = "text/markdown")]
//!     fn text(&self, title: &str) -> Option<String> {
//!         self.titles.iter().any(|known| known == title).then(|| format!("# {title}"))
//!     }
//!
//!     /// Ask for a summary of a note.
//!     #[prompt]
//!     fn summarize(&self, title: String) -> PromptMessage {
//!         PromptMessage::user(format!("Summarize the note {title}."))
//!     }
//! }
//!
//! let server = Server::from(Notes { titles: vec!["one".to_owned()] });
//! assert_eq!(server.tools()[0].definition().name, "find");
//! ```
//!
//! Only [`server`](macro@server) needs to be imported: it reads the other attributes itself.
//!
//! # What the macros write
//!
//! Calls of `mcpwright::Builder`, and of the handlers that it takes: an option of an attribute is the method of that name. So
//! whatever a macro can say can be said without it, and what it cannot say can be added to `into_builder()`.
//!
//! ```text
//! impl mcpwright::Serve for Notes {
//!     fn into_builder(self) -> Builder {
//!         let this = Arc::new(self);
//!         Builder::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
//!             .instructions("Search before you read.")
//!             .description("Notes of this machine's user.")
//!             .tool(
//!                 ToolHandler::new("find", move |mut input| {
//!                     let query = input.extract::<String, _>(0);
//!                     let limit = input.extract::<usize, _>(1);
//!                     let context = input.extract::<Context, _>(2);
//!                     input.check()?;
//!                     let this = Arc::clone(&this);
//!                     Ok(Execution::future(async move {
//!                         Self::find(&this, &query.value(), limit.value(), &context.value()).await.into_tool_result()
//!                     }))
//!                 })
//!                 .parameter::<String, _>(Argument::new("query").description("Words to look for."))
//!                 .parameter::<usize, _>(
//!                     Argument::new("limit").description("At most this many.").default(10).range(1..=100),
//!                 )
//!                 .parameter::<Context, _>(Argument::new("context"))
//!                 .output::<Json<Vec<String>>>()
//!                 .description("Search the notes.")
//!                 .read_only(),
//!             )
//!             …
//!     }
//! }
//! ```
//!
//! # Methods
//!
//! A method takes `&self` or no server at all: calls run concurrently, so state that changes stands behind a lock. A method that
//! is not `async` may block: it runs on a thread where that holds up nobody else.
//!
//! A parameter is either an argument, which the client sends under the parameter's name, or an extractor such as `Context`,
//! `Caller`, `Ext<T>`, and types that implement `FromContext`. Which one it is follows from its type's traits. It is taken by value or by `&`; for `&str` a `String` is
//! taken, and for `&[T]` a `Vec<T>`. A pattern, as in `Admin(name): Admin`, or a name with `_` before it is for extractors;
//! an argument needs `#[arg(name = "…")]` then.
//!
//! Doc comments are descriptions, of handlers and of arguments. Lines of a paragraph are joined, paragraphs and items of lists
//! stay apart.
//!
//! # Values of options
//!
//! Where a text or a number is wanted, any expression may stand, such as a constant or `include_str!("…")`.
//!
//! | value | as in |
//! |---|---|
//! | a time | `"500ms"`, `"30s"`, `"5min"`, `"1h"`, or an expression of type `Duration` |
//! | an icon | `icon(src = "https://…", mime_type = "image/png", sizes("48x48"), theme = dark)`, or `icon = expression` |
//! | caching | `cache("5min", public)` for everybody, `cache("5min", private)` for the caller alone |
//! | annotations | `annotations(audience(user, assistant), priority = 0.5, last_modified = "2026-07-28T00:00:00Z")`, or `annotations = expression` |
//! | pairs | `meta("key" = expression, …)` |

mod ast;
mod errors;
mod expand;

use ast::Kind;
use proc_macro::TokenStream;

/// Makes a type a server: its methods with [`#[tool]`](macro@tool), [`#[resource]`](macro@resource) and
/// [`#[prompt]`](macro@prompt) are what clients find there.
///
/// It goes on an `impl` block, which may be generic, and implements `mcpwright::Serve` for the type. The server is called like
/// your package, and has its version, if nothing else is said.
///
/// | option | says |
/// |---|---|
/// | `name = "…"`, `version = "…"` | what the server is called in place of your package, and its version |
/// | `title = "…"` | what people call it |
/// | `description = "…"` | what it is for; a doc comment of the block says it too |
/// | `instructions = "…"` | how to use it, for the model |
/// | `website_url = "…"` | where people read more |
/// | `icon(…)` | a picture of it; may be said more than once |
/// | `cache("5min", public)` | how long lists and contents may be cached, and by whom |
/// | `timeout = "30s"` | when a call is ended, unless its handler says otherwise |
/// | `page_size = 100` | how many entries are on one page of a list |
/// | `max_result_bytes = 1_000_000` | how large the result of a tool, a resource or a prompt may be |
/// | `mask_errors` | that the texts of errors are not for the model, except those of `ToolError` |
/// | `parts(a, b)` | which parts belong to it |
/// | `part = a` | that this block is a part, and its name |
///
/// # Parts
///
/// A type has one block with `#[server]`; methods of others are parts, and may stand in other modules.
///
/// ```
/// use mcpwright::{Server, server};
///
/// struct Notes;
///
/// #[server(name = "notes", version = "1.0.0", parts(admin))]
/// impl Notes {
///     /// Search the notes.
///     #[tool(read_only)]
///     async fn find(&self, query: String) -> String {
///         query
///     }
/// }
///
/// #[server(part = admin)]
/// impl Notes {
///     /// Delete all notes.
///     #[tool(destructive)]
///     async fn clear(&self) {}
/// }
///
/// let server = Server::from(Notes);
/// assert_eq!(server.tools().len(), 2);
/// ```
#[proc_macro_attribute]
pub fn server(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::server(options.into(), &item.into()).into()
}

/// Makes a method of a [server](macro@server) a tool, or a function a handler.
///
/// The tool is called like the method, and its doc comment is its description, which it must have: models choose tools by it.
/// What it may return is said at `mcpwright::IntoToolResult`. Arguments are described with [`#[arg]`](macro@arg).
///
/// | option | says |
/// |---|---|
/// | `name = "…"` | what the tool is called in place of the method's name |
/// | `title = "…"` | what people call it |
/// | `description = "…"` | what it does, in place of the doc comment |
/// | `read_only` | that it changes nothing |
/// | `destructive` | that it may destroy something |
/// | `additive` | that it changes something, but only by adding to it |
/// | `idempotent` | that a second call with the same arguments does no more than the first |
/// | `open_world = false` | whether it deals with things outside, as a web search does |
/// | `timeout = "30s"` | when a call is ended |
/// | `single_use` | that what it asked is answered once: a retry of the same answers is refused |
/// | `task`, `task = optional` | that a call becomes a task at once: always, or where the client knows tasks |
/// | `task = "10s"`, `task = never` | that it becomes one once it has taken this long, or never |
/// | `strict` | that arguments are taken only exactly as their schema has them |
/// | `allow_unknown_arguments` | that arguments which it does not know are ignored |
/// | `icon(…)` | a picture of it; may be said more than once |
/// | `meta("key" = …)` | what travels beside its definition |
///
/// ```
/// use mcpwright::{Server, server};
///
/// struct Weather;
///
/// #[server]
/// impl Weather {
///     /// Forecast the weather of a place.
///     #[tool(title = "Forecast", read_only, open_world = true, timeout = "10s")]
///     async fn forecast(&self, place: &str) -> Result<String, std::io::Error> {
///         Ok(format!("It will rain in {place}."))
///     }
/// }
///
/// let server = Server::from(Weather);
/// assert_eq!(server.tools()[0].definition().title.as_deref(), Some("Forecast"));
/// ```
///
/// # Functions
///
/// A function stays a function, and beside it stands a type of the same name whose function `tool` returns the handler. Where
/// one is imported, so is the other.
///
/// ```
/// use mcpwright::{Server, tool};
///
/// /// Add two integers.
/// #[tool(read_only)]
/// fn add(a: i64, b: i64) -> i64 {
///     a + b
/// }
///
/// assert_eq!(add(1, 2), 3);
/// let server = Server::builder("calculator", "1.0.0").tool(add::tool()).build();
/// assert_eq!(server.tools()[0].definition().name, "add");
/// ```
#[proc_macro_attribute]
pub fn tool(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::function(Kind::Tool, options.into(), &item.into()).into()
}

/// Makes a method of a [server](macro@server) a resource, or, with variables in the URI, a template of resources.
///
/// Each variable has a parameter of its name, of any type that a text can become, and the other parameters are extractors.
/// What a resource may return is said at `mcpwright::IntoContents`. On a function, the handler is returned by `resource` or
/// `template` of the type beside it, as with [`#[tool]`](macro@tool).
///
/// | option | says |
/// |---|---|
/// | `"note://{id}"` | the URI; it comes first, and has no name |
/// | `name = "…"` | what programs call it in place of the method's name |
/// | `title = "…"` | what people call it |
/// | `description = "…"` | what can be read there, in place of the doc comment |
/// | `mime_type = "…"` | the MIME type of the contents |
/// | `size = 100` | the size of the contents in bytes; not with variables |
/// | `cache("5min", public)` | how long the contents may be cached, and by whom |
/// | `timeout = "30s"` | when a call is ended |
/// | `annotations(…)` | whom it is for, and how much it matters |
/// | `icon(…)` | a picture of it; may be said more than once |
/// | `meta("key" = …)` | what travels beside its definition |
///
/// ```
/// use mcpwright::{CompletionRequest, Server, server};
///
/// struct Books;
///
/// #[server]
/// impl Books {
///     /// All books.
///     #[resource("book://all", mime_type = "text/plain", cache("1h", public))]
///     fn all(&self) -> &str {
///         "one"
///     }
///
///     /// A page of a book.
///     #[resource("book://{title}/{page}", title = "Page", mime_type = "text/markdown")]
///     async fn page(&self, #[arg(complete = Self::titles)] title: String, page: u32) -> Option<String> {
///         (page > 0).then(|| format!("{title}, page {page}"))
///     }
///
///     async fn titles(&self, completing: CompletionRequest) -> Vec<String> {
///         vec![completing.value + "…"]
///     }
/// }
///
/// let server = Server::from(Books);
/// assert!(server.capabilities().resources.is_some());
/// ```
#[proc_macro_attribute]
pub fn resource(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::function(Kind::Resource, options.into(), &item.into()).into()
}

/// Makes a method of a [server](macro@server) a prompt: a person chooses it, and its arguments are what they type.
///
/// What a prompt may return is said at `mcpwright::IntoPromptResult`. On a function, the handler is returned by `prompt` of the
/// type beside it, as with [`#[tool]`](macro@tool).
///
/// | option | says |
/// |---|---|
/// | `name = "…"` | what the prompt is called in place of the method's name |
/// | `title = "…"` | what people call it |
/// | `description = "…"` | what it is for, in place of the doc comment |
/// | `timeout = "30s"` | when a call is ended |
/// | `icon(…)` | a picture of it; may be said more than once |
/// | `meta("key" = …)` | what travels beside its definition |
///
/// ```
/// use mcpwright::{PromptMessage, Server, server};
///
/// #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
/// #[serde(rename_all = "lowercase")]
/// enum Tone {
///     Kind,
///     Stern,
/// }
///
/// struct Reviews;
///
/// #[server]
/// impl Reviews {
///     /// Review a change.
///     #[prompt(title = "Review")]
///     fn review(&self, change: &str, tone: Option<Tone>) -> Vec<PromptMessage> {
///         let tone = tone.unwrap_or(Tone::Kind);
///         vec![PromptMessage::user(format!("Review {change}. Tone: {tone:?}."))]
///     }
/// }
///
/// let server = Server::from(Reviews);
/// assert!(server.capabilities().prompts.is_some());
/// ```
#[proc_macro_attribute]
pub fn prompt(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::function(Kind::Prompt, options.into(), &item.into()).into()
}

/// Describes an argument: it goes on a parameter of a [tool](macro@tool), a [resource](macro@resource) or a
/// [prompt](macro@prompt), and is not imported.
///
/// What is demanded here is published to clients, and a call that does not keep to it is explained to the model.
///
/// | option | says |
/// |---|---|
/// | `name = "…"` | what clients call the argument in place of the parameter's name |
/// | `description = "…"` | what it is, in place of the doc comment |
/// | `title = "…"` | what people call it |
/// | `default = 10` | the value of an argument that is left out |
/// | `range = 1..=100` | the least and the greatest number |
/// | `length = 1..=80` | the least and the greatest number of characters, or of items of a list |
/// | `pattern = "^[a-z]+$"` | a regular expression that a text matches |
/// | `one_of("red", "green")`, `one_of = LIST` | the values that are allowed |
/// | `example = "red"` | a value to show as an example; may be said more than once |
/// | `complete = Self::suggest` | an `async` function of a `CompletionRequest` that suggests values while a person types; one of the same block may take `&self`, and need not be `async` |
/// | `header = "Region"` | the HTTP header `Mcp-Param-Region`, in which clients repeat an argument of a tool that is a text, an integer or a boolean |
/// | `keyword("format" = "date")` | a keyword of the argument's schema |
///
/// ```
/// use mcpwright::{Server, server};
///
/// struct Shop;
///
/// #[server]
/// impl Shop {
///     /// Search the shop.
///     #[tool(read_only)]
///     fn find(
///         &self,
///         /// Words to look for.
///         #[arg(length = 1..=80, example = "a red shoe")]
///         query: &str,
///         #[arg(one_of("new", "used"), default = "new")] state: String,
///         #[arg(name = "type")] kind: Option<String>,
///         #[arg(header = "Region")] region: &str,
///     ) -> String {
///         format!("{query}, {state}, {kind:?}, {region}")
///     }
/// }
///
/// let server = Server::from(Shop);
/// let schema = &server.tools()[0].definition().input_schema;
/// assert_eq!(schema["properties"]["query"]["maxLength"], 80);
/// ```
#[proc_macro_attribute]
pub fn arg(_: TokenStream, item: TokenStream) -> TokenStream {
    expand::arg(&item.into()).into()
}

/// Makes a struct with named fields a form, which a user can be asked to fill in.
///
/// What a field can be is said at `mcpwright::Field`: texts, numbers, `bool`s, and enums with
/// [`#[derive(Choice)]`](macro@Choice), one or several of their variants. A field must be filled in, unless it is an `Option` or
/// has a default. Doc comments are descriptions, which the user sees. A form is shown by the client, which sees the answer
/// too: it must not ask for passwords, keys or means of payment.
///
/// | option of a field | says |
/// |---|---|
/// | `title = "…"` | what people call it |
/// | `description = "…"` | what it is for, in place of the doc comment |
/// | `rename = "…"` | what clients call it in place of the field's name |
/// | `default = 30` | what it holds at first, and if it is left out; an `Option` that is left out is `None`, since a user may have emptied it |
/// | `length = 1..=80` | the least and the greatest number of characters of a text |
/// | `format = "email"` | what kind of text it is: `email`, `uri`, `date` or `date-time` |
/// | `range = 1..=10` | the least and the greatest number |
/// | `items = 1..=3` | how many variants are chosen, at least and at most |
///
/// `#[form(rename_all = "camelCase")]` on the struct spells the names of all fields so; the spellings are those of
/// [`Choice`](macro@Choice).
///
/// What is demanded is published to the client, and an answer that does not keep to it is none. A default that does not
/// keep to it panics when the form is first asked for.
///
/// ```
/// use mcpwright::serde_json::{self, Value, json};
/// use mcpwright::{Choice, Form};
///
/// #[derive(Choice, Debug, PartialEq)]
/// #[choice(rename_all = "snake_case")]
/// enum Meal {
///     Soup,
///     MainDish,
/// }
///
/// /// Who comes to dinner.
/// #[derive(Form, Debug, PartialEq)]
/// struct Guest {
///     /// Who comes.
///     #[form(title = "Your name", length = 1..=80)]
///     name: String,
///     #[form(format = "email")]
///     email: Option<String>,
///     #[form(range = 1..=10, default = 1)]
///     seats: u8,
///     #[form(items = 1..=2)]
///     meals: Vec<Meal>,
/// }
///
/// assert_eq!(
///     serde_json::to_value(Guest::schema()).unwrap(),
///     json!({
///         "type": "object",
///         "properties": {
///             "name": { "type": "string", "title": "Your name", "description": "Who comes.", "minLength": 1, "maxLength": 80 },
///             "email": { "type": "string", "format": "email" },
///             "seats": { "type": "integer", "minimum": 1, "maximum": 10, "default": 1 },
///             "meals": {
///                 "type": "array",
///                 "items": { "type": "string", "enum": ["soup", "main_dish"] },
///                 "minItems": 1,
///                 "maxItems": 2,
///             },
///         },
///         "required": ["name", "meals"],
///     }),
/// );
///
/// let read = |content: Value| Guest::read(content.as_object().cloned().unwrap_or_default());
/// let guest = read(json!({ "name": "Ada", "meals": ["soup"] })).unwrap();
/// assert_eq!(guest, Guest { name: "Ada".to_owned(), email: None, seats: 1, meals: vec![Meal::Soup] });
/// assert_eq!(
///     read(json!({ "name": "Ada", "email": "ada", "meals": ["soup"] })),
///     Err("`email` must be an email address".to_owned()),
/// );
/// ```
#[proc_macro_derive(Form, attributes(form))]
pub fn form(item: TokenStream) -> TokenStream {
    expand::form(item.into()).into()
}

/// Makes an enum of variants without data what a field of a [form](macro@Form) can be: the user chooses one variant, or
/// several where the field is a `Vec`.
///
/// The value of a variant is its name, unless `#[choice(rename = "…")]` says otherwise. Its title, which people see, is the
/// first paragraph of its doc comment, or `#[choice(title = "…")]`. A variant without a title beside others that have one is
/// shown by its value.
///
/// `#[choice(rename_all = "snake_case")]` on the enum spells all values so. Other spellings are `lowercase`, `UPPERCASE`,
/// `PascalCase`, `camelCase`, `SCREAMING_SNAKE_CASE`, `kebab-case` and `SCREAMING-KEBAB-CASE`.
///
/// ```
/// use mcpwright::serde_json::{self, json};
/// use mcpwright::{Choice, Form};
///
/// #[derive(Choice)]
/// #[choice(rename_all = "kebab-case")]
/// enum Urgency {
///     /// When somebody finds the time
///     Whenever,
///     #[choice(title = "Before anything else", rename = "now")]
///     AtOnce,
/// }
///
/// #[derive(Form)]
/// struct Request {
///     #[form(default = Urgency::Whenever)]
///     urgency: Urgency,
/// }
///
/// assert_eq!(
///     serde_json::to_value(Request::schema()).unwrap()["properties"]["urgency"],
///     json!({
///         "type": "string",
///         "oneOf": [
///             { "const": "whenever", "title": "When somebody finds the time" },
///             { "const": "now", "title": "Before anything else" },
///         ],
///         "default": "whenever",
///     }),
/// );
/// assert!(matches!(Urgency::from_value("now"), Some(Urgency::AtOnce)));
/// ```
#[proc_macro_derive(Choice, attributes(choice))]
pub fn choice(item: TokenStream) -> TokenStream {
    expand::choice(item.into()).into()
}
