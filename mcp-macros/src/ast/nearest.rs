//! What somebody may have meant.

/// The name which is so near to what was written that it was probably meant.
pub(crate) fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = folded(written);
    let distances = names.into_iter().map(|name| (distance(&written, &folded(name)), name));
    let (distance, name) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= written.len().max(name.len()) / 3).then_some(name)
}

/// Without what separates words, so that `readOnly` and `read_only` are the same.
fn folded(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// How many letters are to be put in, taken out, exchanged or swapped with their neighbour; nothing if one text begins
/// with the other.
fn distance(a: &str, b: &str) -> usize {
    const ABBREVIATION: usize = 3;
    if a.len().min(b.len()) >= ABBREVIATION && (a.starts_with(b) || b.starts_with(a)) {
        return 0;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let exchanged = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = exchanged.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
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
    fn typing_mistakes_find_the_name() {
        let names = ["read_only", "description", "title", "open_world"];
        let check =
            |written, expected: Option<&str>| assert_eq!(nearest(written, names), expected, "{written}");
        check("read_onyl", Some("read_only"));
        check("readOnly", Some("read_only"));
        check("desc", Some("description"));
        check("read_only_hint", Some("read_only"));
        check("titel", Some("title"));
        check("colour", None);
        check("x", None);
    }
}
