//! Limits of arguments and forms that cannot be met: the server, or the form, panics when it is built.
//!
//! `tests/ui` has the same mistakes in literals, which are compile errors.

#![allow(clippy::reversed_empty_ranges, reason = "empty ranges are what is tested")]

use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mcpwright::types::FormSchema;
use mcpwright::{
    Argument, CallToolResult, Execution, Form, FormField, Parameter, Server, ToolHandler, server,
};

use crate::{argument, client};

const MIN: u32 = 10;
const MAX: u32 = 100;
const ZERO: u32 = 0;
const DEFAULT: u32 = 500;
const COLORS: [&str; 2] = ["red", "green"];
const NO_COLORS: [&str; 0] = [];

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Tone {
    Kind,
    Stern,
}

/// A number, of whose type the macros know nothing.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
struct Count(#[allow(dead_code, reason = "only the limits of the type are used")] u32);

/// A string, of whose type the macros know nothing.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
struct Word(#[allow(dead_code, reason = "only the limits of the type are used")] String);

const INVALID: &str = "[";
const LETTERS: &str = "^[a-z]+$";

/// Defines a server whose tool has an argument with these options.
macro_rules! define {
    ($name:ident, $type:ty, $($options:tt)*) => {
        struct $name;

        #[server]
        impl $name {
            /// Do nothing.
            #[tool]
            fn search(#[arg($($options)*)] value: $type) {
                let _ = value;
            }
        }
    };
}

define!(EmptyRange, u32, range = MIN..=1);
define!(ExclusiveRange, u32, range = MAX..MAX);
define!(DefaultOutside, u32, range = 1..=MAX, default = 500);
define!(ConstantDefault, u32, range = 1..=100, default = DEFAULT);
define!(EmptyLength, String, length = u64::from(MIN)..=1);
define!(DefaultTooLong, String, length = ..=u64::from(ZERO), default = "a");
define!(DefaultNotListed, String, one_of = COLORS, default = "blue");
define!(EmptyList, String, one_of = NO_COLORS);
define!(ValueOfAnotherType, Tone, one_of("kind", "mean"));
define!(RangeOfAString, Word, range = 1..=10);
define!(LengthOfANumber, Count, length = 1..=10);
define!(PatternOfANumber, Count, pattern = "^1");
define!(BeyondTheType, u8, range = 1..=1000);
define!(NegativeUnsigned, u32, range = ..ZERO);
define!(NotFinite, f64, range = 0.0..=f64::INFINITY);
define!(DefaultOfAnotherType, Count, default = "ten");
define!(DefaultWithoutMatch, String, pattern = LETTERS, default = "A1");
define!(InvalidPattern, String, pattern = INVALID);
define!(ExampleOutside, u32, range = ..=MAX, example = DEFAULT);
define!(Inverted, i64, range = (Bound::Excluded(1), Bound::Excluded(2)));

#[test]
fn a_server_with_constants_panics_when_it_is_built() {
    fn check<S>(server: S, expected: &str)
    where
        Server: From<S>,
    {
        let text = panic_text(|| drop(Server::from(server)));
        assert!(
            text.starts_with(&format!("the tool `search`: the argument `value`: {expected} (")),
            "{text}"
        );
    }
    check(EmptyRange, "`range` must not be empty: no number is at least 10 and at most 1");
    check(ExclusiveRange, "`range` must not be empty: no number is at least 100 and less than 100");
    check(DefaultOutside, "`default` must be within `range`: 500 is not at least 1 and at most 100");
    check(ConstantDefault, "`default` must be within `range`: 500 is not at least 1 and at most 100");
    check(EmptyLength, "`length` must not be empty: no length is at least 10 and at most 1");
    check(DefaultTooLong, "`default` must be within `length`: its length 1 is not at most 0");
    check(DefaultNotListed, "`default` must be one of the values of `one_of`: \"blue\" is not");
    check(EmptyList, "`one_of` must have at least one value");
    check(
        ValueOfAnotherType,
        "each value of `one_of` must be a value of the argument's type: \"mean\" is not",
    );
    check(BeyondTheType, "the ends of `range` must be values of the argument's type: 1000 is not");
    check(
        NegativeUnsigned,
        "`range` must not be empty: no value of the argument's type is at least 0 and less than 0",
    );
    check(NotFinite, "the ends of `range` must be numbers");
    check(DefaultOfAnotherType, "`default` must be a value of the argument's type: \"ten\" is not");
    check(ExampleOutside, "`example` must be within `range`: 500 is not at most 100");
    check(
        Inverted,
        "`range` must not be empty: no value of the argument's type is greater than 1 and less than 2",
    );
}

#[test]
fn an_option_for_another_type_panics_and_names_the_argument() {
    fn check<S>(server: S, expected: &[&str])
    where
        Server: From<S>,
    {
        let text = panic_text(|| drop(Server::from(server)));
        assert!(text.starts_with("the tool `search`: the argument `value`: "), "{text}");
        for part in expected {
            assert!(text.contains(part), "{text}");
        }
    }
    check(RangeOfAString, &["`range`", "a string"]);
    check(LengthOfANumber, &["`length`", "an integer"]);
    check(PatternOfANumber, &["`pattern`", "an integer"]);
    check(InvalidPattern, &["pattern", "`[`"]);
    check(DefaultWithoutMatch, &["`default` must meet the schema", "^[a-z]+$", "A1"]);
}

/// The errors of `tests/ui`, in their order.
const ERRORS: &str = concat!(
    include_str!("../ui/arg/empty_limits.stderr"),
    include_str!("../ui/arg/value_outside_of_limits.stderr")
);

#[test]
fn the_builder_panics_with_the_texts_of_the_compile_errors() {
    let rejected = [
        reject::<u32, _>(|argument| argument.range(10..=1)),
        reject::<u32, _>(|argument| argument.range(1..1)),
        reject::<f64, _>(|argument| argument.range(0.5..0.5)),
        reject::<String, _>(|argument| argument.length(3..=2)),
        reject::<String, _>(|argument| argument.length(0..0)),
        reject::<Vec<u32>, _>(|argument| argument.length(..0)),
        reject::<String, _>(|argument| argument.one_of(NO_COLORS)),
        reject::<String, _>(|argument| argument.one_of(["red", "green", "red"])),
        reject::<u32, _>(|argument| argument.range(1..=100).default(500)),
        reject::<u32, _>(|argument| argument.default(100).range(..100)),
        reject::<f64, _>(|argument| argument.range(-1.5..1.5).default(-2)),
        reject::<String, _>(|argument| argument.length(2..=4).default("a")),
        reject::<Vec<String>, _>(|argument| argument.length(..=1).default(["a", "b"])),
        reject::<String, _>(|argument| argument.one_of(COLORS).default("blue")),
        reject::<u32, _>(|argument| argument.one_of([1, 2]).default(3)),
        reject::<u32, _>(|argument| argument.range(1..=10).example(11)),
        reject::<String, _>(|argument| argument.length(1..).example("")),
        reject::<u32, _>(|argument| argument.range(1..=10).one_of([5, 50])),
        reject::<u32, _>(|argument| argument.range(1..=10).default("five")),
        reject::<String, _>(|argument| argument.length(1..=10).default(5)),
        reject::<u32, _>(|argument| argument.range("a"..)),
    ];
    let errors: Vec<_> = ERRORS.lines().filter_map(|line| line.strip_prefix("error: ")).collect();
    assert_eq!(rejected.as_slice(), errors);
}

#[test]
fn ends_of_lengths_cannot_overflow() {
    let empty = |start, end| reject::<String, _>(|argument| argument.length((start, end)));
    assert_eq!(
        empty(Bound::Excluded(u64::MAX), Bound::Unbounded),
        "`length` must not be empty: no length is greater than 18446744073709551615"
    );
    assert_eq!(
        empty(Bound::Unbounded, Bound::Excluded(0)),
        "`length` must not be empty: no length is less than 0"
    );
}

struct Accepted;

#[server]
impl Accepted {
    /// Limits at the bounds of types.
    #[tool]
    fn bounds(
        #[arg(length = ..=18_446_744_073_709_551_615)] string: Option<String>,
        #[arg(length = 0..1, default = "")] empty: String,
        #[arg(range = -9_223_372_036_854_775_808..)] integer: Option<i64>,
        #[arg(range = 0..256, default = 255)] byte: u8,
        #[arg(range = 1..=10, default = None::<u32>)] none: Option<u32>,
        #[arg(one_of("kind"), example = "kind")] tone: Option<Tone>,
    ) {
        drop((string, empty, integer, byte, none, tone));
    }
}

#[tokio::test]
async fn limits_at_the_bounds_of_types_are_published() {
    let client = client(Accepted);
    assert_eq!(argument(&client, "bounds", "string").await["maxLength"], u64::MAX);
    assert_eq!(argument(&client, "bounds", "empty").await["maxLength"], 0);
    assert_eq!(argument(&client, "bounds", "integer").await["minimum"], i64::MIN);
    let byte = argument(&client, "bounds", "byte").await;
    assert_eq!((&byte["exclusiveMaximum"], &byte["default"]), (&256.into(), &255.into()));
}

#[derive(Form)]
struct EmptyForm {
    #[form(range = MIN..=1)]
    _age: u32,
}

#[test]
fn a_field_of_a_form_panics_when_its_schema_is_made() {
    let panics = |field: fn(&mut FormSchema)| panic_text(|| field(&mut FormSchema::default()));
    let empty = "the form field `age`: `range` must not be empty: no number is at least";
    assert_eq!(
        panics(|schema| FormField::<u8>::new("age").range(9..9).add_to(schema)),
        format!("{empty} 9 and at most 8")
    );
    assert_eq!(
        panic_text(|| drop(EmptyForm::schema())),
        "the form field `_age`: `range` must not be empty: no number is at least 10 and at most 1"
    );
    assert_eq!(
        panics(|schema| FormField::<String>::new("name").length(..0).add_to(schema)),
        "the form field `name`: `length` must not be empty: no length is less than 0"
    );
    assert_eq!(
        panics(|schema| FormField::<f64>::new("ratio").range(0.0..=f64::NAN).add_to(schema)),
        "the form field `ratio`: the ends of `range` must be numbers"
    );
}

/// Returns the error text for an argument of this type.
fn reject<T: Parameter<K>, K>(describe: impl FnOnce(Argument) -> Argument) -> String {
    let tool = ToolHandler::new("search", |_| Ok(Execution::future(async { Ok(CallToolResult::text("")) })));
    let text = tool
        .parameter::<T, K>(describe(Argument::new("value")))
        .checked()
        .expect_err("it is invalid")
        .to_string();
    let text = text.strip_prefix("the tool `search`: the argument `value`: ");
    let (reason, _) =
        text.and_then(|text| text.rsplit_once(" (")).expect("the text names the argument and the line");
    reason.to_owned()
}

fn panic_text(run: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(run)).expect_err("it panics");
    panic.downcast_ref::<String>().expect("a panic has a text").clone()
}
