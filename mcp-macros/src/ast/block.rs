//! An `impl` block as it is written. Items that are not functions stay as they are.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, ImplItem, ItemImpl};

use crate::ast::function::Function;

/// An `impl` block.
pub(crate) struct Block {
    /// The block without its items.
    pub(crate) header: ItemImpl,
    items: Vec<Item>,
    braces: Group,
}

enum Item {
    Function(Box<Function>),
    Other(TokenStream),
}

impl Block {
    /// Reads the item under `#[server]`, which must be an `impl` block.
    pub(crate) fn read(item: &TokenStream) -> syn::Result<Self> {
        let not_a_block = || {
            let fix = "put it on the block with the tools";
            syn::Error::new(Span::call_site(), format!("`#[server]` must be on an `impl` block: {fix}"))
        };
        let mut tokens: Vec<TokenTree> = item.clone().into_iter().collect();
        let braces = match tokens.pop() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => group,
            _ => return Err(not_a_block()),
        };
        if !tokens.iter().any(|token| matches!(token, TokenTree::Ident(ident) if ident == "impl")) {
            return Err(not_a_block());
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

    /// The functions of the block, in their order.
    pub(crate) fn functions_mut(&mut self) -> impl Iterator<Item = &mut Function> {
        self.items.iter_mut().filter_map(|item| match item {
            Item::Function(function) => Some(&mut **function),
            Item::Other(_) => None,
        })
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
        // The last token of the header is a pair of empty braces.
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
