//! The tools and resources of the database.

use std::time::{Duration, Instant};

use mcpwright::core::{EmbeddedResource, PromptMessage, ResourceContents};
use mcpwright::{CompletionRequest, ContentBlock, Context, Json, server};

use super::ReferenceServer;
use crate::database::{
    CatalogueSearch, DatabaseError, Detail, FoundTables, Params, Plan, Query, Rows, Table,
};

/// How often a statement that runs reports that it still does.
const TICK: Duration = Duration::from_millis(200);

#[server(part = database_tools)]
impl ReferenceServer {
    /// Find tables by words in the names and descriptions of tables and columns, or list them all. Begin here, then write
    /// SQL for query.
    #[tool(title = "Search the catalogue", read_only, open_world = false)]
    async fn search_catalog(
        &self,
        /// Words; all tables if left out.
        #[arg(default = "", length = ..=500)]
        text: String,
        /// How much to tell of each table.
        #[arg(default = Detail::Summary)]
        detail: Detail,
        /// Tables to return at most.
        #[arg(default = 20, range = 1..=100)]
        limit: u32,
    ) -> Json<FoundTables> {
        Json(self.database.catalogue().search(&CatalogueSearch { text, detail, limit: Some(limit) }))
    }

    /// Run one SELECT statement, in the dialect of SQLite, and return its rows. Integers beyond 2^53 come as text. If there
    /// are more rows, aggregate or filter in SQL, or go on with nextCursor.
    #[tool(title = "Query the database", read_only, open_world = false)]
    async fn query(
        &self,
        context: &Context,
        /// One statement. Put values into parameters: `?` or `:name`.
        #[arg(length = 1..=32_768)]
        sql: String,
        /// The values: a list for `?`, an object for `:name`. Each is text, a number, a boolean or null;
        /// {"integer": "9007199254740993"} beyond 2^53; {"blob": "c0ffee"} for bytes.
        params: Option<Params>,
        /// Rows to return at most.
        #[arg(default = 100, range = 1..=10_000)]
        max_rows: u32,
        /// The nextCursor of the result before, with the same other arguments.
        cursor: Option<String>,
    ) -> Result<Json<Rows>, DatabaseError> {
        let mut query = Query::new(sql);
        query.params = params.unwrap_or_default();
        query.max_rows = Some(max_rows);
        query.cursor = cursor;
        let rows = self.database.query(query, Default::default());
        reporting(context, rows).await.map(Json)
    }

    /// Tell how SQLite would run a statement, without running it: which indexes it uses, which tables it reads whole, and
    /// what would help a query that is slow.
    #[tool(title = "Explain a statement", read_only, open_world = false)]
    async fn explain(
        &self,
        /// One statement.
        #[arg(length = 1..=32_768)]
        sql: String,
        /// The values, as for query, if you know them.
        params: Option<Params>,
    ) -> Result<Json<Plan>, DatabaseError> {
        self.database.explain(sql, params.unwrap_or_default(), Default::default()).await.map(Json)
    }

    /// All tables with their columns.
    #[resource("db://main/schema", title = "Schema of the database", mime_type = "text/markdown")]
    async fn schema(&self) -> String {
        self.database.catalogue().markdown()
    }

    /// A table with its columns, keys and indexes.
    #[resource("db://main/table/{name}", title = "A table", mime_type = "text/markdown")]
    async fn table(&self, #[arg(complete = Self::tables)] name: String) -> Option<String> {
        self.database.catalogue().table(&name).map(Table::markdown)
    }

    /// Answer a question about the company with its data, and show how.
    #[prompt(title = "Investigate a question")]
    async fn investigate(
        &self,
        /// The question, such as "Which suppliers were late most often?".
        question: String,
        /// The table to begin with.
        #[arg(complete = Self::tables)]
        table: Option<String>,
    ) -> Vec<PromptMessage> {
        let catalogue = self.database.catalogue();
        let (uri, schema) = match table.as_deref().and_then(|table| catalogue.table(table)) {
            Some(table) => (format!("db://main/table/{}", table.name), table.markdown()),
            None => ("db://main/schema".to_owned(), catalogue.markdown()),
        };
        let schema = ResourceContents::text(uri, schema).mime_type("text/markdown");
        vec![
            PromptMessage::user(ContentBlock::from(EmbeddedResource::new(schema))),
            PromptMessage::user(format!(
                "{question}\n\nAnswer from the company's database. Find the tables that matter, look at the plan of a \
                 statement before you run it over large tables, and check the numbers with a second statement. Say which \
                 statements you ran, what you assumed, and how sure you are."
            )),
        ]
    }

    async fn tables(&self, typed: CompletionRequest) -> mcpwright::core::Completion {
        super::documents::completion(self.database.catalogue().complete(&typed.value))
    }
}

/// Waits for a statement, and reports while it runs how many seconds it has run.
async fn reporting<T>(context: &Context, statement: impl Future<Output = T>) -> T {
    let start = Instant::now();
    let mut statement = std::pin::pin!(statement);
    loop {
        match tokio::time::timeout(TICK, statement.as_mut()).await {
            Ok(done) => return done,
            Err(_) => context.progress_with(start.elapsed().as_secs_f64(), None, "the statement is running"),
        }
    }
}
