//! A parameter of a handler.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Generics, LitStr, Pat, PatType, Type};

use super::options::{ARG, Setting, Settings};
use super::{docs, options};
use crate::errors::Errors;

/// A parameter of a handler: an argument, or an extractor. Which one it is, the compiler finds out.
pub(crate) struct Parameter {
    /// The name that clients use; only an extractor does without.
    pub(crate) name: Option<Name>,
    /// Its type, or what that refers to.
    pub(crate) r#type: TokenStream,
    /// Whether the function wants a reference.
    pub(crate) by_reference: bool,
    pub(crate) settings: Settings,
    /// The name of the HTTP header that repeats the argument: only a tool has them.
    pub(crate) header: Option<TokenStream>,
    /// Suggests values: only a prompt and a template have such.
    pub(crate) completer: Option<TokenStream>,
}

/// What clients call something.
pub(crate) struct Name {
    pub(crate) tokens: TokenStream,
    /// The name itself, unless only the compiler can evaluate it.
    pub(crate) text: Option<String>,
}

impl Name {
    /// A name from an identifier.
    pub(crate) fn of(ident: &Ident) -> Self {
        let text = ident.unraw().to_string();
        Self { tokens: LitStr::new(&text, ident.span()).into_token_stream(), text: Some(text) }
    }

    /// A name from an option.
    pub(crate) fn from(setting: Setting) -> Self {
        Self { text: setting.literal().map(|text| text.value()), tokens: setting.arguments }
    }
}

impl Parameter {
    /// Reads a parameter, and takes from it the attributes that are ours.
    pub(crate) fn read(typed: &mut PatType, generics: &Generics, errors: &mut Errors) -> Self {
        let description = docs::description(&typed.attrs);
        let attributes = take_arg(&mut typed.attrs);
        typed.attrs.retain(|attribute| !docs::is_doc(attribute));
        let is_described = description.is_some() || !attributes.is_empty();
        let mut settings = Settings::default();
        for attribute in &attributes {
            let tokens = options::tokens(attribute, errors);
            ARG.read_more(tokens, &mut settings, errors);
        }
        if let (Some(description), None) = (description, settings.find("description")) {
            settings.push(Ident::new("description", typed.pat.span()), description);
        }
        let name = settings.take("name").map(Name::from).or_else(|| plain(&typed.pat).map(Name::of));
        if name.is_none() && is_described {
            errors.at(
                &typed.pat,
                "an argument needs a name: write `#[arg(name = \"…\")]`, or a plain name here",
            );
        }
        let (r#type, by_reference) = referent(&typed.ty, errors);
        let r#type = elided(r#type, generics);
        if let Some(borrow) = borrow_inside(r#type.clone()) {
            errors.at(
                borrow,
                "a parameter owns what is inside of it: write the owned type, such as `String` for `&str`",
            );
        }
        let header = settings.take("header").map(|header| header.arguments);
        let completer = settings.take("complete").map(|complete| complete.arguments);
        Self { name, r#type, by_reference, settings, header, completer }
    }
}

/// The attributes `#[arg(…)]`, which only we understand.
pub(crate) fn take_arg(attributes: &mut Vec<Attribute>) -> Vec<Attribute> {
    attributes.extract_if(.., |attribute| super::is_ours(attribute.path(), "arg")).collect()
}

/// The name of a pattern that is one. A name with `_` before it says that nobody looks at it, so clients don't either.
fn plain(pattern: &Pat) -> Option<&Ident> {
    match pattern {
        Pat::Ident(pattern) if pattern.subpat.is_none() => Some(&pattern.ident),
        _ => None,
    }
    .filter(|ident| !ident.to_string().starts_with('_'))
}

/// A type, or what it refers to, and whether it does.
fn referent<'a>(mut written: &'a Type, errors: &mut Errors) -> (&'a Type, bool) {
    while let Type::Group(group) = written {
        written = &group.elem;
    }
    match written {
        Type::Reference(reference) if reference.mutability.is_some() => {
            errors.at(written, "a parameter is taken by value or by `&`: each call has its own");
            (&reference.elem, true)
        }
        Type::Reference(reference) => {
            if let Some(lifetime) = reference.lifetime.as_ref().filter(|lifetime| lifetime.ident == "static")
            {
                errors.at(lifetime, "a parameter lives as long as its call: leave the lifetime out");
            }
            (&reference.elem, true)
        }
        Type::ImplTrait(_) => {
            errors.at(
                written,
                "a parameter has one type, which says what clients send: `impl` stands for many",
            );
            (written, false)
        }
        _ => (written, false),
    }
}

/// The first `&` inside of a type that does not refer to something `'static`.
fn borrow_inside(tokens: TokenStream) -> Option<TokenTree> {
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
            && let Some(borrow) = borrow_inside(group.stream())
        {
            return Some(borrow);
        }
    }
    None
}

/// A type, with `'_` in the place of the lifetimes that the function declares: where it is called, nobody knows them.
pub(crate) fn elided(written: impl ToTokens, generics: &Generics) -> TokenStream {
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
                let mut inside = Group::new(group.delimiter(), elide(group.stream(), names));
                inside.set_span(group.span());
                inside.into()
            }
            token => token,
        }
    };
    tokens.into_iter().map(elided).collect()
}
