//! Numbers that progress is reported with.

/// A number to report progress with: any integer or float type of Rust.
///
/// Progress is sent as a float of 64 bits: larger integers than 2⁵³ are rounded.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Context, ProgressValue, Server, ToolHandler};
///
/// /// Reports progress, with the percentage as message.
/// fn report<N: ProgressValue + Copy>(context: &Context, done: N, total: N) {
///     let percentage = 100.0 * done.into_f64() / total.into_f64();
///     context.progress_with(done, total, format!("{percentage:.0} %"));
/// }
///
/// async fn copy(context: Context) {
///     report(&context, 512_u64, 2048);
/// }
///
/// # futures::executor::block_on(async {
/// let server = Server::builder("archive", "1.0.0").tool(ToolHandler::function("copy", [], copy));
/// let client = Client::modern(server).progress();
/// client.call_tool("copy", ()).await?;
/// let params = client.notifications().pop().unwrap().params.unwrap();
/// assert_eq!(params.member("message"), Some(r#""25 %""#));
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
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
