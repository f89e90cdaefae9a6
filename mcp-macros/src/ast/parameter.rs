//! A parameter of a handler.

use proc_macro2::{Ident, TokenStream};
use syn::spanned::Spanned;
use syn::{Generics, Pat, PatType};

use crate::ast::attribute::{option_tokens, take_arg};
use crate::ast::name::Name;
use crate::ast::options::setting::Settings;
use crate::ast::options::table::ARG;
use crate::ast::types::{elide_lifetimes, find_borrow, strip_reference};
use crate::ast::{docs, foreign, limits};
use crate::errors::Errors;

/// A parameter of a handler: an argument or an extractor, as the traits of its type decide.
pub(crate) struct Parameter {
    /// The name that clients use; `None` only for an extractor.
    pub(crate) name: Option<Name>,
    /// The type without a leading `&`.
    pub(crate) r#type: TokenStream,
    /// `true` if the function takes the parameter by reference.
    pub(crate) by_reference: bool,
    pub(crate) settings: Settings,
    /// `true` if the fields of the struct are the arguments.
    pub(crate) is_flattened: bool,
    /// `true` if the default is that of the type: `default` has no value.
    pub(crate) has_type_default: bool,
    /// The name of the HTTP header that repeats the argument; only tools have such headers.
    pub(crate) header: Option<TokenStream>,
    /// The function that completes values; only prompts and templates have completion.
    pub(crate) completer: Option<TokenStream>,
}

impl Parameter {
    /// Reads a parameter, and removes its doc comments and `#[arg]`.
    pub(crate) fn read(typed: &mut PatType, generics: &Generics, errors: &mut Errors) -> Self {
        let description = docs::description(&typed.attrs);
        let attributes = take_arg(&mut typed.attrs);
        typed.attrs.retain(|attribute| !docs::is_doc(attribute));
        foreign::report_attributes(&mut typed.attrs, errors);
        let is_described = description.is_some() || !attributes.is_empty();
        let mut settings = Settings::default();
        for attribute in &attributes {
            let tokens = option_tokens(attribute, errors);
            ARG.read_into(&mut settings, tokens, errors);
        }
        limits::check(&settings, errors);
        check_flattened(&settings, description.as_ref(), errors);
        let is_flattened = settings.find("flatten").is_some();
        let default = settings.find("default");
        let has_type_default = default.is_some_and(|default| default.arguments.is_empty());
        if has_type_default {
            settings.take("default");
        }
        if let (Some(description), None) = (description, settings.find("description")) {
            settings.push(Ident::new("description", typed.pat.span()), description);
        }
        let name = settings.take("name").map(Name::from_setting);
        let name = name.or_else(|| plain_name(&typed.pat).map(Name::from_ident));
        if name.is_none() && is_described && !is_flattened {
            errors.report(
                &typed.pat,
                "an argument must have a name: add `#[arg(name = \"…\")]`, or use a plain name without a leading `_`",
            );
        }
        let (r#type, by_reference) = strip_reference(&typed.ty, errors);
        foreign::report_type(r#type, inner_name(&typed.pat).as_deref(), errors);
        let r#type = elide_lifetimes(r#type, generics);
        if let Some(borrow) = find_borrow(r#type.clone()) {
            errors.report(
                borrow,
                "the type of a parameter must not contain a reference: use the owned type, such as `String` for `&str`",
            );
        }
        let header = settings.take("header").map(|header| header.arguments);
        let completer = settings.take("complete").map(|complete| complete.arguments);
        Self { name, r#type, by_reference, settings, is_flattened, has_type_default, header, completer }
    }

    /// The name of the argument, unless its fields are the arguments.
    pub(crate) fn argument_name(&self) -> Option<&Name> {
        self.name.as_ref().filter(|_| !self.is_flattened)
    }
}

/// Reports what describes a struct whose fields are the arguments: clients do not see the struct.
fn check_flattened(settings: &Settings, description: Option<&TokenStream>, errors: &mut Errors) {
    if settings.find("flatten").is_none() {
        return;
    }
    for setting in settings.iter().filter(|setting| setting.method != "flatten") {
        let (option, fix) = (&setting.method, "describe the fields in the struct, and remove it here");
        errors.report(option, format!("`{option}` must not be combined with `flatten`: {fix}"));
    }
    if let (Some(description), None) = (description, settings.find("description")) {
        let fix = "describe the fields in the struct, or write `//`";
        errors.report(description, format!("a doc comment must not be combined with `flatten`: {fix}"));
    }
}

/// The name of a pattern that is a plain name. With a leading `_` it is unused, so it is no name for clients either.
fn plain_name(pattern: &Pat) -> Option<&Ident> {
    match pattern {
        Pat::Ident(pattern) if pattern.subpat.is_none() => Some(&pattern.ident),
        _ => None,
    }
    .filter(|ident| !ident.to_string().starts_with('_'))
}

/// The only name in a pattern, such as `Parameters(request)`.
fn inner_name(pattern: &Pat) -> Option<String> {
    match pattern {
        Pat::Ident(pattern) => Some(pattern.ident.to_string()),
        Pat::TupleStruct(pattern) if pattern.elems.len() == 1 => pattern.elems.first().and_then(inner_name),
        _ => None,
    }
}
