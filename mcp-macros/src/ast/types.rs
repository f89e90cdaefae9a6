//! Types of parameters and results, as tokens.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Generics, Type};

use crate::errors::Errors;

/// Returns the type without a leading `&`, and `true` if it had one.
pub(crate) fn strip_reference<'a>(mut written: &'a Type, errors: &mut Errors) -> (&'a Type, bool) {
    while let Type::Group(group) = written {
        written = &group.elem;
    }
    match written {
        Type::Reference(reference) if reference.mutability.is_some() => {
            errors
                .report(written, "a parameter must be taken by value or by `&`: each call has its own value");
            (&reference.elem, true)
        }
        Type::Reference(reference) => {
            if let Some(lifetime) = reference.lifetime.as_ref().filter(|lifetime| lifetime.ident == "static")
            {
                errors.report(
                    lifetime,
                    "a parameter must not be `'static`: it lives as long as its call, so remove the lifetime",
                );
            }
            (&reference.elem, true)
        }
        Type::ImplTrait(_) => {
            errors.report(
                written,
                "a parameter must have a concrete type, from which its schema is made: replace `impl` by a type",
            );
            (written, false)
        }
        _ => (written, false),
    }
}

/// Finds the first `&` in a type, except in `&'static`.
pub(crate) fn find_borrow(tokens: TokenStream) -> Option<TokenTree> {
    let is_punct =
        |token: &TokenTree, sign| matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign);
    let is_static = |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if ident == "static");
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if is_punct(&token, '&') {
            tokens.next_if(|token| is_punct(token, '\''));
            if tokens.next_if(is_static).is_none() {
                return Some(token);
            }
        } else if let TokenTree::Group(group) = token
            && let Some(borrow) = find_borrow(group.stream())
        {
            return Some(borrow);
        }
    }
    None
}

/// Returns `true` if a type contains `impl Trait`.
pub(crate) fn has_impl_trait(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "impl",
        TokenTree::Group(group) => has_impl_trait(group.stream()),
        _ => false,
    })
}

/// Replaces the lifetimes that a function declares by `'_`: they are not in scope where the function is called.
pub(crate) fn elide_lifetimes(written: impl ToTokens, generics: &Generics) -> TokenStream {
    let names: Vec<_> = generics.lifetimes().map(|declared| &declared.lifetime.ident).collect();
    elide(written.into_token_stream(), &names)
}

fn elide(tokens: TokenStream, names: &[&Ident]) -> TokenStream {
    let mut after_quote = false;
    let elided = |token| {
        let is_quote = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
        let is_lifetime = std::mem::replace(&mut after_quote, is_quote);
        match token {
            TokenTree::Ident(ident) if is_lifetime && names.contains(&&ident) => {
                Ident::new("_", ident.span()).into()
            }
            TokenTree::Group(group) => {
                let mut elided = Group::new(group.delimiter(), elide(group.stream(), names));
                elided.set_span(group.span());
                elided.into()
            }
            token => token,
        }
    };
    tokens.into_iter().map(elided).collect()
}
