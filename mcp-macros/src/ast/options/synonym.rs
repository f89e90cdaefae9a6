//! Words of other crates and of the protocol for options that have another name here.

/// The replacement of a word that is no option of `attribute`.
pub(super) fn advice(attribute: &str, word: &str) -> Option<&'static str> {
    let tables = match attribute {
        "#[tool]" => [TOOL, HANDLER],
        "#[resource]" => [RESOURCE, HANDLER],
        "#[prompt]" => [PROMPT, HANDLER],
        "#[server]" => [SERVER, TIMEOUT],
        "#[arg]" => [ARG, VALUE],
        "#[form]" => [FORM_FIELD, VALUE],
        "icon" => [ICON, &[]],
        _ => return None,
    };
    let find = |(words, advice): &(&[&str], &'static str)| words.contains(&word).then_some(*advice);
    tables.into_iter().flatten().find_map(find)
}

/// Words, and what to write in place of each of them.
type Words = &'static [(&'static [&'static str], &'static str)];

const TIMEOUT: Words = &[(
    &["deadline", "time_limit", "timeout_ms", "timeout_secs", "max_time", "max_duration"],
    "write `timeout = \"30s\"`",
)];

const HANDLER: Words = &[
    (
        &["deadline", "time_limit", "timeout_ms", "timeout_secs", "max_time", "max_duration"],
        "write `timeout = \"30s\"`",
    ),
    (&["rename", "id"], "write `name = \"…\"`"),
    (&["doc", "docs", "help", "about", "summary"], "write a doc comment above the function"),
    (
        &["arg", "args", "argument", "arguments", "param", "params", "parameters"],
        "write the arguments as parameters of the function, each with a doc comment or `#[arg(…)]`",
    ),
    (
        &["visible", "hidden", "enabled", "disabled"],
        "call `Builder::visible`, which decides for each request",
    ),
    (&["scope", "scopes", "auth", "permissions"], "take `caller: Caller`, or call `Builder::visible`"),
];

const TOOL: Words = &[
    (
        &["annotations", "annotation", "hints", "hint"],
        "write the hints as options: `read_only`, `destructive`, `idempotent`, `open_world` and `title`",
    ),
    (&["additive"], "write `destructive = false`"),
    (
        &["input_schema", "schema"],
        "the parameters are the schema; for one written by hand, `ToolHandler::with_schema`",
    ),
    (&["output_schema", "returns", "result"], "write `output = Type`, or return `Json<Type>`"),
    (&["aggr"], "write `#[arg(flatten)]` before the parameter whose fields are the arguments"),
    (&["param"], "remove it: every parameter is an argument, with a doc comment or `#[arg(…)]`"),
    (&["tool_box", "router"], "write `#[server]` above the `impl` block"),
    (&["execution", "task_support", "long_running"], "write `task`, `task = optional` or `task = \"10s\"`"),
    (&["sensitive", "confirm"], "ask the user with `context.elicit::<()>(key, message)?`"),
    (&["tags", "category", "group"], "write `meta(\"tags\" = …)`"),
];

const RESOURCE: Words = &[
    (
        &["uri", "url", "uri_template", "path", "template"],
        "write the URI first, as in `#[resource(\"note://{id}\")]`",
    ),
    (&["mime", "content_type", "media_type"], "write `mime_type = \"text/plain\"`"),
    (&["audience", "priority", "last_modified"], "write `annotations(audience(user), priority = 0.5)`"),
    (&["length", "bytes"], "write `size = 100`"),
    (&["ttl", "max_age"], "write `cache(\"5min\", private)`"),
];

const PROMPT: Words = &[
    (&["role"], "return `PromptMessage::user(…)` or `PromptMessage::assistant(…)`"),
    (&["messages", "text"], "return the messages from the function"),
];

const SERVER: Words = &[
    (
        &["tool_box", "tool_router", "prompt_router", "router", "server_handler", "handler"],
        "remove it: `#[server]` needs no router",
    ),
    (&["capabilities"], "remove it: the handlers declare the capabilities"),
    (&["protocol_version", "version_negotiation"], "remove it: a server supports all revisions"),
    (&["icons"], "write `icon(src = \"https://…\")`, once for each icon"),
    (&["website", "url", "homepage"], "write `website_url = \"https://…\"`"),
    (
        &["auth", "middleware", "layer", "store", "state", "share"],
        "write `with = Self::extend`, a function of the builder",
    ),
    (
        &["annotations", "hints"],
        "write the defaults of the hints as options: `read_only`, `destructive`, `idempotent`, `open_world`",
    ),
];

/// Of arguments and fields of forms.
const VALUE: Words = &[
    (
        &["min", "max", "minimum", "maximum", "gt", "ge", "gte", "lt", "le", "lte", "bounds", "between"],
        "write `range = 1..=100` for a number, and `length = 1..=80` for a string",
    ),
    (&["exclusive_minimum", "exclusive_maximum"], "write `range = 1..100`"),
    (
        &["min_length", "max_length", "min_len", "max_len", "len", "min_chars", "max_chars"],
        "write `length = 1..=80`",
    ),
    (&["optional", "required", "nullable"], "write `Option<…>` as the type of what may be left out"),
    (&["default_value", "default_with", "default_fn"], "write `default = …`, with any expression"),
    (&["doc", "docs", "help", "about"], "write a doc comment above it"),
    (&["secret", "password", "sensitive"], "ask for it on a page of yours, with `context.elicit_url`"),
];

const ARG: Words = &[
    (&["min_items", "max_items", "items"], "write `length = 1..=5`"),
    (&["regex", "regexp", "matches"], "write `pattern = \"^[a-z]+$\"`"),
    (
        &["enum", "values", "choices", "options", "allowed", "variants"],
        "write `one_of(\"a\", \"b\")`, or an enum as the type",
    ),
    (&["rename", "alias", "id"], "write `name = \"…\"`"),
    (&["suggest", "suggestions", "completer", "autocomplete"], "write `complete = Self::suggest`"),
    (&["aggr", "nested", "inline"], "write `flatten`"),
    (&["param", "arg"], "remove it: every parameter is an argument"),
    (&["format"], "write `keyword(\"format\" = \"…\")`, or a type that has the format"),
    (&["multiple_of", "step"], "write `keyword(\"multipleOf\" = 5)`"),
    (&["skip", "ignore", "hidden"], "take the value from an extractor, such as `Ext<T>`"),
    (
        &["validate", "check"],
        "write `range`, `length`, `pattern` or `one_of`, or return an error from the function",
    ),
];

const FORM_FIELD: Words = &[
    (&["min_items", "max_items"], "write `items = 1..=5`"),
    (&["name", "alias", "id"], "write `rename = \"…\"`"),
    (&["pattern", "regex"], "write `format` or `length`: forms have no patterns"),
    (
        &["enum", "values", "choices", "options", "one_of"],
        "write an enum with `#[derive(Choice)]` as the type",
    ),
    (&["placeholder", "example"], "write a doc comment above it"),
];

const ICON: Words = &[
    (&["url", "uri", "href", "path"], "write `src = \"https://…\"`"),
    (&["size"], "write `sizes(\"48x48\")`"),
];
