//! What the compiler sees.

mod choice;
mod form;
mod function;
mod handler;
mod parameter;
mod server;

pub(crate) use choice::choice;
pub(crate) use form::form;
pub(crate) use function::function;
pub(crate) use server::server;

use proc_macro2::Span;

/// Where our own identifiers come from: they are not those of the user, even if they are spelled alike.
fn ours() -> Span {
    Span::mixed_site()
}

/// Our own identifiers, shown to the user at a token of theirs.
fn ours_at(span: Span) -> Span {
    ours().located_at(span)
}

/// `#[arg]` where no handler is around it to read it.
pub(crate) fn arg(item: &proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    let place = "`#[arg]` goes on a parameter of a function with `#[tool]`, `#[resource]` or `#[prompt]`";
    let error = syn::Error::new(Span::call_site(), place).to_compile_error();
    quote::quote_spanned!(ours()=> #item #error)
}

#[cfg(test)]
mod tests;
