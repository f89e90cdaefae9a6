//! The command line of the programs of this package.

use std::str::FromStr;

use crate::Result;

/// The arguments that nobody has taken yet.
pub struct Arguments(Vec<String>);

impl Arguments {
    /// The arguments of this process, without its name.
    pub fn of_process() -> Self {
        Self(std::env::args().skip(1).collect())
    }

    /// Takes `--name`, and says whether it was there.
    pub fn flag(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|argument| argument != name);
        self.0.len() != before
    }

    /// Takes every `--name VALUE`, in the order given.
    pub fn values(&mut self, name: &str) -> Result<Vec<String>> {
        let mut values = Vec::new();
        while let Some(at) = self.0.iter().position(|argument| argument == name) {
            if at + 1 == self.0.len() {
                return Err(format!("{name} needs a value").into());
            }
            values.push(self.0.remove(at + 1));
            self.0.remove(at);
        }
        Ok(values)
    }

    /// Takes every `--name VALUE`, and reads the values.
    pub fn all<T: FromStr>(&mut self, name: &str) -> Result<Vec<T>> {
        let read =
            |value: String| value.parse().map_err(|_| format!("{name} does not take `{value}`").into());
        self.values(name)?.into_iter().map(read).collect()
    }

    /// Takes `--name VALUE`, or `otherwise` where it was not given.
    pub fn value<T: FromStr>(&mut self, name: &str, otherwise: T) -> Result<T> {
        Ok(self.all(name)?.pop().unwrap_or(otherwise))
    }

    /// Refuses what is left, which is a mistake in the command.
    pub fn finish(self) -> Result<()> {
        match self.0.first() {
            None => Ok(()),
            Some(argument) => Err(format!("`{argument}` is not an argument of this program").into()),
        }
    }
}
