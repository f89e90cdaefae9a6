//! The steps of a template's path: variables, and literal text, which matches its equivalent spellings.

use crate::uri::{normalize_percent_encoding, with_scheme_defaults};

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Text(Text),
    Variable { name: String, extent: Extent },
}

/// The text that a variable may capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Text without `/`, `?` and `#`.
    Segment,
    /// Segments and the `/` between them.
    Segments,
    /// A path: any text without `?` and `#`.
    Path,
    /// Any text up to the end of the URI.
    Rest,
}

/// Literal text of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    text: String,
    /// The number of bytes at the start that belong to the scheme or the host: their case does not matter.
    folded: usize,
}

impl Text {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), folded: 0 }
    }

    pub(super) fn push_str(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Returns `true` if a part of a URI begins with the text.
    pub(super) fn begins(&self, uri: &[u8]) -> bool {
        let (folded, exact) = self.text.as_bytes().split_at(self.folded);
        uri.get(..folded.len()).is_some_and(|start| start.eq_ignore_ascii_case(folded))
            && uri[folded.len()..].starts_with(exact)
    }

    /// Returns the rest of a URI after the text, if it begins with it.
    pub(super) fn strip_from<'a>(&self, uri: &'a str) -> Option<&'a str> {
        if self.begins(uri.as_bytes()) { uri.get(self.len()..) } else { None }
    }
}

/// Normalizes the percent-encoding of each text, and the port and the path that the scheme of the template implies.
pub(super) fn normalize(steps: &mut [Step]) {
    for step in steps.iter_mut() {
        if let Step::Text(text) = step {
            text.text = normalize_percent_encoding(&text.text).into_owned();
        }
    }
    // A host or a port that continues in a variable is not known.
    let is_whole = steps.len() == 1;
    if let Some(Step::Text(text)) = steps.first_mut()
        && (is_whole || text.text.matches('/').count() > 2)
        && let Some(normal) = with_scheme_defaults(&text.text)
    {
        text.text = normal;
    }
}

/// Marks the bytes of the scheme and of the host: the text before the first `/` of the path.
pub(super) fn fold_scheme_and_host(steps: &mut [Step]) {
    let mut is_in_authority = false;
    let has_scheme = steps.iter().any(|step| matches!(step, Step::Text(text) if text.text.contains(':')));
    for step in steps.iter_mut().filter(|_| has_scheme) {
        let text = match step {
            Step::Text(text) => text,
            Step::Variable { extent: Extent::Segment, .. } => continue,
            Step::Variable { .. } => return,
        };
        let mut start = 0;
        if !is_in_authority {
            let Some(colon) = text.text.find(':') else {
                text.folded = text.len();
                continue;
            };
            text.folded = colon;
            if !text.text[colon..].starts_with("://") {
                return;
            }
            (start, is_in_authority) = (colon + 3, true);
        }
        let end = text.text[start..].find(['/', '?', '#']).map(|end| start + end);
        // The case of a user name matters.
        if text.text[start..end.unwrap_or(text.len())].contains('@') {
            return;
        }
        text.folded = end.unwrap_or(text.len());
        if end.is_some() {
            return;
        }
    }
}

impl Step {
    pub(super) fn text(&self) -> Option<&Text> {
        match self {
            Self::Text(text) => Some(text),
            Self::Variable { .. } => None,
        }
    }
}

impl Extent {
    pub(super) fn accepts(self, byte: u8) -> bool {
        match self {
            Self::Segment => !matches!(byte, b'/' | b'?' | b'#'),
            Self::Segments | Self::Path => !matches!(byte, b'?' | b'#'),
            Self::Rest => true,
        }
    }
}
