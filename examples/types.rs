//! A server with a tool for each kind of type that arguments have. Each returns its arguments as the JSON it read.
//!
//! `.ci/converters/run` calls the tools with the clients of several frameworks.

#![expect(clippy::needless_pass_by_value, reason = "each type is taken as tools take it")]

use std::collections::{BTreeMap, BTreeSet};

use mcpwright::schemars::{self, JsonSchema};
use mcpwright::{Result, server};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One string, or several.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

/// A scalar, a list, or an object.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Anything {
    Flag(bool),
    Number(f64),
    Text(String),
    List(Vec<String>),
    Point(Point),
}

/// A position on a plane.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Point {
    /// The distance to the right.
    x: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<i32>,
}

/// A condition on a column.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Filter {
    column: String,
    /// The value to compare with.
    value: Value,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    others: Vec<Value>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, Value>,
}

/// A color.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Color {
    Red,
    /// As the sky.
    LightBlue,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
enum Primary {
    Red,
    Green,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Internal {
    /// A circle.
    Circle {
        radius: f64,
    },
    At(Point),
    Nothing,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
enum Adjacent {
    Count(u8),
    Other(Value),
    Nothing,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum External {
    Count(u8),
    At(Point),
    Nothing,
}

/// A folder with other folders.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Folder {
    name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    folders: Vec<Folder>,
}

/// A value of the type that a program of this language has.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Term {
    Number(i64),
    Call(Vec<Term>),
    Object(BTreeMap<String, Term>),
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Open {
    name: String,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Flattened {
    id: u64,
    #[serde(flatten)]
    point: Point,
}

fn echo(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("the values are JSON")
}

struct Types;

/// Each tool returns its argument.
#[server]
impl Types {
    /// Takes a text.
    #[tool(read_only)]
    fn text(&self, value: String) -> String {
        echo(&value)
    }

    /// Takes an integer.
    #[tool(read_only)]
    fn integer(&self, value: u16) -> String {
        echo(&value)
    }

    /// Takes a number.
    #[tool(read_only)]
    fn number(&self, value: f64) -> String {
        echo(&value)
    }

    /// Takes a Boolean.
    #[tool(read_only)]
    fn flag(&self, value: bool) -> String {
        echo(&value)
    }

    /// Takes an optional integer.
    #[tool(read_only)]
    fn optional(&self, value: Option<u32>) -> String {
        echo(&value)
    }

    /// Takes a color.
    #[tool(read_only)]
    fn color(&self, value: Color) -> String {
        echo(&value)
    }

    /// Takes texts.
    #[tool(read_only)]
    fn texts(&self, value: Vec<String>) -> String {
        echo(&value)
    }

    /// Takes integers, some of which are null.
    #[tool(read_only)]
    fn optional_items(&self, value: Vec<Option<u8>>) -> String {
        echo(&value)
    }

    /// Takes a set of colors.
    #[tool(read_only)]
    fn set(&self, value: BTreeSet<Primary>) -> String {
        echo(&value)
    }

    /// Takes an integer and a text.
    #[tool(read_only)]
    fn tuple(&self, value: (u8, String)) -> String {
        echo(&value)
    }

    /// Takes rows of numbers.
    #[tool(read_only)]
    fn matrix(&self, value: Vec<Vec<f64>>) -> String {
        echo(&value)
    }

    /// Takes numbers by name.
    #[tool(read_only)]
    fn numbers_by_name(&self, value: BTreeMap<String, u8>) -> String {
        echo(&value)
    }

    /// Takes points by name.
    #[tool(read_only)]
    fn points_by_name(&self, value: BTreeMap<String, Point>) -> String {
        echo(&value)
    }

    /// Takes names by number.
    #[tool(read_only)]
    fn names_by_number(&self, value: BTreeMap<u32, String>) -> String {
        echo(&value)
    }

    /// Takes any JSON value.
    #[tool(read_only)]
    fn any(&self, value: Value) -> String {
        echo(&value)
    }

    /// Takes any JSON value, or nothing.
    #[tool(read_only)]
    fn optional_any(&self, value: Option<Value>) -> String {
        echo(&value)
    }

    /// Takes a list of any JSON values.
    #[tool(read_only)]
    fn any_list(&self, value: Vec<Value>) -> String {
        echo(&value)
    }

    /// Takes an object with any members.
    #[tool(read_only)]
    fn any_object(&self, value: Map<String, Value>) -> String {
        echo(&value)
    }

    /// Takes a list of objects with any members.
    #[tool(read_only)]
    fn any_objects(&self, value: Vec<Map<String, Value>>) -> String {
        echo(&value)
    }

    /// Takes lists of any JSON values by name.
    #[tool(read_only)]
    fn any_lists_by_name(&self, value: BTreeMap<String, Vec<Value>>) -> String {
        echo(&value)
    }

    /// Takes any JSON values in several places of a struct.
    #[tool(read_only)]
    fn filter(&self, value: Filter) -> String {
        echo(&value)
    }

    /// Takes a text or several.
    #[tool(read_only)]
    fn one_or_many_texts(&self, value: OneOrMany<String>) -> String {
        echo(&value)
    }

    /// Takes a point or several.
    #[tool(read_only)]
    fn one_or_many_points(&self, value: OneOrMany<Point>) -> String {
        echo(&value)
    }

    /// Takes an object or several.
    #[tool(read_only)]
    fn one_or_many_of_any(&self, value: OneOrMany<BTreeMap<String, Value>>) -> String {
        echo(&value)
    }

    /// Takes a scalar, a list or an object.
    #[tool(read_only)]
    fn anything(&self, value: Anything) -> String {
        echo(&value)
    }

    /// Takes a scalar, a list, an object or nothing.
    #[tool(read_only)]
    fn optional_anything(&self, value: Option<Anything>) -> String {
        echo(&value)
    }

    /// Takes a list of scalars, lists and objects.
    #[tool(read_only)]
    fn list_of_anything(&self, value: Vec<Anything>) -> String {
        echo(&value)
    }

    /// Takes a point.
    #[tool(read_only)]
    fn point(&self, value: Point) -> String {
        echo(&value)
    }

    /// Takes a point or nothing.
    #[tool(read_only)]
    fn optional_point(&self, value: Option<Point>) -> String {
        echo(&value)
    }

    /// Takes points, some of which are null.
    #[tool(read_only)]
    fn points(&self, value: Vec<Option<Point>>) -> String {
        echo(&value)
    }

    /// Takes a variant with its tag among its members.
    #[tool(read_only)]
    fn internal(&self, value: Internal) -> String {
        echo(&value)
    }

    /// Takes a variant with its tag beside its value.
    #[tool(read_only)]
    fn adjacent(&self, value: Adjacent) -> String {
        echo(&value)
    }

    /// Takes a variant by its name.
    #[tool(read_only)]
    fn external(&self, value: External) -> String {
        echo(&value)
    }

    /// Takes a folder.
    #[tool(read_only)]
    fn folder(&self, value: Folder) -> String {
        echo(&value)
    }

    /// Takes a term of a language.
    #[tool(read_only)]
    fn term(&self, value: Term) -> String {
        echo(&value)
    }

    /// Takes an object with a name and other members.
    #[tool(read_only)]
    fn open(&self, value: Open) -> String {
        echo(&value)
    }

    /// Takes a point with an id.
    #[tool(read_only)]
    fn flattened(&self, value: Flattened) -> String {
        echo(&value)
    }

    /// Takes several arguments.
    #[tool(read_only)]
    fn several(&self, id: u64, tags: Vec<String>, note: Option<String>, extra: Option<Value>) -> String {
        echo(&(id, tags, note, extra))
    }

    /// Takes the fields of a struct as arguments.
    #[tool(read_only)]
    fn fields(&self, #[arg(flatten)] values: Filter) -> String {
        echo(&values)
    }

    /// Takes nothing.
    #[tool(read_only)]
    fn nothing(&self) -> String {
        echo(&())
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    mcpwright::stdio(Types).await?;
    Ok(())
}
