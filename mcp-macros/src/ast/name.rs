//! Names of tools, arguments, fields and variants, as clients see them.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::LitStr;
use syn::ext::IdentExt;

use crate::ast::casing;
use crate::ast::options::setting::Setting;

/// A name that clients see.
pub(crate) struct Name {
    /// The expression of the name: a literal, or any other text.
    pub(crate) tokens: TokenStream,
    /// The name itself; `None` if only the compiler can evaluate the expression.
    pub(crate) text: Option<String>,
}

impl Name {
    /// The name of an identifier, without `r#`.
    pub(crate) fn from_ident(ident: &Ident) -> Self {
        Self::from_text(ident.unraw().to_string(), ident)
    }

    /// The value of an option `name` or `rename`.
    pub(crate) fn from_setting(setting: Setting) -> Self {
        Self { text: setting.literal().map(|text| text.value()), tokens: setting.arguments }
    }

    /// The name of a field or a variant: the value of `rename`, or else the identifier in the casing of `rename_all`.
    pub(crate) fn renamed(ident: &Ident, rename: Option<Setting>, rename_all: Option<&Setting>) -> Self {
        let casing = rename_all.and_then(Setting::literal);
        match (rename, casing) {
            (Some(rename), _) => Self::from_setting(rename),
            (None, Some(casing)) => {
                Self::from_text(casing::convert(&ident.unraw().to_string(), &casing.value()), ident)
            }
            (None, None) => Self::from_ident(ident),
        }
    }

    fn from_text(text: String, ident: &Ident) -> Self {
        Self { tokens: LitStr::new(&text, ident.span()).into_token_stream(), text: Some(text) }
    }
}

/// Returns `true` if names of tools and of their arguments can have the byte.
pub(crate) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}
