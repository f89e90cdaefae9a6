//! An option that was read: a call of a builder's method.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{LitBool, LitStr};

/// A call of a builder's method.
#[derive(Clone)]
pub(crate) struct Setting {
    /// The method, with the span of the user's option.
    pub(crate) method: Ident,
    pub(crate) arguments: TokenStream,
}

impl Setting {
    /// The only argument, if it is a string literal.
    pub(crate) fn literal(&self) -> Option<LitStr> {
        syn::parse2(self.arguments.clone()).ok()
    }
}

/// The options of an attribute in their order; as tokens, a chain of method calls.
#[derive(Clone, Default)]
pub(crate) struct Settings(Vec<Setting>);

impl Settings {
    /// Removes and returns the first option of this name.
    pub(crate) fn take(&mut self, name: &str) -> Option<Setting> {
        let position = self.0.iter().position(|setting| setting.method == name)?;
        Some(self.0.remove(position))
    }

    /// The first option of this name.
    pub(crate) fn find(&self, name: &str) -> Option<&Setting> {
        self.0.iter().find(|setting| setting.method == name)
    }

    /// Returns the first option of this name, if its value is the literal `true`.
    pub(crate) fn find_true(&self, name: &str) -> Option<&Setting> {
        let is_true = |setting: &&Setting| {
            syn::parse2::<LitBool>(setting.arguments.clone()).is_ok_and(|literal| literal.value)
        };
        self.find(name).filter(is_true)
    }

    pub(crate) fn push(&mut self, method: Ident, arguments: TokenStream) {
        self.0.push(Setting { method, arguments });
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.0.iter()
    }
}

impl ToTokens for Settings {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for Setting { method, arguments } in self.iter() {
            let span = Span::mixed_site().located_at(method.span());
            tokens.extend(quote_spanned!(span=> .#method(#arguments)));
        }
    }
}
