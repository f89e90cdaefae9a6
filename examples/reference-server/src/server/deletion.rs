//! The tool that deletes versions of documents, once the user has agreed.

use mcpwright::{Context, Form, Json, Result, ToolError, server};

use super::DocumentList;
use crate::documents::{Address, Candidate, Deleted, DocumentError, Documents};

/// What may be deleted, where data may be changed at all. It is mounted as `delete`, which is how its tool comes to be
/// called `delete_document_version`.
pub(super) struct Deletion {
    pub(super) documents: Documents,
    pub(super) list: DocumentList,
}

/// What the user says to a deletion.
#[derive(Form)]
struct Consent {
    /// Delete this version for good
    #[form(title = "Delete", default = false)]
    delete: bool,
    /// Why, or why not. The assistant may be told, and the server's log
    #[form(title = "Reason", length = ..=500)]
    reason: Option<String>,
}

#[server(name = "deletion")]
impl Deletion {
    /// Delete one version of a document for good: its text cannot be brought back. The user is asked, and decides. The
    /// only version is not deleted; the others keep their numbers.
    #[tool(title = "Delete a version", destructive, single_use, open_world = false)]
    async fn document_version(
        &self,
        context: &Context,
        /// Such as doc://policies/returns.md.
        uri: String,
        #[arg(range = 1..)] version: u32,
    ) -> Result<Json<Deleted>> {
        let address = one_version(&uri, version)?;
        // What the user is shown is what is deleted, whatever has become of the document when the answer comes.
        let shown: Candidate =
            context.step("shown", self.documents.candidate(address, Default::default())).await?;
        let consent: Consent = context.elicit("consent", question(&shown))?;
        let reason = consent.reason.as_deref().map(line).filter(|reason| !reason.is_empty());
        if !consent.delete {
            let reason = reason.map_or(String::new(), |reason| format!(", and said: {reason}"));
            return Err(
                ToolError::new(format!("the user keeps the version{reason}. Nothing was deleted")).into()
            );
        }
        let deleted = self.documents.delete(shown).await?;
        // The caller's name and the reason come from outside: as debug output they cannot pretend to be another line.
        let caller = context.caller().to_string();
        tracing::info!(uri = deleted.uri, ?caller, ?reason, "a version of a document was deleted");
        self.tell(context, &deleted).await;
        Ok(Json(deleted))
    }

    /// Tells those who listen at once. The list looks for itself later on, and finds that it has told already.
    async fn tell(&self, context: &Context, deleted: &Deleted) {
        context.notify().resource_updated(&deleted.uri);
        if let Err(error) = self.list.refresh().await {
            tracing::warn!(%error, "that a version was deleted is told later");
        }
    }
}

/// The address of a version that is named on its own.
fn one_version(uri: &str, version: u32) -> Result<Address, DocumentError> {
    let address: Address = uri.parse()?;
    match address.version {
        Some(other) if other != version => {
            Err(DocumentError::Request(format!("{uri} names version {other}, and version is {version}")))
        }
        _ => Ok(address.at(version)),
    }
}

/// What the user reads before deciding. Texts of the document are quoted: they are no words of the server.
fn question(shown: &Candidate) -> String {
    let text = |text: &str| format!("“{}”", line(text));
    let becomes_latest = match shown.becomes_latest {
        Some(version) => format!("It is the latest version: version {version} becomes the latest one."),
        None => "Later versions stay as they are.".to_owned(),
    };
    format!(
        "{uri} is about to be deleted for good.\n\nTitle: {title}\nWritten by: {author}\nWritten at: {at}\n\
         Its change: {message}\n\nThe text of this version cannot be brought back, nor compared with others. {becomes_latest}",
        uri = shown.address(),
        title = text(&shown.title),
        author = text(&shown.author),
        at = line(&shown.created_at),
        message = text(&shown.message),
    )
}

/// A text of somebody else in one line of ours, without quotes that would seem to end it.
fn line(text: &str) -> String {
    const MOST: usize = 300;
    let plain = |character: char| match character {
        '“' | '”' => '"',
        character if character.is_control() || is_invisible(character) => ' ',
        character => character,
    };
    let mut line: String = text.chars().map(plain).take(MOST).collect();
    if text.chars().count() > MOST {
        line.push('…');
    }
    line.trim().to_owned()
}

/// Whether a character breaks lines, or makes what follows appear in another order.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::{line, one_version};

    #[test]
    fn a_text_stays_in_its_line() {
        assert_eq!(line(" Returns”\n\nTitle: “Nothing\u{202e} "), "Returns\"  Title: \"Nothing");
        assert_eq!(line(&"é".repeat(301)), format!("{}…", "é".repeat(300)));
    }

    #[test]
    fn a_version_is_named_once_or_twice_the_same() {
        for uri in ["policies/x.md", "doc://policies/x.md", "doc://policies/x.md?version=2"] {
            assert_eq!(one_version(uri, 2).unwrap().to_string(), "doc://policies/x.md?version=2");
        }
        assert!(one_version("doc://policies/x.md?version=1", 2).is_err());
    }
}
