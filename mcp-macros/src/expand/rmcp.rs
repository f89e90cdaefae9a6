//! Attributes of rmcp in copied code, which are errors that name what to write instead.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ItemImpl;

use crate::expand::server;
use crate::expand::span::hygienic;

/// Returns what to write in place of an attribute of rmcp.
fn advice(attribute: &str) -> Option<&'static str> {
    Some(match attribute {
        "tool_router" | "prompt_router" => {
            "write `#[server]` above this `impl` block, and remove the field of the router"
        }
        "tool_handler" | "prompt_handler" | "task_handler" => {
            "remove this `impl` block: `#[server(instructions = \"…\")]` on the block with the tools makes the type a server"
        }
        _ => return None,
    })
}

/// Returns the error. The methods of a router stay, as a part of a server, so that their mistakes are reported, too.
pub(crate) fn expand(attribute: &str, item: &TokenStream) -> TokenStream {
    let advice = advice(attribute).unwrap_or_default();
    let message = format!("`#[{attribute}]` is an attribute of rmcp: {advice}");
    let error = syn::Error::new(Span::call_site(), message).to_compile_error();
    let block = syn::parse2::<ItemImpl>(item.clone()).ok();
    match block {
        Some(block) if block.trait_.is_some() => error,
        Some(_) => {
            let part = syn::Ident::new(attribute, hygienic());
            let block = server::expand(quote!(part = #part), item);
            quote_spanned!(hygienic()=> #block #error)
        }
        None => quote_spanned!(hygienic()=> #item #error),
    }
}
