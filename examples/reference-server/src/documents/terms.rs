//! Conversion of search texts to FTS5 queries.
//!
//! `MATCH` expects a query language, in which `multi-agent`, `38.101` and `don't` are syntax errors. Therefore every word
//! of the text becomes a quoted token.

/// Maximum number of words and phrases of a query. Further ones are ignored, since a long text would match nothing.
const MAX_TERMS: usize = 32;

/// The words and phrases of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    quoted: Vec<String>,
    /// `true` if terms were ignored.
    pub(super) truncated: bool,
}

impl Terms {
    /// Parses a text: words are separated by whitespace, and text in double quotes is a phrase.
    pub(super) fn parse(text: &str) -> Self {
        let mut quoted = Vec::new();
        for (index, part) in text.split('"').enumerate() {
            // The last quote of an odd number of quotes does not open a phrase.
            let closed = index % 2 == 1 && text.matches('"').count() > index;
            match closed {
                true => quoted.extend(quote(part)),
                false => quoted.extend(part.split_whitespace().filter_map(quote)),
            }
        }
        let truncated = quoted.len() > MAX_TERMS;
        quoted.truncate(MAX_TERMS);
        Self { quoted, truncated }
    }

    /// Returns `true` if there are no terms.
    pub(super) fn is_empty(&self) -> bool {
        self.quoted.is_empty()
    }

    /// Returns a query for sections with all terms.
    pub(super) fn all(&self) -> String {
        self.quoted.join(" ")
    }

    /// Returns a query for sections with any of the terms, or `None` if there is at most one term.
    pub(super) fn any(&self) -> Option<String> {
        (self.quoted.len() > 1).then(|| self.quoted.join(" OR "))
    }
}

/// Quotes the alphanumeric characters of a term, which the tokenizer keeps. SQLite would end the query at a NUL character.
fn quote(part: &str) -> Option<String> {
    let cleaned: String = part.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let words: Vec<&str> = cleaned.split_whitespace().collect();
    (!words.is_empty()).then(|| format!("\"{}\"", words.join(" ")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rusqlite::Connection;

    use super::Terms;

    #[test]
    fn words_become_quoted_tokens() {
        assert_eq!(Terms::parse("don't  multi-agent 38.101").all(), r#""don t" "multi agent" "38 101""#);
        assert_eq!(Terms::parse(r#"the "return window" OR"#).all(), r#""the" "return window" "OR""#);
        assert_eq!(Terms::parse(r#"an "open quote"#).all(), r#""an" "open" "quote""#);
        assert_eq!(
            Terms::parse("NEAR(a b) title:x ^y z*").any().unwrap(),
            r#""NEAR a" OR "b" OR "title x" OR "y" OR "z""#
        );
        assert!(Terms::parse(" \"\" - * \0 ").is_empty());
        assert!(Terms::parse(&"a ".repeat(33)).truncated);
    }

    proptest! {
        #[test]
        fn no_text_is_a_syntax_error(text in any::<String>(), signs in "[-\"'*^:(){}+.\\\\,;@# \0a-cA-Z]{0,40}") {
            let connection = Connection::open_in_memory().unwrap();
            connection.execute_batch(r#"CREATE VIRTUAL TABLE t USING fts5 (x, tokenize = "porter unicode61 remove_diacritics 2")"#).unwrap();
            for terms in [Terms::parse(&text), Terms::parse(&signs), Terms::parse(&format!("{signs}{text}{signs}"))] {
                for search in [Some(terms.all()), terms.any()].into_iter().flatten().filter(|search| !search.is_empty()) {
                    let found = connection.query_row("SELECT count(*) FROM t WHERE t MATCH ?", [&search], |row| row.get::<_, i64>(0));
                    prop_assert_eq!(found, Ok(0), "{}", search);
                }
            }
        }
    }
}
