//! The text that is read and searched: Markdown as it is, HTML as text with Markdown headings.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::brief;

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(transform = brief(&[]))]
pub enum Format {
    /// CommonMark, with tables.
    Markdown,
    /// HTML, which is read as text unless its source is asked for.
    Html,
}

impl Format {
    /// The name that the database uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }

    /// The media type of the source.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Markdown => "text/markdown",
            Self::Html => "text/html",
        }
    }

    pub(crate) fn named(name: &str) -> Self {
        if name == "html" { Self::Html } else { Self::Markdown }
    }
}

/// Wide enough for a paragraph of a letter, and narrow enough that line ranges stay useful.
const WIDTH: usize = 100;

/// What a reader sees of a source.
pub(crate) fn readable(format: Format, source: &str) -> Cow<'_, str> {
    match format {
        Format::Markdown => Cow::Borrowed(source),
        Format::Html => Cow::Owned(text_of_html(source)),
    }
}

fn text_of_html(source: &str) -> String {
    let text = html2text::config::plain()
        .link_footnotes(false)
        .fence_tables()
        .string_from_read(source.as_bytes(), WIDTH);
    // It fails only for a table that is too wide for the page: the source is still better than nothing.
    text.unwrap_or_else(|_| source.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Format, readable};

    #[test]
    fn html_keeps_its_headings_and_lists() {
        let source = "<html><head><title>x</title><style>p{}</style></head><body><h1>Terms</h1><p>All <b>prices</b> \
                      &amp; fees</p><h2>Delivery</h2><ul><li>one</li><li>two</li></ul><script>no</script></body></html>";
        let text = readable(Format::Html, source);
        assert_eq!(text, "# Terms\n\nAll **prices** & fees\n\n## Delivery\n* one\n* two\n");
    }
}
