//! Command-line arguments of the programs.

use std::str::FromStr;

use crate::error::Result;

/// Command-line arguments. Each option is removed when it is read.
pub struct Arguments(Vec<String>);

impl Arguments {
    /// Returns the arguments of this process, without its name.
    pub fn from_env() -> Self {
        Self(std::env::args().skip(1).collect())
    }

    /// Reads the flag `--name`. Returns `true` if it was given.
    pub fn flag(&mut self, name: &str) -> bool {
        let count = self.0.len();
        self.0.retain(|argument| argument != name);
        self.0.len() != count
    }

    /// Reads the values of all `--name VALUE`, in order.
    pub fn strings(&mut self, name: &str) -> Result<Vec<String>> {
        let mut values = Vec::new();
        while let Some(at) = self.0.iter().position(|argument| argument == name) {
            if at + 1 == self.0.len() {
                return Err(format!("{name} must have a value").into());
            }
            values.push(self.0.remove(at + 1));
            self.0.remove(at);
        }
        Ok(values)
    }

    /// Reads and parses the values of all `--name VALUE`, in order.
    pub fn values<T: FromStr>(&mut self, name: &str) -> Result<Vec<T>> {
        let parse =
            |value: String| value.parse().map_err(|_| format!("invalid value `{value}` of {name}").into());
        self.strings(name)?.into_iter().map(parse).collect()
    }

    /// Reads and parses the last `--name VALUE`. Returns `default` if there is none.
    pub fn value<T: FromStr>(&mut self, name: &str, default: T) -> Result<T> {
        Ok(self.values(name)?.pop().unwrap_or(default))
    }

    /// Returns an error if there are arguments that were not read.
    pub fn finish(self) -> Result<()> {
        match self.0.first() {
            None => Ok(()),
            Some(argument) => Err(format!("unknown argument `{argument}`").into()),
        }
    }
}
