//! What a form asks for, in words.

use super::problem::{counted, excerpt, listed};
use super::shape::{ArrayForm, Form, NumberForm, ObjectForm, Others, Range, Shape, TextForm};

/// How many forms a choice lists.
const FORMS_LISTED: usize = 6;

impl Shape {
    /// What belongs in the place of a value, to follow the word "expected".
    pub(super) fn expected(&self, form: &Form) -> String {
        match self.resolve(form) {
            Form::Any => "any value".into(),
            Form::Never => "no value".into(),
            Form::Null => "null".into(),
            Form::Boolean(values) => match values.as_slice() {
                [value] => value.to_string(),
                _ => "a boolean".into(),
            },
            Form::Number(form) => form.expected(),
            Form::Text(form) => form.expected(),
            Form::Array(form) => self.expected_array(form),
            Form::Object(form) => form.expected(),
            Form::Values(values) => one_of(values.iter().map(ToString::to_string)),
            Form::Choice(branches) => self.expected_choice(branches),
            Form::Reference(_) => "a value of a recursive type".into(),
        }
    }

    fn expected_choice(&self, branches: &[Form]) -> String {
        let mut forms: Vec<String> = Vec::new();
        for branch in branches {
            let form = match self.resolve(branch) {
                Form::Choice(_) => "one of several types".into(),
                Form::Object(form) => form.expected_in_choice(),
                form => self.expected(form),
            };
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
        forms.truncate(FORMS_LISTED);
        forms.join(" or ")
    }

    fn expected_array(&self, form: &ArrayForm) -> String {
        let distinct = if form.distinct { " without duplicates" } else { "" };
        let items = match self.resolve(&form.items) {
            Form::Text(_) => " of strings",
            Form::Number(form) if form.whole => " of integers",
            Form::Number(_) => " of numbers",
            Form::Object(_) => " of objects",
            _ => "",
        };
        match form.length.words("item") {
            Some(length) => format!("an array of {length}{distinct}"),
            None => format!("an array{items}{distinct}"),
        }
    }
}

impl NumberForm {
    fn expected(&self) -> String {
        if !self.values.is_empty() {
            return one_of(self.values.iter().map(ToString::to_string));
        }
        let noun = if self.whole { "an integer" } else { "a number" };
        let mut words = match (&self.minimum, &self.maximum) {
            (Some(minimum), Some(maximum)) => format!("{noun} from {minimum} to {maximum}"),
            (Some(minimum), None) => format!("{noun} of at least {minimum}"),
            (None, Some(maximum)) => format!("{noun} of at most {maximum}"),
            (None, None) => noun.into(),
        };
        let further =
            [("above", &self.above), ("below", &self.below), ("that is a multiple of", &self.multiple_of)];
        for (relation, bound) in further {
            if let Some(bound) = bound {
                words.push_str(&format!(" {relation} {bound}"));
            }
        }
        words
    }
}

impl TextForm {
    fn expected(&self) -> String {
        if !self.values.is_empty() {
            return one_of(self.values.iter().map(excerpt));
        }
        let mut words = match self.length.words("character") {
            Some(length) => format!("a string of {length}"),
            None => "a string".into(),
        };
        if let Some(pattern) = &self.pattern {
            words.push_str(&format!(" matching `{pattern}`"));
        }
        words
    }
}

impl ObjectForm {
    fn expected(&self) -> String {
        match self.length.words("member") {
            Some(length) => format!("an object of {length}"),
            None => "an object".into(),
        }
    }

    /// Objects differ in their members.
    fn expected_in_choice(&self) -> String {
        match self.others {
            Others::Refused if self.members.is_empty() => "an empty object".into(),
            _ if self.required.is_empty() => self.expected(),
            _ => format!("an object with {}", listed(self.required.iter().map(String::as_str))),
        }
    }
}

impl Range {
    fn words(self, noun: &str) -> Option<String> {
        let Self { least, most } = self;
        match (least, most) {
            (0, u64::MAX) => None,
            (0, most) => Some(format!("at most {}", bounded(most, noun))),
            (least, u64::MAX) => Some(format!("at least {}", bounded(least, noun))),
            (least, most) if least == most => Some(format!("exactly {}", bounded(most, noun))),
            (least, most) => Some(format!("{least} to {}", bounded(most, noun))),
        }
    }
}

fn bounded(count: u64, noun: &str) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), noun)
}

/// `"a"`, or `one of "a", "b"`.
fn one_of(values: impl Iterator<Item = String>) -> String {
    let values: Vec<String> = values.collect();
    match values.as_slice() {
        [value] => value.clone(),
        _ => format!("one of {}", listed(values.iter().map(String::as_str))),
    }
}
