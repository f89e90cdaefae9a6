//! The tools and resources of the documents.

use std::time::Duration;

use mcpwright::core::{self, ResourceContents};
use mcpwright::{CacheScope, CompletionRequest, Contents, IntoContents, Json, ToolError, server};

use super::ReferenceServer;
use crate::completion::Completion;
use crate::documents::{
    Address, Compare, Difference, DocumentError, Documents, Form, Format, History, Hits, Outline, Part, Read,
    Reading, Search,
};

/// The largest document that is sent as a resource, in bytes.
const LARGEST: u32 = 1 << 20;

#[server(part = document_tools)]
impl ReferenceServer {
    /// Find sections of documents by words, the best first. Any text will do; a part in double quotes is a phrase. To read
    /// a hit, pass its uri and section to read_document.
    #[tool(title = "Search the documents", read_only, open_world = false)]
    async fn search_documents(
        &self,
        /// What to look for.
        #[arg(length = 1..=1000)]
        text: String,
        /// Only in this: policies, contracts, runbooks, incidents, minutes, bulletins or handbook.
        collection: Option<String>,
        /// Only documents of this format.
        format: Option<Format>,
        /// Only documents changed on this day or later, such as 2024-05-17.
        since: Option<String>,
        /// Hits to return at most.
        #[arg(default = 10, range = 1..=50)]
        limit: u32,
        /// Hits to leave out, to go on after an earlier search.
        #[arg(default = 0)]
        skip: u32,
    ) -> Result<Json<Hits>, DocumentError> {
        let search = Search { text, collection, format, since, limit: Some(limit), skip };
        self.documents.search(search, Default::default()).await.map(Json)
    }

    /// List the sections of a document with their ids and sizes, to choose what to read with read_document.
    #[tool(title = "Outline a document", read_only, open_world = false)]
    async fn outline_document(
        &self,
        /// Such as doc://policies/returns.md, or with ?version=3 behind it.
        uri: String,
    ) -> Result<Json<Outline>, DocumentError> {
        self.documents.outline(uri.parse()?, Default::default()).await.map(Json)
    }

    /// Read a document, one of its sections, or a range of its lines or characters, in any version. If the text is
    /// truncated, go on with what rest says.
    #[tool(title = "Read a document", read_only, open_world = false)]
    #[expect(clippy::too_many_arguments, reason = "a model fills in few of them")]
    async fn read_document(
        &self,
        /// Such as doc://policies/returns.md, or with ?version=3 behind it.
        uri: String,
        /// The id of a section, from outline_document or search_documents.
        section: Option<String>,
        /// The first line, counted from 1.
        #[arg(range = 1..)]
        from_line: Option<u64>,
        /// The last line.
        #[arg(range = 1..)]
        to_line: Option<u64>,
        /// The first character, counted from 0.
        from_character: Option<u64>,
        /// The first character after the range.
        to_character: Option<u64>,
        /// Text with Markdown headings, or the source as it was written.
        #[arg(default = Form::Readable)]
        form: Form,
        #[arg(default = 32_768, range = 100..=1_048_576)] max_bytes: u32,
    ) -> mcpwright::Result<Json<Reading>> {
        let lines = from_line.is_some() || to_line.is_some();
        let characters = from_character.is_some() || to_character.is_some();
        let part = match (section, lines, characters) {
            (None, false, false) => Part::Whole,
            (Some(section), false, false) => Part::Section(section),
            (None, true, false) => Part::Lines { from: from_line.unwrap_or(1), to: to_line },
            (None, false, true) => Part::Characters { from: from_character.unwrap_or(0), to: to_character },
            _ => {
                return Err(
                    ToolError::new("name a section, or lines, or characters: only one of them").into()
                );
            }
        };
        let mut read = Read::new(uri.parse()?);
        (read.part, read.form, read.max_bytes) = (part, form, Some(max_bytes));
        Ok(Json(self.documents.read(read, Default::default()).await?))
    }

    /// List the versions of a document, the latest first: who wrote them, when, and what changed. diff_document compares two.
    #[tool(title = "History of a document", read_only, open_world = false)]
    async fn document_history(
        &self,
        /// Such as doc://policies/returns.md.
        uri: String,
    ) -> Result<Json<History>, DocumentError> {
        self.documents.history(uri.parse()?, Default::default()).await.map(Json)
    }

    /// Show what differs between two versions of a document, as a unified diff; without versions, the last change.
    #[tool(title = "Compare versions", read_only, open_world = false)]
    async fn diff_document(
        &self,
        /// Such as doc://policies/returns.md.
        uri: String,
        /// The earlier version; the one before the later one if left out.
        #[arg(range = 1..)]
        from: Option<u32>,
        /// The later version; the latest if left out.
        #[arg(range = 1..)]
        to: Option<u32>,
        #[arg(default = 32_768, range = 100..=1_048_576)] max_bytes: u32,
    ) -> Result<Json<Difference>, DocumentError> {
        let mut compare = Compare::new(uri.parse()?);
        (compare.from, compare.to, compare.max_bytes) = (from, to, Some(max_bytes));
        self.documents.compare(compare, Default::default()).await.map(Json)
    }

    /// A document as it was written, in the latest version or in another one.
    #[resource("doc://{+path}{?version}", title = "A document")]
    async fn document(
        &self,
        #[arg(complete = Self::paths)] path: String,
        #[arg(complete = Self::versions)] version: Option<u32>,
    ) -> Result<Contents, DocumentError> {
        let latest = Address::latest(path);
        let address = version.map_or_else(|| latest.clone(), |version| latest.at(version));
        read(&self.documents, address).await
    }

    async fn paths(&self, typed: CompletionRequest) -> Result<core::Completion, DocumentError> {
        self.documents.complete_path(typed.value, Default::default()).await.map(completion)
    }

    async fn versions(&self, typed: CompletionRequest) -> Result<core::Completion, DocumentError> {
        let path = typed.arguments.get("path").cloned().unwrap_or_default();
        self.documents.complete_version(path, typed.value, Default::default()).await.map(completion)
    }
}

/// The contents of a document as a resource; a version never changes, the latest one may.
pub(super) async fn read(documents: &Documents, address: Address) -> Result<Contents, DocumentError> {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    const MINUTE: Duration = Duration::from_secs(60);
    let (uri, time) = (address.to_string(), if address.version.is_some() { DAY } else { MINUTE });
    let mut read = Read::new(address);
    (read.form, read.max_bytes) = (Form::Source, Some(LARGEST));
    match documents.read(read, Default::default()).await {
        Ok(reading) => {
            let contents =
                ResourceContents::text(uri, reading.text).mime_type(reading.document.format.media_type());
            let contents = contents.into_contents().unwrap_or(Contents::Missing);
            Ok(contents.cache(time, CacheScope::Private))
        }
        Err(DocumentError::NotFound { .. } | DocumentError::Address(_)) => Ok(Contents::Missing),
        Err(error) => Err(error),
    }
}

pub(super) fn completion(found: Completion) -> core::Completion {
    core::Completion::new(found.values).total(found.total).has_more(found.has_more)
}
