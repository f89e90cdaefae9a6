//! Casings of names: conversion from Rust's spelling to that of `rename_all`.

/// The casings, each of which is an example of itself.
pub(crate) const CASINGS: &[&str] = &[
    "lowercase",
    "UPPERCASE",
    "PascalCase",
    "camelCase",
    "snake_case",
    "SCREAMING_SNAKE_CASE",
    "kebab-case",
    "SCREAMING-KEBAB-CASE",
];

/// Converts an identifier to one of [`CASINGS`]; returns it unchanged if there is no such casing.
pub(crate) fn convert(ident: &str, casing: &str) -> String {
    let words = words(ident);
    let capitalize_all = |words: &[String]| words.iter().map(|word| capitalize(word)).collect::<String>();
    match casing {
        "lowercase" => ident.to_lowercase(),
        "UPPERCASE" => ident.to_uppercase(),
        "PascalCase" => capitalize_all(&words),
        "camelCase" => {
            words.split_first().map(|(first, rest)| first.clone() + &capitalize_all(rest)).unwrap_or_default()
        }
        "snake_case" => words.join("_"),
        "SCREAMING_SNAKE_CASE" => words.join("_").to_uppercase(),
        "kebab-case" => words.join("-"),
        "SCREAMING-KEBAB-CASE" => words.join("-").to_uppercase(),
        _ => ident.to_owned(),
    }
}

/// Splits an identifier into words in lower case. Each capital begins a word, as in serde.
fn words(ident: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in ident.chars() {
        if letter == '_' || letter.is_uppercase() {
            words.push(String::new());
        }
        if let (Some(word), true) = (words.last_mut(), letter != '_') {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn capitalize(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{CASINGS, convert};

    #[test]
    fn each_casing_is_an_example_of_itself() {
        let check = |ident, expected: [&str; 8]| {
            let found = CASINGS.iter().map(|casing| convert(ident, casing));
            assert_eq!(found.collect::<Vec<_>>(), expected, "{ident}");
        };
        check(
            "VeryHigh",
            [
                "veryhigh",
                "VERYHIGH",
                "VeryHigh",
                "veryHigh",
                "very_high",
                "VERY_HIGH",
                "very-high",
                "VERY-HIGH",
            ],
        );
        check(
            "first_name",
            [
                "first_name",
                "FIRST_NAME",
                "FirstName",
                "firstName",
                "first_name",
                "FIRST_NAME",
                "first-name",
                "FIRST-NAME",
            ],
        );
    }
}
