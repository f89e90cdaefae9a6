//! The findings of a lint.

use std::fmt;

use crate::testing::lint::rule::{ClientProfile, Rule};
use crate::testing::subject::Subject;

/// A violation of a rule, displayed as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The violated rule.
    pub rule: Rule,
    /// The item that violates it.
    pub subject: Subject,
    /// The JSON pointer of the place in the published item. It is empty for the whole item.
    pub path: String,
    /// The circumstances, such as the name or the keyword that violates the rule.
    pub detail: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, subject, path, detail } = self;
        let space = if path.is_empty() { "" } else { " " };
        write!(f, "{subject}{space}{path}: {rule} (")?;
        let profiles: Vec<_> = rule.profiles().map(ClientProfile::name).collect();
        if profiles.is_empty() { f.write_str("all clients") } else { f.write_str(&profiles.join(", ")) }?;
        write!(f, "): {detail}; {}", rule.remedy())
    }
}

/// The size of a published tool.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ToolSize {
    /// The name of the tool.
    pub name: String,
    /// The length of its definition as JSON.
    pub bytes: usize,
}

impl ToolSize {
    /// Returns the tokens of the tool, estimated as bytes / 4.
    pub fn tokens(&self) -> usize {
        estimate(self.bytes)
    }
}

/// The findings of a [lint](crate::testing::lint), and the sizes of the tools.
///
/// It is displayed as text: a line for each finding, and a line with the number of tools and tokens.
#[derive(Clone, Debug)]
pub struct LintReport {
    pub(crate) findings: Vec<Finding>,
    pub(crate) tools: Vec<ToolSize>,
    pub(crate) instruction_bytes: usize,
    pub(crate) budget: Option<usize>,
}

impl LintReport {
    /// Returns the findings: those about the server first, then in the order of the lists.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns `true` if there are no findings.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// Asserts that there are no findings.
    ///
    /// # Panics
    ///
    /// Panics with the report if there are findings.
    #[track_caller]
    pub fn assert_clean(&self) {
        assert!(self.is_clean(), "the catalog violates rules of clients:\n{self}");
    }

    /// Returns the size of each tool, in the order of the list.
    pub fn tools(&self) -> &[ToolSize] {
        &self.tools
    }

    /// Returns the tokens of all tools and of the instructions, estimated as bytes / 4. Clients add them to the context of
    /// their model.
    pub fn tokens(&self) -> usize {
        estimate(self.tools.iter().map(|tool| tool.bytes).sum::<usize>() + self.instruction_bytes)
    }
}

impl fmt::Display for LintReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        let count = |count: usize, noun: &str| match count {
            1 => format!("1 {noun}"),
            count => format!("{count} {noun}s"),
        };
        let (findings, tools) = (count(self.findings.len(), "finding"), count(self.tools.len(), "tool"));
        write!(f, "{findings}; {tools} and the instructions: about {} tokens", self.tokens())?;
        if let Some(budget) = self.budget {
            write!(f, " of {budget}")?;
        }
        f.write_str(" (estimated as bytes / 4)")
    }
}

/// Returns the tokens of a text of this length.
fn estimate(bytes: usize) -> usize {
    bytes.div_ceil(4)
}
