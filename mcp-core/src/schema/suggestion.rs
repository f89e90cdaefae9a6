//! Suggestions for misspelled names.

/// Maximum length of a name that is compared, in bytes. It bounds the cost, and longer names are rarely misspellings.
const MAX_NAME_LEN: usize = 64;

/// Maximum number of known names that are compared.
const MAX_NAMES: usize = 500;

/// Returns the known name closest to `given`, or `None` if no name is similar.
///
/// Case and the separators `_`, `-` and space are ignored. Names are similar if at most a third of their characters, or
/// two characters, differ. The first 500 names of at most 64 bytes are compared.
///
/// ```
/// use mcpwright_core::schema::closest_name;
///
/// let tools = ["search_notes", "delete_note"];
/// assert_eq!(closest_name("searchNote", tools.into_iter()), Some("search_notes"));
/// assert_eq!(closest_name("weather", tools.into_iter()), None);
/// ```
pub fn closest_name<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if given.len() > MAX_NAME_LEN {
        return None;
    }
    let given_chars = normalize(given);
    known
        .take(MAX_NAMES)
        .filter(|name| name.len() <= MAX_NAME_LEN)
        .filter_map(|name| {
            let name_chars = normalize(name);
            let distance = edit_distance(&given_chars, &name_chars);
            let longer = given_chars.len().max(name_chars.len());
            (distance <= (longer / 3).max(2) && distance < longer).then_some((distance, name))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Returns the characters of a name in lower case, without separators, so that snake, kebab and camel case are equal.
pub(super) fn normalize(name: &str) -> Vec<char> {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Returns the number of insertions, deletions, substitutions and transpositions of adjacent characters between two
/// names (the optimal string alignment distance).
fn edit_distance(left: &[char], right: &[char]) -> usize {
    let mut second_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, left_char) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, right_char) in right.iter().enumerate() {
            let substituted = last[column] + usize::from(left_char != right_char);
            let mut minimum = substituted.min(last[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && *left_char == right[column - 1] && left[row - 1] == *right_char {
                minimum = minimum.min(second_last[column - 1] + 1);
            }
            current.push(minimum);
        }
        second_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspellings_and_other_cases_are_recognized() {
        let known = ["query", "limit", "max_results", "includeArchived", "id"];
        for (given, expected) in [
            ("qeury", Some("query")),
            ("querry", Some("query")),
            ("Query", Some("query")),
            ("maxResults", Some("max_results")),
            ("max-results", Some("max_results")),
            ("maximum_results", Some("max_results")),
            ("include_archived", Some("includeArchived")),
            ("ids", Some("id")),
            ("xy", None),
            ("offset", None),
            ("", None),
        ] {
            assert_eq!(closest_name(given, known.into_iter()), expected, "{given:?}");
        }
        assert_eq!(closest_name(&"x".repeat(1 << 20), known.into_iter()), None);
    }
}
