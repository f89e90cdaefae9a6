//! Templates of documents.
//!
//! ```text
//! === policies/returns.md          a document; the path can have placeholders
//! author: care                     department of the authors
//! start: 2023-02-14                date of the first version
//! v1: First issue                  a message for each version …
//! versions: 3-6                    … or a number of versions, with messages from a pool
//! message: First draft
//! count: 8                         number of documents from this template; `every`: days between them
//! let window = 14 | 3: 30          a figure, and its value from version 3 on
//! let budget = drift 200 400       a figure that changes in some versions
//! ---
//! # Returns policy                 text; each paragraph is one line
//! @3+ A line from version 3 on; `@1-2` in these versions, `@later` from a random version on, `@some` at random.
//! %later                           the same for the lines up to `%end`
//! Goods can be returned within {window} days, says {care:head}, {gladly|as a courtesy}. Sections and lists are
//! renumbered afterwards. `{order:a@2023-05-19}` is an order from the weeks before that date, and
//! `{product:s/2}` is the second product of `{supplier:s}`.
//! ```

use super::facts::{DocumentKey, Facts};
use super::figures::Figure;
use super::html;
use crate::data::calendar::Moment;
use crate::data::error::DataError;
use crate::data::random::Random;

/// The date of the last possible version.
const END: Moment = Moment::of(2025, 6, 27);

/// A version of a document, rendered from a template.
pub(super) struct RenderedVersion {
    pub(super) title: String,
    pub(super) author: String,
    pub(super) message: String,
    pub(super) created: Moment,
    pub(super) body: String,
}

/// A template of one or more documents.
#[derive(Default)]
pub(super) struct Template {
    path: String,
    author: String,
    start: String,
    every: i64,
    pub(super) count: usize,
    versions: (i64, i64),
    pace: (i64, i64),
    messages: Vec<String>,
    /// `true` if there is one message for each version instead of a pool of messages.
    numbered: bool,
    figures: Vec<(String, Figure)>,
    body: Vec<TemplateLine>,
}

/// A line of the body with the conditions under which it is included.
struct TemplateLine {
    conditions: Vec<Condition>,
    text: String,
}

/// The condition under which a line is included. The number of a random condition is that of its line.
#[derive(Clone)]
enum Condition {
    /// In a range of versions, inclusive.
    Versions(i64, i64),
    /// From a random version on.
    Later(usize),
    /// In all versions or in none, at random.
    Some(usize),
}

/// Parses a file of templates.
pub(super) fn parse(file: &str) -> Result<Vec<Template>, DataError> {
    let mut templates = Vec::new();
    for text in file.split("\n=== ").skip(1) {
        let (head, body) =
            text.split_once("\n---\n").ok_or_else(|| invalid(text, "the line `---` is missing"))?;
        templates.push(Template::parse(head, body)?);
    }
    Ok(templates)
}

fn invalid(text: &str, reason: &str) -> DataError {
    DataError::Template(format!("{}: {reason}", text.lines().next().unwrap_or_default()))
}

impl Template {
    fn parse(head: &str, body: &str) -> Result<Self, DataError> {
        let mut lines = head.lines();
        let path = lines.next().unwrap_or_default().to_owned();
        let mut template = Self { path, count: 1, versions: (3, 6), pace: (12, 75), ..Self::default() };
        for line in lines {
            if let Some((name, value)) = line.strip_prefix("let ").and_then(|rest| rest.split_once(" = ")) {
                let figure = Figure::parse(value).ok_or_else(|| invalid(head, line))?;
                template.figures.push((name.to_owned(), figure));
            } else {
                let (name, value) = line.split_once(": ").ok_or_else(|| invalid(head, line))?;
                template.set(name, value).ok_or_else(|| invalid(head, line))?;
            }
        }
        template.body = body_lines(body).ok_or_else(|| invalid(head, "the body has an invalid condition"))?;
        Ok(template)
    }

    fn set(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "author" => value.clone_into(&mut self.author),
            "start" => value.clone_into(&mut self.start),
            "every" => self.every = value.parse().ok()?,
            "count" => self.count = value.parse().ok()?,
            "versions" => self.versions = range(value)?,
            "pace" => self.pace = range(value)?,
            "message" => self.messages.push(value.to_owned()),
            _ => {
                self.messages.push(value.to_owned());
                self.numbered = true;
                let number: usize = name.strip_prefix('v')?.parse().ok()?;
                if self.messages.len() != number {
                    return None;
                }
            }
        }
        Some(())
    }

    /// Renders the path and all versions of one document of the template.
    pub(super) fn versions(
        &self,
        facts: &Facts,
        instance: usize,
    ) -> Result<(String, Vec<RenderedVersion>), DataError> {
        let key = DocumentKey { template: &self.path, instance };
        let start =
            Moment::parse(&self.start).ok_or_else(|| invalid(&self.path, "the start date is missing"))?;
        let start = start.plus_days(self.every * instance as i64);
        let mut random = key.random("versions");
        let count = match self.numbered {
            true => self.messages.len() as i64,
            false => random.between(self.versions.0, self.versions.1),
        };
        let draft = Draft { template: self, facts, key, start, count };
        let path = draft.expand(&self.path, 1)?;
        let mut created = start.plus_seconds(random.between(27_000, 60_000));
        let mut versions = Vec::new();
        for number in 1..=count {
            let body = draft.body(number)?;
            let title = body.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or(&path).to_owned();
            versions.push(RenderedVersion {
                author: facts.employee(&self.author, &mut random),
                message: draft.expand(self.message(&mut random, number), number)?,
                created,
                body: if path.ends_with(".html") { html::page(&title, &body) } else { body },
                title,
            });
            let max_days = END.days_since(created) / (count - number + 1);
            let days = random.between(self.pace.0, self.pace.1).min(max_days).max(1);
            created = created.plus_days(days).plus_seconds(random.between(-9_000, 9_000));
        }
        Ok((path, versions))
    }

    fn message(&self, random: &mut Random, version: i64) -> &str {
        let last = self.messages.len() - 1;
        match self.numbered || version == 1 || last == 0 {
            true => &self.messages[last.min(version as usize - 1)],
            false => &self.messages[1 + random.below(last)],
        }
    }
}

/// A document of a template, before its versions are rendered.
struct Draft<'a> {
    template: &'a Template,
    facts: &'a Facts,
    key: DocumentKey<'a>,
    start: Moment,
    count: i64,
}

impl Draft<'_> {
    fn body(&self, version: i64) -> Result<String, DataError> {
        let mut body = String::new();
        for line in &self.template.body {
            if !line.conditions.iter().all(|condition| self.holds(condition, version)) {
                continue;
            }
            // Omitted lines leave no gap.
            if line.text.is_empty() && (body.is_empty() || body.ends_with("\n\n")) {
                continue;
            }
            body.push_str(&self.expand(&line.text, version)?);
            body.push('\n');
        }
        Ok(renumber(body.trim_end()))
    }

    fn holds(&self, condition: &Condition, version: i64) -> bool {
        match condition {
            Condition::Versions(from, to) => (*from..=*to).contains(&version),
            Condition::Later(line) => {
                version >= self.key.random(&format!("later {line}")).between(2, self.count)
            }
            Condition::Some(line) => self.key.random(&format!("some {line}")).chance(50),
        }
    }

    /// Replaces placeholders in braces by figures, facts and choices.
    fn expand(&self, text: &str, version: i64) -> Result<String, DataError> {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, tail) =
                after.split_once('}').ok_or_else(|| invalid(&self.template.path, "a brace is not closed"))?;
            expanded.push_str(before);
            expanded.push_str(&self.placeholder(name, version)?);
            rest = tail;
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    fn placeholder(&self, name: &str, version: i64) -> Result<String, DataError> {
        let figures = &self.template.figures;
        if let Some(index) = figures.iter().position(|(figure, _)| figure == name) {
            // In every version at least one figure changes: they take turns.
            let must_change = |version: i64| version as usize % figures.len() == index;
            return Ok(figures[index].1.at(version, &mut self.key.random(name), must_change));
        }
        if name.contains('|') {
            let choices: Vec<&str> = name.split('|').collect();
            return Ok(self.key.random(name).pick(&choices).to_owned());
        }
        match name {
            "date" => Ok(self.start.date()),
            "year" => Ok(self.start.year().to_string()),
            "version" => Ok(version.to_string()),
            "number" => Ok((self.key.instance + 1).to_string()),
            _ => self
                .facts
                .resolve(&self.key, name, self.start)
                .ok_or_else(|| invalid(&self.template.path, &format!("unknown placeholder {{{name}}}"))),
        }
    }
}

/// Renumbers sections and list items, since some of them may have been omitted.
fn renumber(body: &str) -> String {
    let mut text = String::new();
    let (mut sections, mut items) = (0, 0);
    for line in body.lines() {
        let (mark, rest) = line.strip_prefix("## ").map_or(("", line), |rest| ("## ", rest));
        let number = rest.split_once(". ").filter(|(number, _)| number.parse::<u32>().is_ok());
        let counter = if mark.is_empty() { &mut items } else { &mut sections };
        match number {
            Some((_, rest)) => {
                *counter += 1;
                text.push_str(&format!("{mark}{counter}. {rest}\n"));
            }
            None => {
                items = 0;
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}

fn body_lines(body: &str) -> Option<Vec<TemplateLine>> {
    let mut lines = Vec::new();
    let mut regions: Vec<Condition> = Vec::new();
    for (index, line) in body.lines().enumerate() {
        if line == "%end" {
            regions.pop()?;
        } else if let Some(mark) = line.strip_prefix('%') {
            regions.push(condition(mark, index)?);
        } else if let Some((mark, text)) = line.strip_prefix('@').and_then(|marked| marked.split_once(' ')) {
            let mut conditions = regions.clone();
            conditions.push(condition(mark, index)?);
            lines.push(TemplateLine { conditions, text: text.to_owned() });
        } else {
            lines.push(TemplateLine { conditions: regions.clone(), text: line.to_owned() });
        }
    }
    regions.is_empty().then_some(lines)
}

fn condition(mark: &str, line: usize) -> Option<Condition> {
    Some(match mark {
        "later" => Condition::Later(line),
        "some" => Condition::Some(line),
        _ => match mark.strip_suffix('+') {
            Some(from) => Condition::Versions(from.parse().ok()?, i64::MAX),
            None => range(mark).map(|(from, to)| Condition::Versions(from, to))?,
        },
    })
}

/// Parses a range such as `3-6` or `4`.
fn range(text: &str) -> Option<(i64, i64)> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    Some((from.parse().ok()?, to.parse().ok()?))
}
