//! Random numbers that cannot be guessed.

/// Returns random bytes that cannot be guessed.
///
/// # Panics
///
/// Panics if the operating system has no random numbers.
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has random numbers");
    bytes
}
