//! The code in a Markdown page: code spans and code blocks.

/// The form of a snippet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form<'a> {
    /// A code span.
    Span,
    /// A code block with the language after its fence.
    Block(&'a str),
}

#[derive(Debug, PartialEq)]
pub(crate) struct Snippet<'a> {
    pub(crate) form: Form<'a>,
    pub(crate) text: &'a str,
    /// The number of its first line, from 1.
    pub(crate) line: usize,
}

impl Snippet<'_> {
    /// Returns `true` for a code block in Rust, whose comments and strings are not code.
    pub(crate) fn is_rust(&self) -> bool {
        matches!(self.form, Form::Block(language) if language.split(',').next() == Some("rust"))
    }
}

/// Returns the snippets of a page in their order.
pub(crate) fn snippets(page: &str) -> Vec<Snippet<'_>> {
    let (mut found, mut rest, mut line) = (Vec::new(), page, 1);
    while !rest.is_empty() {
        let length = match block(rest) {
            Some((length, language, text)) => {
                found.push(Snippet { form: Form::Block(language), text, line: line + 1 });
                length
            }
            None => {
                let length = paragraph_len(rest);
                spans(&rest[..length], line, &mut found);
                length
            }
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    found
}

/// The length of a code block at the start of the text, with its language and its content.
fn block(text: &str) -> Option<(usize, &str, &str)> {
    let after_fence = text.strip_prefix("```")?;
    let (language, content) = after_fence.split_once('\n')?;
    let end = content.find("```\n").or_else(|| content.strip_suffix("```").map(str::len))?;
    let start = text.len() - content.len();
    Some(((start + end + "```\n".len()).min(text.len()), language.trim(), &content[..end]))
}

/// The length of the text up to the next empty line or code block, with the line break.
fn paragraph_len(text: &str) -> usize {
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        if length > 0 && line.starts_with("```") {
            break;
        }
        length += line.len();
        if line.trim().is_empty() {
            break;
        }
    }
    length
}

/// Adds the code spans of a paragraph. A span ends at a run of as many backticks as it begins with.
fn spans<'a>(paragraph: &'a str, line: usize, found: &mut Vec<Snippet<'a>>) {
    let mut start = 0;
    while let Some(position) = paragraph[start..].find('`') {
        let open = start + position;
        let ticks = paragraph[open..].bytes().take_while(|byte| *byte == b'`').count();
        let content = open + ticks;
        start = content;
        let mut end = content;
        while let Some(position) = paragraph[end..].find('`') {
            end += position;
            let closing = paragraph[end..].bytes().take_while(|byte| *byte == b'`').count();
            if closing == ticks {
                let line = line + paragraph[..content].matches('\n').count();
                found.push(Snippet { form: Form::Span, text: &paragraph[content..end], line });
                start = end + closing;
                break;
            }
            end += closing;
        }
    }
}

#[test]
fn spans_and_blocks_are_found() {
    let page =
        "A `b` and\n`c\nd`, ``e ` f``.\n\n```rust,ignore\nlet g = `h`;\n```\n`i` ` j\n\n`k`\n```text\nl\n```";
    let found: Vec<_> =
        snippets(page).into_iter().map(|found| (found.form, found.text, found.line)).collect();
    let expected = [
        (Form::Span, "b", 1),
        (Form::Span, "c\nd", 2),
        (Form::Span, "e ` f", 3),
        (Form::Block("rust,ignore"), "let g = `h`;\n", 6),
        (Form::Span, "i", 8),
        (Form::Span, "k", 10),
        (Form::Block("text"), "l\n", 12),
    ];
    assert_eq!(found, expected);
    assert!(snippets(page)[3].is_rust() && !snippets(page)[6].is_rust());
}
