//! `#[server]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, ItemImpl, WherePredicate, parse_quote_spanned};

use super::handler::Owner;
use super::{ours, ours_at};
use crate::ast::{Block, Role, Server};
use crate::errors::Errors;

/// Expands `#[server]`.
///
/// ```text
/// CallArguments:   #[server(instructions = "Notes.", parts(admin))]
///          impl Notes { … }
/// Output:  impl Notes { … }
///
///          impl ::mcpwright::Serve for Notes {
///              fn into_builder(self) -> ::mcpwright::Builder {
///                  let this = ::std::sync::Arc::new(self);
///                  let builder = ::mcpwright::Builder::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
///                      .instructions("Notes.");
///                  let builder = builder.tool(…);
///                  let builder = Self::server_part_admin(&this, builder);
///                  builder
///              }
///          }
///
/// CallArguments:   #[server(part = admin)]
///          impl Notes { … }
/// Output:  impl Notes { … }
///
///          impl Notes {
///              #[doc(hidden)]
///              pub(crate) fn server_part_admin(
///                  this: &::std::sync::Arc<Self>,
///                  builder: ::mcpwright::Builder,
///              ) -> ::mcpwright::Builder {
///                  let builder = builder.tool(…);
///                  builder
///              }
///          }
/// ```
///
/// With mistakes, the block is still there, and so is a server that offers nothing: nothing else fails because of them.
pub(crate) fn server(options: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut block = match Block::read(item) {
        Ok(block) => block,
        Err(error) => {
            errors.push(error);
            return quote_spanned!(ours()=> #item #errors);
        }
    };
    let server = Server::read(options, &mut block, &mut errors);
    let owner = Owner::of(&server);
    let offers: Vec<_> = if errors.is_empty() {
        server.methods.iter().map(|method| super::handler::offers(method, &owner)).collect()
    } else {
        Vec::new()
    };
    let described = match &server.role {
        Role::Part(name) => {
            let name = format_ident!("server_part_{name}", span = ours_at(name.span()));
            part(&block.header, &name, &offers)
        }
        Role::Whole { .. } if block.header.trait_.is_some() => TokenStream::new(),
        Role::Whole { .. } => whole(&block.header, &server.role, &offers, &errors),
    };
    quote_spanned!(ours()=> #block #described #errors)
}

fn whole(header: &ItemImpl, role: &Role, offers: &[TokenStream], errors: &Errors) -> TokenStream {
    let Role::Whole { name, version, settings, parts } = role else { return TokenStream::new() };
    let shared = shared(header);
    let (generics, _, predicates) = shared.split_for_impl();
    let self_type = &header.self_ty;
    let name = or_package(name.as_ref(), "CARGO_PKG_NAME");
    let version = or_package(version.as_ref(), "CARGO_PKG_VERSION");
    let settings = errors.is_empty().then_some(settings);
    let parts = parts.iter().filter(|_| errors.is_empty()).map(|part| {
        let part = format_ident!("server_part_{part}", span = ours_at(part.span()));
        quote_spanned!(ours()=> let builder = Self::#part(&this, builder);)
    });
    quote_spanned! {ours()=>
        #[allow(deprecated, unused_variables)]
        impl #generics ::mcpwright::Serve for #self_type #predicates {
            fn into_builder(self) -> ::mcpwright::Builder {
                let this = ::std::sync::Arc::new(self);
                let builder = ::mcpwright::Builder::new(#name, #version) #settings;
                #(#offers)*
                #(#parts)*
                builder
            }
        }
    }
}

fn part(header: &ItemImpl, name: &proc_macro2::Ident, offers: &[TokenStream]) -> TokenStream {
    let shared = shared(header);
    let (generics, _, predicates) = shared.split_for_impl();
    let self_type = &header.self_ty;
    quote_spanned! {ours()=>
        #[allow(deprecated, unused_variables)]
        impl #generics #self_type #predicates {
            #[doc(hidden)]
            pub(crate) fn #name(
                this: &::std::sync::Arc<Self>,
                builder: ::mcpwright::Builder,
            ) -> ::mcpwright::Builder {
                #(#offers)*
                builder
            }
        }
    }
}

/// The generics of a block, and the promise that calls can share its type. Where that is not so, the compiler says it
/// at the type, and nowhere else.
fn shared(header: &ItemImpl) -> Generics {
    let mut generics = header.generics.clone();
    let shared: WherePredicate = parse_quote_spanned! {header.self_ty.span()=>
        Self: ::core::marker::Send + ::core::marker::Sync + 'static
    };
    generics.make_where_clause().predicates.push(shared);
    generics
}

/// What was said, or what the user's package says.
fn or_package(said: Option<&TokenStream>, variable: &str) -> TokenStream {
    said.cloned().unwrap_or_else(|| quote_spanned!(ours()=> ::core::env!(#variable)))
}
