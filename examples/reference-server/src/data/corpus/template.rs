//! How the documents are written.
//!
//! ```text
//! === policies/returns.md          a document; a path may have placeholders
//! author: care                     department whose people write it
//! start: 2023-02-14                day of the first version
//! v1: First issue                  a message for each version …
//! versions: 3-6                    … or so many versions, with messages from a pool
//! message: First draft
//! count: 8                         so many documents of this kind, every: so many days apart
//! let window = 14 | 3: 30          a figure, and its value from the third version on
//! let budget = drift 200 400       a figure that changes now and then
//! ---
//! # Returns policy                 text; a paragraph is one line
//! @3+ Lines that appear with the third version, `@1-2` that disappear, `@later` some time, `@some` perhaps.
//! %later                           the same for the lines down to `%end`
//! Goods may come back for {window} days, says {care:head}, {gladly|as a courtesy}. Numbers of sections and lists are
//! put right afterwards. `{order:a@2023-05-19}` is an order from the weeks before that day, and
//! `{product:s/2}` the second product of `{supplier:s}`.
//! ```

use super::Version;
use super::facts::{Facts, Key};
use super::html;
use super::values::Value;
use crate::data::DataError;
use crate::data::calendar::Moment;
use crate::data::random::Random;

/// The last moment at which a document may have been changed.
const END: Moment = Moment::of(2025, 6, 27);

/// A document, or a family of documents, as it is written.
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
    /// Whether there is one message for each version, rather than a pool of them.
    numbered: bool,
    values: Vec<(String, Value)>,
    body: Vec<Line>,
}

/// A line with the conditions under which it appears.
struct Line {
    conditions: Vec<Condition>,
    text: String,
}

#[derive(Clone)]
enum Condition {
    /// From one version to another, both included.
    Versions(i64, i64),
    /// From a version on that chance chooses. The number tells one such place from another.
    Later(usize),
    /// In every version or in none, as chance chooses.
    Some(usize),
}

/// Reads a file of templates.
pub(super) fn parse(file: &str) -> Result<Vec<Template>, DataError> {
    let mut templates = Vec::new();
    for text in file.split("\n=== ").skip(1) {
        let (head, body) = text.split_once("\n---\n").ok_or_else(|| fault(text, "has no line ---"))?;
        templates.push(Template::parse(head, body)?);
    }
    Ok(templates)
}

fn fault(text: &str, what: &str) -> DataError {
    DataError::Template(format!("{}: {what}", text.lines().next().unwrap_or_default()))
}

impl Template {
    fn parse(head: &str, body: &str) -> Result<Self, DataError> {
        let mut lines = head.lines();
        let path = lines.next().unwrap_or_default().to_owned();
        let mut template = Self { path, count: 1, versions: (3, 6), pace: (12, 75), ..Self::default() };
        for line in lines {
            if let Some((name, value)) = line.strip_prefix("let ").and_then(|rest| rest.split_once(" = ")) {
                let value = Value::parse(value).ok_or_else(|| fault(head, line))?;
                template.values.push((name.to_owned(), value));
            } else {
                let (name, value) = line.split_once(": ").ok_or_else(|| fault(head, line))?;
                template.set(name, value).ok_or_else(|| fault(head, line))?;
            }
        }
        template.body = body_lines(body).ok_or_else(|| fault(head, "has a wrong mark"))?;
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

    /// The path and all versions of one document of this kind.
    pub(super) fn versions(
        &self,
        facts: &Facts,
        instance: usize,
    ) -> Result<(String, Vec<Version>), DataError> {
        let key = Key { template: &self.path, instance };
        let start = Moment::parse(&self.start).ok_or_else(|| fault(&self.path, "has no start"))?;
        let start = start.plus_days(self.every * instance as i64);
        let mut random = key.random("versions");
        let count = match self.numbered {
            true => self.messages.len() as i64,
            false => random.between(self.versions.0, self.versions.1),
        };
        let draft = Draft { template: self, facts, key, start, count };
        let path = draft.fill(&self.path, 1)?;
        let mut created = start.plus_seconds(random.between(27_000, 60_000));
        let mut versions = Vec::new();
        for number in 1..=count {
            let body = draft.body(number)?;
            let title = body.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or(&path).to_owned();
            versions.push(Version {
                author: facts.employee(&self.author, &mut random),
                message: draft.fill(self.message(&mut random, number), number)?,
                created,
                body: if path.ends_with(".html") { html::page(&title, &body) } else { body },
                title,
            });
            let room = END.days_since(created) / (count - number + 1);
            let wait = random.between(self.pace.0, self.pace.1).min(room).max(1);
            created = created.plus_days(wait).plus_seconds(random.between(-9_000, 9_000));
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

/// A template together with what tells one document of its kind from another.
struct Draft<'a> {
    template: &'a Template,
    facts: &'a Facts,
    key: Key<'a>,
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
            // What was left out leaves no gap.
            if line.text.is_empty() && (body.is_empty() || body.ends_with("\n\n")) {
                continue;
            }
            body.push_str(&self.fill(&line.text, version)?);
            body.push('\n');
        }
        Ok(renumbered(body.trim_end()))
    }

    fn holds(&self, condition: &Condition, version: i64) -> bool {
        match condition {
            Condition::Versions(from, to) => (*from..=*to).contains(&version),
            Condition::Later(place) => {
                version >= self.key.random(&format!("later {place}")).between(2, self.count)
            }
            Condition::Some(place) => self.key.random(&format!("some {place}")).chance(50),
        }
    }

    /// Puts figures, facts and choices where the braces are.
    fn fill(&self, text: &str, version: i64) -> Result<String, DataError> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (inside, behind) =
                after.split_once('}').ok_or_else(|| fault(&self.template.path, "has an open brace"))?;
            filled.push_str(before);
            filled.push_str(&self.placeholder(inside, version)?);
            rest = behind;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn placeholder(&self, inside: &str, version: i64) -> Result<String, DataError> {
        let values = &self.template.values;
        if let Some(place) = values.iter().position(|(name, _)| name == inside) {
            // In every version some figure changes: they take turns.
            let turn = |version: i64| version as usize % values.len() == place;
            return Ok(values[place].1.at(version, &mut self.key.random(inside), turn));
        }
        if inside.contains('|') {
            let choices: Vec<&str> = inside.split('|').collect();
            return Ok(self.key.random(inside).pick(&choices).to_owned());
        }
        match inside {
            "date" => Ok(self.start.date()),
            "year" => Ok(self.start.year().to_string()),
            "version" => Ok(version.to_string()),
            "number" => Ok((self.key.instance + 1).to_string()),
            _ => self.facts.tell(&self.key, inside, self.start).ok_or_else(|| {
                DataError::Template(format!("{}: nothing is known of {{{inside}}}", self.template.path))
            }),
        }
    }
}

/// Sections and list items are counted anew, as some of them may have been left out.
fn renumbered(body: &str) -> String {
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

fn body_lines(body: &str) -> Option<Vec<Line>> {
    let mut lines = Vec::new();
    let mut regions: Vec<Condition> = Vec::new();
    for (place, line) in body.lines().enumerate() {
        if line == "%end" {
            regions.pop()?;
        } else if let Some(mark) = line.strip_prefix('%') {
            regions.push(condition(mark, place)?);
        } else if let Some((mark, text)) = line.strip_prefix('@').and_then(|marked| marked.split_once(' ')) {
            let mut conditions = regions.clone();
            conditions.push(condition(mark, place)?);
            lines.push(Line { conditions, text: text.to_owned() });
        } else {
            lines.push(Line { conditions: regions.clone(), text: line.to_owned() });
        }
    }
    regions.is_empty().then_some(lines)
}

fn condition(mark: &str, place: usize) -> Option<Condition> {
    Some(match mark {
        "later" => Condition::Later(place),
        "some" => Condition::Some(place),
        _ => match mark.strip_suffix('+') {
            Some(from) => Condition::Versions(from.parse().ok()?, i64::MAX),
            None => range(mark).map(|(from, to)| Condition::Versions(from, to))?,
        },
    })
}

/// `3-6` or `4`
fn range(text: &str) -> Option<(i64, i64)> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    Some((from.parse().ok()?, to.parse().ok()?))
}
