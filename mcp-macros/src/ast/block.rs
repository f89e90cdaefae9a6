//! An `impl` block with `#[server]`.

use std::collections::HashMap;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, ImplItem, ItemImpl, Token};

use super::docs;
use super::function::Function;
use super::handler::{Kind, Method};
use super::options::{SERVER, Settings};
use crate::errors::Errors;

/// An `impl` block as it was written, and after [`Server::read`] without what is ours.
pub(crate) struct Block {
    /// All of it but the items.
    pub(crate) header: ItemImpl,
    items: Vec<Item>,
    braces: Group,
}

enum Item {
    Function(Box<Function>),
    /// What is neither read nor changed.
    Other(TokenStream),
}

/// What `#[server]` is to make of a block.
pub(crate) struct Server {
    pub(crate) role: Role,
    pub(crate) methods: Vec<Method>,
    /// Every function of the block: whether it takes `self`, and whether it is asynchronous.
    pub(crate) functions: HashMap<Ident, (bool, bool)>,
}

/// Whether a block is the server, or a part of it.
pub(crate) enum Role {
    Whole { name: Option<TokenStream>, version: Option<TokenStream>, settings: Settings, parts: Vec<Ident> },
    Part(Ident),
}

impl Block {
    /// Reads an item that should be an `impl` block.
    pub(crate) fn read(item: &TokenStream) -> syn::Result<Self> {
        let wrong = || {
            syn::Error::new(Span::call_site(), "`#[server]` goes on an `impl` block: the one with the tools")
        };
        let mut tokens: Vec<TokenTree> = item.clone().into_iter().collect();
        let braces = match tokens.pop() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => group,
            _ => return Err(wrong()),
        };
        if !tokens.iter().any(|token| matches!(token, TokenTree::Ident(ident) if ident == "impl")) {
            return Err(wrong());
        }
        tokens.push(TokenTree::Group(Group::new(Delimiter::Brace, TokenStream::new())));
        let header = syn::parse2(tokens.into_iter().collect())?;
        let items = |input: ParseStream<'_>| {
            let inner = input.call(Attribute::parse_inner)?;
            let mut items = vec![Item::Other(quote!(#(#inner)*))];
            while !input.is_empty() {
                items.push(Item::read(input)?);
            }
            Ok(items)
        };
        let items = items.parse2(braces.stream())?;
        Ok(Self { header, items, braces })
    }
}

impl Item {
    fn read(input: ParseStream<'_>) -> syn::Result<Self> {
        if Function::is_next(input) {
            Ok(Self::Function(Box::new(input.parse()?)))
        } else {
            Ok(Self::Other(input.parse::<ImplItem>()?.into_token_stream()))
        }
    }
}

impl ToTokens for Block {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let header: Vec<TokenTree> = self.header.to_token_stream().into_iter().collect();
        // The last token are the braces, which are empty there.
        tokens.extend(header[..header.len().saturating_sub(1)].iter().cloned());
        let items = self.items.iter().map(|item| match item {
            Item::Function(function) => function.to_token_stream(),
            Item::Other(tokens) => tokens.clone(),
        });
        let mut braces = Group::new(Delimiter::Brace, quote!(#(#items)*));
        braces.set_span(self.braces.span());
        tokens.extend([TokenTree::Group(braces)]);
    }
}

impl Server {
    /// Reads a block and the options of its `#[server]`, and takes from it the attributes that are ours.
    pub(crate) fn read(options: TokenStream, block: &mut Block, errors: &mut Errors) -> Self {
        let mut settings = SERVER.read(options, errors);
        if let Some((path, _)) = &block.header.trait_ {
            errors.at(path, "`#[server]` goes on an `impl` block of the type itself, without a trait");
        }
        let mut functions = HashMap::new();
        let mut methods = Vec::new();
        for item in &mut block.items {
            let Item::Function(function) = item else { continue };
            let signature = &function.signature;
            let known = (signature.receiver().is_some(), signature.asyncness.is_some());
            functions.insert(signature.ident.clone(), known);
            methods.extend(Method::read(function, None, errors));
        }
        check_names(&methods, errors);
        let role = match settings.take("part") {
            Some(part) => Role::part(part.arguments, &settings, errors),
            None => Role::whole(settings, block, errors),
        };
        let has_parts = matches!(&role, Role::Whole { parts, .. } if !parts.is_empty());
        if methods.is_empty() && !has_parts && errors.is_empty() {
            let fix = "put `#[tool]`, `#[resource]` or `#[prompt]` on a method";
            errors.at(&block.header.self_ty, format!("this server offers nothing: {fix}"));
        }
        Self { role, methods, functions }
    }
}

impl Role {
    fn whole(mut settings: Settings, block: &Block, errors: &mut Errors) -> Self {
        let name = settings.take("name").map(|name| name.arguments);
        let version = settings.take("version").map(|version| version.arguments);
        let parts = settings.take("parts").map_or_else(Punctuated::default, |parts| {
            let names = Punctuated::<Ident, Token![,]>::parse_terminated.parse2(parts.arguments);
            errors.ok(names).unwrap_or_default()
        });
        if let (Some(description), None) =
            (docs::description(&block.header.attrs), settings.find("description"))
        {
            settings.push(Ident::new("description", Span::mixed_site()), description);
        }
        Self::Whole { name, version, settings, parts: parts.into_iter().collect() }
    }

    fn part(name: TokenStream, settings: &Settings, errors: &mut Errors) -> Self {
        for setting in settings.iter() {
            let method = &setting.method;
            errors
                .at(method, format!("`{method}` goes on the block that names the parts: this one is a part"));
        }
        let name = errors.ok(syn::parse2(name));
        Self::Part(name.unwrap_or_else(|| Ident::new("part", Span::mixed_site())))
    }
}

/// No two tools of a block have the same name, and so on: the engine would say it too, but only at start.
fn check_names(methods: &[Method], errors: &mut Errors) {
    let mut seen: Vec<(Kind, String)> = Vec::new();
    // Of two methods with conditions, there may be one at a time.
    for method in methods.iter().filter(|method| method.conditions.is_empty()) {
        for handler in &method.handlers {
            let kind = handler.kind.attribute();
            let (key, at, mistake) = match &handler.uri {
                Some((uri, _)) => {
                    let mistake = format!("two {kind}s have this URI: give one of them another");
                    (uri.value(), uri.to_token_stream(), mistake)
                }
                None => {
                    let Some(name) = handler.name.text.clone() else { continue };
                    let fix = format!("give one of them another name with `#[{kind}(name = \"…\")]`");
                    let mistake = format!("two {kind}s are called `{name}`: {fix}");
                    (name, handler.name.tokens.clone(), mistake)
                }
            };
            let key = (handler.kind, key);
            if seen.contains(&key) {
                errors.at(at, mistake);
            }
            seen.push(key);
        }
    }
}
