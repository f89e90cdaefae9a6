//! Descriptions of the values that a schema accepts, for error messages.

use crate::schema::format;
use crate::schema::integer::{Integer, integer_range};
use crate::schema::problem::{excerpt, join_names, pluralize};
use crate::schema::shape::{
    AdditionalRule, ArrayRule, CompiledSchema, LengthRange, NumberRule, ObjectRule, Rule, StringRule,
};

/// Maximum number of branches of a choice in a description.
const MAX_BRANCHES: usize = 6;

impl CompiledSchema {
    /// Returns a description of the accepted values, to follow the word "expected".
    pub(super) fn expected(&self, rule: &Rule) -> String {
        match self.resolve(rule) {
            Rule::Any => "any value".into(),
            Rule::Never => "no value".into(),
            Rule::Null => "null".into(),
            Rule::Boolean(values) => match values.as_slice() {
                [value] => value.to_string(),
                _ => "a boolean".into(),
            },
            Rule::Number(rule) => rule.expected(),
            Rule::String(rule) => rule.expected(),
            Rule::Duration => r#"a duration such as "30s" or "1m30s""#.into(),
            Rule::Array(rule) => self.expected_array(rule),
            Rule::Object(rule) => rule.expected(),
            Rule::Values(values) => one_of(values.iter().map(ToString::to_string)),
            Rule::Choice(branches) => self.expected_choice(branches),
            Rule::Reference(_) => "a value of a recursive type".into(),
        }
    }

    /// Returns a description of the accepted values, for a value with this JSON text that is not one.
    pub(super) fn expected_instead(&self, rule: &Rule, text: &str) -> String {
        match self.resolve(rule) {
            Rule::Number(number) => {
                number.expected_in_range(text.trim_matches('"').trim()).unwrap_or_else(|| number.expected())
            }
            _ => self.expected(rule),
        }
    }

    fn expected_choice(&self, branches: &[Rule]) -> String {
        let mut descriptions: Vec<String> = Vec::new();
        for branch in branches {
            let description = match self.resolve(branch) {
                Rule::Choice(_) => "one of several types".into(),
                Rule::Object(rule) => rule.expected_in_choice(),
                rule => self.expected(rule),
            };
            if !descriptions.contains(&description) {
                descriptions.push(description);
            }
        }
        descriptions.truncate(MAX_BRANCHES);
        descriptions.join(" or ")
    }

    fn expected_array(&self, rule: &ArrayRule) -> String {
        let unique = if rule.unique { " without duplicates" } else { "" };
        let items = match self.resolve(&rule.items) {
            Rule::String(_) => " of strings",
            Rule::Number(rule) if rule.integer => " of integers",
            Rule::Number(_) => " of numbers",
            Rule::Object(_) => " of objects",
            _ => "",
        };
        match rule.length.expected("item") {
            Some(length) => format!("an array of {length}{unique}"),
            None => format!("an array{items}{unique}"),
        }
    }
}

impl NumberRule {
    fn expected(&self) -> String {
        if !self.values.is_empty() {
            return one_of(self.values.iter().map(ToString::to_string));
        }
        let noun = if self.integer { "an integer" } else { "a number" };
        let mut description = match (&self.minimum, &self.maximum) {
            (Some(minimum), Some(maximum)) => format!("{noun} from {minimum} to {maximum}"),
            (Some(minimum), None) => format!("{noun} of at least {minimum}"),
            (None, Some(maximum)) => format!("{noun} of at most {maximum}"),
            (None, None) => noun.into(),
        };
        let further = [
            ("above", &self.exclusive_minimum),
            ("below", &self.exclusive_maximum),
            ("that is a multiple of", &self.multiple_of),
        ];
        for (relation, bound) in further {
            if let Some(bound) = bound {
                description.push_str(&format!(" {relation} {bound}"));
            }
        }
        description
    }
}

impl NumberRule {
    /// Returns the description with the range of the Rust type, for a number that is out of it; `None` if it is not.
    fn expected_in_range(&self, text: &str) -> Option<String> {
        let is_out_of_range = match Integer::parse(text) {
            Some(integer) => !integer.fits(&self.format),
            None => !text.contains(['.', 'e', 'E']) || self.is_infinite(text),
        };
        let (lowest, highest) = if self.integer {
            integer_range(&self.format)?
        } else if self.format == "float" {
            ("-3.4028235e38", "3.4028235e38")
        } else {
            ("-1.7976931348623157e308", "1.7976931348623157e308")
        };
        let noun = if self.integer { "an integer" } else { "a number" };
        let (is_low, is_high) = (self.minimum.is_none(), self.maximum.is_none());
        let minimum = self.minimum.as_ref().map_or_else(|| lowest.to_owned(), ToString::to_string);
        let maximum = self.maximum.as_ref().map_or_else(|| highest.to_owned(), ToString::to_string);
        (is_out_of_range && (is_low || is_high) && self.values.is_empty())
            .then(|| format!("{noun} from {minimum} to {maximum}"))
    }

    fn is_infinite(&self, text: &str) -> bool {
        match &*self.format {
            "float" => text.parse::<f32>().is_ok_and(f32::is_infinite),
            _ => text.parse::<f64>().is_ok_and(f64::is_infinite),
        }
    }
}

impl StringRule {
    fn expected(&self) -> String {
        if !self.values.is_empty() {
            return one_of(self.values.iter().map(excerpt));
        }
        let noun = format::expected(&self.format).unwrap_or("a string");
        let mut description = match self.length.expected("character") {
            Some(length) => format!("{noun} of {length}"),
            None => noun.into(),
        };
        let pattern = self.pattern.as_ref().map(regex_lite::Regex::as_str);
        if let Some(known) = pattern.and_then(format::expected_by_pattern) {
            return known.to_owned();
        }
        if let Some(pattern) = pattern {
            description.push_str(&format!(" matching `{pattern}`"));
        }
        description
    }
}

impl ObjectRule {
    fn expected(&self) -> String {
        match self.length.expected("member") {
            Some(length) => format!("an object of {length}"),
            None => "an object".into(),
        }
    }

    /// Returns a description that distinguishes the objects of a choice by their required members.
    fn expected_in_choice(&self) -> String {
        match self.additional {
            AdditionalRule::Forbidden if self.members.is_empty() => "an empty object".into(),
            _ if self.required.is_empty() => self.expected(),
            _ => format!("an object with {}", join_names(self.required.iter().map(String::as_str))),
        }
    }
}

impl LengthRange {
    /// Returns a description of the range, or `None` if it has no bounds.
    fn expected(self, noun: &str) -> Option<String> {
        let Self { min, max } = self;
        match (min, max) {
            (0, u64::MAX) => None,
            (0, max) => Some(format!("at most {}", count_of(max, noun))),
            (min, u64::MAX) => Some(format!("at least {}", count_of(min, noun))),
            (min, max) if min == max => Some(format!("exactly {}", count_of(max, noun))),
            (min, max) => Some(format!("{min} to {}", count_of(max, noun))),
        }
    }
}

/// Returns a count with its noun.
fn count_of(count: u64, noun: &str) -> String {
    pluralize(usize::try_from(count).unwrap_or(usize::MAX), noun)
}

/// Returns `"a"` for one value, and `one of "a", "b"` for several.
fn one_of(values: impl Iterator<Item = String>) -> String {
    let values: Vec<String> = values.collect();
    match values.as_slice() {
        [value] => value.clone(),
        _ => format!("one of {}", join_names(values.iter().map(String::as_str))),
    }
}
