//! Figures in documents, and their changes between versions.

use crate::data::random::Random;

/// A figure of a document.
pub(super) enum Figure {
    /// Explicit values, each with its first version.
    Steps(Vec<(i64, String)>),
    /// A random number within a range, the same in all versions.
    Roll(i64, i64),
    /// A random number that starts within a range and changes in some versions.
    Drift(i64, i64),
}

impl Figure {
    /// Parses `14 | 3: 30`, `roll 1 9` or `drift 200 400`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split(' ').collect();
        match words[..] {
            ["roll", low, high] => Some(Self::Roll(low.parse().ok()?, high.parse().ok()?)),
            ["drift", low, high] => Some(Self::Drift(low.parse().ok()?, high.parse().ok()?)),
            _ => text.split(" | ").enumerate().map(step).collect::<Option<_>>().map(Self::Steps),
        }
    }

    /// Returns the figure in a version. A drifting figure changes in all versions for which `must_change` returns `true`.
    pub(super) fn at(&self, version: i64, random: &mut Random, must_change: impl Fn(i64) -> bool) -> String {
        match self {
            Self::Steps(steps) => {
                let step = steps.iter().rev().find(|(from, _)| *from <= version);
                step.map(|(_, value)| value.clone()).unwrap_or_default()
            }
            Self::Roll(low, high) => grouped(random.between(*low, *high)),
            Self::Drift(low, high) => {
                let mut value = random.between(*low, *high);
                for version in 2..=version {
                    if random.chance(30) || must_change(version) {
                        let change = value * random.between(-9, 13) / 100;
                        value += if change == 0 { 1 } else { change };
                    }
                }
                grouped(value)
            }
        }
    }
}

fn step((index, text): (usize, &str)) -> Option<(i64, String)> {
    match text.split_once(": ") {
        Some((version, value)) => Some((version.parse().ok()?, value.to_owned())),
        None if index == 0 => Some((1, text.to_owned())),
        None => None,
    }
}

/// Formats a number with separators, such as `12,345`.
pub(super) fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::from(if value < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Figure, grouped};
    use crate::data::random::Random;

    #[test]
    fn explicit_values_start_at_their_versions() {
        let figure = Figure::parse("14 days | 3: 30 days").unwrap();
        let at = |version| figure.at(version, &mut Random::named("x"), |_| true);
        assert_eq!([at(1), at(2), at(3), at(9)], ["14 days", "14 days", "30 days", "30 days"]);
        assert!(Figure::parse("14 | x: 3").is_none());
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([grouped(7), grouped(1_234), grouped(-12_345_678)], ["7", "1,234", "-12,345,678"]);
    }
}
