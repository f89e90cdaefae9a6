//! Parser of callgrind's output: instructions, and calls of the allocator.

use std::collections::HashMap;

/// The allocating functions of the C library.
const ALLOCATORS: [&str; 6] = ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign"];

/// The totals of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Instructions executed by all threads, outside the kernel.
    pub instructions: u64,
    /// Calls of allocating functions.
    pub allocations: u64,
}

impl Counts {
    /// Parses the text of a callgrind output file.
    ///
    /// A function is `(number) name` at its first occurrence and `(number)` at later ones. The line `calls=` follows the
    /// line `cfn=` of the called function.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut names: HashMap<&str, &str> = HashMap::new();
        let (mut caller, mut called) = ("", "");
        let (mut instructions, mut allocations) = (None, 0);
        for line in text.lines() {
            if let Some(function) = line.strip_prefix("fn=") {
                caller = name(function, &mut names);
            } else if let Some(function) = line.strip_prefix("cfn=") {
                called = name(function, &mut names);
            } else if let Some(calls) = line.strip_prefix("calls=") {
                // Calls between allocating functions are part of one allocation.
                if ALLOCATORS.contains(&called) && !ALLOCATORS.contains(&caller) {
                    allocations += number(calls)?;
                }
            } else if let Some(total) = line.strip_prefix("totals: ") {
                instructions = Some(number(total)?);
            }
        }
        Ok(Self { instructions: instructions.ok_or("the callgrind output has no totals")?, allocations })
    }
}

fn name<'a>(function: &'a str, names: &mut HashMap<&'a str, &'a str>) -> &'a str {
    match function.split_once(' ') {
        Some((id, name)) => {
            names.insert(id, name);
            name
        }
        None => names.get(function).copied().unwrap_or(function),
    }
}

fn number(text: &str) -> Result<u64, String> {
    let first = text.split_whitespace().next().unwrap_or_default();
    first.parse().map_err(|_| format!("`{first}` in the callgrind output is not a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_allocator_calls_are_counted_once() {
        let text = "events: Ir\n\nfn=(1) main\n0 5\ncfn=(2) malloc\ncalls=3 0\n0 30\ncfn=(3) free\ncalls=3 0\n0 9\n\
                    fn=(4) calloc\ncfn=(2)\ncalls=7 0\n0 70\nfn=(1)\ncfn=(4)\ncalls=2 +4\n0 80\ntotals: 194\n";
        assert_eq!(Counts::parse(text), Ok(Counts { instructions: 194, allocations: 5 }));
    }

    #[test]
    fn incomplete_output_is_an_error() {
        assert!(Counts::parse("fn=(1) main\n0 5\n").is_err());
    }
}
