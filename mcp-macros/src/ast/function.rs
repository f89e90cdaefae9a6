//! A function as it is written. Its body stays a token tree: no macro reads it.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Expr, Signature, Token, Visibility};

/// A free function or a method.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    body: Group,
}

impl Function {
    /// Returns `true` if the next item is a function.
    pub(crate) fn is_next(input: ParseStream<'_>) -> bool {
        let ahead = input.fork();
        ahead.call(Attribute::parse_outer).is_ok() && ahead.parse::<Visibility>().is_ok() && {
            while ahead.peek(Token![const])
                || ahead.peek(Token![async])
                || ahead.peek(Token![unsafe])
                || ahead.peek(Token![extern])
                || ahead.peek(syn::LitStr)
            {
                let _ = ahead.parse::<TokenTree>();
            }
            ahead.peek(Token![fn])
        }
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            attributes: input.call(Attribute::parse_outer)?,
            visibility: input.parse()?,
            signature: input.parse()?,
            body: input.parse()?,
        })
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for attribute in &self.attributes {
            attribute.to_tokens(tokens);
        }
        self.visibility.to_tokens(tokens);
        self.signature.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

/// The name in `Self::name`.
pub(crate) fn own_function(function: &TokenStream) -> Option<Ident> {
    let Ok(Expr::Path(path)) = syn::parse2(function.clone()) else { return None };
    let mut segments = path.path.segments.iter();
    let is_self = segments.next()?.ident == "Self";
    let name = segments.next().filter(|_| is_self)?;
    segments.next().is_none().then(|| name.ident.clone())
}
