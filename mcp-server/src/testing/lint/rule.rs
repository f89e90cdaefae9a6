//! Rules, the clients that need them, and the public sources of both.

use std::fmt;

/// A client or a provider of models, with the restrictions that are known of it.
///
/// ```
/// use mcpwright_server::testing::{ClientProfile, Rule};
///
/// assert_eq!(ClientProfile::VsCode.to_string(), "VS Code");
/// assert!(Rule::ARRAY_ITEMS.profiles().any(|profile| profile == ClientProfile::VsCode));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ClientProfile {
    /// Claude Code, Claude Desktop, and the API of Anthropic behind them.
    Claude,
    /// The function calling of OpenAI, without `strict`.
    OpenAi,
    /// The function calling of OpenAI with `strict`, which agent frameworks turn on, too.
    OpenAiStrict,
    /// The function calling of Gemini, and Gemini CLI.
    Gemini,
    /// VS Code, which checks the schemas of tools itself.
    VsCode,
    /// Cursor.
    Cursor,
    /// GitHub Copilot.
    Copilot,
}

impl ClientProfile {
    /// All profiles.
    pub const ALL: [Self; 7] = [
        Self::Claude,
        Self::OpenAi,
        Self::OpenAiStrict,
        Self::Gemini,
        Self::VsCode,
        Self::Cursor,
        Self::Copilot,
    ];

    /// Returns the name for texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Claude => "Claude",
            Self::OpenAi => "OpenAI",
            Self::OpenAiStrict => "OpenAI strict",
            Self::Gemini => "Gemini",
            Self::VsCode => "VS Code",
            Self::Cursor => "Cursor",
            Self::Copilot => "Copilot",
        }
    }
}

impl fmt::Display for ClientProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A rule of the [lint](crate::testing::lint).
///
/// ```
/// use mcpwright_server::testing::Rule;
///
/// for rule in Rule::ALL {
///     println!("{rule}: {}", rule.remedy());
///     for (profile, source) in rule.sources() {
///         println!("  {}: {source}", profile.map_or("all clients", |profile| profile.name()));
///     }
/// }
/// assert_eq!(Rule::BOOLEAN_SCHEMA.to_string(), "boolean-schema");
/// ```
#[derive(Clone, Copy)]
pub struct Rule(&'static RuleData);

struct RuleData {
    name: &'static str,
    remedy: &'static str,
    /// The clients that need the rule, each with a public source; no client where it is about every model.
    sources: &'static [(Option<ClientProfile>, &'static str)],
}

/// Defines the constants of rules, and the list of all of them.
macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $remedy:literal, [$($profile:expr => $source:literal),+ $(,)?];)*) => {
        impl Rule {
            $(
                $(#[$doc])*
                pub const $name: Self = Self(&RuleData {
                    name: $text,
                    remedy: $remedy,
                    sources: &[$(($profile, $source)),+],
                });
            )*

            /// All rules.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
        }
    };
}

const CLAUDE: Option<ClientProfile> = Some(ClientProfile::Claude);
const OPENAI: Option<ClientProfile> = Some(ClientProfile::OpenAi);
const STRICT: Option<ClientProfile> = Some(ClientProfile::OpenAiStrict);
const GEMINI: Option<ClientProfile> = Some(ClientProfile::Gemini);
const VSCODE: Option<ClientProfile> = Some(ClientProfile::VsCode);
const CURSOR: Option<ClientProfile> = Some(ClientProfile::Cursor);
const COPILOT: Option<ClientProfile> = Some(ClientProfile::Copilot);
const EVERY_CLIENT: Option<ClientProfile> = None;

rules! {
    /// A schema is `true` or `false`.
    BOOLEAN_SCHEMA = "boolean-schema",
        "publish an object: `{}` with a description, or the types that the value may have",
        [CLAUDE => "https://github.com/anthropics/claude-code/issues/92900",
         EVERY_CLIENT => "https://github.com/Azure/Azure-Resource-Manager-MCP/issues/21"];
    /// A schema is neither an object nor a boolean.
    INVALID_SCHEMA = "invalid-schema",
        "publish a schema of JSON Schema 2020-12",
        [EVERY_CLIENT => "https://json-schema.org/draft/2020-12/json-schema-core#section-4.3"];
    /// The `type` of the whole schema is not `object`.
    ROOT_TYPE = "root-type",
        "make it an object: `{\"type\": \"object\", \"properties\": {…}}`",
        [EVERY_CLIENT => "https://modelcontextprotocol.io/specification/2025-11-25/schema#tool",
         OPENAI => "https://github.com/spring-projects/spring-ai/issues/4776"];
    /// The whole schema is a choice or a combination of others.
    ROOT_CHOICE = "root-choice",
        "move the choice into an argument, or make its members optional arguments",
        [CLAUDE => "https://github.com/anthropics/claude-code/issues/27337",
         OPENAI => "https://github.com/anomalyco/opencode/issues/35516"];
    /// The schema of the arguments has no `properties`.
    MISSING_PROPERTIES = "missing-properties",
        "add `\"properties\": {}`",
        [OPENAI => "https://github.com/spring-projects/spring-ai/issues/4776"];
    /// An array has no schema of its items.
    ARRAY_ITEMS = "array-items",
        "add `items` with the schema of an item",
        [OPENAI => "https://github.com/digitalocean-labs/mcp-digitalocean/issues/265",
         GEMINI => "https://github.com/DEEIX-AI/DEEIX-Chat/issues/546",
         VSCODE => "https://github.com/microsoft/vscode/issues/248810",
         COPILOT => "https://github.com/agentscope-ai/ReMe/issues/84"];
    /// The items of an array have different schemas by position.
    TUPLE_ITEMS = "tuple-items",
        "publish one schema for all items, and describe their order, or use an object",
        [OPENAI => "https://github.com/PrefectHQ/fastmcp/issues/2464",
         GEMINI => "https://nestia.io/api/types/_samchon_openapi.IGeminiSchema-1.html"];
    /// `type` is a list.
    TYPE_LIST = "type-list",
        "publish one type; an optional argument needs no `null`, and other unions are `anyOf`",
        [GEMINI => "https://github.com/zed-industries/zed/issues/44875",
         CURSOR => "https://github.com/modelcontextprotocol/rust-sdk/issues/135"];
    /// A schema names no type.
    UNTYPED = "untyped",
        "add a `type`, or an `anyOf` of the types that the value may have",
        [GEMINI => "https://github.com/danny-avila/LibreChat/issues/6971",
         STRICT => "https://platform.openai.com/docs/guides/structured-outputs#supported-schemas"];
    /// An enumeration has values that are not strings, or none at all.
    ENUM_VALUES = "enum-values",
        "enumerate strings, or state the numbers in the description and bound them with `minimum` and `maximum`",
        [GEMINI => "https://github.com/google-gemini/gemini-cli/issues/4127"];
    /// A number has a `format`.
    NUMBER_FORMAT = "number-format",
        "remove the format, and bound the number with `minimum` and `maximum`",
        [EVERY_CLIENT => "https://json-schema.org/draft/2020-12/json-schema-validation#section-7.3",
         STRICT => "https://platform.openai.com/docs/guides/structured-outputs#supported-schemas"];
    /// A string has a `format` that some clients reject.
    STRING_FORMAT = "string-format",
        "describe the format in the description instead",
        [STRICT => "https://github.com/can1357/oh-my-pi/issues/206"];
    /// A member of `required` is not one of the `properties`.
    UNDEFINED_REQUIRED = "undefined-required",
        "add it to `properties`, or remove it from `required`",
        [GEMINI => "https://github.com/probelabs/probe/issues/569"];
    /// A keyword that does not apply to the type of the schema.
    MISPLACED_KEYWORD = "misplaced-keyword",
        "remove the keyword, or correct the `type`",
        [GEMINI => "https://github.com/anomalyco/opencode/pull/11888"];
    /// `const`.
    CONST = "const",
        "publish an `enum` of one value",
        [GEMINI => "https://github.com/zed-industries/zed/issues/45552"];
    /// `oneOf`.
    ONE_OF = "one-of",
        "publish `anyOf`",
        [STRICT => "https://platform.openai.com/docs/guides/structured-outputs#supported-schemas",
         GEMINI => "https://nestia.io/api/types/_samchon_openapi.IGeminiSchema-1.html"];
    /// A keyword that combines schemas or depends on other members.
    CONDITION = "condition",
        "merge the schemas into one object, and let the handler check what remains",
        [STRICT => "https://platform.openai.com/docs/guides/structured-outputs#supported-schemas"];
    /// A keyword about members or items without a schema of their own.
    UNSUPPORTED_KEYWORD = "unsupported-keyword",
        "describe the demand in the description, and let the handler check it",
        [STRICT => "https://github.com/can1357/oh-my-pi/issues/209"];
    /// `$schema`.
    SCHEMA_KEYWORD = "schema-keyword",
        "remove it: a schema without it is one of JSON Schema 2020-12",
        [GEMINI => "https://github.com/google-gemini/gemini-cli/issues/14970",
         CLAUDE => "https://github.com/ankimcp/anki-mcp-server-addon/issues/75"];
    /// A keyword of an older draft of JSON Schema, or of OpenAPI.
    DIALECT = "dialect",
        "write it in JSON Schema 2020-12",
        [EVERY_CLIENT => "https://modelcontextprotocol.io/specification/2025-11-25/basic#json-schema-usage"];
    /// A reference whose target is not in the schema.
    BROKEN_REFERENCE = "broken-reference",
        "refer to a member of `$defs`, and publish the definition with the schema",
        [GEMINI => "https://github.com/google-gemini/gemini-cli/issues/13326",
         EVERY_CLIENT => "https://modelcontextprotocol.io/specification/2025-11-25/basic#json-schema-usage"];
    /// A reference to a schema that does not contain itself.
    AVOIDABLE_REFERENCE = "avoidable-reference",
        "write the schema in the place of the reference",
        [GEMINI => "https://github.com/google-gemini/gemini-cli/issues/13326",
         CLAUDE => "https://platform.claude.com/docs/en/managed-agents/self-hosted-sandboxes"];
    /// A reference with keywords other than `description` and `default`.
    REFERENCE_SIBLINGS = "reference-siblings",
        "move the other keywords into the definition",
        [GEMINI => "https://github.com/anomalyco/opencode/issues/12295"];
    /// Objects are nested deeper than ten levels.
    TOO_DEEP = "too-deep",
        "flatten the objects",
        [STRICT => "https://platform.openai.com/docs/guides/structured-outputs#supported-schemas"];
    /// A schema has more than 5,000 properties or 1,000 enumerated values.
    TOO_LARGE = "too-large",
        "split the tool, or let the model look values up with another tool",
        [STRICT => "https://platform.openai.com/docs/guides/structured-outputs#supported-schemas"];
    /// The name of a tool does not match `^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$`.
    TOOL_NAME = "tool-name",
        "use 1 to 64 of the characters a-z, A-Z, 0-9, _ and -, beginning with a letter or _",
        [CLAUDE => "https://platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use",
         OPENAI => "https://platform.openai.com/docs/api-reference/chat/create",
         GEMINI => "https://cloud.google.com/vertex-ai/docs/reference/rest/v1beta1/FunctionDeclaration"];
    /// The names of the server and of the tool together are too long for clients that join them.
    QUALIFIED_NAME = "qualified-name",
        "shorten the name of the tool",
        [CURSOR => "https://github.com/ComposioHQ/composio/issues/2788",
         CLAUDE => "https://github.com/sparfenyuk/mcp-proxy/issues/45"];
    /// The name of an argument does not match `^[a-zA-Z0-9_.-]{1,64}$`.
    ARGUMENT_NAME = "argument-name",
        "use 1 to 64 of the characters a-z, A-Z, 0-9, _, . and -",
        [CLAUDE => "https://github.com/beautyfree/appstore-connect-mcp/issues/2"];
    /// A tool, a prompt or a resource template has no description.
    MISSING_DESCRIPTION = "missing-description",
        "state its purpose and when to use it, in a doc comment or with `description`",
        [EVERY_CLIENT => "https://platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use"];
    /// An argument of a tool or of a prompt has no description.
    ARGUMENT_DESCRIPTION = "argument-description",
        "describe it in a doc comment of the parameter, or with `Argument::description`",
        [EVERY_CLIENT => "https://platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use"];
    /// A tool states neither that it only reads nor whether its updates are destructive.
    MISSING_HINTS = "missing-hints",
        "add `read_only` if it changes nothing, and otherwise `destructive = true` or `destructive = false`",
        [CLAUDE => "https://github.com/anthropics/claude-plugins-official/blob/main/plugins/mcp-server-dev/skills/build-mcp-app/references/directory-checklist.md",
         EVERY_CLIENT => "https://modelcontextprotocol.io/specification/2025-11-25/schema#toolannotations"];
    /// The server has more than 40 tools.
    TOO_MANY_TOOLS = "too-many-tools",
        "join tools that differ in an argument, split the server, or show each caller the tools it needs",
        [CURSOR => "https://github.com/anyproto/anytype-mcp/issues/5",
         COPILOT => "https://github.com/microsoft/vscode-copilot-release/issues/11653"];
    /// The tools and the instructions take more tokens than the budget.
    BUDGET = "budget",
        "shorten descriptions and output schemas, or join tools",
        [EVERY_CLIENT => "https://www.anthropic.com/engineering/writing-tools-for-agents"];
    /// A text has characters that people do not see, or that change the order of the others.
    HIDDEN_TEXT = "hidden-text",
        "remove the characters",
        [EVERY_CLIENT => "https://www.unicode.org/reports/tr36/"];
    /// A text instructs the model instead of describing.
    MODEL_INSTRUCTIONS = "model-instructions",
        "describe what the item does, and leave decisions to the model and the user",
        [EVERY_CLIENT => "https://invariantlabs.ai/blog/mcp-security-notification-tool-poisoning-attacks"];
}

impl Rule {
    /// Returns the name of the rule.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// Returns the change that ends a violation.
    pub fn remedy(self) -> &'static str {
        self.0.remedy
    }

    /// Returns the clients that are known to need the rule. It is empty for rules about every client.
    pub fn profiles(self) -> impl Iterator<Item = ClientProfile> {
        self.0.sources.iter().filter_map(|(profile, _)| *profile)
    }

    /// Returns the public sources of the rule, each with the client that it is about.
    pub fn sources(self) -> impl Iterator<Item = (Option<ClientProfile>, &'static str)> {
        self.0.sources.iter().copied()
    }

    /// Returns `true` if one of these clients needs the rule, or every client.
    pub(crate) fn concerns(self, profiles: &[ClientProfile]) -> bool {
        self.0.sources.iter().any(|(profile, _)| profile.is_none_or(|profile| profiles.contains(&profile)))
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Rule {}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rule").field(&self.name()).finish()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
