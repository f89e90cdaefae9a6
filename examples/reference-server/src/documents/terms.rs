//! What a person types, as a search that FTS5 understands.
//!
//! `MATCH` takes a language of its own, in which `multi-agent`, `38.101` and `don't` are mistakes. So nothing of the text is
//! passed on as language: every word becomes a quoted token.

/// Words beyond these are left out: a whole letter pasted as a search would find nothing.
const MOST_WORDS: usize = 32;

/// The words and phrases of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    quoted: Vec<String>,
    pub(super) shortened: bool,
}

impl Terms {
    /// Words are separated by space. A part in double quotes is one phrase.
    pub(super) fn of(text: &str) -> Self {
        let mut quoted = Vec::new();
        for (index, part) in text.split('"').enumerate() {
            // An odd quote at the end opens nothing.
            let closed = index % 2 == 1 && text.matches('"').count() > index;
            match closed {
                true => quoted.extend(quote(part)),
                false => quoted.extend(part.split_whitespace().filter_map(quote)),
            }
        }
        let shortened = quoted.len() > MOST_WORDS;
        quoted.truncate(MOST_WORDS);
        Self { quoted, shortened }
    }

    /// Whether there is nothing to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.quoted.is_empty()
    }

    /// Finds what has all words.
    pub(super) fn all(&self) -> String {
        self.quoted.join(" ")
    }

    /// Finds what has any of the words; none if that is the same.
    pub(super) fn any(&self) -> Option<String> {
        (self.quoted.len() > 1).then(|| self.quoted.join(" OR "))
    }
}

/// Only what the tokenizer keeps stays inside the quotes. SQLite would take a NUL for the end of the text.
fn quote(part: &str) -> Option<String> {
    let kept: String = part.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let words: Vec<&str> = kept.split_whitespace().collect();
    (!words.is_empty()).then(|| format!("\"{}\"", words.join(" ")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rusqlite::Connection;

    use super::Terms;

    #[test]
    fn words_become_quoted_tokens() {
        assert_eq!(Terms::of("don't  multi-agent 38.101").all(), r#""don t" "multi agent" "38 101""#);
        assert_eq!(Terms::of(r#"the "return window" OR"#).all(), r#""the" "return window" "OR""#);
        assert_eq!(Terms::of(r#"an "open quote"#).all(), r#""an" "open" "quote""#);
        assert_eq!(
            Terms::of("NEAR(a b) title:x ^y z*").any().unwrap(),
            r#""NEAR a" OR "b" OR "title x" OR "y" OR "z""#
        );
        assert!(Terms::of(" \"\" - * \0 ").is_empty());
        assert!(Terms::of(&"a ".repeat(33)).shortened);
    }

    proptest! {
        #[test]
        fn no_text_is_a_syntax_error(text in any::<String>(), signs in "[-\"'*^:(){}+.\\\\,;@# \0a-cA-Z]{0,40}") {
            let connection = Connection::open_in_memory().unwrap();
            connection.execute_batch(r#"CREATE VIRTUAL TABLE t USING fts5 (x, tokenize = "porter unicode61 remove_diacritics 2")"#).unwrap();
            for terms in [Terms::of(&text), Terms::of(&signs), Terms::of(&format!("{signs}{text}{signs}"))] {
                for search in [Some(terms.all()), terms.any()].into_iter().flatten().filter(|search| !search.is_empty()) {
                    let found = connection.query_row("SELECT count(*) FROM t WHERE t MATCH ?", [&search], |row| row.get::<_, i64>(0));
                    prop_assert_eq!(found, Ok(0), "{}", search);
                }
            }
        }
    }
}
