//! Bounds of ranges: their text in errors, and lengths as inclusive numbers.

use std::fmt::{self, Display};
use std::ops::Bound;

/// Returns the minimum and the maximum length in a range, or `None` if the range is empty.
pub(crate) fn inclusive_lengths(
    (start, end): &(Bound<u64>, Bound<u64>),
) -> Option<(Option<u64>, Option<u64>)> {
    let min = match start {
        Bound::Included(min) => Some(*min),
        Bound::Excluded(below) => Some(below.checked_add(1)?),
        Bound::Unbounded => None,
    };
    let max = match end {
        Bound::Included(max) => Some(*max),
        Bound::Excluded(above) => Some(above.checked_sub(1)?),
        Bound::Unbounded => None,
    };
    let is_empty = matches!((min, max), (Some(min), Some(max)) if min > max);
    (!is_empty).then_some((min, max))
}

/// Returns the number at an end of a range, and `true` if the range includes it.
pub(crate) fn bound<N>(end: &Bound<N>) -> Option<(&N, bool)> {
    match end {
        Bound::Included(number) => Some((number, true)),
        Bound::Excluded(number) => Some((number, false)),
        Bound::Unbounded => None,
    }
}

/// Displays a range after "is", as in `at least 1 and less than 10`.
pub(crate) struct DisplayRange<'a, N>(pub(crate) &'a Bound<N>, pub(crate) &'a Bound<N>);

impl<N: Display> Display for DisplayRange<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(start, end) = self;
        if let Some((start, is_in)) = bound(start) {
            write!(f, "{} {start}", if is_in { "at least" } else { "greater than" })?;
        }
        let Some((end, is_in)) = bound(end) else { return Ok(()) };
        let and = if bound(start).is_some() { " and " } else { "" };
        write!(f, "{and}{} {end}", if is_in { "at most" } else { "less than" })
    }
}
