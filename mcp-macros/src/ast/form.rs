//! A struct with `#[derive(Form)]`.

use proc_macro2::{Ident, Span};
use syn::{Data, DeriveInput, Field, Fields, Type};

use crate::ast::derive::{check_names, read_options, report_generics};
use crate::ast::name::Name;
use crate::ast::options::setting::{Setting, Settings};
use crate::ast::options::table::{FORM, FORM_FIELD};
use crate::ast::{docs, limits};
use crate::errors::Errors;

/// A form: the fields of a struct.
pub(crate) struct Form {
    pub(crate) fields: Vec<FormField>,
}

/// A field of a form.
pub(crate) struct FormField {
    pub(crate) ident: Ident,
    pub(crate) r#type: Type,
    pub(crate) name: Name,
    pub(crate) settings: Settings,
}

impl Form {
    /// Reads a struct.
    pub(crate) fn read(input: &DeriveInput, errors: &mut Errors) -> Self {
        report_generics(input, "a form", errors);
        let rename_all = read_options(&FORM, "form", &input.attrs, errors).take("rename_all");
        let empty = Self { fields: Vec::new() };
        let fields = match &input.data {
            Data::Struct(data) => match &data.fields {
                Fields::Named(fields) if !fields.named.is_empty() => &fields.named,
                Fields::Named(_) | Fields::Unit => {
                    let fix = "to ask for a confirmation only, use the form `()` in place of this type";
                    errors.report(&input.ident, format!("a form must have at least one field: {fix}"));
                    return empty;
                }
                Fields::Unnamed(fields) => {
                    let fix = "write `struct Name { field: Type }`";
                    errors.report(fields, format!("the fields of a form must have names: {fix}"));
                    return empty;
                }
            },
            Data::Enum(data) => {
                let fix = "for an enum, which can be the type of a field, use `#[derive(Choice)]`";
                errors.report(data.enum_token, format!("`#[derive(Form)]` must be on a struct: {fix}"));
                return empty;
            }
            Data::Union(data) => {
                errors.report(data.union_token, "`#[derive(Form)]` must be on a struct");
                return empty;
            }
        };
        let fields = fields.iter().filter_map(|field| FormField::read(field, rename_all.as_ref(), errors));
        let fields: Vec<_> = fields.collect();
        check_names(fields.iter().map(|field| &field.name), ("fields", "#[form(rename = \"…\")]"), errors);
        Self { fields }
    }
}

impl FormField {
    fn read(field: &Field, rename_all: Option<&Setting>, errors: &mut Errors) -> Option<Self> {
        let mut settings = read_options(&FORM_FIELD, "form", &field.attrs, errors);
        limits::check(&settings, errors);
        let ident = field.ident.clone()?;
        let name = Name::renamed(&ident, settings.take("rename"), rename_all);
        if let (Some(description), None) = (docs::description(&field.attrs), settings.find("description")) {
            settings.push(Ident::new("description", Span::mixed_site()), description);
        }
        Some(Self { ident, r#type: field.ty.clone(), name, settings })
    }
}
