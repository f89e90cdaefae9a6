//! The types of the cases.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::{NonZeroI32, NonZeroU8, NonZeroU32};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use mcpwright_server::{Builder, Server, ToolHandler};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A server with a tool for each type, which returns the JSON of its argument `v`; and one of the same type whose arguments must
/// match exactly.
pub(crate) fn server() -> Server {
    let mut tools = Vec::new();
    for (name, tool) in all() {
        tools.push(tool(name));
        tools.push(tool(&format!("strict_{name}")).strict());
    }
    tools.into_iter().fold(Server::builder("types", "1.0.0"), Builder::tool).build()
}

type Tool = fn(&str) -> ToolHandler;

fn tool<T: DeserializeOwned + Serialize + JsonSchema + Send + 'static>(name: &str) -> ToolHandler {
    ToolHandler::function(name, ["v"], |v: T| {
        let text = serde_json::to_string(&v).expect("the value can be serialized");
        async move { text }
    })
}

/// The same for a type that cannot be sent to another thread.
fn local_tool<T: DeserializeOwned + Serialize + JsonSchema + 'static>(name: &str) -> ToolHandler {
    ToolHandler::function(name, ["v"], |v: T| {
        let text = serde_json::to_string(&v).expect("the value can be serialized");
        async move { text }
    })
}

#[expect(clippy::too_many_lines, reason = "it is a list")]
fn all() -> Vec<(&'static str, Tool)> {
    let numbers: Vec<(&str, Tool)> = vec![
        ("bool", tool::<bool>),
        ("u8", tool::<u8>),
        ("u16", tool::<u16>),
        ("u32", tool::<u32>),
        ("u64", tool::<u64>),
        ("u128", tool::<u128>),
        ("usize", tool::<usize>),
        ("i8", tool::<i8>),
        ("i16", tool::<i16>),
        ("i32", tool::<i32>),
        ("i64", tool::<i64>),
        ("i128", tool::<i128>),
        ("f32", tool::<f32>),
        ("f64", tool::<f64>),
        ("nonzero_u8", tool::<NonZeroU8>),
        ("nonzero_u32", tool::<NonZeroU32>),
        ("nonzero_i32", tool::<NonZeroI32>),
        ("decimal", tool::<rust_decimal::Decimal>),
    ];
    let strings: Vec<(&str, Tool)> = vec![
        ("string", tool::<String>),
        ("boxed_str", tool::<Box<str>>),
        ("cow", tool::<Cow<'static, str>>),
        ("char", tool::<char>),
        ("path", tool::<PathBuf>),
        ("uuid", tool::<uuid::Uuid>),
        ("url", tool::<url::Url>),
        ("ip", tool::<IpAddr>),
        ("ipv4", tool::<Ipv4Addr>),
        ("ipv6", tool::<Ipv6Addr>),
        ("duration", tool::<Duration>),
        ("chrono_date", tool::<chrono::NaiveDate>),
        ("chrono_time", tool::<chrono::NaiveTime>),
        ("chrono_local", tool::<chrono::NaiveDateTime>),
        ("chrono_utc", tool::<chrono::DateTime<chrono::Utc>>),
        ("jiff_timestamp", tool::<jiff::Timestamp>),
        ("jiff_date", tool::<jiff::civil::Date>),
        ("jiff_time", tool::<jiff::civil::Time>),
        ("jiff_span", tool::<jiff::SignedDuration>),
        ("bytes", tool::<bytes::Bytes>),
    ];
    let lists: Vec<(&str, Tool)> = vec![
        ("list", tool::<Vec<u32>>),
        ("strings", tool::<Vec<String>>),
        ("nested_list", tool::<Vec<Vec<i8>>>),
        ("deque", tool::<VecDeque<bool>>),
        ("linked_list", tool::<LinkedList<f64>>),
        ("set", tool::<BTreeSet<u32>>),
        ("hash_set", tool::<HashSet<String>>),
        ("array", tool::<[i32; 3]>),
        ("pair", tool::<(String, u32)>),
        ("triple", tool::<(u8, bool, Option<String>)>),
        ("pairs", tool::<Vec<(String, f64)>>),
        ("map", tool::<BTreeMap<String, i64>>),
        ("hash_map", tool::<HashMap<String, bool>>),
        ("number_keys", tool::<BTreeMap<u32, String>>),
        ("signed_keys", tool::<BTreeMap<i8, bool>>),
        ("enum_keys", tool::<BTreeMap<Level, u32>>),
        ("uuid_keys", tool::<BTreeMap<uuid::Uuid, u32>>),
        ("index_map", tool::<indexmap::IndexMap<String, u8>>),
        ("any", tool::<Value>),
        ("any_map", tool::<serde_json::Map<String, Value>>),
        ("unit", tool::<()>),
    ];
    let structs: Vec<(&str, Tool)> = vec![
        ("option", tool::<Option<u32>>),
        ("option_string", tool::<Option<String>>),
        ("option_list", tool::<Option<Vec<String>>>),
        ("arc", tool::<Arc<Point>>),
        ("rc", local_tool::<Rc<Point>>),
        ("point", tool::<Point>),
        ("line", tool::<Line>),
        ("filter", tool::<Filter>),
        ("query", tool::<Query>),
        ("page", tool::<Page>),
        ("newtype", tool::<Meters>),
        ("tuple_struct", tool::<Color>),
        ("tree", tool::<Tree>),
        ("flattened", tool::<Flattened>),
        ("rest", tool::<Rest>),
        ("limited", tool::<Limited>),
        ("even", tool::<EvenHolder>),
        ("renamed", tool::<Renamed>),
        ("level", tool::<Level>),
        ("external", tool::<External>),
        ("internal", tool::<Internal>),
        ("adjacent", tool::<Adjacent>),
        ("untagged", tool::<Untagged>),
        ("one_or_many", tool::<OneOrMany>),
        ("password", tool::<Login>),
    ];
    [numbers, strings, lists, structs].concat()
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Point {
    x: f64,
    y: f64,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Line {
    from: Point,
    to: Point,
    label: Option<String>,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Filter {
    since: chrono::DateTime<chrono::Utc>,
    until: Option<chrono::NaiveDate>,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Query {
    words: String,
    filter: Option<Filter>,
    #[serde(default)]
    levels: Vec<Level>,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Page {
    #[serde(default = "ten")]
    page_size: u32,
    after_id: Option<String>,
    max_wait: Option<Duration>,
}

fn ten() -> u32 {
    10
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Meters(f32);

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Color(u8, u8, u8);

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Tree {
    value: i32,
    #[serde(default)]
    children: Vec<Tree>,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Flattened {
    name: String,
    #[serde(flatten)]
    point: Point2,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Point2 {
    x: i32,
    y: i32,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Rest {
    name: String,
    #[serde(flatten)]
    rest: BTreeMap<String, u32>,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Limited {
    #[schemars(range(min = 1, max = 100))]
    count: u32,
    #[schemars(length(min = 2, max = 5))]
    code: Option<String>,
    #[schemars(regex(pattern = "^[a-z]+$"))]
    word: Option<String>,
}

/// A struct with a value that only its deserialization checks.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct EvenHolder {
    #[serde(deserialize_with = "even")]
    n: u32,
    items: Option<Vec<Even>>,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Even(#[serde(deserialize_with = "even")] u32);

fn even<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        n if n % 2 == 0 => Ok(n),
        _ => Err(serde::de::Error::custom("must be even")),
    }
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Renamed {
    first_name: String,
    #[serde(rename = "class")]
    kind: Option<Level>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Level {
    Low,
    Medium,
    VeryHigh,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
enum External {
    Everything,
    Circle { radius: f64 },
    Text(String),
    Pair(i32, i32),
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Internal {
    Circle { radius: f64 },
    Square { side: f64, color: Option<String> },
    Since { at: chrono::DateTime<chrono::Utc> },
    Nothing,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(tag = "kind", content = "value", rename_all = "lowercase")]
enum Adjacent {
    Number(u32),
    Text { text: String },
    Nothing,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
enum Untagged {
    ById { id: u32 },
    ByName { first: String, last: String },
    Number(i64),
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Login {
    user: String,
    #[schemars(extend("format" = "password"), length(min = 8))]
    password: String,
}
