//! Numbers that progress is reported with.

/// A number to report progress with: any integer or float type of Rust.
///
/// Progress is sent as a float of 64 bits: larger integers than 2⁵³ are rounded.
pub trait ProgressValue {
    /// Converts the number into a float.
    fn into_f64(self) -> f64;
}

macro_rules! progress_values {
    ($($number:ty),*) => {$(
        impl ProgressValue for $number {
            #[allow(
                clippy::cast_lossless,
                clippy::cast_precision_loss,
                reason = "the protocol has floats only, and some of the types fit"
            )]
            fn into_f64(self) -> f64 {
                self as f64
            }
        }
    )*};
}

progress_values!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64);
