//! A deterministic random number generator.

/// The seed of all sample data.
const SEED: u64 = 0x4e6f_7274_686c_6967;

/// SplitMix64. The generator is implemented here so that no update of a crate can change the data.
pub(super) struct Random(u64);

impl Random {
    /// Returns the stream with this name. Streams are independent, so that a new table does not change the others.
    pub(super) fn named(name: &str) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in name.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Self(hash ^ SEED)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number less than `bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.next()) * (bound as u128);
        (wide >> 64) as usize
    }

    /// Returns a number from `low` to `high`, inclusive.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = usize::try_from(high - low + 1).unwrap_or(1);
        low + self.below(span) as i64
    }

    /// Returns `true` with a probability in percent.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Returns a random element.
    pub(super) fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    /// Returns a random element with the probabilities of the weights.
    pub(super) fn weighted<T: Copy>(&mut self, values: &[(usize, T)]) -> T {
        let total = values.iter().map(|(weight, _)| weight).sum();
        let mut rest = self.below(total);
        for (weight, value) in values {
            if rest < *weight {
                return *value;
            }
            rest -= weight;
        }
        values[values.len() - 1].1
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn streams_are_deterministic() {
        let mut random = Random::named("test");
        let first: Vec<u64> = (0..3).map(|_| random.next()).collect();
        let mut again = Random::named("test");
        assert_eq!(first, (0..3).map(|_| again.next()).collect::<Vec<_>>());
        assert_ne!(first[0], Random::named("tesu").next());
    }

    #[test]
    fn numbers_are_within_bounds() {
        let mut random = Random::named("bounds");
        for _ in 0..1000 {
            assert!((-3..=4).contains(&random.between(-3, 4)));
            assert!(random.below(7) < 7);
            assert!(["a", "b"].contains(&random.weighted(&[(1, "a"), (9, "b")])));
        }
    }
}
