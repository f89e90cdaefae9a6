//! The tools and resources of the documents.

use std::time::Duration;

use mcpwright::types::{self, ResourceContents};
use mcpwright::{CacheScope, CompletionRequest, Contents, IntoContents, Json, ToolError, server};

use super::ReferenceServer;
use crate::documents::{
    CompareRequest, Difference, DocumentError, DocumentUri, Documents, Form, Format, History, Hits, Outline,
    Part, ReadRequest, Reading, SearchRequest,
};

/// Maximum size of a document that is read as a resource, in bytes.
const MAX_RESOURCE_BYTES: u32 = 1 << 20;

#[server(part = document_tools)]
impl ReferenceServer {
    /// Find sections of documents by words, the best matches first. Text in double quotes is a phrase. To read a hit, pass its
    /// uri and section to read_document.
    #[tool(title = "Search the documents", read_only, open_world = false)]
    async fn search_documents(
        &self,
        /// Words to find.
        #[arg(length = 1..=1000)]
        text: String,
        /// One of policies, contracts, runbooks, incidents, minutes, bulletins, handbook.
        collection: Option<String>,
        /// Only documents of this format.
        format: Option<Format>,
        /// Only documents changed on or after this date, such as 2024-05-17.
        since: Option<String>,
        /// Maximum number of hits.
        #[arg(default = 10, range = 1..=50)]
        limit: u32,
        /// Number of hits to skip, to continue an earlier search.
        #[arg(default = 0)]
        skip: u32,
    ) -> Result<Json<Hits>, DocumentError> {
        let search = SearchRequest { text, collection, format, since, limit: Some(limit), skip };
        self.documents.search(search, Default::default()).await.map(Json)
    }

    /// List the sections of a document with their ids and sizes, to choose those to read with read_document.
    #[tool(title = "Outline a document", read_only, open_world = false)]
    async fn outline_document(
        &self,
        /// Such as doc://policies/returns.md, optionally with ?version=3.
        uri: String,
    ) -> Result<Json<Outline>, DocumentError> {
        self.documents.outline(uri.parse()?, Default::default()).await.map(Json)
    }

    /// Read a document, one of its sections, or a range of its lines or characters, in any version. If the text is truncated,
    /// continue with the range in rest.
    #[tool(title = "Read a document", read_only, open_world = false)]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the tool")]
    async fn read_document(
        &self,
        /// Such as doc://policies/returns.md, optionally with ?version=3.
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
        /// readable: text with Markdown headings; source: the unchanged source.
        #[arg(default = Form::Readable)]
        form: Form,
        /// Maximum size of the text.
        #[arg(default = 32_768, range = 100..=1_048_576)]
        max_bytes: u32,
    ) -> mcpwright::Result<Json<Reading>> {
        let has_lines = from_line.is_some() || to_line.is_some();
        let has_characters = from_character.is_some() || to_character.is_some();
        let part = match (section, has_lines, has_characters) {
            (None, false, false) => Part::Whole,
            (Some(section), false, false) => Part::Section(section),
            (None, true, false) => Part::Lines { from: from_line.unwrap_or(1), to: to_line },
            (None, false, true) => Part::Characters { from: from_character.unwrap_or(0), to: to_character },
            _ => {
                return Err(ToolError::new(
                    "pass only one of a section, a range of lines, or a range of characters",
                )
                .into());
            }
        };
        let mut request = ReadRequest::new(uri.parse()?);
        (request.part, request.form, request.max_bytes) = (part, form, Some(max_bytes));
        Ok(Json(self.documents.read(request, Default::default()).await?))
    }

    /// List the versions of a document, the latest first, with authors, times and changes. Compare two with diff_document.
    #[tool(title = "History of a document", read_only, open_world = false)]
    async fn document_history(
        &self,
        /// Such as doc://policies/returns.md.
        uri: String,
    ) -> Result<Json<History>, DocumentError> {
        self.documents.history(uri.parse()?, Default::default()).await.map(Json)
    }

    /// Show the difference between two versions of a document as a unified diff; without versions, the last change.
    #[tool(title = "Compare versions", read_only, open_world = false)]
    async fn diff_document(
        &self,
        /// Such as doc://policies/returns.md.
        uri: String,
        /// The earlier version; by default the one before the later one.
        #[arg(range = 1..)]
        from: Option<u32>,
        /// The later version; by default the latest.
        #[arg(range = 1..)]
        to: Option<u32>,
        /// Maximum size of the text.
        #[arg(default = 32_768, range = 100..=1_048_576)]
        max_bytes: u32,
    ) -> Result<Json<Difference>, DocumentError> {
        let mut request = CompareRequest::new(uri.parse()?);
        (request.from, request.to, request.max_bytes) = (from, to, Some(max_bytes));
        self.documents.compare(request, Default::default()).await.map(Json)
    }

    /// The source of a document, in the latest version or in a given one.
    #[resource("doc://{+path}{?version}", title = "A document")]
    async fn document(
        &self,
        #[arg(complete = Self::paths)] path: String,
        #[arg(complete = Self::versions)] version: Option<u32>,
    ) -> Result<Contents, DocumentError> {
        let latest = DocumentUri::latest(path);
        let uri = version.map_or_else(|| latest.clone(), |version| latest.with_version(version));
        read(&self.documents, uri).await
    }

    async fn paths(&self, request: CompletionRequest) -> Result<types::Completion, DocumentError> {
        self.documents.complete_path(request.value, Default::default()).await.map(Into::into)
    }

    async fn versions(&self, request: CompletionRequest) -> Result<types::Completion, DocumentError> {
        let path = request.arguments.get("path").cloned().unwrap_or_default();
        self.documents.complete_version(path, request.value, Default::default()).await.map(Into::into)
    }
}

/// Reads a document as a resource. A version never changes, so it is cached longer than the latest one.
pub(super) async fn read(documents: &Documents, uri: DocumentUri) -> Result<Contents, DocumentError> {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    const MINUTE: Duration = Duration::from_secs(60);
    let ttl = if uri.version.is_some() { DAY } else { MINUTE };
    let mut request = ReadRequest::new(uri.clone());
    (request.form, request.max_bytes) = (Form::Source, Some(MAX_RESOURCE_BYTES));
    match documents.read(request, Default::default()).await {
        Ok(reading) => {
            let contents = ResourceContents::text(uri.to_string(), reading.text)
                .mime_type(reading.document.format.media_type());
            let contents = contents.into_contents().unwrap_or(Contents::Missing);
            Ok(contents.cache(ttl, CacheScope::Private))
        }
        Err(DocumentError::NotFound { .. } | DocumentError::Uri(_)) => Ok(Contents::Missing),
        Err(error) => Err(error),
    }
}
