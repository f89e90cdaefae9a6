//! Conversion of templates to HTML, for the documents that are stored as HTML.
//!
//! The renderer is implemented here so that no update of a crate can change the digest of the data.

/// Renders a page from a text of headings, paragraphs, lists and tables.
pub(super) fn page(title: &str, text: &str) -> String {
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n</head>\n<body>\n",
        escape(title)
    );
    for block in text.split("\n\n") {
        page.push_str(&self::block(block.trim()));
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn block(block: &str) -> String {
    let level = block.bytes().take_while(|byte| *byte == b'#').count();
    let lines = || block.lines();
    match block.as_bytes().first() {
        None => String::new(),
        Some(b'#') => format!("<h{level}>{}</h{level}>\n", inline(block[level..].trim())),
        Some(b'|') => table(block),
        Some(b'-') => list("ul", lines().map(|line| line.trim_start_matches("- "))),
        Some(b'1') if block.starts_with("1. ") => {
            list("ol", lines().map(|line| line.split_once(". ").map_or(line, |(_, item)| item)))
        }
        Some(b'>') => format!("<blockquote><p>{}</p></blockquote>\n", inline(block.trim_start_matches("> "))),
        Some(_) => format!("<p>{}</p>\n", inline(block)),
    }
}

fn list<'a>(kind: &str, items: impl Iterator<Item = &'a str>) -> String {
    let items: String = items.map(|item| format!("<li>{}</li>\n", inline(item))).collect();
    format!("<{kind}>\n{items}</{kind}>\n")
}

fn table(block: &str) -> String {
    let mut rows = String::new();
    for (number, line) in block.lines().enumerate().filter(|(number, _)| *number != 1) {
        let cell = if number == 0 { "th" } else { "td" };
        let cells = line.trim_matches('|').split('|');
        let cells: String = cells.map(|text| format!("<{cell}>{}</{cell}>", inline(text.trim()))).collect();
        rows.push_str(&format!("<tr>{cells}</tr>\n"));
    }
    format!("<table>\n{rows}</table>\n")
}

/// Renders `**strong**` and `` `code` ``, and escapes the rest.
fn inline(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in text.split("**").enumerate() {
        let strong = index % 2 == 1;
        out.push_str(if strong { "<strong>" } else { "" });
        for (index, part) in part.split('`').enumerate() {
            match index % 2 {
                0 => out.push_str(&escape(part)),
                _ => out.push_str(&format!("<code>{}</code>", escape(part))),
            }
        }
        out.push_str(if strong { "</strong>" } else { "" });
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::block;

    #[test]
    fn blocks_are_rendered() {
        assert_eq!(block("## A & **b**"), "<h2>A &amp; <strong>b</strong></h2>\n");
        assert_eq!(block("- x\n- `y`"), "<ul>\n<li>x</li>\n<li><code>y</code></li>\n</ul>\n");
        assert_eq!(block("1. x\n2. y"), "<ol>\n<li>x</li>\n<li>y</li>\n</ol>\n");
        assert_eq!(
            block("| a | b |\n|---|---|\n| 1 | 2 |"),
            "<table>\n<tr><th>a</th><th>b</th></tr>\n<tr><td>1</td><td>2</td></tr>\n</table>\n"
        );
    }
}
