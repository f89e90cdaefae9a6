//! Expansion of `#[server]`.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, ItemImpl, WherePredicate, parse_quote_spanned};

use crate::ast::block::Block;
use crate::ast::server::{Role, Server};
use crate::errors::Errors;
use crate::expand::handler::registrations;
use crate::expand::owner::Owner;
use crate::expand::span::{hygienic, hygienic_at};

/// Expands `#[server]`.
///
/// ```text
/// Input:   #[server(instructions = "Notes.", parts(admin))]
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
/// Input:   #[server(part = admin)]
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
/// After a mistake, the output has the block and a server without handlers, so that nothing else fails to compile.
pub(crate) fn expand(options: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut block = match Block::read(item) {
        Ok(block) => block,
        Err(error) => {
            errors.push(error);
            return quote_spanned!(hygienic()=> #item #errors);
        }
    };
    let server = Server::read(options, &mut block, &mut errors);
    let owner = Owner::of_block(&server);
    let registrations: Vec<_> = if errors.is_empty() {
        server.methods.iter().map(|method| registrations(method, &owner)).collect()
    } else {
        Vec::new()
    };
    let generated = match &server.role {
        Role::Part(name) => part(&block.header, &part_function(name), &registrations),
        Role::Whole { .. } if block.header.trait_.is_some() => TokenStream::new(),
        Role::Whole { .. } => whole(&block.header, &server.role, &registrations, &errors),
    };
    quote_spanned!(hygienic()=> #block #generated #errors)
}

fn whole(header: &ItemImpl, role: &Role, registrations: &[TokenStream], errors: &Errors) -> TokenStream {
    let Role::Whole { name, version, settings, parts } = role else { return TokenStream::new() };
    let generics = shareable(header);
    let (generics, _, predicates) = generics.split_for_impl();
    let self_type = &header.self_ty;
    let name = or_package(name.as_ref(), "CARGO_PKG_NAME");
    let version = or_package(version.as_ref(), "CARGO_PKG_VERSION");
    let settings = errors.is_empty().then_some(settings);
    let parts = parts.iter().filter(|_| errors.is_empty()).map(|part| {
        let part = part_function(part);
        quote_spanned!(hygienic()=> let builder = Self::#part(&this, builder);)
    });
    quote_spanned! {hygienic()=>
        #[allow(deprecated, unused_variables)]
        impl #generics ::mcpwright::Serve for #self_type #predicates {
            fn into_builder(self) -> ::mcpwright::Builder {
                let this = ::std::sync::Arc::new(self);
                let builder = ::mcpwright::Builder::new(#name, #version) #settings;
                #(#registrations)*
                #(#parts)*
                builder
            }
        }
    }
}

fn part(header: &ItemImpl, name: &Ident, registrations: &[TokenStream]) -> TokenStream {
    let generics = shareable(header);
    let (generics, _, predicates) = generics.split_for_impl();
    let self_type = &header.self_ty;
    quote_spanned! {hygienic()=>
        #[allow(deprecated, unused_variables)]
        impl #generics #self_type #predicates {
            #[doc(hidden)]
            pub(crate) fn #name(
                this: &::std::sync::Arc<Self>,
                builder: ::mcpwright::Builder,
            ) -> ::mcpwright::Builder {
                #(#registrations)*
                builder
            }
        }
    }
}

/// The function that adds a part's handlers to the builder.
fn part_function(part: &Ident) -> Ident {
    format_ident!("server_part_{part}", span = hygienic_at(part.span()))
}

/// The generics of a block, with the bound that calls can share the type. The compiler reports a violation at the type,
/// and only there.
fn shareable(header: &ItemImpl) -> Generics {
    let mut generics = header.generics.clone();
    let bound: WherePredicate = parse_quote_spanned! {header.self_ty.span()=>
        Self: ::core::marker::Send + ::core::marker::Sync + 'static
    };
    generics.make_where_clause().predicates.push(bound);
    generics
}

/// The value of an option, or else a variable of the user's package.
fn or_package(value: Option<&TokenStream>, variable: &str) -> TokenStream {
    value.cloned().unwrap_or_else(|| quote_spanned!(hygienic()=> ::core::env!(#variable)))
}
