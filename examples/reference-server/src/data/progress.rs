//! Progress of the generation.

/// Counts steps, and reports each percent.
pub(super) struct Progress<'a> {
    done: u64,
    total: u64,
    report: &'a mut dyn FnMut(u64, u64),
}

impl<'a> Progress<'a> {
    pub(super) fn new(total: u64, report: &'a mut dyn FnMut(u64, u64)) -> Self {
        report(0, total);
        Self { done: 0, total, report }
    }

    pub(super) fn step(&mut self) {
        self.done += 1;
        if self.done.is_multiple_of((self.total / 100).max(1)) && self.done < self.total {
            (self.report)(self.done, self.total);
        }
    }

    /// Reports completion, and returns the number of steps.
    pub(super) fn finish(self) -> u64 {
        (self.report)(self.total, self.total);
        self.done
    }
}
