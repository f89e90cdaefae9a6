//! Durations with units, such as `"30s"`.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::LitStr;

/// Returns the expression of a duration in `ms`, `s`, `min` or `h`; `None` if the text is not such a duration.
pub(crate) fn duration(text: &LitStr) -> Option<TokenStream> {
    let written = text.value();
    let digits = written.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = written.split_at(digits);
    let count: u64 = count.parse().ok()?;
    let seconds = match unit.trim() {
        "ms" => {
            return Some(quote_spanned!(Span::mixed_site()=> ::core::time::Duration::from_millis(#count)));
        }
        "s" => count,
        "min" => count.checked_mul(60)?,
        "h" => count.checked_mul(3600)?,
        _ => return None,
    };
    Some(quote_spanned!(Span::mixed_site()=> ::core::time::Duration::from_secs(#seconds)))
}
