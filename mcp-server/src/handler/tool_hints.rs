//! Hints of tools for clients: whether a tool changes, destroys or reaches anything.

use mcpwright_core::ToolAnnotations;

use crate::handler::ToolHandler;

/// The error text of hints that contradict each other.
pub(crate) const CONTRADICTION: &str =
    "`destructive` contradicts `read_only`: a tool that changes nothing destroys nothing";

/// Returns `true` if the hints contradict each other.
pub(crate) fn is_contradiction(hints: &ToolAnnotations) -> bool {
    hints.read_only_hint == Some(true) && hints.destructive_hint == Some(true)
}

impl ToolHandler {
    /// Sets the hint `readOnlyHint`: `true` if the tool changes nothing.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// let count = ToolHandler::function("count_notes", [], || async { 3 }).read_only(true);
    /// let hints = count.definition().annotations.as_ref().unwrap();
    /// assert_eq!(hints.read_only_hint, Some(true));
    /// ```
    #[must_use]
    pub fn read_only(self, is_read_only: bool) -> Self {
        self.with_hint(|hints| hints.read_only_hint = Some(is_read_only))
    }

    /// Sets the hint `destructiveHint`: `true` if the tool may change or delete existing data, `false` if it only adds data.
    ///
    /// A tool that changes nothing is not destructive: the handler has an [error](Self::checked) if both hints are `true`.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// // A client can ask its user before it calls the tool.
    /// let delete = ToolHandler::function("delete_note", ["id"], |_id: u32| async {})
    ///     .description("Delete a note.")
    ///     .destructive(true)
    ///     .idempotent(true);
    /// let hints = delete.definition().annotations.as_ref().unwrap();
    /// assert_eq!((hints.destructive_hint, hints.idempotent_hint), (Some(true), Some(true)));
    ///
    /// // Without the hint, clients assume that a tool which is not read-only is destructive.
    /// let add = ToolHandler::function("add_note", ["text"], |_text: String| async {}).destructive(false);
    /// let hints = add.definition().annotations.as_ref().unwrap();
    /// assert_eq!(hints.destructive_hint, Some(false));
    /// ```
    #[must_use]
    pub fn destructive(self, is_destructive: bool) -> Self {
        self.with_hint(|hints| hints.destructive_hint = Some(is_destructive))
    }

    /// Sets the hint `idempotentHint`: `true` if a second call with the same arguments has no further effect.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// // A note that was archived stays archived.
    /// let archive = ToolHandler::function("archive_note", ["id"], |_id: u32| async {}).idempotent(true);
    /// let hints = archive.definition().annotations.as_ref().unwrap();
    /// assert_eq!(hints.idempotent_hint, Some(true));
    /// ```
    #[must_use]
    pub fn idempotent(self, is_idempotent: bool) -> Self {
        self.with_hint(|hints| hints.idempotent_hint = Some(is_idempotent))
    }

    /// Sets the hint `openWorldHint`: `true` if the tool reaches external systems, as a web search does.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// // The notes are all in the server's database.
    /// let count = ToolHandler::function("count_notes", [], || async { 3 }).open_world(false);
    /// let hints = count.definition().annotations.as_ref().unwrap();
    /// assert_eq!(hints.open_world_hint, Some(false));
    /// ```
    #[must_use]
    pub fn open_world(self, is_open: bool) -> Self {
        self.with_hint(|hints| hints.open_world_hint = Some(is_open))
    }

    fn with_hint(mut self, set: impl FnOnce(&mut ToolAnnotations)) -> Self {
        set(self.parts_mut().definition.annotations.get_or_insert_default());
        self
    }

    /// Adds the hints that the tool does not set itself. A default that contradicts a hint of the tool is left out: a
    /// destructive tool of a server whose tools are read-only by default is not read-only.
    pub(crate) fn with_default_hints(self, defaults: &ToolAnnotations) -> Self {
        let set = self.definition().annotations.clone().unwrap_or_default();
        let mut hints = set.clone();
        if set.destructive_hint != Some(true) {
            hints.read_only_hint = set.read_only_hint.or(defaults.read_only_hint);
        }
        if !(hints.read_only_hint == Some(true) && defaults.destructive_hint == Some(true)) {
            hints.destructive_hint = set.destructive_hint.or(defaults.destructive_hint);
        }
        hints.idempotent_hint = set.idempotent_hint.or(defaults.idempotent_hint);
        hints.open_world_hint = set.open_world_hint.or(defaults.open_world_hint);
        if hints == set { self } else { self.with_hint(|all| *all = hints) }
    }
}
