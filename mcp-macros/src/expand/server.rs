//! Expansion of `#[server]`.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, ItemImpl, WherePredicate, parse_quote_spanned};

use crate::ast::block::Block;
use crate::ast::function::own_function;
use crate::ast::options::setting::Settings;
use crate::ast::server::{Role, Server, Whole};
use crate::errors::Errors;
use crate::expand::handler::registrations;
use crate::expand::owner::Owner;
use crate::expand::span::{hygienic, hygienic_at};

/// Expands `#[server]`.
///
/// ```text
/// Input:   #[server(instructions = "Notes.", parts(admin), tools(add), with = Self::extend)]
///          impl Notes { … }
/// Output:  impl Notes { … }
///
///          impl ::mcpwright::Serve for Notes {
///              fn into_builder(self) -> ::mcpwright::Builder {
///                  let this = ::std::sync::Arc::new(self);
///                  let builder = ::mcpwright::Builder::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
///                      .instructions("Notes.");
///                  let builder = builder.tool(…);
///                  let builder = builder.tool(add::tool());
///                  let builder = Self::server_part_admin(&this, builder);
///                  let builder = ::mcpwright::__private::extend(builder, Self::extend);
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
        Role::Whole(_) if block.header.trait_.is_some() => TokenStream::new(),
        Role::Whole(role) => {
            let additions = errors.is_empty().then(|| additions(role, &owner));
            let settings = errors.is_empty().then_some(&role.settings);
            whole(&block.header, role, settings, &quote_spanned!(hygienic()=> #(#registrations)* #additions))
        }
    };
    quote_spanned!(hygienic()=> #block #generated #errors)
}

fn whole(
    header: &ItemImpl,
    role: &Whole,
    settings: Option<&Settings>,
    statements: &TokenStream,
) -> TokenStream {
    let generics = shareable(header);
    let (generics, _, predicates) = generics.split_for_impl();
    let self_type = &header.self_ty;
    let name = or_package(role.name.as_ref(), "CARGO_PKG_NAME");
    let version = or_package(role.version.as_ref(), "CARGO_PKG_VERSION");
    quote_spanned! {hygienic()=>
        #[allow(deprecated, unused_variables)]
        impl #generics ::mcpwright::Serve for #self_type #predicates {
            fn into_builder(self) -> ::mcpwright::Builder {
                let this = ::std::sync::Arc::new(self);
                let builder = ::mcpwright::Builder::new(#name, #version) #settings;
                #statements
                builder
            }
        }
    }
}

/// The statements that add what is not in the block: free functions, parts, and what a function adds to the builder.
fn additions(role: &Whole, owner: &Owner<'_>) -> TokenStream {
    let functions = role.functions.iter().map(|(method, path)| {
        let method = Ident::new(method, hygienic_at(path.span()));
        quote_spanned!(hygienic_at(path.span())=> let builder = builder.#method(#path::#method());)
    });
    let parts = role.parts.iter().map(|part| {
        let part = part_function(part);
        quote_spanned!(hygienic()=> let builder = Self::#part(&this, builder);)
    });
    let with = role.with.iter().map(|with| {
        let has_self =
            own_function(with).and_then(|name| owner.function(&name)).is_some_and(|own| own.has_self);
        let extend = match has_self {
            true => quote_spanned!(hygienic_at(with.span())=> |builder| #with(&this, builder)),
            false => with.clone(),
        };
        quote_spanned!(hygienic()=> let builder = ::mcpwright::__private::extend(builder, #extend);)
    });
    quote_spanned!(hygienic()=> #(#functions)* #(#parts)* #(#with)*)
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
