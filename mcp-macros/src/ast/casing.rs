//! How names are spelled for clients, where Rust spells them otherwise.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::LitStr;
use syn::ext::IdentExt;

use super::options::Setting;
use super::parameter::Name;

/// The spellings, each of which is an example of itself.
pub(crate) const CASES: &[&str] = &[
    "lowercase",
    "UPPERCASE",
    "PascalCase",
    "camelCase",
    "snake_case",
    "SCREAMING_SNAKE_CASE",
    "kebab-case",
    "SCREAMING-KEBAB-CASE",
];

/// The name that an option says, or else the identifier in the spelling that is said for all of them.
pub(crate) fn name(ident: &Ident, rename: Option<Setting>, rename_all: Option<&Setting>) -> Name {
    let case = rename_all.and_then(Setting::literal);
    match (rename, case) {
        (Some(rename), _) => Name::from(rename),
        (None, Some(case)) => {
            let text = respelled(&ident.unraw().to_string(), &case.value());
            Name { tokens: LitStr::new(&text, ident.span()).into_token_stream(), text: Some(text) }
        }
        (None, None) => Name::of(ident),
    }
}

/// An identifier in another spelling.
fn respelled(ident: &str, case: &str) -> String {
    let words = words(ident);
    let titled = |words: &[String]| words.iter().map(|word| capitalized(word)).collect::<String>();
    match case {
        "lowercase" => ident.to_lowercase(),
        "UPPERCASE" => ident.to_uppercase(),
        "PascalCase" => titled(&words),
        "camelCase" => {
            words.split_first().map(|(first, rest)| first.clone() + &titled(rest)).unwrap_or_default()
        }
        "snake_case" => words.join("_"),
        "SCREAMING_SNAKE_CASE" => words.join("_").to_uppercase(),
        "kebab-case" => words.join("-"),
        "SCREAMING-KEBAB-CASE" => words.join("-").to_uppercase(),
        _ => ident.to_owned(),
    }
}

/// The words of an identifier, in lower case. Each capital begins one, as serde has it.
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

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{CASES, respelled};

    #[test]
    fn each_case_is_an_example_of_itself() {
        let check = |ident, expected: [&str; 8]| {
            let found = CASES.iter().map(|case| respelled(ident, case));
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
