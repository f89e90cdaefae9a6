//! An enum with `#[derive(Choice)]`.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Data, DeriveInput, Fields, LitStr, Variant};

use super::form::{check_names, refuse_generics, said};
use super::options::{CHOICE, Setting, VARIANT};
use super::parameter::Name;
use super::{casing, docs};
use crate::errors::Errors;

/// What can be chosen from: the variants of an enum.
pub(crate) struct Choice {
    pub(crate) options: Vec<ChoiceOption>,
}

/// One of the variants.
pub(crate) struct ChoiceOption {
    pub(crate) ident: Ident,
    pub(crate) name: Name,
    /// What people call it.
    pub(crate) title: Option<TokenStream>,
}

impl Choice {
    /// Reads an enum.
    pub(crate) fn read(input: &DeriveInput, errors: &mut Errors) -> Self {
        refuse_generics(input, "a choice", errors);
        let rename_all = said(&CHOICE, "choice", &input.attrs, errors).take("rename_all");
        let goes = "`#[derive(Choice)]` goes on an enum, whose variants are what the user chooses from";
        let variants = match &input.data {
            Data::Enum(data) => &data.variants,
            Data::Struct(data) => {
                errors.at(data.struct_token, goes);
                return Self { options: Vec::new() };
            }
            Data::Union(data) => {
                errors.at(data.union_token, goes);
                return Self { options: Vec::new() };
            }
        };
        if variants.is_empty() {
            errors.at(&input.ident, "there is nothing to choose from: write at least one variant");
        }
        let options = variants.iter().map(|variant| ChoiceOption::read(variant, rename_all.as_ref(), errors));
        let options: Vec<_> = options.collect();
        check_names(
            options.iter().map(|option| &option.name),
            ("variants", "#[choice(rename = \"…\")]"),
            errors,
        );
        Self { options }
    }
}

impl ChoiceOption {
    fn read(variant: &Variant, rename_all: Option<&Setting>, errors: &mut Errors) -> Self {
        if !matches!(variant.fields, Fields::Unit) {
            let fix = "take the data out, and ask for it with a field of the form";
            errors.at(&variant.fields, format!("a variant is chosen, and nothing is written into it: {fix}"));
        }
        let mut settings = said(&VARIANT, "choice", &variant.attrs, errors);
        let name = casing::name(&variant.ident, settings.take("rename"), rename_all);
        let title = settings.take("title").map(|title| title.arguments);
        let title = title.or_else(|| docs::description(&variant.attrs).map(first_line));
        Self { ident: variant.ident.clone(), name, title }
    }
}

/// The first paragraph of a doc comment: what follows is for those who read the source.
fn first_line(description: TokenStream) -> TokenStream {
    let Ok(text) = syn::parse2::<LitStr>(description.clone()) else { return description };
    let value = text.value();
    LitStr::new(value.lines().next().unwrap_or_default(), text.span()).into_token_stream()
}
