//! The name that was probably meant.

/// Longer names are not compared: no typing mistake makes them.
const LENGTH_LIMIT: usize = 64;

/// More names are not compared either: a list so long has no one name that was meant.
const NAMES_COMPARED: usize = 500;

/// The known name nearest to the one given: the same but for case and separators, or a few slips away.
pub(super) fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if given.len() > LENGTH_LIMIT {
        return None;
    }
    let given_letters = letters(given);
    known
        .take(NAMES_COMPARED)
        .filter(|name| name.len() <= LENGTH_LIMIT)
        .filter_map(|name| {
            let name_letters = letters(name);
            let distance = distance(&given_letters, &name_letters);
            let longer = given_letters.len().max(name_letters.len());
            (distance <= (longer / 3).max(2) && distance < longer).then_some((distance, name))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The name without what snake, kebab and camel case differ in.
fn letters(name: &str) -> Vec<char> {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

/// How many letters were added, left out, mistaken, or swapped with their neighbour.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let mistaken = above[column] + usize::from(letter != other);
            let mut least = mistaken.min(above[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && *letter == right[column - 1] && left[row - 1] == *other {
                least = least.min(before[column - 1] + 1);
            }
            current.push(least);
        }
        before = std::mem::replace(&mut above, current);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_other_spellings_are_recognised() {
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
            assert_eq!(nearest(given, known.into_iter()), expected, "{given:?}");
        }
        assert_eq!(nearest(&"x".repeat(1 << 20), known.into_iter()), None);
    }
}
