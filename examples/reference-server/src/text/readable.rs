//! Formats of documents, and their readable text: Markdown unchanged, HTML as text with Markdown headings.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::brief;

/// The format of a document's source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(transform = brief(&[]))]
pub enum Format {
    /// CommonMark, with tables.
    Markdown,
    /// HTML, which is converted to text unless the source is requested.
    Html,
}

impl Format {
    /// Returns the format's name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }

    /// Returns the media type of the source.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Markdown => "text/markdown",
            Self::Html => "text/html",
        }
    }

    /// Parses a format's name in the database.
    pub(crate) fn parse(name: &str) -> Self {
        if name == "html" { Self::Html } else { Self::Markdown }
    }
}

/// Line width of converted HTML, narrow enough for useful ranges of lines.
const WIDTH: usize = 100;

/// Returns the readable text of a source.
pub(crate) fn readable(format: Format, source: &str) -> Cow<'_, str> {
    match format {
        Format::Markdown => Cow::Borrowed(source),
        Format::Html => Cow::Owned(html_to_text(source)),
    }
}

fn html_to_text(source: &str) -> String {
    let text = html2text::config::plain()
        .link_footnotes(false)
        .fence_tables()
        .string_from_read(source.as_bytes(), WIDTH);
    // The conversion fails only for a table that does not fit the line width.
    text.unwrap_or_else(|_| source.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Format, readable};

    #[test]
    fn html_keeps_headings_and_lists() {
        let source = "<html><head><title>x</title><style>p{}</style></head><body><h1>Terms</h1><p>All <b>prices</b> \
                      &amp; fees</p><h2>Delivery</h2><ul><li>one</li><li>two</li></ul><script>no</script></body></html>";
        let text = readable(Format::Html, source);
        assert_eq!(text, "# Terms\n\nAll **prices** & fees\n\n## Delivery\n* one\n* two\n");
    }
}
