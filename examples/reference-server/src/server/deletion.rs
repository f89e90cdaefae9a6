//! The tool that deletes versions of documents with the user's approval.

use mcpwright::{Context, Form, Json, Result, ToolError, server};

use super::document_list::DocumentList;
use crate::documents::{Candidate, Deleted, DocumentError, DocumentUri, Documents};

/// The server of the deletion tool. It is mounted with the prefix `delete` if the data is writable, so the tool's name is
/// `delete_document_version`.
pub(super) struct Deletion {
    pub(super) documents: Documents,
    pub(super) list: DocumentList,
}

/// The user's decision about a deletion.
#[derive(Form)]
struct Consent {
    /// Delete this version permanently
    #[form(title = "Delete", default = false)]
    delete: bool,
    /// A reason for your decision, visible to the assistant and in the server's log
    #[form(title = "Reason", length = ..=500)]
    reason: Option<String>,
}

#[server(name = "deletion")]
impl Deletion {
    /// Delete one version of a document permanently: its text cannot be restored. The user must approve the deletion. The
    /// only version of a document cannot be deleted; the other versions keep their numbers.
    #[tool(title = "Delete a version", destructive, single_use, open_world = false)]
    async fn document_version(
        &self,
        context: &Context,
        /// Such as doc://policies/returns.md.
        uri: String,
        /// The version to delete.
        #[arg(range = 1..)]
        version: u32,
    ) -> Result<Json<Deleted>> {
        let uri = version_uri(&uri, version)?;
        // The step keeps what the user was shown, so that only this exact state of the version is deleted.
        let shown: Candidate =
            context.step("shown", self.documents.candidate(uri, Default::default())).await?;
        let consent: Consent = context.elicit("consent", message(&shown))?;
        let reason = consent.reason.as_deref().map(single_line).filter(|reason| !reason.is_empty());
        if !consent.delete {
            let reason = reason.map_or(String::new(), |reason| format!(" (reason: {reason})"));
            return Err(ToolError::new(format!(
                "the user decided to keep the version{reason}. Nothing was deleted"
            ))
            .into());
        }
        let deleted = self.documents.delete(shown).await?;
        // The caller's name and the reason are untrusted: the debug format escapes line breaks in them.
        let caller = context.caller().to_string();
        tracing::info!(uri = deleted.uri, ?caller, ?reason, "deleted a version of a document");
        self.notify(context, &deleted).await;
        Ok(Json(deleted))
    }

    /// Notifies subscribers at once. The list does not notify them again at its next poll.
    async fn notify(&self, context: &Context, deleted: &Deleted) {
        context.notify().resource_updated(&deleted.uri);
        if let Err(error) = self.list.refresh().await {
            tracing::warn!(%error, "notifications of the deletion are delayed until the next poll");
        }
    }
}

/// Returns the URI of a version that is passed as a separate argument.
fn version_uri(text: &str, version: u32) -> Result<DocumentUri, DocumentError> {
    let uri: DocumentUri = text.parse()?;
    match uri.version {
        Some(other) if other != version => Err(DocumentError::Request(format!(
            "{text} has version {other}, but the argument version is {version}: they must be equal"
        ))),
        _ => Ok(uri.with_version(version)),
    }
}

/// Returns the message of the elicitation. Texts of the document are quoted, to distinguish them from the server's text.
fn message(shown: &Candidate) -> String {
    let quote = |text: &str| format!("“{}”", single_line(text));
    let becomes_latest = match shown.becomes_latest {
        Some(version) => format!("It is the latest version: version {version} becomes the latest one."),
        None => "Other versions do not change.".to_owned(),
    };
    format!(
        "{uri} will be deleted permanently.\n\nTitle: {title}\nAuthor: {author}\nCreated: {created_at}\n\
         Change: {message}\n\nThe text of this version cannot be restored. {becomes_latest}",
        uri = shown.uri(),
        title = quote(&shown.title),
        author = quote(&shown.author),
        created_at = single_line(&shown.created_at),
        message = quote(&shown.message),
    )
}

/// Converts untrusted text to a single line of at most 300 characters, without typographic quotes, which would end its
/// quotation.
fn single_line(text: &str) -> String {
    const MAX_CHARACTERS: usize = 300;
    let replace = |character: char| match character {
        '“' | '”' => '"',
        character if character.is_control() || is_invisible(character) => ' ',
        character => character,
    };
    let mut line: String = text.chars().map(replace).take(MAX_CHARACTERS).collect();
    if text.chars().count() > MAX_CHARACTERS {
        line.push('…');
    }
    line.trim().to_owned()
}

/// Returns `true` for characters that break lines, change the text direction, or have no width.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::{single_line, version_uri};

    #[test]
    fn untrusted_text_becomes_a_single_line() {
        assert_eq!(single_line(" Returns”\n\nTitle: “Nothing\u{202e} "), "Returns\"  Title: \"Nothing");
        assert_eq!(single_line(&"é".repeat(301)), format!("{}…", "é".repeat(300)));
    }

    #[test]
    fn versions_in_uri_and_argument_must_be_equal() {
        for uri in ["policies/x.md", "doc://policies/x.md", "doc://policies/x.md?version=2"] {
            assert_eq!(version_uri(uri, 2).unwrap().to_string(), "doc://policies/x.md?version=2");
        }
        assert!(version_uri("doc://policies/x.md?version=1", 2).is_err());
    }
}
