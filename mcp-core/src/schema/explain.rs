//! Errors of deserialization, in the terms of JSON and of a schema.

use std::borrow::Cow;

use serde_json::Error;

use crate::json::cursor::{JsonKind, TextCursor, unescape};
use crate::json::error_path::{OpenContainer, containers_at};
use crate::schema::format;
use crate::schema::integer::integer_range;
use crate::schema::problem::{Problem, ValuePath, excerpt, join_names, pluralize};
use crate::schema::shape::{AdditionalRule, CompiledSchema, Rule};
use crate::schema::suggestion::closest_name;

impl CompiledSchema {
    /// Returns the problem of a value that matches the schema, but that its Rust type rejects.
    ///
    /// `text` is the JSON text that was deserialized: the value of the member `name`, or of the whole object if `name` is `None`.
    /// The problem has the path of the rejected part, a description of what is expected there, and what the text has.
    ///
    /// ```
    /// use mcpwright_core::schema::{CompiledSchema, PortableSchema};
    /// use serde_json::json;
    ///
    /// let schema = json!({ "type": "object", "properties": { "from": { "type": "string", "format": "ipv4" } } });
    /// let compiled = CompiledSchema::new(&PortableSchema::from_json_schema(&schema)?.into_document())?;
    /// let text = r#""192.0.2""#;
    /// let error = serde_json::from_str::<std::net::Ipv4Addr>(text).unwrap_err();
    /// assert_eq!(
    ///     compiled.explain(Some("from"), text, &error).to_string(),
    ///     "from: expected an IPv4 address such as \"192.0.2.1\", got the string \"192.0.2\" (invalid IPv4 address syntax)"
    /// );
    /// # Ok::<(), mcpwright_core::schema::SchemaError>(())
    /// ```
    #[cold]
    pub fn explain(&self, name: Option<&str>, text: &str, error: &Error) -> Problem {
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        let column = if error.line() == 1 { error.column() } else { 0 };
        let is_close = |target: &usize| matches!(text.as_bytes().get(*target), Some(b'}' | b']'));
        let target = match column.checked_sub(1) {
            // The error of code which has read a value has the position of the end of the object or array around the value.
            Some(target) if is_close(&target) && !is_message_of_serde(message) => target.checked_sub(1),
            target => target,
        };
        let containers = target.map_or_else(Vec::new, |target| containers_at(text.as_bytes(), target));
        let target = target.map_or(usize::MAX, |target| text.as_ptr().addr() + target);
        let explanation = Explanation { shape: self, message, target };
        match name {
            None => explanation.descend(&containers, Some(&self.root), text, &ValuePath::ROOT),
            Some(name) => {
                let rule = self.member_rule(&self.root, name);
                explanation.descend(&containers, rule, text, &ValuePath::ROOT.member(name))
            }
        }
    }

    /// Returns the rule of a member, in the first branch of a choice that has it.
    fn member_rule<'a>(&'a self, rule: &'a Rule, name: &str) -> Option<&'a Rule> {
        match self.resolve(rule) {
            Rule::Object(object) => match (object.member(name), &object.additional) {
                (Some(member), _) => Some(&member.rule),
                (None, AdditionalRule::Of(rule)) => Some(rule),
                _ => None,
            },
            Rule::Choice(branches) => {
                let is_choice = |branch: &&Rule| matches!(self.resolve(branch), Rule::Choice(_));
                branches
                    .iter()
                    .filter(|branch| !is_choice(branch))
                    .find_map(|branch| self.member_rule(branch, name))
            }
            _ => None,
        }
    }

    /// Returns the rule of an item, in the first branch of a choice that is an array.
    fn item_rule<'a>(&'a self, rule: &'a Rule, index: usize) -> Option<&'a Rule> {
        let array_rule = |rule: &'a Rule| match self.resolve(rule) {
            Rule::Array(array) => Some(array.elements.get(index).unwrap_or(&array.items)),
            _ => None,
        };
        match self.resolve(rule) {
            Rule::Choice(branches) => branches.iter().find_map(array_rule),
            rule => array_rule(rule),
        }
    }

    /// Returns `true` if the rule, or a branch of it, describes the strings of a known format.
    fn has_format(&self, rule: &Rule) -> bool {
        match self.resolve(rule) {
            Rule::String(rule) => format::expected(&rule.format).is_some(),
            Rule::Duration => true,
            Rule::Choice(branches) => {
                branches.iter().any(|branch| matches!(branch, Rule::String(_)) && self.has_format(branch))
            }
            _ => false,
        }
    }
}

/// The translation of an error message.
struct Explanation<'a> {
    shape: &'a CompiledSchema,
    message: &'a str,
    /// The address of the byte at which the text was rejected.
    target: usize,
}

impl Explanation<'_> {
    /// Moves to the part of the value that the containers lead to, and returns its problem.
    fn descend(
        &self,
        containers: &[OpenContainer<'_>],
        rule: Option<&Rule>,
        text: &str,
        path: &ValuePath<'_>,
    ) -> Problem {
        let (part, rest) = match containers {
            _ if matches!(rule, Some(Rule::Duration)) => return self.problem(rule, text, path),
            [] => return self.problem(rule, text, path),
            [part, rest @ ..] => (part, rest),
        };
        let cursor = TextCursor::new(text);
        match (part, cursor.kind()) {
            (OpenContainer::Object(Some(written)), JsonKind::Object) => {
                let written = String::from_utf8_lossy(written);
                let mut member = None;
                cursor.for_each_member(|name, value| {
                    let is_same = name.get(1..name.len().saturating_sub(1)) == Some(&*written);
                    member = is_same.then_some((name, value));
                    !is_same
                });
                let Some((name, value)) = member else { return self.problem(rule, text, path) };
                let name = unescape(name).unwrap_or(Cow::Borrowed(name));
                if self.target < value.as_ptr().addr() {
                    return self.name_problem(&name, &path.member(&name));
                }
                let rule = rule.and_then(|rule| self.shape.member_rule(rule, &name));
                self.descend(rest, rule, value, &path.member(&name))
            }
            (OpenContainer::Array(index), JsonKind::Array) => {
                let (mut at, mut item) = (0, None);
                cursor.for_each_item(|text| {
                    item = (at == *index).then_some(text);
                    at += 1;
                    item.is_none()
                });
                let Some(item) = item else { return self.problem(rule, text, path) };
                let rule = rule.and_then(|rule| self.shape.item_rule(rule, *index));
                self.descend(rest, rule, item, &path.item(*index))
            }
            _ => self.problem(rule, text, path),
        }
    }

    /// Returns the problem of the name of a member.
    fn name_problem(&self, name: &str, path: &ValuePath<'_>) -> Problem {
        let expected = self.message.rsplit_once("expected ").filter(|_| is_message_of_serde(self.message));
        let expected = expected.and_then(|(_, expected)| in_json_terms(expected, name));
        match expected {
            Some(expected) => Problem::mismatch(path, format!("{expected} as the name"), excerpt(name)),
            None => {
                Problem::mismatch(path, "another name".to_owned(), excerpt(name)).with_reason(self.message)
            }
        }
    }

    /// Returns the problem of the value that the message is about.
    fn problem(&self, rule: Option<&Rule>, text: &str, path: &ValuePath<'_>) -> Problem {
        if let Some(rule @ Rule::Duration) = rule {
            return self.shape.mismatch(rule, text, path);
        }
        let quoted = |prefix: &str| self.message.strip_prefix(prefix)?.split('`').next();
        if let Some(name) = quoted("missing field `") {
            let rule = rule.and_then(|rule| self.shape.member_rule(rule, name));
            let expected = rule.map_or_else(|| "a value".to_owned(), |rule| self.shape.expected(rule));
            return Problem::missing(&path.member(name), expected);
        }
        if let Some(name) = quoted("duplicate field `") {
            return Problem::repeated(&path.member(name));
        }
        if let Some(name) = quoted("unknown field `") {
            let known = self.expected_names();
            return Problem::unknown(&path.member(name), known.iter().copied())
                .with_suggestion(closest_name(name, known.iter().copied()).map(str::to_owned));
        }
        if let Some(name) = quoted("unknown variant `") {
            let known = self.expected_names();
            let quoted: Vec<String> = known.iter().map(|name| excerpt(name)).collect();
            let expected = format!("one of {}", join_names(quoted.iter().map(String::as_str)));
            return Problem::mismatch(path, expected, format!("the string {}", excerpt(name)))
                .with_suggestion(closest_name(name, known.iter().copied()).map(str::to_owned));
        }
        let rule = rule.unwrap_or(&Rule::Any);
        let expected = match is_message_of_serde(self.message) {
            true if self.shape.has_format(rule) => None,
            true => Some(self.message.rsplit_once("expected ").map_or_else(
                || self.shape.expected(rule),
                |(_, expected)| in_json_terms(expected, text).unwrap_or_else(|| self.shape.expected(rule)),
            )),
            false => self.syntax(rule, text),
        };
        match expected {
            Some(expected) => self.shape.mismatch(rule, text, path).with_expected(expected),
            None => self.custom(rule, text, path),
        }
    }

    /// Returns a description of what the parser expects, if the error is one of the parser.
    fn syntax(&self, rule: &Rule, text: &str) -> Option<String> {
        match self.message {
            "number out of range" if !matches!(rule, Rule::Number(_)) => {
                Some("a number from -1.7976931348623157e308 to 1.7976931348623157e308".to_owned())
            }
            "number out of range" | "expected value" | "invalid number" => {
                Some(self.shape.expected_instead(rule, text))
            }
            "recursion limit exceeded" => Some("a value nested at most 128 levels deep".to_owned()),
            message if message.contains("surrogate") || message.contains("hex escape") => {
                Some("a string in Unicode".to_owned())
            }
            _ => None,
        }
    }

    /// Returns the problem of a value that code other than that of serde rejects.
    fn custom(&self, rule: &Rule, text: &str, path: &ValuePath<'_>) -> Problem {
        if self.shape.has_format(rule) {
            let problem = self.shape.mismatch(rule, text, path);
            let is_of_serde = is_message_of_serde(self.message);
            return if is_of_serde { problem } else { problem.with_reason(self.message) };
        }
        if let Some(problem) = self.blame(rule, text, path) {
            return problem;
        }
        let found = self.shape.mismatch(rule, text, path);
        // The message has the value, or the value is too large for one.
        let is_told = self.message.contains(text.trim_matches('"'))
            || matches!(JsonKind::of(text), JsonKind::Array | JsonKind::Object);
        Problem::rejected(path, self.message, if is_told { "" } else { found.found() })
    }

    /// Returns the problem of the only part of an object that has a format. A type that buffers its members, such as a tagged
    /// enum, reports their errors without a position.
    fn blame(&self, rule: &Rule, text: &str, path: &ValuePath<'_>) -> Option<Problem> {
        if JsonKind::of(text) != JsonKind::Object {
            return None;
        }
        let (mut count, mut blamed) = (0, None);
        TextCursor::new(text).for_each_member(|name, value| {
            let name = unescape(name).unwrap_or_default();
            let member = self.shape.member_rule(rule, &name).filter(|rule| self.shape.has_format(rule));
            if let Some(member) = member {
                count += 1;
                blamed = Some((name, member, value));
            }
            count < 2
        });
        let (name, rule, value) = blamed.filter(|_| count == 1)?;
        Some(self.shape.mismatch(rule, value, &path.member(&name)).with_reason(self.message))
    }

    /// Returns the names in a message of serde after the word "expected".
    fn expected_names(&self) -> Vec<&str> {
        let expected = self.message.split_once(", expected ").map_or("", |(_, expected)| expected);
        expected.split('`').skip(1).step_by(2).collect()
    }
}

/// Returns `true` if the message is one that serde writes, and not one of the code of a type.
fn is_message_of_serde(message: &str) -> bool {
    const STARTS: [&str; 8] = [
        "invalid type",
        "invalid value: ",
        "invalid length ",
        "data did not match any variant",
        "missing field `",
        "duplicate field `",
        "unknown field `",
        "unknown variant `",
    ];
    STARTS.iter().any(|start| message.starts_with(start))
}

/// Returns what serde expects, in the terms of JSON; `None` if these are the name of a Rust type.
fn in_json_terms(expected: &str, text: &str) -> Option<String> {
    let integer = |name: &str| {
        let (start, bits) = name.split_at_checked(1)?;
        let format = match start {
            "u" => format!("uint{}", bits.replace("size", "64")),
            "i" => format!("int{}", bits.replace("size", "64")),
            _ => return None,
        };
        integer_range(&format)
    };
    if let Some((min, max)) = integer(expected) {
        let is_number = JsonKind::of(text) == JsonKind::Number;
        return Some(if is_number {
            format!("an integer from {min} to {max}")
        } else {
            "an integer".to_owned()
        });
    }
    if let Some((min, max)) = expected.strip_prefix("a nonzero ").and_then(integer) {
        return Some(match min {
            "0" => format!("an integer from 1 to {max}"),
            _ => "an integer other than 0".to_owned(),
        });
    }
    let count = expected
        .strip_prefix("an array of length ")
        .or_else(|| expected.strip_prefix("a tuple of size "))
        .or_else(|| expected.rsplit_once(" with ")?.1.strip_suffix(" elements"))
        .or_else(|| expected.rsplit_once(" with ")?.1.strip_suffix(" element"));
    if let Some(count) = count.and_then(|count| count.parse().ok()) {
        return Some(format!("an array of exactly {}", pluralize(count, "item")));
    }
    Some(match expected {
        "f32" | "f64" | "a float" | "floating point" => "a number".to_owned(),
        "a boolean" | "bool" => "a boolean".to_owned(),
        "a string" | "a borrowed string" | "string" | "str" => "a string".to_owned(),
        "a character" | "char" => "a string of exactly 1 character".to_owned(),
        "a sequence" | "a set" => "an array".to_owned(),
        "a map" => "an object".to_owned(),
        "unit" | "()" => "null".to_owned(),
        "a byte array" | "byte array" | "bytes" => "an array of integers from 0 to 255".to_owned(),
        "string or map" => "a string or an object".to_owned(),
        _ if RUST_TYPES.iter().any(|word| expected.starts_with(word)) => return None,
        _ => expected.to_owned(),
    })
}

/// The first words of what serde expects when it expects a Rust type.
const RUST_TYPES: [&str; 10] = [
    "struct ",
    "tuple ",
    "unit ",
    "newtype ",
    "enum ",
    "internally tagged enum",
    "adjacently tagged enum",
    "variant identifier",
    "field identifier",
    "any variant",
];
