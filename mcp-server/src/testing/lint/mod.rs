//! A lint of the published catalog against the rules of known clients.

pub(crate) mod item;
pub(crate) mod reference;
pub(crate) mod report;
pub(crate) mod rule;
pub(crate) mod schema;
pub(crate) mod text;

use std::future::IntoFuture;

use futures::future::BoxFuture;
use serde_json::{Value, json};

use crate::server::serve::IntoServer;
use crate::testing::client::Client;
use crate::testing::lint::report::{Finding, LintReport, ToolSize};
use crate::testing::lint::rule::{ClientProfile, Rule};
use crate::testing::lint::schema::{SchemaPurpose, Violation};
use crate::testing::published::Published;
use crate::testing::subject::Subject;

/// Number of tools above which Cursor leaves tools out, and models choose the wrong ones.
const MAX_TOOLS: usize = 40;

/// Number of tools that a finding about the budget names.
const LARGEST_TOOLS: usize = 3;

/// Checks the published catalog of a server against the rules of known clients: names, schemas, descriptions, hints, sizes
/// and texts.
///
/// The lists are requested as a client of the newest revision does, with all their pages, so tools of providers are checked,
/// too. [`Rule`] has the rules, and [`ClientProfile`] the clients.
///
/// ```
/// use mcpwright_server::testing::{Rule, Subject, lint};
/// use mcpwright_server::{Server, ToolHandler};
///
/// # futures::executor::block_on(async {
/// let add = ToolHandler::function("add", ["a", "b"], |a: i64, b: i64| async move { a + b })
///     .description("Add two integers.")
///     .argument("a", |a| a.description("The first one."))
///     .argument("b", |b| b.description("The second one."));
/// let server = Server::builder("calculator", "1.0.0").tool(add).build();
/// let report = lint(&server).budget(8_000).await;
/// assert_eq!(report.findings()[0].rule, Rule::MISSING_HINTS);
/// assert_eq!(report.findings()[0].subject, Subject::Tool("add".into()));
///
/// lint(&server).budget(8_000).allow(Rule::MISSING_HINTS).await.assert_clean();
/// # });
/// ```
pub fn lint(server: impl IntoServer) -> Lint {
    Lint {
        client: Client::modern(server),
        allowed: Vec::new(),
        profiles: ClientProfile::ALL.to_vec(),
        budget: None,
    }
}

/// A lint that has not run yet. Awaiting it returns the [`LintReport`].
///
/// # Panics
///
/// The future panics if the server answers a request for a list with an error.
#[derive(Debug)]
#[must_use = "a lint runs when it is awaited"]
pub struct Lint {
    client: Client,
    /// The rules that are not checked, each for one item or for all.
    allowed: Vec<(Rule, Option<Subject>)>,
    profiles: Vec<ClientProfile>,
    budget: Option<usize>,
}

impl Lint {
    /// Limits the tokens of all tools and of the instructions, estimated as bytes / 4.
    pub fn budget(mut self, tokens: usize) -> Self {
        self.budget = Some(tokens);
        self
    }

    /// Allows violations of a rule.
    pub fn allow(mut self, rule: Rule) -> Self {
        self.allowed.push((rule, None));
        self
    }

    /// Allows violations of a rule in one item.
    ///
    /// ```
    /// use mcpwright_server::testing::{Rule, Subject, lint};
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let ping = ToolHandler::function("ping", [], || async { "pong" }).read_only(true);
    /// let server = Server::builder("network", "1.0.0").tool(ping);
    /// let ping = Subject::Tool("ping".into());
    /// lint(server).allow_in(ping, Rule::MISSING_DESCRIPTION).await.assert_clean();
    /// # });
    /// ```
    pub fn allow_in(mut self, subject: Subject, rule: Rule) -> Self {
        self.allowed.push((rule, Some(subject)));
        self
    }

    /// Checks only the rules that these clients need, and those about every client. By default, all are checked.
    ///
    /// ```
    /// use mcpwright_server::testing::{ClientProfile, lint};
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let status = ToolHandler::function("service.status", [], || async { "up" })
    ///     .description("Return the status of the service.")
    ///     .read_only(true);
    /// let server = Server::builder("service", "1.0.0").tool(status).build();
    /// // Providers of models reject the dot, and an editor does not.
    /// assert!(!lint(&server).await.is_clean());
    /// lint(&server).profiles([ClientProfile::VsCode]).await.assert_clean();
    /// # });
    /// ```
    pub fn profiles(mut self, profiles: impl IntoIterator<Item = ClientProfile>) -> Self {
        self.profiles = profiles.into_iter().collect();
        self
    }

    /// Changes the client that requests the lists, for a server whose lists depend on the caller or on values of requests.
    ///
    /// ```
    /// use mcpwright_server::testing::lint;
    /// use mcpwright_server::{Caller, Server, ToolHandler};
    /// use serde_json::Map;
    ///
    /// # futures::executor::block_on(async {
    /// let server = Server::builder("admin", "1.0.0")
    ///     .tool(ToolHandler::function("reset", [], || async {}))
    ///     .visible(|request, _| request.caller().subject().is_some())
    ///     .build();
    /// assert_eq!(lint(&server).await.tools().len(), 0);
    /// let report = lint(&server).client(|client| client.caller(Caller::new("ada", [], Map::new()))).await;
    /// assert_eq!(report.tools().len(), 1);
    /// # });
    /// ```
    pub fn client(mut self, change: impl FnOnce(Client) -> Client) -> Self {
        self.client = change(self.client);
        self
    }

    async fn run(self) -> LintReport {
        let published = match Published::fetch(&self.client).await {
            Ok(published) => published,
            Err(error) => panic!("the server does not list its catalog: {error}"),
        };
        let tools = published
            .tools
            .iter()
            .map(|tool| ToolSize { name: name(tool, "name"), bytes: tool.to_string().len() });
        let mut report = LintReport {
            findings: Vec::new(),
            tools: tools.collect(),
            instruction_bytes: published.instructions.as_ref().map_or(0, String::len),
            budget: self.budget,
        };
        let mut findings = check_server(&published, &report);
        findings.extend(check_items(&published));
        findings.retain(|finding| self.is_checked(finding));
        report.findings = findings;
        report
    }

    fn is_checked(&self, finding: &Finding) -> bool {
        let is_allowed = |(rule, subject): &(Rule, Option<Subject>)| {
            *rule == finding.rule && subject.as_ref().is_none_or(|subject| *subject == finding.subject)
        };
        finding.rule.concerns(&self.profiles) && !self.allowed.iter().any(is_allowed)
    }
}

impl IntoFuture for Lint {
    type Output = LintReport;
    type IntoFuture = BoxFuture<'static, LintReport>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// Returns the findings about the server as a whole.
fn check_server(published: &Published, report: &LintReport) -> Vec<Finding> {
    let about = json!({ "serverInfo": published.server, "instructions": published.instructions });
    let mut found = text::check(&about, "");
    if report.tools.len() > MAX_TOOLS {
        let detail = format!("{} tools, more than {MAX_TOOLS}", report.tools.len());
        found.push((Rule::TOO_MANY_TOOLS, "/tools".to_owned(), detail));
    }
    if let Some(budget) = report.budget.filter(|budget| report.tokens() > *budget) {
        let mut tools: Vec<_> = report.tools.iter().collect();
        tools.sort_by_key(|tool| std::cmp::Reverse(tool.bytes));
        let largest = tools.iter().take(LARGEST_TOOLS).map(|tool| format!("{} {}", tool.name, tool.tokens()));
        let largest = largest.collect::<Vec<_>>().join(", ");
        let tokens = report.tokens();
        let detail =
            format!("about {tokens} tokens (bytes / 4), more than {budget}; the largest tools: {largest}");
        found.push((Rule::BUDGET, "/tools".to_owned(), detail));
    }
    findings(&Subject::Server, found).collect()
}

/// Returns the findings about the items of all lists.
fn check_items(published: &Published) -> Vec<Finding> {
    let server = name(&published.server, "name");
    let mut found = Vec::new();
    for tool in &published.tools {
        let mut violations = item::check_tool(tool, &server);
        let input = &tool["inputSchema"];
        violations.extend(schema::check(input, SchemaPurpose::Arguments, "/inputSchema"));
        if let Some(output) = tool.get("outputSchema") {
            violations.extend(schema::check(output, SchemaPurpose::Output, "/outputSchema"));
        }
        violations.extend(text::check(tool, ""));
        found.extend(findings(&Subject::Tool(name(tool, "name")), violations));
    }
    for prompt in &published.prompts {
        let mut violations = item::check_prompt(prompt);
        violations.extend(text::check(prompt, ""));
        found.extend(findings(&Subject::Prompt(name(prompt, "name")), violations));
    }
    for template in &published.templates {
        let mut violations = item::check_description(template);
        violations.extend(text::check(template, ""));
        found.extend(findings(&Subject::Template(name(template, "uriTemplate")), violations));
    }
    for resource in &published.resources {
        let subject = Subject::Resource(name(resource, "uri"));
        found.extend(findings(&subject, text::check(resource, "")));
    }
    found
}

/// Converts violations into findings about an item.
fn findings(subject: &Subject, violations: Vec<Violation>) -> impl Iterator<Item = Finding> {
    let finding = |(rule, path, detail)| Finding { rule, subject: subject.clone(), path, detail };
    violations.into_iter().map(finding)
}

fn name(item: &Value, member: &str) -> String {
    item[member].as_str().unwrap_or_default().to_owned()
}
