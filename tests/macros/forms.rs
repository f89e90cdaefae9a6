//! Forms: their schemas, and their answers.

use mcpwright::types::{ElicitFormParams, FormSchema};
use mcpwright::{Choice, Form, FormField};
use serde_json::{Map, Value, json};

const MAX_LEN: u64 = 40;
const MAX_SEATS: u8 = 1;

/// Variants without titles.
#[derive(Choice, Debug, PartialEq)]
enum Color {
    Red,
    #[choice(rename = "leaf-green")]
    Green,
    r#Yield,
}

/// Variants with titles.
#[derive(Choice, Clone, Debug, PartialEq)]
#[choice(rename_all = "snake_case")]
enum Urgency {
    /// This
    /// year
    ///
    /// A second paragraph, which is not published.
    ThisYear,
    /// Not published
    #[choice(title = "This week")]
    ThisWeek,
    AtOnce,
}

#[derive(Form, Debug, PartialEq)]
#[form(rename_all = "camelCase")]
struct Everything {
    /// First and
    /// last name.
    #[form(title = "Name", length = 1..=80)]
    full_name: String,
    #[form(format = "email", length = ..=MAX_LEN, description = "Address of the guest.")]
    email: Option<String>,
    #[form(format = "uri", default = "https://example.com")]
    page: String,
    #[form(format = "date")]
    from: Option<String>,
    #[form(format = "date-time")]
    until: Option<String>,
    /// Send a message.
    #[form(default = true)]
    write: bool,
    small: i8,
    #[form(range = 1..5)]
    seats: u64,
    #[form(range = ..=-5_000_000_000)]
    far: i64,
    #[form(range = 0.5..=1.5, default = 1.0)]
    ratio: f64,
    #[form(range = 0.25..)]
    share: Option<f32>,
    #[form(default = Color::Green)]
    color: Color,
    #[form(title = "Colors", items = 1..=2, default = [Color::Red, Color::Green])]
    colors: Vec<Color>,
    #[form(default = Urgency::AtOnce)]
    urgency: Option<Urgency>,
    #[form(items = 1..)]
    urgencies: Vec<Urgency>,
    #[form(rename = "what")]
    r#type: Option<Color>,
    r#loop: Option<bool>,
}

fn everything() -> Value {
    let titled = [("this_year", "This year"), ("this_week", "This week"), ("at_once", "at_once")]
        .map(|(value, title)| json!({ "const": value, "title": title }));
    let plain = json!(["Red", "leaf-green", "Yield"]);
    json!({
        "type": "object",
        "properties": {
            "fullName": { "type": "string", "title": "Name", "description": "First and last name.", "minLength": 1, "maxLength": 80 },
            "email": { "type": "string", "description": "Address of the guest.", "maxLength": 40, "format": "email" },
            "page": { "type": "string", "format": "uri", "default": "https://example.com" },
            "from": { "type": "string", "format": "date" },
            "until": { "type": "string", "format": "date-time" },
            "write": { "type": "boolean", "description": "Send a message.", "default": true },
            "small": { "type": "integer", "minimum": -128, "maximum": 127 },
            "seats": { "type": "integer", "minimum": 1, "maximum": 4 },
            "far": { "type": "integer", "maximum": -5_000_000_000_i64 },
            "ratio": { "type": "number", "minimum": 0.5, "maximum": 1.5, "default": 1 },
            "share": { "type": "number", "minimum": 0.25 },
            "color": { "type": "string", "enum": plain, "default": "leaf-green" },
            "colors": {
                "type": "array",
                "title": "Colors",
                "minItems": 1,
                "maxItems": 2,
                "items": { "type": "string", "enum": plain },
                "default": ["Red", "leaf-green"],
            },
            "urgency": { "type": "string", "oneOf": titled, "default": "at_once" },
            "urgencies": { "type": "array", "minItems": 1, "items": { "anyOf": titled } },
            "what": { "type": "string", "enum": plain },
            "loop": { "type": "boolean" },
        },
        "required": ["fullName", "small", "seats", "far", "urgencies"],
    })
}

/// The schema that a client gets.
fn schema<F: Form>() -> Value {
    serde_json::to_value(F::schema()).expect("a schema is JSON")
}

fn read<F: Form>(content: &Value) -> Result<F, String> {
    F::read(content.as_object().cloned().expect("an answer is an object"))
}

/// A valid answer, with some members replaced.
fn answer(other: &Value) -> Value {
    let mut answer = json!({ "fullName": "Ada", "small": -5, "seats": 2, "far": -5e9, "urgencies": ["this_week", "this_year"] });
    let members = answer.as_object_mut().expect("an object");
    members.extend(other.as_object().cloned().expect("an object"));
    answer
}

#[test]
fn fields_become_properties() {
    let shown = schema::<Everything>();
    assert_eq!(shown, everything());
    let names =
        |value: &Value| value["properties"].as_object().expect("fields").keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&shown), names(&everything()), "in the order of the fields");
    let again: FormSchema = serde_json::from_value(shown).expect("a schema can be read");
    assert_eq!(again, Everything::schema());
}

#[test]
fn forms_match_the_schema_of_the_specification() {
    let Some(folder) = std::env::var_os("MCPWRIGHT_SPEC") else {
        assert!(std::env::var_os("MCPWRIGHT_REQUIRE_ALL").is_none(), "MCPWRIGHT_SPEC is not set");
        eprintln!("SKIPPED: set MCPWRIGHT_SPEC to a folder with schema.json of the specification");
        return;
    };
    let text = std::fs::read_to_string(std::path::Path::new(&folder).join("schema.json")).expect("a file");
    let mut specification: Value = serde_json::from_str(&text).expect("JSON");
    specification["$ref"] = json!("#/$defs/ElicitRequestFormParams");
    let validator = jsonschema::validator_for(&specification).expect("the specification is a schema");
    for schema in [Everything::schema(), Defaults::schema(), Enums::schema(), <()>::schema()] {
        let mut question = serde_json::to_value(ElicitFormParams::new("Who?", schema)).expect("JSON");
        question["mode"] = json!("form");
        let errors: Vec<_> = validator.iter_errors(&question).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}: {question}");
        question["requestedSchema"]["properties"] = json!({ "nested": { "type": "object" } });
        assert!(!validator.is_valid(&question), "the validator rejects a nested form");
    }
}

#[test]
fn valid_answers_are_read() {
    let minimal: Everything = read(&answer(&json!({}))).expect("an answer");
    let expected = Everything {
        full_name: "Ada".to_owned(),
        email: None,
        page: "https://example.com".to_owned(),
        from: None,
        until: None,
        write: true,
        small: -5,
        seats: 2,
        far: -5_000_000_000,
        ratio: 1.0,
        share: None,
        color: Color::Green,
        colors: vec![Color::Red, Color::Green],
        urgency: None,
        urgencies: vec![Urgency::ThisWeek, Urgency::ThisYear],
        r#type: None,
        r#loop: None,
    };
    assert_eq!(minimal, expected);
    let full = json!({
        "email": "ada@example.com", "page": "urn:a", "from": "2026-07-28", "until": "2026-07-28T10:00:00Z", "write": false,
        "small": 127.0, "seats": 4, "ratio": 0.5, "share": 1, "color": "Red", "colors": ["Yield"], "urgency": "at_once",
        "what": "Yield", "loop": true, "else": { "not": "requested" },
    });
    let full: Everything = read(&answer(&full)).expect("an answer");
    assert_eq!((full.small, full.share, full.r#type), (127, Some(1.0), Some(Color::Yield)));
    assert_eq!((full.urgency, full.r#loop, full.write), (Some(Urgency::AtOnce), Some(true), false));
}

#[test]
fn null_is_an_absent_field() {
    let nothing = json!({ "email": null, "write": null, "color": null, "urgency": null });
    let read: Everything = read(&answer(&nothing)).expect("an answer");
    assert_eq!((read.email, read.write, read.color, read.urgency), (None, true, Color::Green, None));
}

#[test]
fn invalid_answers_are_rejected() {
    let check = |other: Value, expected: &str| {
        assert_eq!(read::<Everything>(&answer(&other)), Err(expected.to_owned()), "{other}");
    };
    check(json!({ "fullName": null }), "`fullName` is missing and must be a string of 1 to 80 characters");
    check(json!({ "fullName": 5 }), "`fullName` must be a string of 1 to 80 characters");
    check(json!({ "fullName": "" }), "`fullName` must be a string of 1 to 80 characters");
    check(json!({ "fullName": "ä".repeat(81) }), "`fullName` must be a string of 1 to 80 characters");
    check(json!({ "email": "ada" }), "`email` must be an email address of at most 40 characters");
    check(json!({ "page": "example.com" }), "`page` must be a URI");
    check(json!({ "from": "28.7." }), "`from` must be a date such as 2026-07-28");
    check(json!({ "until": "now" }), "`until` must be a date and a time such as 2026-07-28T10:00:00Z");
    check(json!({ "write": "yes" }), "`write` must be true or false");
    check(json!({ "small": 5.5 }), "`small` must be an integer from -128 to 127");
    check(json!({ "small": "5" }), "`small` must be an integer from -128 to 127");
    check(json!({ "seats": 5 }), "`seats` must be an integer from 1 to 4");
    check(
        json!({ "far": -1e300 }),
        "`far` must be an integer from -9223372036854775808 to 9223372036854775807",
    );
    check(json!({ "ratio": 2 }), "`ratio` must be a number from 0.5 to 1.5");
    check(json!({ "share": 0 }), "`share` must be a number of at least 0.25");
    check(json!({ "color": "Green" }), r#"`color` must be one of "Red", "leaf-green", "Yield""#);
    check(json!({ "color": ["Red"] }), r#"`color` must be one of "Red", "leaf-green", "Yield""#);
    let colors =
        r#"`colors` must be an array of 1 to 2 items, each item one of "Red", "leaf-green", "Yield""#;
    check(json!({ "colors": [] }), colors);
    check(json!({ "colors": ["Red", "Red", "Red"] }), colors);
    check(json!({ "colors": ["Red", 5] }), colors);
    check(json!({ "colors": "Red" }), colors);
    check(
        json!({ "small": 200, "seats": 0 }),
        "`small` must be an integer from -128 to 127; `seats` must be an integer from 1 to 4",
    );
    assert!(read::<Everything>(&json!({})).is_err());
}

#[test]
fn the_form_of_a_confirmation_has_no_fields() {
    assert_eq!(schema::<()>(), json!({ "type": "object", "properties": {} }));
    assert_eq!(read(&json!({ "else": 1 })), Ok(()));
}

/// The form of the official suite for defaults.
#[derive(Form, Debug)]
struct Defaults {
    #[form(default = "John Doe")]
    name: String,
    #[form(default = 30)]
    age: i64,
    #[form(default = 95.5)]
    score: f64,
    #[form(default = Status::Active)]
    status: Status,
    #[form(default = true)]
    verified: bool,
}

#[derive(Choice, Debug)]
#[choice(rename_all = "lowercase")]
enum Status {
    Active,
    Inactive,
    Pending,
}

/// The form of the official suite for enums, without the form of older clients.
#[derive(Form, Debug)]
#[form(rename_all = "camelCase")]
struct Enums {
    untitled_single: Plain,
    titled_single: Titled,
    untitled_multi: Vec<Plain>,
    titled_multi: Vec<Titled>,
}

#[derive(Choice, Debug)]
#[choice(rename_all = "lowercase")]
enum Plain {
    Option1,
    Option2,
}

#[derive(Choice, Debug)]
#[choice(rename_all = "lowercase")]
enum Titled {
    /// First Option
    Value1,
    /// Second Option
    Value2,
}

#[test]
fn defaults_are_those_of_the_official_suite() {
    let shown = schema::<Defaults>();
    let defaults: Map<String, Value> = shown["properties"]
        .as_object()
        .expect("fields")
        .iter()
        .map(|(name, field)| (name.clone(), json!([field["type"], field["default"]])))
        .collect();
    let expected = json!({
        "name": ["string", "John Doe"], "age": ["integer", 30], "score": ["number", 95.5], "status": ["string", "active"],
        "verified": ["boolean", true],
    });
    assert_eq!(Value::Object(defaults), expected);
    assert_eq!(shown["properties"]["status"]["enum"], json!(["active", "inactive", "pending"]));
    assert_eq!(shown.get("required"), None);
    let Defaults { name, age, score, status, verified } = read(&json!({})).expect("an answer");
    assert_eq!((name.as_str(), age, score, status.value(), verified), ("John Doe", 30, 95.5, "active", true));
}

#[test]
fn enums_are_those_of_the_official_suite() {
    let plain = json!(["option1", "option2"]);
    let titled = json!([{ "const": "value1", "title": "First Option" }, { "const": "value2", "title": "Second Option" }]);
    let expected = json!({
        "untitledSingle": { "type": "string", "enum": plain },
        "titledSingle": { "type": "string", "oneOf": titled },
        "untitledMulti": { "type": "array", "items": { "type": "string", "enum": plain } },
        "titledMulti": { "type": "array", "items": { "anyOf": titled } },
    });
    assert_eq!(schema::<Enums>()["properties"], expected);
    let answer = json!({
        "untitledSingle": "option1", "titledSingle": "value1", "untitledMulti": ["option1", "option2"],
        "titledMulti": ["value1", "value2"],
    });
    let Enums { untitled_single, titled_single, untitled_multi, titled_multi } =
        read(&answer).expect("an answer");
    assert_eq!((untitled_single.value(), titled_single.value()), ("option1", "value1"));
    assert_eq!((untitled_multi.len(), titled_multi.len()), (2, 2));
}

#[test]
fn a_form_that_cannot_be_filled_in_panics() {
    let panics = |build: fn(&mut FormSchema)| {
        let panic = std::panic::catch_unwind(|| build(&mut FormSchema::default())).expect_err("it panics");
        panic.downcast_ref::<String>().cloned().expect("a message")
    };
    assert_eq!(
        panics(|schema| FormField::<u8>::new("age").range(18..).default(7).add_to(schema)),
        "the form field `age`: `default` must be an integer from 18 to 255"
    );
    assert_eq!(
        panics(|schema| FormField::<i64>::new("id").default(i64::MAX).add_to(schema)),
        "the form field `id`: `default` must be an integer of at most 53 bits, but is 9223372036854775807"
    );
    assert_eq!(
        panics(|schema| FormField::<Vec<Color>>::new("colors").default([]).add_to(schema)),
        "the form field `colors`: `default` must not be []: use an `Option`"
    );
    assert_eq!(
        panics(|schema| FormField::<u8>::new("age")
            .range(std::ops::RangeInclusive::new(9, MAX_SEATS))
            .add_to(schema)),
        "the form field `age`: `range` must not be empty: no number is at least 9 and at most 1"
    );
    assert_eq!(
        panics(|schema| (0..2).for_each(|_| FormField::<u8>::new("age").add_to(schema))),
        "the form field `age`: its name must be unique in the form"
    );
}
