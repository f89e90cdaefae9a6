//! An enum with `#[derive(Choice)]`.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Data, DeriveInput, Fields, LitStr, Variant};

use crate::ast::derive::{check_names, read_options, report_generics};
use crate::ast::docs;
use crate::ast::name::Name;
use crate::ast::options::setting::Setting;
use crate::ast::options::table::{CHOICE, VARIANT};
use crate::errors::Errors;

/// A choice: the variants of an enum.
pub(crate) struct Choice {
    pub(crate) options: Vec<ChoiceOption>,
}

/// A variant of a choice.
pub(crate) struct ChoiceOption {
    pub(crate) ident: Ident,
    pub(crate) name: Name,
    /// The title that users see.
    pub(crate) title: Option<TokenStream>,
}

impl Choice {
    /// Reads an enum.
    pub(crate) fn read(input: &DeriveInput, errors: &mut Errors) -> Self {
        report_generics(input, "a choice", errors);
        let rename_all = read_options(&CHOICE, "choice", &input.attrs, errors).take("rename_all");
        let mistake = "`#[derive(Choice)]` must be on an enum: the user chooses among its variants";
        let variants = match &input.data {
            Data::Enum(data) => &data.variants,
            Data::Struct(data) => {
                errors.report(data.struct_token, mistake);
                return Self { options: Vec::new() };
            }
            Data::Union(data) => {
                errors.report(data.union_token, mistake);
                return Self { options: Vec::new() };
            }
        };
        if variants.is_empty() {
            errors.report(&input.ident, "a choice must have at least one variant");
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
            let fix = "remove the data, and ask for it with a field of the form";
            errors.report(&variant.fields, format!("a variant of a choice must not have data: {fix}"));
        }
        let mut settings = read_options(&VARIANT, "choice", &variant.attrs, errors);
        let name = Name::renamed(&variant.ident, settings.take("rename"), rename_all);
        let title = settings.take("title").map(|title| title.arguments);
        let title = title.or_else(|| docs::description(&variant.attrs).map(first_paragraph));
        Self { ident: variant.ident.clone(), name, title }
    }
}

/// The first paragraph of a doc comment. The others are for readers of the source.
fn first_paragraph(description: TokenStream) -> TokenStream {
    let Ok(text) = syn::parse2::<LitStr>(description.clone()) else { return description };
    let value = text.value();
    LitStr::new(value.lines().next().unwrap_or_default(), text.span()).into_token_stream()
}
