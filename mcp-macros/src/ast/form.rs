//! A struct with `#[derive(Form)]`.

use proc_macro2::Ident;
use syn::{Attribute, Data, DeriveInput, Field, Fields, Type};

use super::options::{FORM, FORM_FIELD, Settings, Table};
use super::parameter::Name;
use super::{casing, docs, options};
use crate::errors::Errors;

/// A form: the fields of a struct.
pub(crate) struct Form {
    pub(crate) fields: Vec<FormField>,
}

/// One of the fields.
pub(crate) struct FormField {
    pub(crate) ident: Ident,
    pub(crate) r#type: Type,
    pub(crate) name: Name,
    pub(crate) settings: Settings,
}

impl Form {
    /// Reads a struct.
    pub(crate) fn read(input: &DeriveInput, errors: &mut Errors) -> Self {
        refuse_generics(input, "a form", errors);
        let rename_all = said(&FORM, "form", &input.attrs, errors).take("rename_all");
        let empty = Self { fields: Vec::new() };
        let fields = match &input.data {
            Data::Struct(data) => match &data.fields {
                Fields::Named(fields) => &fields.named,
                Fields::Unit => return empty,
                Fields::Unnamed(fields) => {
                    let fix = "write `struct Name { field: Type }`";
                    errors.at(fields, format!("the fields of a form have names: {fix}"));
                    return empty;
                }
            },
            Data::Enum(data) => {
                let fix = "an enum is what one of its fields can be, with `#[derive(Choice)]`";
                errors.at(data.enum_token, format!("`#[derive(Form)]` goes on a struct: {fix}"));
                return empty;
            }
            Data::Union(data) => {
                errors.at(data.union_token, "`#[derive(Form)]` goes on a struct");
                return empty;
            }
        };
        let fields = fields.iter().filter_map(|field| {
            let mut settings = said(&FORM_FIELD, "form", &field.attrs, errors);
            let ident = field.ident.clone()?;
            let name = casing::name(&ident, settings.take("rename"), rename_all.as_ref());
            describe(&mut settings, field);
            Some(FormField { ident, r#type: field.ty.clone(), name, settings })
        });
        let fields: Vec<_> = fields.collect();
        check_names(fields.iter().map(|field| &field.name), ("fields", "#[form(rename = \"…\")]"), errors);
        Self { fields }
    }
}

/// The doc comment says what a field is for, unless an option does.
fn describe(settings: &mut Settings, field: &Field) {
    if let (Some(description), None) = (docs::description(&field.attrs), settings.find("description")) {
        settings.push(Ident::new("description", proc_macro2::Span::mixed_site()), description);
    }
}

/// What the attributes of one name say.
pub(super) fn said(table: &Table, name: &str, attributes: &[Attribute], errors: &mut Errors) -> Settings {
    let mut settings = Settings::default();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        let tokens = options::tokens(attribute, errors);
        table.read_more(tokens, &mut settings, errors);
    }
    settings
}

/// What is shown to a user is settled before anybody asks.
pub(super) fn refuse_generics(input: &DeriveInput, what: &str, errors: &mut Errors) {
    if !input.generics.params.is_empty() {
        errors.at(
            &input.generics,
            format!("{what} is the same for everybody who is asked: take the generics out"),
        );
    }
}

/// No two of them have the same name.
pub(super) fn check_names<'a>(
    names: impl Iterator<Item = &'a Name>,
    (what, fix): (&str, &str),
    errors: &mut Errors,
) {
    let mut seen = Vec::new();
    for name in names {
        let Some(text) = &name.text else { continue };
        if seen.contains(&text) {
            let mistake =
                format!("two {what} are called `{text}`: give one of them another name with `{fix}`");
            errors.at(&name.tokens, mistake);
        }
        seen.push(text);
    }
}
