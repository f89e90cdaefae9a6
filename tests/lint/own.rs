//! Structs and enums, in all forms of serde.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use mcpwright::schemars::{self, JsonSchema};
use mcpwright::serde::Deserialize;
use mcpwright::serde_json::{Map, Value};
use uuid::Uuid;

use crate::{Probe, probes};

#[derive(Deserialize, JsonSchema, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[serde(crate = "mcpwright::serde", rename_all = "snake_case")]
pub(crate) enum Plain {
    First,
    SecondOne,
}

/// The sort order.
#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde")]
pub(crate) enum Documented {
    /// By its name.
    Name,
    /// The newest first.
    #[serde(rename = "age", alias = "date")]
    Age,
}

/// A point.
#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde", rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Point {
    /// To the right.
    x_value: f64,
    y_value: Option<f64>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde")]
pub(crate) struct Line {
    /// The start.
    from: Point,
    to: Vec<Point>,
    order: Option<Documented>,
    id: Uuid,
    at: DateTime<Utc>,
    timeout: Option<Duration>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde")]
pub(crate) struct Unit;

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde")]
pub(crate) struct Empty {}

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde")]
pub(crate) struct Newtype(u32);

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde", transparent)]
pub(crate) struct Transparent {
    inner: Vec<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde")]
pub(crate) struct Tuple(u8, String, Option<bool>);

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde", tag = "kind", rename_all = "kebab-case")]
pub(crate) enum Internal {
    /// A circle.
    Circle {
        radius: f64,
    },
    At(Point),
    NothingAtAll,
}

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde", tag = "t", content = "c")]
pub(crate) enum Adjacent {
    Count(u8),
    Pair(u8, String),
    Named { name: String },
    Any(Value),
    Nothing,
}

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde")]
pub(crate) enum External {
    Count(u8),
    Pair(u8, String),
    Named {
        name: String,
    },
    /// Less than nothing.
    Nothing,
}

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde", untagged)]
pub(crate) enum Untagged {
    Flag(bool),
    Count(i64),
    Name(String),
    List(Vec<String>),
    Point(Point),
    Named { name: String, value: Value },
}

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde", untagged)]
pub(crate) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

/// A page of a list.
#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde")]
pub(crate) struct Page<T> {
    items: Vec<T>,
    next: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde")]
pub(crate) struct Flattened {
    name: String,
    #[serde(flatten)]
    point: FlatPoint,
}

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde")]
pub(crate) struct FlatPoint {
    x: f64,
    y: Option<f64>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde")]
pub(crate) struct Open {
    name: String,
    #[serde(flatten)]
    rest: HashMap<String, Value>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde")]
pub(crate) struct FlattenedEnum {
    id: u64,
    #[serde(flatten)]
    shape: Internal,
}

/// A node.
#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde")]
pub(crate) struct Tree {
    name: String,
    #[serde(default)]
    children: Vec<Tree>,
    parent: Option<Box<Tree>>,
}

/// An expression.
#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde", tag = "op", rename_all = "snake_case")]
pub(crate) enum Expression {
    Number { value: f64 },
    Not { of: Box<Expression> },
    And { all: Vec<Expression> },
}

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde", untagged)]
pub(crate) enum Term {
    Number(i64),
    Call(Vec<Term>),
    Object(BTreeMap<String, Term>),
}

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde")]
pub(crate) struct First {
    second: Option<Box<Second>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde")]
pub(crate) struct Second {
    first: Vec<First>,
}

/// Fields with attributes.
#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde", default)]
pub(crate) struct Attributes {
    #[schemars(range(min = 1, max = 10))]
    range: u32,
    #[schemars(length(min = 1, max = 5), regex(pattern = "^a"))]
    text: String,
    #[schemars(email)]
    mail: String,
    #[schemars(title = "The region", example = &"eu")]
    region: String,
    #[schemars(inner(length(max = 3)))]
    #[deprecated]
    tags: Vec<String>,
    #[schemars(with = "String")]
    path: std::path::PathBuf,
    #[serde(skip)]
    skipped: Option<u8>,
    #[serde(rename = "type")]
    kind: Option<String>,
    labels: BTreeMap<String, String>,
}

#[allow(deprecated)]
impl Default for Attributes {
    fn default() -> Self {
        Self {
            range: 1,
            text: "a".into(),
            mail: "ada@example.com".into(),
            region: "eu".into(),
            tags: Vec::new(),
            path: "a".into(),
            skipped: None,
            kind: None,
            labels: BTreeMap::new(),
        }
    }
}

type Borrowed = Page<Cow<'static, str>>;

pub(crate) fn probes() -> Vec<Probe> {
    let enums = probes![
        Plain, Documented, Internal, Adjacent, External, Untagged, Option<Plain>, Option<Internal>, Vec<Documented>,
        Vec<Internal>, Option<External>, Vec<Adjacent>, HashMap<String, Untagged>, BTreeMap<Plain, u8>, (Plain, External),
    ];
    let structs = probes![
        Point, Line, Unit, Empty, Newtype, Transparent, Tuple, Attributes, Option<Point>, Vec<Point>, [Point; 2],
        HashMap<String, Point>, Arc<Point>, Option<Box<Line>>, (Point, Tuple), Vec<Option<Point>>,
    ];
    let generic = probes![
        Page<u8>,
        Page<Point>,
        Page<Value>,
        Page<Internal>,
        Borrowed,
        OneOrMany<String>,
        OneOrMany<Point>,
        OneOrMany<Map<String, Value>>,
        Option<OneOrMany<u8>>,
        Page<Page<String>>,
    ];
    let flattened = probes![Flattened, Open, FlattenedEnum, Vec<Flattened>, Option<FlattenedEnum>];
    let recursive = probes![
        Tree, Option<Tree>, Vec<Tree>, HashMap<String, Tree>, Expression, Option<Expression>, Term, First, Vec<Second>,
        Page<Tree>,
    ];
    [enums, structs, generic, flattened, recursive].concat()
}
