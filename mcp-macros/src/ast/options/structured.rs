//! Values with several parts: icons, annotations, caching, tasks, formats, pairs and lists.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Lit, LitStr, Path, Token};

use crate::ast::options::duration::duration;
use crate::ast::options::integers::with_suffixes;
use crate::ast::options::setting::Settings;

/// The formats of strings in a form, and their variants in `StringFormat`.
pub(crate) const FORMATS: [(&str, &str); 4] =
    [("email", "Email"), ("uri", "Uri"), ("date", "Date"), ("date-time", "DateTime")];

/// `one, two`.
pub(crate) fn names(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let names = Punctuated::<Ident, Token![,]>::parse_terminated(input)?;
    Ok(names.into_token_stream())
}

/// `one, path::to::two`.
pub(crate) fn paths(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let paths = Punctuated::<Path, Token![,]>::parse_terminated_with(input, Path::parse_mod_style)?;
    Ok(paths.into_token_stream())
}

/// `"one", "two"`.
pub(crate) fn list(input: ParseStream<'_>) -> syn::Result<Vec<Expr>> {
    let values = Punctuated::<Expr, Token![,]>::parse_terminated(input)?;
    Ok(values.into_iter().map(with_suffixes).collect())
}

/// `"key" = value, "other" = value`, each as two arguments.
pub(crate) fn pairs(input: ParseStream<'_>) -> syn::Result<Vec<TokenStream>> {
    let pair = |input: ParseStream<'_>| {
        let key: LitStr = input.parse()?;
        input.parse::<Token![=]>()?;
        let value = with_suffixes(input.parse()?);
        Ok(quote!(#key, #value))
    };
    let pairs = Punctuated::<TokenStream, Token![,]>::parse_terminated_with(input, pair)?;
    Ok(pairs.into_iter().collect())
}

/// `"5min", private`. Returns `None` if the time or the scope is invalid.
pub(crate) fn cache(input: ParseStream<'_>) -> syn::Result<Option<TokenStream>> {
    let value: Expr = input.parse()?;
    input.parse::<Token![,]>()?;
    let scope: Ident = input.parse()?;
    input.parse::<Option<Token![,]>>()?;
    let time = match &value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => duration(text),
        Expr::Lit(_) => None,
        _ => Some(value.into_token_stream()),
    };
    let scope = variant(&scope, &["public", "private"]);
    let site = Span::mixed_site();
    Ok(time.zip(scope).map(|(time, scope)| quote_spanned!(site=> #time, ::mcpwright::CacheScope::#scope)))
}

/// `optional`, `never`, or the time after which a call becomes a task.
pub(crate) fn task(value: &Expr) -> Option<TokenStream> {
    let site = Span::mixed_site();
    match value {
        Expr::Path(path) => {
            let mode = variant(path.path.get_ident()?, &["always", "optional", "never"])?;
            Some(quote_spanned!(site=> ::mcpwright::TaskMode::#mode))
        }
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            let time = duration(text)?;
            Some(quote_spanned!(site=> ::mcpwright::TaskMode::After(#time)))
        }
        _ => None,
    }
}

/// The variant of `StringFormat` that a text names.
pub(crate) fn format(text: &LitStr) -> Option<TokenStream> {
    let written = text.value();
    let (_, variant) = FORMATS.into_iter().find(|(known, _)| *known == written)?;
    let variant = Ident::new(variant, Span::mixed_site().located_at(text.span()));
    Some(quote_spanned!(Span::mixed_site()=> ::mcpwright::types::StringFormat::#variant))
}

/// An icon, from its options. Returns `None` if `src` is missing or the theme is unknown.
pub(crate) fn icon(mut settings: Settings) -> Option<TokenStream> {
    let site = Span::mixed_site();
    let src = settings.take("src")?.arguments;
    let mut calls = TokenStream::new();
    if let Some(theme) = settings.take("theme") {
        let theme = variant(&syn::parse2(theme.arguments).ok()?, &["light", "dark"])?;
        calls.extend(quote_spanned!(site=> .theme(::mcpwright::types::IconTheme::#theme)));
    }
    if let Some(sizes) = settings.take("sizes") {
        let sizes = sizes.arguments;
        calls.extend(quote_spanned!(site=> .sizes(#sizes.map(::std::string::String::from))));
    }
    Some(quote_spanned!(site=> ::mcpwright::types::Icon::new(#src)#settings #calls))
}

/// Annotations, from their options. Returns `None` if a role of the audience is unknown.
pub(crate) fn annotations(mut settings: Settings) -> Option<TokenStream> {
    let site = Span::mixed_site();
    let mut calls = TokenStream::new();
    if let Some(audience) = settings.take("audience") {
        let names = Punctuated::<Ident, Token![,]>::parse_terminated.parse2(audience.arguments).ok()?;
        let roles: Option<Vec<_>> = names.iter().map(|name| variant(name, &["user", "assistant"])).collect();
        let roles = roles?;
        calls.extend(quote_spanned!(site=> .audience([#(::mcpwright::types::Role::#roles),*])));
    }
    Some(quote_spanned!(site=> ::mcpwright::types::Annotations::new()#settings #calls))
}

/// The variant of an enum whose name in lower case is one of `names`.
fn variant(name: &Ident, names: &[&str]) -> Option<Ident> {
    let written = name.to_string();
    let mut letters = names.contains(&written.as_str()).then(|| written.chars())?;
    let first = letters.next()?.to_ascii_uppercase();
    Some(Ident::new(&format!("{first}{}", letters.as_str()), name.span()))
}
