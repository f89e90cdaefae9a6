//! The tools and resources of the database.

use std::time::{Duration, Instant};

use mcpwright::types::{self, PromptMessage};
use mcpwright::{CompletionRequest, Context, Json, server};

use super::ReferenceServer;
use crate::database::{CatalogSearch, DatabaseError, Detail, FoundTables, Params, Plan, Query, Rows, Table};

/// Interval of progress notifications while a statement runs.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(200);

#[server(part = database_tools)]
impl ReferenceServer {
    /// Find tables by words in the names and descriptions of tables and columns, or list all tables. Use this first, then
    /// write SQL for query.
    #[tool(title = "Search the catalog", read_only, open_world = false)]
    async fn search_catalog(
        &self,
        /// Words; omit to list all tables.
        #[arg(default = "", length = ..=500)]
        text: String,
        /// Level of detail.
        #[arg(default = Detail::Summary)]
        detail: Detail,
        /// Maximum number of tables.
        #[arg(default = 20, range = 1..=100)]
        limit: u32,
    ) -> Json<FoundTables> {
        Json(self.database.catalog().search(&CatalogSearch { text, detail, limit: Some(limit) }))
    }

    /// Run one SELECT statement in SQLite's dialect, and return its rows. Integers beyond 2^53 are returned as text. If there
    /// are more rows, aggregate or filter in SQL, or continue with nextCursor.
    #[tool(title = "Query the database", read_only, open_world = false)]
    async fn query(
        &self,
        context: &Context,
        /// One statement. Use parameters for values: `?` or `:name`.
        #[arg(length = 1..=32_768)]
        sql: String,
        /// Parameter values: an array for `?`, an object for `:name`. Each is text, a number, a boolean or null;
        /// {"integer": "9007199254740993"} beyond 2^53; {"blob": "c0ffee"} for bytes.
        params: Option<Params>,
        /// Maximum number of rows.
        #[arg(default = 100, range = 1..=10_000)]
        max_rows: u32,
        /// The nextCursor of the previous result; the other arguments must be the same.
        cursor: Option<String>,
    ) -> Result<Json<Rows>, DatabaseError> {
        let mut query = Query::new(sql);
        query.params = params.unwrap_or_default();
        query.max_rows = Some(max_rows);
        query.cursor = cursor;
        let rows = self.database.query(query, Default::default());
        report_progress(context, rows).await.map(Json)
    }

    /// Show SQLite's query plan of a statement without running it: the indexes it uses, the tables it scans completely, and
    /// hints to speed it up.
    #[tool(title = "Explain a statement", read_only, open_world = false)]
    async fn explain(
        &self,
        /// One statement.
        #[arg(length = 1..=32_768)]
        sql: String,
        /// Parameter values as for query; optional.
        params: Option<Params>,
    ) -> Result<Json<Plan>, DatabaseError> {
        self.database.explain(sql, params.unwrap_or_default(), Default::default()).await.map(Json)
    }

    /// All tables with their columns.
    #[resource("db://main/schema", title = "Schema of the database", mime_type = "text/markdown")]
    async fn schema(&self) -> String {
        self.database.catalog().markdown()
    }

    /// A table with its columns, keys and indexes.
    #[resource("db://main/table/{name}", title = "A table", mime_type = "text/markdown")]
    async fn table(&self, #[arg(complete = Self::tables)] name: String) -> Option<String> {
        self.database.catalog().table(&name).map(Table::markdown)
    }

    /// Answer a question about the company from its data, and show the statements.
    #[prompt(title = "Investigate a question")]
    async fn investigate(
        &self,
        /// A question such as "Which suppliers were late most often?".
        question: String,
        /// The table to start with.
        #[arg(complete = Self::tables)]
        table: Option<String>,
    ) -> Vec<PromptMessage> {
        let catalog = self.database.catalog();
        let (uri, schema) = match table.as_deref().and_then(|table| catalog.table(table)) {
            Some(table) => (format!("db://main/table/{}", table.name), table.markdown()),
            None => ("db://main/schema".to_owned(), catalog.markdown()),
        };
        // Some frameworks reject a prompt with an embedded resource, so the schema is text.
        vec![
            PromptMessage::user(format!(
                "{question}\n\nAnswer from the company's database. Find the relevant tables, check the plan of a \
                 statement before you run it on large tables, and verify the numbers with a second statement. List the \
                 statements you ran, your assumptions, and your confidence in the answer."
            )),
            PromptMessage::user(format!("The schema to start with, {uri}:\n\n{schema}")),
        ]
    }

    async fn tables(&self, request: CompletionRequest) -> types::Completion {
        self.database.catalog().complete(&request.value).into()
    }
}

/// Waits for a statement, and sends its running time in seconds as progress.
async fn report_progress<T>(context: &Context, statement: impl Future<Output = T>) -> T {
    let start = Instant::now();
    let mut statement = std::pin::pin!(statement);
    loop {
        match tokio::time::timeout(PROGRESS_INTERVAL, statement.as_mut()).await {
            Ok(result) => return result,
            Err(_) => context.progress_with(start.elapsed().as_secs_f64(), None, "the statement is running"),
        }
    }
}
