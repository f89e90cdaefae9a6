//! Suggestions for misspelled names.

/// Returns the name that is most similar to a misspelled one, or `None` if all of them differ too much.
pub(crate) fn nearest<'a>(misspelled: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let misspelled = normalize(misspelled);
    let distances = names.into_iter().map(|name| (distance(&misspelled, &normalize(name)), name));
    let (distance, name) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= misspelled.len().max(name.len()) / 3).then_some(name)
}

/// Removes case and separators of words, so that `readOnly` and `read_only` are the same.
fn normalize(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// The edit distance: insertions, deletions, substitutions and swaps of neighbors. It is 0 if one text is a prefix of
/// the other, because that is an abbreviation.
fn distance(a: &str, b: &str) -> usize {
    const MIN_ABBREVIATION_LEN: usize = 3;
    if a.len().min(b.len()) >= MIN_ABBREVIATION_LEN && (a.starts_with(b) || b.starts_with(a)) {
        return 0;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let substituted = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = substituted.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_misspelled_name_is_found() {
        let names = ["read_only", "description", "title", "open_world"];
        let check = |misspelled, expected: Option<&str>| {
            assert_eq!(nearest(misspelled, names), expected, "{misspelled}");
        };
        check("read_onyl", Some("read_only"));
        check("readOnly", Some("read_only"));
        check("desc", Some("description"));
        check("read_only_hint", Some("read_only"));
        check("titel", Some("title"));
        check("color", None);
        check("x", None);
    }
}
