//! Words: how doc comments open, what they do not contain, and how errors state a demand.

use crate::sources::{CRATES, File, Problems, crate_sources, library_sources};
use crate::tokens::{Kind, library_tokens};

/// Words that make the opening of a doc comment an embedded question.
const QUESTIONS: [&str; 12] = [
    "What", "Whatever", "Whether", "Whoever", "Who", "Whose", "Whom", "How", "That", "Where", "Which", "Why",
];

/// A further question word, counted separately because "When" may also introduce a condition.
const ALSO_A_QUESTION: &str = "When";

/// Doc comments in a hundred that may open with such a word.
const MAX_QUESTIONS: usize = 6;

/// Words that doc comments do not contain.
const UNWANTED: [&str; 5] = ["told", "said", "beside", "whoever", "lives of"];

/// Parts of demands without "must".
const DEMANDS: [&str; 18] = [
    "has to ",
    "have to ",
    "needs to ",
    "need to ",
    " begins with ",
    " begin with ",
    " is an object",
    " is a JSON object",
    " is a string",
    " is an integer",
    " is a list",
    " is exactly ",
    " is at most ",
    " is at least ",
    " are at most ",
    " are at least ",
    " holds at most ",
    " should ",
];

#[test]
fn few_doc_comments_open_with_a_question_word() {
    let mut problems = Problems::default();
    for (folder, _) in CRATES {
        problems.extend(questions(folder, &crate_sources(folder)));
    }
    problems.report();
}

#[test]
fn doc_comments_use_the_words_of_the_field() {
    let mut problems = Problems::default();
    for file in library_sources() {
        problems.extend(unwanted_words(&file));
    }
    problems.report();
}

#[test]
fn demands_say_must() {
    let mut problems = Problems::default();
    for file in library_sources() {
        problems.extend(demands(&file));
    }
    problems.report();
}

/// The first lines of a file's doc comments, with their numbers.
fn doc_openings(file: &File) -> Vec<(usize, &str)> {
    let (mut found, mut before) = (Vec::new(), None);
    for (number, line) in file.text.lines().enumerate() {
        let doc = doc_comment(line);
        if let Some((kind, text)) = doc
            && before != Some(kind)
        {
            found.push((number + 1, text));
        }
        before = doc.map(|(kind, _)| kind);
    }
    found
}

/// The sign of a line's doc comment, and its text.
fn doc_comment(line: &str) -> Option<(&'static str, &str)> {
    let line = line.trim_start();
    let kind = ["///", "//!"].into_iter().find(|sign| line.starts_with(sign))?;
    let text = &line[kind.len()..];
    (!text.starts_with('/')).then(|| (kind, text.trim()))
}

/// Returns the openings with a question word if there are too many of them.
fn questions(folder: &str, sources: &[File]) -> Vec<String> {
    let (mut found, mut all) = (Vec::new(), 0);
    for file in sources {
        for (number, text) in doc_openings(file) {
            all += 1;
            let first = text.split(|sign: char| !sign.is_alphanumeric()).next().unwrap_or_default();
            if QUESTIONS.contains(&first) || first == ALSO_A_QUESTION {
                found.push(format!("{}:{number}: {text}", file.path));
            }
        }
    }
    if found.len() * 100 <= all * MAX_QUESTIONS {
        return Vec::new();
    }
    let count = found.len();
    found.insert(
        0,
        format!(
            "{folder}: {count} of {all} doc comments open with a question word, at most {MAX_QUESTIONS} % may"
        ),
    );
    found
}

fn unwanted_words(file: &File) -> Vec<String> {
    let docs =
        file.text.lines().enumerate().filter_map(|(number, line)| Some((number + 1, doc_comment(line)?.1)));
    let found = docs.flat_map(|(number, text)| {
        let words = UNWANTED.iter().filter(move |word| has_words(text, word));
        words.map(move |word| format!("{}:{number}: `{word}` in a doc comment: {text}", file.path))
    });
    found.collect()
}

/// Returns `true` if the words occur as whole words, in upper or lower case.
fn has_words(text: &str, words: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_';
    text.match_indices(words).any(|(start, _)| {
        !text[..start].ends_with(is_part) && !text[start + words.len()..].starts_with(is_part)
    })
}

fn demands(file: &File) -> Vec<String> {
    let tokens = library_tokens(&file.text);
    let texts = tokens.iter().filter(|token| token.kind == Kind::Text && !token.text.contains("must"));
    let found = texts.filter_map(|token| {
        // The pattern's spaces are the ends of words, and so are the ends of the text.
        let padded = format!(" {} ", token.text.replace([':', ',', ';', '.', '\n'], " "));
        let demand = DEMANDS.iter().find(|demand| padded.contains(**demand))?;
        Some(format!(
            "{}:{}: `{}` is a demand without `must`: {}",
            file.path,
            token.line,
            demand.trim(),
            token.text
        ))
    });
    found.collect()
}

#[test]
fn question_words_are_counted() {
    let bad =
        File::new("src/bad.rs", "/// What is there.\nfn a() {}\n/// A count.\n/// How many.\nfn b() {}\n");
    let found = questions("src", &[bad]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("src: 1 of 2 doc comments"), "{found:?}");
    assert_eq!(found[1], "src/bad.rs:1: What is there.");
    let few = "/// Whatever.\nfn a() {}\n".to_owned() + &"/// Returns it.\nfn b() {}\n".repeat(16);
    assert!(questions("src", &[File::new("src/few.rs", &few)]).is_empty());
    assert_eq!(doc_openings(&File::new("a.rs", "//! One.\n/// Two.\n//// None.\n/// Three.\n")).len(), 3);
}

#[test]
fn unwanted_words_are_found() {
    let bad =
        File::new("src/bad.rs", "/// The client is told.\n//! Beside it.\n/// The lives of sessions.\n");
    assert_eq!(unwanted_words(&bad).len(), 3);
    let good =
        File::new("src/good.rs", "// The client is told.\n/// Besides, `told_to` is fine.\nfn told() {}\n");
    assert!(unwanted_words(&good).is_empty());
}

#[test]
fn demands_without_must_are_found() {
    let bad = File::new(
        "src/bad.rs",
        "f(\"params is an object\"); g(\"`Accept` has to allow it\"); h(\"a path begins with `/`\");",
    );
    assert_eq!(demands(&bad).len(), 3);
    let good = File::new(
        "src/good.rs",
        "f(\"`params` must be an object that is at most 3 bytes long\"); g(\"an object\");",
    );
    assert!(demands(&good).is_empty());
    let tests = File::new("src/tests.rs", "#[cfg(test)] mod tests { fn f() { g(\"it is an object\") } }");
    assert!(demands(&tests).is_empty());
}
