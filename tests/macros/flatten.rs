//! Structs whose fields are the arguments: `#[arg(flatten)]`, and `from_struct` of the builder.

#![allow(dead_code, reason = "fields are read by `Debug` only")]

use std::collections::{BTreeMap, HashMap};

use mcpwright::types::{PromptReference, ProtocolVersion};
use mcpwright::{
    Argument, CallToolResult, Caller, Context, Execution, PromptHandler, Server, ToolHandler, server, tool,
};
use mcpwright_server::testing::Client;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{call, client, definition};

/// An order for shares.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SubmitOrder {
    /// Symbol of the share.
    #[schemars(length(min = 1))]
    symbol: String,
    /// Number of shares.
    #[schemars(range(min = 1, max = 1000))]
    quantity: u32,
    #[serde(rename = "side")]
    direction: Side,
    limit_price: Option<f64>,
    /// Hours for which the order is valid.
    #[serde(default = "day")]
    valid_hours: u16,
    #[serde(default)]
    legs: Vec<Leg>,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Side {
    /// Buy shares.
    Buy,
    Sell,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Leg {
    ratio: u8,
    #[serde(flatten)]
    exchange: Exchange,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Exchange {
    market: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Page {
    #[serde(flatten)]
    cursor: Cursor,
    #[serde(default)]
    size: Option<u8>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Cursor {
    after: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Query {
    id: u32,
    #[serde(flatten)]
    filters: BTreeMap<String, u8>,
}

/// A type that refers to itself.
#[derive(Debug, Deserialize, JsonSchema)]
struct Tree {
    value: u8,
    #[serde(default)]
    children: Vec<Tree>,
}

/// A number that only its type checks.
#[derive(Debug, Deserialize)]
#[serde(try_from = "u32")]
struct Even(u32);

impl TryFrom<u32> for Even {
    type Error = String;

    fn try_from(number: u32) -> Result<Self, String> {
        if number.is_multiple_of(2) { Ok(Self(number)) } else { Err(format!("{number} is odd")) }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Pair {
    #[schemars(with = "u32", extend("x-mcp-header" = "First"))]
    first: Even,
    #[schemars(with = "Vec<u32>")]
    rest: Vec<Even>,
}

fn day() -> u16 {
    24
}

struct Broker;

#[server]
impl Broker {
    /// Submit an order.
    #[tool]
    async fn submit(
        &self,
        #[arg(flatten)] order: SubmitOrder,
        /// Only check the order.
        #[arg(default)]
        dry: bool,
        caller: Caller,
    ) -> String {
        format!("{caller} {dry} {order:?}")
    }

    /// List orders, by reference and from a pattern.
    #[tool]
    fn list(#[arg(flatten)] page: &Page, #[arg(flatten)] SubmitOrder { symbol, .. }: SubmitOrder) -> String {
        format!("{symbol} {page:?}")
    }

    /// Ignore unknown arguments.
    #[tool(allow_unknown_arguments)]
    fn ignore(#[arg(flatten)] page: Page) -> String {
        format!("{page:?}")
    }

    /// Compare exactly.
    #[tool(strict)]
    fn exact(#[arg(flatten)] page: Page) -> String {
        format!("{page:?}")
    }

    /// Take all other arguments.
    #[tool]
    fn search(#[arg(flatten)] query: Query, text: String) -> String {
        format!("{text} {query:?}")
    }

    /// Sum a tree.
    #[tool]
    fn sum(#[arg(flatten)] tree: Tree, _context: &Context) -> u8 {
        tree.value
            + tree
                .children
                .iter()
                .map(|child| child.value + u8::try_from(child.children.len()).unwrap_or(0))
                .sum::<u8>()
    }

    /// Take numbers that their type checks.
    #[tool]
    fn pair(#[arg(flatten)] pair: Pair) -> String {
        format!("{pair:?}")
    }

    /// Ask for an order.
    #[prompt]
    fn order(&self, #[arg(flatten)] order: SubmitOrder, tone: Option<String>) -> String {
        format!("{order:?} {tone:?}")
    }

    /// A market.
    #[resource("market://{market}/{page}")]
    fn market(&self, #[arg(flatten)] exchange: Exchange, page: u8) -> String {
        format!("{exchange:?} {page}")
    }
}

/// A free function.
#[tool]
fn cancel(#[arg(flatten)] exchange: Exchange, id: u32) -> String {
    format!("{exchange:?} {id}")
}

/// Clients of both eras.
async fn clients() -> [Client; 2] {
    let legacy = Client::legacy(Broker, ProtocolVersion::V2025_06_18).await.expect("the server is there");
    [client(Broker), legacy]
}

fn order() -> Value {
    json!({ "symbol": "ACME", "quantity": 5, "side": "buy" })
}

/// The order with a changed member.
fn order_with(name: &str, value: Value) -> Value {
    let mut order = order();
    order[name] = value;
    order
}

const ORDER: &str = r#"SubmitOrder { symbol: "ACME", quantity: 5, direction: Buy, limit_price: None, valid_hours: 24, legs: [] }"#;

#[tokio::test]
async fn fields_are_published_as_arguments() {
    let client = client(Broker);
    assert_eq!(
        definition(&client, "submit").await["inputSchema"],
        json!({
            "type": "object",
            "properties": {
                "symbol": { "description": "Symbol of the share.", "type": "string", "minLength": 1 },
                "quantity": {
                    "description": "Number of shares.",
                    "type": "integer",
                    "minimum": 1,
                    "maximum": 1000,
                },
                "side": { "description": "\"buy\": Buy shares.", "type": "string", "enum": ["sell", "buy"] },
                "limitPrice": { "type": "number" },
                "validHours": {
                    "description": "Hours for which the order is valid.",
                    "type": "integer",
                    "minimum": 0,
                    "maximum": u16::MAX,
                    "default": 24,
                },
                "legs": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "ratio": { "type": "integer", "minimum": 0, "maximum": 255 },
                            "market": { "type": "string" },
                        },
                        "required": ["ratio", "market"],
                        "additionalProperties": false,
                    },
                },
                "dry": { "description": "Only check the order.", "type": "boolean", "default": false },
            },
            "required": ["symbol", "quantity", "side"],
            "additionalProperties": false,
        })
    );
    let list = definition(&client, "list").await["inputSchema"].clone();
    let names: Vec<_> = list["properties"].as_object().expect("there are properties").keys().collect();
    assert_eq!(names, ["after", "size", "symbol", "quantity", "side", "limitPrice", "validHours", "legs"]);
}

#[tokio::test]
async fn fields_are_read_as_leniently_as_arguments() {
    for client in &clients().await {
        assert_eq!(call(client, "submit", order()).await, format!("anonymous false {ORDER}"));
        let similar = json!({ "symbol": "ACME", "quantity": "5", "side": "BUY", "limitPrice": null, "legs": "[]", "dry": "false" });
        assert_eq!(call(client, "submit", similar).await, format!("anonymous false {ORDER}"));
        let full = json!({
            "dry": true,
            "legs": [{ "ratio": 2, "market": "XETR" }],
            "validHours": 1,
            "limitPrice": 9.5,
            "side": "sell",
            "quantity": 1,
            "symbol": "A",
        });
        assert_eq!(
            call(client, "submit", full).await,
            "anonymous true SubmitOrder { symbol: \"A\", quantity: 1, direction: Sell, limit_price: Some(9.5), valid_hours: 1, \
             legs: [Leg { ratio: 2, exchange: Exchange { market: \"XETR\" } }] }"
        );
        assert_eq!(
            call(client, "list", order_with("after", json!("x"))).await,
            r#"ACME Page { cursor: Cursor { after: Some("x") }, size: None }"#
        );
        assert_eq!(
            call(client, "ignore", json!({})).await,
            "Page { cursor: Cursor { after: None }, size: None }"
        );
        assert_eq!(
            call(client, "sum", json!({ "value": 1, "children": [{ "value": "2", "children": [] }] })).await,
            "3"
        );
    }
}

#[tokio::test]
async fn problems_name_the_field() {
    let client = client(Broker);
    let check = async |tool: &str, arguments: Value, expected: &[&str]| {
        let text = call(&client, tool, arguments).await;
        for line in expected {
            assert!(text.contains(&format!("\n- {line}\n")), "{text}");
        }
    };
    check("submit", json!({ "quantity": 0, "sied": "buy", "legs": [{ "ratio": 300, "market": 1.5 }] }), &[
        "missing argument `symbol`: expected a string of at least 1 character",
        "missing argument `side`: expected one of \"sell\", \"buy\"",
        "quantity: expected an integer from 1 to 1000, got 0",
        "unknown argument `sied`; did you mean `side`? (known: symbol, quantity, side, limitPrice, validHours, legs, dry)",
        "legs[0].ratio: expected an integer from 0 to 255, got 300",
        "legs[0].market: expected a string, got 1.5",
    ])
    .await;
    check(
        "exact",
        json!({ "size": "5" }),
        &["size: expected an integer from 0 to 255, got the string \"5\""],
    )
    .await;
    check(
        "search",
        json!({ "id": 1, "text": "a", "price": "x" }),
        &["price: expected an integer from 0 to 255, got the string \"x\""],
    )
    .await;
    check("pair", json!({ "first": 3, "rest": [] }), &["first: 3 is odd"]).await;
    check("pair", json!({ "first": "2", "rest": [2, 5] }), &["rest[1]: 5 is odd"]).await;
    let server = Server::from(Broker);
    let pair =
        server.tools().iter().find(|tool| tool.definition().name == "pair").expect("the tool is there");
    assert_eq!(pair.header_params()[0].path(), ["first"]);
}

#[tokio::test]
async fn unknown_arguments_are_ignored_or_taken() {
    let client = client(Broker);
    let unknown = json!({ "size": 5, "other": [1], "order": {} });
    assert_eq!(
        call(&client, "ignore", unknown).await,
        "Page { cursor: Cursor { after: None }, size: Some(5) }"
    );
    let rest = json!({ "price": "7", "text": "tea", "id": 1, "year": 2 });
    assert_eq!(
        call(&client, "search", rest).await,
        r#"tea Query { id: 1, filters: {"price": 7, "year": 2} }"#
    );
    let schema = definition(&client, "search").await["inputSchema"].clone();
    assert_eq!(schema["additionalProperties"], json!({ "type": "integer", "minimum": 0, "maximum": 255 }));
}

#[tokio::test]
async fn fields_are_arguments_of_prompts_and_variables_of_templates() {
    for client in &clients().await {
        let prompts = client.list_prompts().await.expect("prompts can be listed");
        let listed = serde_json::to_value(&prompts[0].arguments).expect("arguments are JSON");
        assert_eq!(
            listed[0],
            json!({ "name": "symbol", "description": "Symbol of the share.", "required": true })
        );
        assert_eq!(listed[3], json!({ "name": "limitPrice", "required": false }));
        assert_eq!(listed.as_array().map(Vec::len), Some(7));
        let given = [("symbol", "ACME"), ("quantity", "5"), ("side", "buy"), ("tone", "kind")];
        let prompt = client.get_prompt("order", given).await.expect("the prompt is there");
        assert_eq!(prompt.messages[0].content.as_text(), Some(format!("{ORDER} Some(\"kind\")").as_str()));
        let error =
            client.get_prompt("order", [("symbol", "ACME")]).await.expect_err("arguments are missing");
        assert!(error.message.contains("missing argument `quantity`"), "{error}");
        let completion =
            client.complete(PromptReference::new("order"), "side", "b").await.expect("it is an enum");
        assert_eq!(completion.values, ["buy"]);
        let contents = client.read_resource("market://XETR/2").await.expect("the resource is there");
        let contents = serde_json::to_value(&contents.contents[0]).expect("contents are JSON");
        assert_eq!(contents["text"], "Exchange { market: \"XETR\" } 2");
    }
}

#[tokio::test]
async fn the_builder_says_the_same() {
    async fn submit(order: SubmitOrder, dry: bool, caller: Caller) -> String {
        format!("{caller} {dry} {order:?}")
    }
    let flattened = ToolHandler::function("submit", ["order", "dry"], submit)
        .argument("order", Argument::flatten)
        .argument("dry", |dry| dry.default(false).description("Only check the order."));
    let from_struct =
        ToolHandler::from_struct("whole", |order: SubmitOrder, caller: Caller, page: Page| async move {
            format!("{caller} {order:?} {page:?}")
        });
    let review = PromptHandler::from_struct("review", |page: Page| async move { format!("{page:?}") });
    let builder = Server::builder("broker", "1.0.0").tool(flattened).tool(from_struct).tool(cancel::tool());
    let client = client(builder.prompt(review));
    let macros = crate::client(Broker);
    assert_eq!(
        definition(&client, "submit").await["inputSchema"],
        definition(&macros, "submit").await["inputSchema"]
    );
    assert_eq!(call(&client, "submit", order()).await, format!("anonymous false {ORDER}"));
    assert_eq!(
        call(&client, "whole", order_with("size", json!("5"))).await,
        format!("anonymous {ORDER} Page {{ cursor: Cursor {{ after: None }}, size: Some(5) }}")
    );
    assert_eq!(
        call(&client, "cancel", json!({ "market": "X", "id": 1 })).await,
        "Exchange { market: \"X\" } 1"
    );
    let prompt = client.get_prompt("review", [("size", "5")]).await.expect("the prompt is there");
    assert_eq!(
        prompt.messages[0].content.as_text(),
        Some("Page { cursor: Cursor { after: None }, size: Some(5) }")
    );
}

#[test]
fn a_declaration_that_is_ambiguous_is_an_error() {
    #[track_caller]
    fn check<T: for<'a> Deserialize<'a> + JsonSchema>(argument: Argument, expected: &str) {
        let tool = ToolHandler::new("tool", |_| Ok(Execution::blocking(|| Ok(CallToolResult::default()))))
            .parameter::<u8, _>(Argument::new("symbol"))
            .parameter::<T, _>(argument);
        let error = tool.checked().expect_err(expected).to_string();
        assert!(error.starts_with(&format!("the tool `tool`: {expected}")), "{error}");
        assert!(error.contains("flatten.rs:"), "{error}");
    }
    let flat = || Argument::new("order").flatten();
    check::<SubmitOrder>(
        flat(),
        "the argument `order` has a field `symbol`, and there is another argument of this name: rename one of them (",
    );
    let other = |type_name: &str| {
        format!(
            "the argument `order`: a type whose fields are arguments must be a struct with named fields, but this type is {type_name}: "
        )
    };
    check::<HashMap<String, u8>>(flat(), &other("a map"));
    check::<Map<String, Value>>(flat(), &other("a map"));
    check::<Side>(flat(), &other("a string"));
    check::<Option<Page>>(flat(), &other("an optional object"));
    check::<(u8, u8)>(flat(), &other("an array"));
    check::<Value>(flat(), &other("any value"));
    let alone =
        "the argument `order`: `flatten` must be the only setting: describe the fields in the struct (";
    check::<Page>(flat().description("A page."), alone);
    check::<Page>(flat().example(1), alone);
    check::<Page>(flat().default(1), alone);

    let extractor = ToolHandler::function("tool", [], |_: Caller| async {}).argument("", Argument::flatten);
    let error = extractor.checked().expect_err("an extractor has no fields").to_string();
    assert!(error.contains("must be a struct that clients send, and not an extractor"), "{error}");
    let twice =
        ToolHandler::from_struct("tool", |_: Page, _: Cursor| async {}).checked().expect_err("`after`");
    assert!(twice.to_string().contains("the struct of the arguments has a field `after`"), "{twice}");
    let open =
        ToolHandler::from_struct("tool", |_: Query, _: Rest| async {}).checked().expect_err("two maps");
    assert!(open.to_string().contains("at most one struct may have a flattened map"), "{open}");
    let field = ToolHandler::from_struct("tool", |_: Page| async {}).argument("size", |size| size.range(1..));
    let error = field.checked().expect_err("it is a field").to_string();
    assert!(error.contains("the argument `size` is the field of a struct: set it there"), "{error}");
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Rest {
    name: String,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// The filter of a list.
#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
struct Filter {
    year: u16,
}

impl Default for Filter {
    fn default() -> Self {
        Self { year: 2000 }
    }
}

struct Defaults;

#[server]
impl Defaults {
    /// Have the defaults of types.
    #[tool]
    fn defaults(
        #[arg(default)] text: &str,
        #[arg(default, range = ..=10)] number: u8,
        #[arg(default)] list: &[String],
        #[arg(default)] maybe: Option<u8>,
        #[arg(default)] filter: Filter,
        required: bool,
    ) -> String {
        format!("{text:?} {number} {list:?} {maybe:?} {filter:?} {required}")
    }
}

#[tokio::test]
async fn an_argument_has_the_default_of_its_type() {
    let client = client(Defaults);
    let schema = definition(&client, "defaults").await["inputSchema"].clone();
    assert_eq!(
        schema["properties"],
        json!({
            "text": { "type": "string", "default": "" },
            "number": { "type": "integer", "minimum": 0, "maximum": 10, "default": 0 },
            "list": { "type": "array", "items": { "type": "string" }, "default": [] },
            "maybe": { "type": "integer", "minimum": 0, "maximum": 255 },
            // It cannot be serialized, so the default is not published.
            "filter": {
                "description": "The filter of a list.",
                "type": "object",
                "properties": { "year": { "type": "integer", "minimum": 0, "maximum": u16::MAX } },
                "required": ["year"],
                "additionalProperties": false,
            },
            "required": { "type": "boolean" },
        })
    );
    assert_eq!(schema["required"], json!(["required"]));
    let absent = r#""" 0 [] None Filter { year: 2000 } true"#;
    assert_eq!(call(&client, "defaults", json!({ "required": true })).await, absent);
    let null = json!({ "text": null, "number": null, "list": null, "maybe": null, "filter": null, "required": "true" });
    assert_eq!(call(&client, "defaults", null).await, absent);
    let given = json!({ "text": "a", "number": "7", "list": ["b"], "maybe": 1, "filter": { "year": 1 }, "required": false });
    assert_eq!(call(&client, "defaults", given).await, r#""a" 7 ["b"] Some(1) Filter { year: 1 } false"#);
}
