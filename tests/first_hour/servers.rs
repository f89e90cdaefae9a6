//! The servers of the steps and the probes.

use std::error::Error;
use std::fmt;

use mcpwright::schemars::JsonSchema;
use mcpwright::serde::{Deserialize, Serialize};
use mcpwright::{Json, Server, server};
use serde_json::Value;

/// Returns the server of this name.
pub(crate) fn server(name: &str) -> Server {
    match name {
        "calculator" => Calculator.into(),
        "probes" => Probes.into(),
        "empty" => Server::builder("empty", "1.0.0").build(),
        "failures" => Failures.into(),
        "shelf" => Shelf { store: Memory }.into(),
        _ => panic!("there is no server `{name}`"),
    }
}

/// The derives of both crates are used by the paths through `mcpwright` only.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(crate = "mcpwright::serde")]
#[schemars(crate = "mcpwright::schemars")]
struct Sum {
    a: i32,
    b: i32,
}

struct Calculator;

#[server]
impl Calculator {
    /// Add two integers.
    #[tool(read_only)]
    async fn add(&self, a: i32, b: i32) -> i32 {
        a + b
    }

    /// Add the integers of a struct.
    #[tool(read_only)]
    async fn add_struct(&self, sum: Sum) -> i32 {
        sum.a + sum.b
    }

    /// Return a struct.
    #[tool(read_only)]
    async fn swap(&self, #[arg(flatten)] sum: Sum) -> Json<Sum> {
        Json(Sum { a: sum.b, b: sum.a })
    }

    /// Add two integers, and print the result to standard output.
    #[tool(read_only)]
    #[allow(clippy::print_stdout)]
    fn print(a: i32, b: i32) -> i32 {
        println!("printed: {}", a + b);
        a + b
    }
}

/// A unit of length.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(crate = "mcpwright::serde", rename_all = "lowercase")]
#[schemars(crate = "mcpwright::schemars")]
enum Unit {
    /// Metres.
    Metre,
    /// Feet of 0.3048 metres.
    Foot,
}

/// A reading of an instrument.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(crate = "mcpwright::serde")]
#[schemars(crate = "mcpwright::schemars")]
struct Reading {
    count: u64,
    at: Place,
    /// Data of the instrument.
    data: Value,
    unit: Unit,
    note: Option<String>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(crate = "mcpwright::serde")]
#[schemars(crate = "mcpwright::schemars")]
struct Place {
    x: f32,
    y: f32,
}

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "mcpwright::serde", tag = "kind", rename_all = "lowercase")]
#[schemars(crate = "mcpwright::schemars")]
enum Command {
    Move { to: Place },
    Stop,
}

struct Probes;

#[server]
impl Probes {
    /// Use every type of the probes.
    #[tool]
    #[allow(clippy::too_many_arguments)]
    async fn probe(
        &self,
        count: u32,
        ratio: Option<f32>,
        data: Option<Value>,
        label: Option<String>,
        at: Option<Place>,
        unit: Option<Unit>,
        names: Option<Vec<String>>,
    ) -> String {
        let _ = (data, label, at.map(|at| (at.x, at.y)));
        let unit = match unit {
            Some(Unit::Metre) => "m",
            Some(Unit::Foot) => "ft",
            None => "-",
        };
        format!("{count} {ratio:?} {unit} {names:?}")
    }

    /// Return a reading.
    #[tool]
    fn reading(&self, reading: Reading) -> Json<Reading> {
        Json(reading)
    }

    /// Return any value.
    #[tool]
    async fn any(&self, value: Value) -> String {
        value.to_string()
    }

    /// Run a command.
    #[tool]
    fn run(&self, command: Command) -> String {
        match command {
            Command::Move { to } => format!("moved to {}, {}", to.x, to.y),
            Command::Stop => "stopped".to_owned(),
        }
    }
}

/// An error like that of `anyhow` and `eyre`: it does not implement `Error`, but converts into a boxed one.
struct AnyError(Box<dyn Error + Send + Sync>);

impl<E: Error + Send + Sync + 'static> From<E> for AnyError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl From<AnyError> for Box<dyn Error + Send + Sync> {
    fn from(error: AnyError) -> Self {
        error.0
    }
}

/// An error of the server's own.
#[derive(Debug)]
struct Missing(String);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no {}", self.0)
    }
}

impl Error for Missing {}

struct Failures;

#[server]
impl Failures {
    /// Parse an integer, with an error of `anyhow`.
    #[tool]
    async fn parse(&self, text: String) -> Result<i64, AnyError> {
        Ok(text.parse::<i64>()?)
    }

    /// Read a file, with an error of the standard library.
    #[tool]
    fn read(&self, path: String) -> Result<String, std::io::Error> {
        std::fs::read_to_string(path)
    }

    /// Find a thing, with a boxed error.
    #[tool]
    fn find(&self, name: String) -> Result<String, Box<dyn Error + Send + Sync>> {
        Err(Missing(name))?
    }

    /// Find the first word.
    #[tool]
    async fn first(&self, text: String) -> String {
        text.split_whitespace().next().expect("the secret of the handler").to_owned()
    }

    /// Find the first word, on a thread for blocking work.
    #[tool]
    fn first_blocking(&self, text: &str) -> String {
        text.split_whitespace().next().expect("the secret of the handler").to_owned()
    }
}

trait Store: Send + Sync + 'static {
    fn get(&self, key: &str) -> String;
}

struct Memory;

impl Store for Memory {
    fn get(&self, key: &str) -> String {
        format!("value of {key}")
    }
}

/// A generic server whose tools are in two blocks.
struct Shelf<S> {
    store: S,
}

#[server(parts(admin))]
impl<S: Store> Shelf<S> {
    /// Get a value.
    #[tool]
    fn get(&self, key: &str) -> String {
        self.store.get(key)
    }
}

#[server(part = admin)]
impl<S: Store> Shelf<S> {
    /// Clear the store.
    #[tool]
    fn clear(&self) -> &'static str {
        "cleared"
    }
}
