//! Settings of an argument beyond its Rust type.

use std::borrow::Cow;
use std::ops::{Bound, RangeBounds};

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::handler::completer::Completer;
use crate::handler::parameters::header_params;

/// Settings of an argument beyond its Rust type: its name, its description, and limits on its values.
///
/// The attribute `#[arg]` becomes calls of these methods. Without macros, settings go to `parameter` and `argument` of
/// a handler, such as [`ToolHandler::argument`](crate::Handler::argument).
///
/// Settings are checked when the handler is built. It panics if a setting does not fit the type of the argument, if
/// limits exclude every value, or if a default, an example or a value of [`one_of`](Self::one_of) does not meet the
/// limits.
///
/// ```
/// use mcpwright_server::{Server, ToolHandler};
///
/// let search = ToolHandler::function("search", ["query", "limit"], |query: String, limit: u32| async move {
///     format!("{limit} notes about {query}")
/// })
/// .argument("query", |query| query.description("Words to search for.").length(1..=200))
/// .argument("limit", |limit| limit.default(10).range(1..=100));
/// let server = Server::builder("notes", "1.0.0").tool(search).build();
/// # let _ = server;
/// ```
#[derive(Clone, Debug)]
pub struct Argument {
    pub(crate) name: Cow<'static, str>,
    pub(crate) default: Option<Value>,
    pub(crate) description: Option<String>,
    pub(crate) keywords: Map<String, Value>,
    pub(crate) range: Option<(Bound<Value>, Bound<Value>)>,
    pub(crate) length: Option<(Bound<u64>, Bound<u64>)>,
    pub(crate) one_of: Option<Vec<Value>>,
    pub(crate) completer: Option<Completer>,
    /// The fields of the struct are the arguments.
    pub(crate) is_flattened: bool,
}

impl Argument {
    /// Returns the settings of an argument with this name, without limits.
    ///
    /// ```
    /// use mcpwright_core::CallToolResult;
    /// use mcpwright_server::{Argument, Execution, ToolHandler};
    ///
    /// let double = ToolHandler::new("double", |mut arguments| {
    ///     let number = arguments.extract::<i64, _>(0);
    ///     arguments.check()?;
    ///     let doubled = 2 * number.value();
    ///     Ok(Execution::future(async move { Ok(CallToolResult::text(doubled.to_string())) }))
    /// })
    /// .parameter::<i64, _>(Argument::new("number"));
    /// assert_eq!(double.definition().input_schema["required"][0], "number");
    /// ```
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            default: None,
            description: None,
            keywords: Map::new(),
            range: None,
            length: None,
            one_of: None,
            completer: None,
            is_flattened: false,
        }
    }

    /// Makes the fields of a struct arguments, like the others of the handler: clients send the fields, and not the
    /// struct.
    ///
    /// The fields have the descriptions, the defaults and the constraints that the struct declares with doc comments,
    /// `#[serde(…)]` and `#[schemars(…)]`. If all arguments are those of a struct,
    /// [`ToolHandler::from_struct`](crate::ToolHandler::from_struct) is shorter.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct Page {
    ///     /// Maximum number of notes.
    ///     #[serde(default)]
    ///     limit: u32,
    ///     after: Option<String>,
    /// }
    ///
    /// let list = ToolHandler::function("list", ["shelf", "page"], |shelf: String, page: Page| async move {
    ///     format!("{} notes of {shelf} after {:?}", page.limit, page.after)
    /// })
    /// .argument("page", |page| page.flatten());
    /// let properties = list.definition().input_schema["properties"].as_object().unwrap();
    /// assert_eq!(properties.keys().collect::<Vec<_>>(), ["shelf", "limit", "after"]);
    /// ```
    ///
    /// The handler has an [error](crate::Handler::checked) if the type is not a struct with named fields, if a field has
    /// the name of another argument, or if there are other settings, which belong to the struct.
    #[must_use]
    pub fn flatten(mut self) -> Self {
        self.is_flattened = true;
        self
    }

    /// Checks that an argument whose fields are the arguments has no other settings: they would have no effect.
    pub(crate) fn check_flattened(&self) -> Result<(), String> {
        let is_plain = self.default.is_none()
            && self.description.is_none()
            && self.keywords.is_empty()
            && self.range.is_none()
            && self.length.is_none()
            && self.one_of.is_none()
            && self.completer.is_none();
        let reason = "`flatten` must be the only setting: describe the fields in the struct";
        if is_plain { Ok(()) } else { Err(reason.to_owned()) }
    }

    /// Sets the description, for the model.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// let tool = ToolHandler::function("search", ["query"], |query: String| async move { query })
    ///     .argument("query", |query| query.description("Words to search for."));
    /// let query = &tool.definition().input_schema["properties"]["query"];
    /// assert_eq!(query["description"], "Words to search for.");
    /// ```
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Sets the title, for people.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// let tool = ToolHandler::function("search", ["query"], |query: String| async move { query })
    ///     .argument("query", |query| query.title("Search words"));
    /// assert_eq!(tool.definition().input_schema["properties"]["query"]["title"], "Search words");
    /// ```
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        self.keyword("title", title.into())
    }

    /// Sets the value of the argument if the client does not send it, or sends `null`.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// let tool = ToolHandler::function("list", ["limit"], |limit: u32| async move { limit })
    ///     .argument("limit", |limit| limit.default(10));
    /// assert_eq!(tool.definition().input_schema["properties"]["limit"]["default"], 10);
    /// assert!(tool.definition().input_schema.get("required").is_none());
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if the value cannot be serialized to JSON.
    #[must_use]
    #[track_caller]
    pub fn default(mut self, value: impl Serialize) -> Self {
        self.default = Some(to_value(value, "default"));
        self
    }

    /// Sets the smallest and the largest number. Replaces an earlier range.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// let tool = ToolHandler::function("list", ["limit"], |limit: u32| async move { limit })
    ///     .argument("limit", |limit| limit.range(1..=100));
    /// let limit = &tool.definition().input_schema["properties"]["limit"];
    /// assert_eq!((&limit["minimum"], &limit["maximum"]), (&1.into(), &100.into()));
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if a bound cannot be serialized to JSON.
    #[must_use]
    #[track_caller]
    pub fn range<N: Serialize>(mut self, range: impl RangeBounds<N>) -> Self {
        let end = |end: Bound<&N>| end.map(|end| to_value(end, "range"));
        self.range = Some((end(range.start_bound()), end(range.end_bound())));
        self
    }

    /// Sets the smallest and the largest length: the number of characters of a string, of items of a list, or of
    /// members of a map.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// let tool = ToolHandler::function("tag", ["tags"], |tags: Vec<String>| async move { tags.join(", ") })
    ///     .argument("tags", |tags| tags.length(1..=5));
    /// let tags = &tool.definition().input_schema["properties"]["tags"];
    /// assert_eq!((&tags["minItems"], &tags["maxItems"]), (&1.into(), &5.into()));
    /// ```
    #[must_use]
    pub fn length(mut self, range: impl RangeBounds<u64>) -> Self {
        self.length = Some((range.start_bound().cloned(), range.end_bound().cloned()));
        self
    }

    /// Sets a regular expression that a string must match. The expression is not anchored.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// let tool = ToolHandler::function("open", ["id"], |id: String| async move { id })
    ///     .argument("id", |id| id.pattern("^[a-z0-9]+$"));
    /// assert_eq!(tool.definition().input_schema["properties"]["id"]["pattern"], "^[a-z0-9]+$");
    /// ```
    #[must_use]
    pub fn pattern(self, pattern: impl Into<String>) -> Self {
        self.keyword("pattern", pattern.into())
    }

    /// Sets the values that are allowed.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// let tool = ToolHandler::function("paint", ["color"], |color: String| async move { color })
    ///     .argument("color", |color| color.one_of(["red", "green"]));
    /// assert_eq!(tool.definition().input_schema["properties"]["color"]["enum"][1], "green");
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if a value cannot be serialized to JSON.
    #[must_use]
    #[track_caller]
    pub fn one_of<V: Serialize>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.one_of = Some(values.into_iter().map(|value| to_value(value, "one_of")).collect());
        self
    }

    /// Adds an example of a value.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// let tool = ToolHandler::function("weather", ["city"], |city: String| async move { city })
    ///     .argument("city", |city| city.example("Lübeck").example("Kiel"));
    /// assert_eq!(tool.definition().input_schema["properties"]["city"]["examples"][0], "Lübeck");
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if the value cannot be serialized to JSON.
    #[must_use]
    #[track_caller]
    pub fn example(mut self, value: impl Serialize) -> Self {
        let value = to_value(value, "example");
        if let Value::Array(examples) = self.keywords.entry("examples").or_insert_with(|| json!([])) {
            examples.push(value);
        }
        self
    }

    /// Sets a keyword of the argument's JSON Schema.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// let tool = ToolHandler::function("order", ["count"], |count: u32| async move { count })
    ///     .argument("count", |count| count.keyword("multipleOf", 12));
    /// assert_eq!(tool.definition().input_schema["properties"]["count"]["multipleOf"], 12);
    /// ```
    #[must_use]
    pub fn keyword(mut self, keyword: &str, value: impl Into<Value>) -> Self {
        self.keywords.insert(keyword.to_owned(), value.into());
        self
    }

    /// Sets the name of the HTTP header `Mcp-Param-…` in which clients repeat the argument of a tool, so that proxies
    /// can read it without the body. Do not use it for secrets.
    ///
    /// Only strings, integers and booleans can be repeated, and each needs a header of its own. A server with a tool
    /// that breaks these rules panics when it is built; a tool of a provider that breaks them is left out of the list,
    /// with a warning in the log.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// let tool = ToolHandler::function("query", ["region"], |region: String| async move { region })
    ///     .argument("region", |region| region.header("Region"));
    /// assert_eq!(tool.header_params()[0].header(), "mcp-param-region");
    /// ```
    #[must_use]
    pub fn header(self, name: impl Into<String>) -> Self {
        self.keyword(header_params::KEYWORD, name.into())
    }

    /// Sets a completer, which suggests values while the user types. For prompts and templates of resources.
    ///
    /// ```
    /// use mcpwright_core::PromptReference;
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Completer, CompletionRequest, PromptHandler, Server};
    ///
    /// # futures::executor::block_on(async {
    /// let cities = Completer::new(|typed: CompletionRequest| async move {
    ///     ["Kiel", "Köln", "Lübeck"].into_iter().filter(|city| city.starts_with(&typed.value)).collect::<Vec<_>>()
    /// });
    /// let visit = PromptHandler::function("visit", ["city"], |city: String| async move { city })
    ///     .argument("city", |city| city.complete(cities));
    /// let client = Client::modern(Server::builder("travel", "1.0.0").prompt(visit));
    /// let completion = client.complete(PromptReference::new("visit"), "city", "K").await?;
    /// assert_eq!(completion.values, ["Kiel", "Köln"]);
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn complete(mut self, completer: Completer) -> Self {
        self.completer = Some(completer);
        self
    }
}

#[track_caller]
fn to_value(value: impl Serialize, setting: &str) -> Value {
    serde_json::to_value(value).unwrap_or_else(|error| {
        panic!("`{setting}` of an argument must be JSON: it cannot be serialized: {error}")
    })
}
