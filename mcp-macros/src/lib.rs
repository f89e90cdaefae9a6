//! Attribute macros of `mcpwright`: a server is an `impl` block, and its tools, resources and prompts are methods.
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
//!         /// Maximum number of notes.
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
//! Only [`server`](macro@server) must be imported: it reads the other attributes of its block itself.
//!
//! # Expansion
//!
//! The macros expand to calls of `mcpwright::Builder` and of handlers such as `mcpwright::ToolHandler`: an option of an
//! attribute is the method of that name. A server written with the builder can do the same, and `into_builder()`
//! returns the builder of a server with macros, for what has no option.
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
//!                     Argument::new("limit").default(10).range(1..=100).description("Maximum number of notes."),
//!                 )
//!                 .parameter::<Context, _>(Argument::new("context"))
//!                 .returns::<Json<Vec<String>>>()
//!                 .read_only(true)
//!                 .description("Search the notes."),
//!             )
//!             …
//!     }
//! }
//! ```
//!
//! # Methods
//!
//! A method with a handler takes `&self`, or no `self` at all. Calls run concurrently, so mutable state must be behind
//! a lock. A method that is not `async` may block: it runs on a thread for blocking calls.
//!
//! | parameter | meaning |
//! |---|---|
//! | `name: T`, where `T` implements `serde::Deserialize` and `schemars::JsonSchema` | an argument with that name |
//! | `name: Option<T>` | an optional argument |
//! | `name: &str`, `name: &[T]`, `name: &T` | an argument of type `String`, `Vec<T>` or `T`, by reference |
//! | `#[arg(flatten)] name: T`, where `T` is a struct | the fields of the struct are arguments |
//! | `context: &Context`, `caller: Caller`, `pool: Ext<Pool>` | an extractor: a value from the call or the server |
//! | `Admin(name): Admin` | an extractor of your own: its type implements `FromContext` |
//!
//! The traits of a parameter's type decide whether it is an argument or an extractor. An argument with a pattern, or
//! with a name that begins with `_`, must have `#[arg(name = "…")]`; an extractor needs no name.
//!
//! Doc comments are the descriptions of handlers and arguments. The lines of a paragraph are joined; paragraphs, list
//! items and code keep their lines.
//!
//! # Values of options
//!
//! A string or a number may be any expression, such as a constant or `include_str!("…")`.
//!
//! | value | syntax |
//! |---|---|
//! | hint | `read_only` and `read_only = true` are the same, `read_only = false`, or an expression of type `bool` |
//! | duration | `"500ms"`, `"30s"`, `"5min"`, `"1h"`, or an expression of type `Duration` |
//! | icon | `icon(src = "https://…", mime_type = "image/png", sizes("48x48"), theme = dark)`, or `icon = expression` |
//! | caching | `cache("5min", public)` for all callers, `cache("5min", private)` for one caller |
//! | annotations | `annotations(audience(user, assistant), priority = 0.5, last_modified = "2026-07-28T00:00:00Z")`, or `annotations = expression` |
//! | pairs | `meta("key" = expression, …)` |
//!
//! # Errors
//!
//! A mistake that the macro or the compiler can see is a compile error at the token to change: an unknown option, a
//! wrong type, a missing description, a name that occurs twice, limits that contradict each other. A mistake in the
//! value of a constant, or in the schema of a type, panics when the server is built; the text names the handler and the
//! argument.

mod ast;
mod errors;
mod expand;

use ast::handler::HandlerKind;
use proc_macro::TokenStream;

/// Implements a server for a type: its handlers are the methods with [`#[tool]`](macro@tool),
/// [`#[resource]`](macro@resource) and [`#[prompt]`](macro@prompt).
///
/// The attribute is on an inherent `impl` block, which may be generic, and implements `mcpwright::Serve` for the type.
///
/// | option | meaning |
/// |---|---|
/// | `name = "…"` | name of the server; default: the name of your package |
/// | `version = "…"` | version of the server; default: the version of your package |
/// | `title = "…"` | name of the server for people |
/// | `description = "…"` | purpose of the server; default: the doc comment of the block |
/// | `instructions = "…"` | instructions for the model |
/// | `website_url = "…"` | URL of a website about the server |
/// | `icon(…)` | an icon of the server; repeatable |
/// | `cache("5min", public)` | time and scope in which clients may cache lists and contents; default: no caching |
/// | `timeout = "30s"` | timeout of calls whose handler sets none; default: 5 minutes |
/// | `page_size = 100` | maximum number of entries on one page of a list; default: 1000 |
/// | `max_result_bytes = 1_000_000` | maximum size of the result of a tool, a resource or a prompt, in bytes; default: 8 MiB |
/// | `mask_errors` | hides the texts of errors from clients, except those of `ToolError` |
/// | `logging` | declares the deprecated capability `logging`: `Context::log` sends messages to the client; default: they go to the log of the process |
/// | `read_only`, `destructive`, `idempotent`, `open_world` | hints of all tools that do not set them; see [`#[tool]`](macro@tool) |
/// | `titles = ToolHandler::title_from_name` | a function that returns the title of a tool for its name, for all tools without a title |
/// | `allow_unknown_arguments` | all tools ignore arguments that they do not have; default: a call with one is rejected |
/// | `parts(a, b)` | includes the handlers of other blocks |
/// | `tools(a, path::b)`, `prompts(…)`, `resources(…)`, `templates(…)` | includes free functions with [`#[tool]`](macro@tool), [`#[prompt]`](macro@prompt) or [`#[resource]`](macro@resource) |
/// | `with = Self::extend` | a function that extends the builder: see [below](#parts-and-an-extension-of-the-builder) |
/// | `part = a` | makes this block a part, with that name and without other options |
///
/// ```
/// use mcpwright::{Server, server};
///
/// struct Notes;
///
/// /// Notes of this machine's user.
/// #[server(name = "notes", version = "1.0.0", instructions = "Search before you read.", timeout = "30s")]
/// impl Notes {
///     /// Search the notes.
///     #[tool(read_only)]
///     async fn find(&self, query: String) -> String {
///         query
///     }
/// }
///
/// let server = Server::from(Notes);
/// assert_eq!(server.info().name, "notes");
/// assert_eq!(server.instructions(), Some("Search before you read."));
/// ```
///
/// # Parts, and an extension of the builder
///
/// A type has one block with `#[server]`. Other blocks of the type can be parts of the server, also in other modules.
///
/// A function from `Builder` to `Builder`, which is applied last, adds middleware, providers, rules, tools that are data, and
/// all else that has no option. It is a closure, a path, or a function of the same block, which may take `&self` or
/// `self: &Arc<Self>`.
///
/// ```
/// use mcpwright::{Builder, Server, server};
///
/// struct Notes(&'static str);
///
/// #[server(parts(admin), with = Self::extend)]
/// impl Notes {
///     /// Search the notes.
///     #[tool(read_only)]
///     async fn find(&self, query: String) -> String {
///         query
///     }
///
///     fn extend(&self, builder: Builder) -> Builder {
///         builder.title(format!("Notes of {}", self.0))
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
/// let server = Server::from(Notes("Ada"));
/// assert_eq!(server.tools().len(), 2);
/// assert_eq!(server.info().title.as_deref(), Some("Notes of Ada"));
/// ```
#[proc_macro_attribute]
pub fn server(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::server::expand(options.into(), &item.into()).into()
}

/// Declares a method of a [server](macro@server), or a free function, as a tool.
///
/// A tool must have a description, because models choose tools by their descriptions: it is the doc comment of the
/// method. A tool returns a type that implements `mcpwright::IntoToolResult`, such as `String`, `Json<T>` or a
/// `Result`. [`#[arg]`](macro@arg) describes its arguments.
///
/// | option | meaning |
/// |---|---|
/// | `name = "…"` | name of the tool; default: the name of the method |
/// | `title = "…"` | name of the tool for people; for clients of revisions before 2026-07-28, also in the annotations |
/// | `description = "…"` | description of the tool; default: the doc comment |
/// | `output = T` | type whose schema is published, for a method that returns a `CallToolResult`, a `JsonText` or a `Value`; results are checked against it |
/// | `empty_text = "…"` | text of a result that is empty, such as `"No orders."`; default: a text that says that the call succeeded |
/// | `read_only` | hint `readOnlyHint`: the tool changes nothing |
/// | `destructive` | hint `destructiveHint`: the tool may delete or overwrite data; with `= false`, it only adds data |
/// | `idempotent` | hint `idempotentHint`: a second call with the same arguments has no further effect |
/// | `open_world` | hint `openWorldHint`: the tool uses systems outside of the server, such as a web search |
/// | `timeout = "30s"` | timeout of a call; default: the timeout of the server |
/// | `task` | a call always becomes a task: only clients with the tasks extension can call the tool |
/// | `task = optional` | a call becomes a task if the client declared the tasks extension |
/// | `task = "10s"` | a call becomes a task after that time, if the client declared the tasks extension |
/// | `task = never` | a call never becomes a task |
/// | `single_use` | input responses are accepted once: a replay of them is rejected |
/// | `strict` | arguments must match the schema exactly: `"5"` is not a number |
/// | `allow_unknown_arguments` | ignores arguments that the tool does not have; default: a call with one is rejected |
/// | `icon(…)` | an icon of the tool; repeatable |
/// | `meta("key" = …)` | metadata outside the schema (`_meta`); repeatable |
///
/// A hint alone is `true`; write `destructive = false` for the other value. A hint that is not given is absent, unless
/// [`#[server]`](macro@server) sets it for all tools.
///
/// ```
/// use mcpwright::{Server, server};
///
/// struct Weather;
///
/// #[server]
/// impl Weather {
///     /// Forecast the weather of a city.
///     #[tool(title = "Forecast", read_only, open_world = true, timeout = "10s")]
///     async fn forecast(&self, city: &str) -> Result<String, std::io::Error> {
///         Ok(format!("It will rain in {city}."))
///     }
/// }
///
/// let server = Server::from(Weather);
/// assert_eq!(server.tools()[0].definition().title.as_deref(), Some("Forecast"));
/// ```
///
/// # Functions
///
/// A free function stays a function. The attribute adds a type with the name of the function, whose function `tool`
/// returns the handler; one `use` imports both.
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
/// // In a block, the same is `#[server(tools(add))]`.
/// let server = Server::builder("calculator", "1.0.0").tool(add::tool()).build();
/// assert_eq!(server.tools()[0].definition().name, "add");
/// ```
#[proc_macro_attribute]
pub fn tool(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::function::expand(HandlerKind::Tool, options.into(), &item.into()).into()
}

/// Declares a method of a [server](macro@server), or a free function, as a resource; with variables in the URI, as a
/// resource template.
///
/// Each variable must have a parameter with its name, of any type that can be read from text; the other parameters are
/// extractors. A resource returns a type that implements `mcpwright::IntoContents`, such as `String`, `Vec<u8>` or an
/// `Option`. On a free function, the handler is returned by the function `resource` or `template` of the added type, as
/// with [`#[tool]`](macro@tool).
///
/// | option | meaning |
/// |---|---|
/// | `"note://{id}"` | URI, or URI template; the first option, without a name |
/// | `name = "…"` | name of the resource; default: the name of the method |
/// | `title = "…"` | name of the resource for people |
/// | `description = "…"` | description of the resource; default: the doc comment |
/// | `mime_type = "…"` | MIME type of the contents |
/// | `size = 100` | size of the contents, in bytes; not for templates |
/// | `cache("5min", public)` | time and scope in which clients may cache the contents; default: those of the server |
/// | `timeout = "30s"` | timeout of a call; default: the timeout of the server |
/// | `annotations(…)` | audience, priority and time of the last change |
/// | `icon(…)` | an icon of the resource; repeatable |
/// | `meta("key" = …)` | metadata outside the schema (`_meta`); repeatable |
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
    expand::function::expand(HandlerKind::Resource, options.into(), &item.into()).into()
}

/// Declares a method of a [server](macro@server), or a free function, as a prompt, which a user chooses and whose
/// arguments the user types.
///
/// A prompt returns a type that implements `mcpwright::IntoPromptResult`, such as `String` or `Vec<PromptMessage>`. On
/// a free function, the handler is returned by the function `prompt` of the added type, as with
/// [`#[tool]`](macro@tool).
///
/// | option | meaning |
/// |---|---|
/// | `name = "…"` | name of the prompt; default: the name of the method |
/// | `title = "…"` | name of the prompt for people |
/// | `description = "…"` | description of the prompt; default: the doc comment |
/// | `timeout = "30s"` | timeout of a call; default: the timeout of the server |
/// | `icon(…)` | an icon of the prompt; repeatable |
/// | `meta("key" = …)` | metadata outside the schema (`_meta`); repeatable |
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
    expand::function::expand(HandlerKind::Prompt, options.into(), &item.into()).into()
}

/// Describes an argument: a parameter of a [tool](macro@tool), a [resource template](macro@resource) or a
/// [prompt](macro@prompt). It needs no import.
///
/// Limits are published in the schema. A call that does not meet them fails with an error that the model can read.
///
/// | option | meaning |
/// |---|---|
/// | `name = "…"` | name of the argument; default: the name of the parameter |
/// | `description = "…"` | description of the argument; default: the doc comment |
/// | `title = "…"` | name of the argument for people |
/// | `default = 10` | value of an argument that is left out; without it, only an `Option` is optional |
/// | `default` | the same, with the value of `Default`; it is published if the type implements `serde::Serialize` |
/// | `flatten` | the fields of the parameter, a struct, are the arguments: see [below](#the-fields-of-a-struct) |
/// | `range = 1..=100` | minimum and maximum of a number |
/// | `length = 1..=80` | minimum and maximum number of characters of a string, or of items of a list |
/// | `pattern = "^[a-z]+$"` | regular expression that a string must match; not anchored |
/// | `one_of("red", "green")`, `one_of = LIST` | allowed values |
/// | `example = "red"` | an example of a value; repeatable |
/// | `complete = Self::suggest` | completion, for prompts and templates: an `async` function that takes a `CompletionRequest`; a function of the same block may take `&self`, and need not be `async` |
/// | `header = "Region"` | HTTP header `Mcp-Param-Region` in which clients repeat the argument, for tools: a string, an integer or a boolean |
/// | `keyword("format" = "date")` | a keyword of the argument's schema; repeatable |
///
/// Limits must not contradict each other, and the default, the examples and the values of `one_of` must meet them. That
/// is checked at compile time for literals, and when the server is built for other expressions.
///
/// ```
/// use mcpwright::{Server, server};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Page {
///     /// Id of the last result before the page.
///     after: Option<String>,
/// }
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
///         #[arg(flatten)] page: Page,
///     ) -> String {
///         format!("{query}, {state}, {kind:?}, {region}, {:?}", page.after)
///     }
/// }
///
/// let server = Server::from(Shop);
/// let schema = &server.tools()[0].definition().input_schema;
/// assert_eq!(schema["properties"]["query"]["maxLength"], 80);
/// assert_eq!(schema["properties"]["after"]["description"], "Id of the last result before the page.");
/// ```
///
/// # The fields of a struct
///
/// With `flatten`, clients send the fields of a struct and not the struct. The struct describes them: with doc comments,
/// `Option`, `#[serde(default)]`, `#[serde(rename)]`, and `#[schemars(…)]` for constraints. The server panics when it is
/// built if the type is not a struct with named fields, or if a field has the name of another argument.
#[proc_macro_attribute]
pub fn arg(_: TokenStream, item: TokenStream) -> TokenStream {
    expand::arg::expand(&item.into()).into()
}

/// Derives a form from a struct with named fields. A user fills it in during a call (elicitation).
///
/// The type of a field implements `mcpwright::Field`: `String`, numbers, `bool`, enums with
/// [`#[derive(Choice)]`](macro@Choice), a `Vec` of such an enum, or an `Option` of these. A field is required, unless
/// it is an `Option` or has a default. Doc comments are descriptions, which the user sees. The client shows the form
/// and sees the answer, so a form must not ask for passwords, keys or payment data.
///
/// | option of a field | meaning |
/// |---|---|
/// | `title = "…"` | name of the field for people |
/// | `description = "…"` | description of the field; default: the doc comment |
/// | `rename = "…"` | name of the field in the schema; default: the name of the field |
/// | `default = 30` | initial value, also used if the field is left out; an `Option` that is left out is `None`, because a user may have emptied it |
/// | `length = 1..=80` | minimum and maximum number of characters of a string |
/// | `format = "email"` | format of a string: `email`, `uri`, `date` or `date-time` |
/// | `range = 1..=10` | minimum and maximum of a number |
/// | `items = 1..=3` | minimum and maximum number of chosen variants |
///
/// `#[form(rename_all = "camelCase")]` on the struct converts the names of all fields; [`Choice`](macro@Choice) lists
/// the casings.
///
/// Limits are published in the schema, and an answer that does not meet them is rejected. A default that does not meet
/// them is a compile error if both are literals; otherwise, `schema` panics when the form is first used.
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
/// /// A guest of the dinner.
/// #[derive(Form, Debug, PartialEq)]
/// struct Guest {
///     /// First and last name.
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
///             "name": { "type": "string", "title": "Your name", "description": "First and last name.",
///                 "minLength": 1, "maxLength": 80 },
///             "email": { "type": "string", "format": "email" },
///             "seats": { "type": "integer", "minimum": 1, "maximum": 10, "default": 1 },
///             "meals": { "type": "array", "items": { "type": "string", "enum": ["soup", "main_dish"] },
///                 "minItems": 1, "maxItems": 2 },
///         },
///         "required": ["name", "meals"],
///     }),
/// );
///
/// let read = |content: Value| Guest::read(content.as_object().cloned().unwrap_or_default());
/// let guest = read(json!({ "name": "Ada", "meals": ["soup"] })).unwrap();
/// assert_eq!(guest, Guest { name: "Ada".to_owned(), email: None, seats: 1, meals: vec![Meal::Soup] });
/// assert!(read(json!({ "name": "Ada", "email": "ada", "meals": ["soup"] })).is_err());
/// ```
#[proc_macro_derive(Form, attributes(form))]
pub fn form(item: TokenStream) -> TokenStream {
    expand::form::expand(item.into()).into()
}

/// Derives the type of a field in a [form](macro@Form) from an enum of variants without data: the user chooses one
/// variant, or several if the field is a `Vec`.
///
/// | option | meaning |
/// |---|---|
/// | `#[choice(rename = "…")]` on a variant | value in the schema; default: the name of the variant |
/// | `#[choice(title = "…")]` on a variant | title that the user sees; default: the first paragraph of the doc comment |
/// | `#[choice(rename_all = "snake_case")]` on the enum | casing of all values |
///
/// The casings are `lowercase`, `UPPERCASE`, `PascalCase`, `camelCase`, `snake_case`, `SCREAMING_SNAKE_CASE`,
/// `kebab-case` and `SCREAMING-KEBAB-CASE`. If some variants have titles, the title of the others is their value.
///
/// ```
/// use mcpwright::serde_json::{self, json};
/// use mcpwright::{Choice, Form};
///
/// #[derive(Choice)]
/// #[choice(rename_all = "kebab-case")]
/// enum Urgency {
///     /// This week
///     ThisWeek,
///     #[choice(title = "As soon as possible", rename = "now")]
///     Immediately,
/// }
///
/// #[derive(Form)]
/// struct Request {
///     #[form(default = Urgency::ThisWeek)]
///     urgency: Urgency,
/// }
///
/// assert_eq!(
///     serde_json::to_value(Request::schema()).unwrap()["properties"]["urgency"],
///     json!({
///         "type": "string",
///         "oneOf": [
///             { "const": "this-week", "title": "This week" },
///             { "const": "now", "title": "As soon as possible" },
///         ],
///         "default": "this-week",
///     }),
/// );
/// assert!(matches!(Urgency::from_value("now"), Some(Urgency::Immediately)));
/// ```
#[proc_macro_derive(Choice, attributes(choice))]
pub fn choice(item: TokenStream) -> TokenStream {
    expand::choice::expand(item.into()).into()
}

/// Attributes of rmcp, each of which is an error that names what to write instead.
macro_rules! attributes_of_rmcp {
    ($($name:ident),*) => {$(
        #[doc(hidden)]
        #[proc_macro_attribute]
        pub fn $name(_: TokenStream, item: TokenStream) -> TokenStream {
            expand::rmcp::expand(stringify!($name), &item.into()).into()
        }
    )*};
}
attributes_of_rmcp!(tool_router, tool_handler, prompt_router, prompt_handler, task_handler);
