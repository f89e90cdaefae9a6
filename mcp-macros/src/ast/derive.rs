//! Parsing that the derives share.

use syn::{Attribute, DeriveInput};

use crate::ast::attribute::option_tokens;
use crate::ast::name::Name;
use crate::ast::options::setting::Settings;
use crate::ast::options::table::OptionTable;
use crate::errors::Errors;

/// Reads the options of all attributes of one name.
pub(crate) fn read_options(
    table: &OptionTable,
    attribute: &str,
    attributes: &[Attribute],
    errors: &mut Errors,
) -> Settings {
    let mut settings = Settings::default();
    for attribute in attributes.iter().filter(|candidate| candidate.path().is_ident(attribute)) {
        let tokens = option_tokens(attribute, errors);
        table.read_into(&mut settings, tokens, errors);
    }
    settings
}

/// Reports generics: the schema that users see must be the same for every request.
pub(crate) fn report_generics(input: &DeriveInput, subject: &str, errors: &mut Errors) {
    if !input.generics.params.is_empty() {
        errors.report(
            &input.generics,
            format!("{subject} must not be generic: clients get one fixed schema, so remove the generics"),
        );
    }
}

/// Reports names that occur twice.
pub(crate) fn check_names<'a>(
    names: impl Iterator<Item = &'a Name>,
    (subjects, fix): (&str, &str),
    errors: &mut Errors,
) {
    let mut seen = Vec::new();
    for name in names {
        let Some(text) = &name.text else { continue };
        if seen.contains(&text) {
            let mistake =
                format!("two {subjects} are named `{text}`: give one of them another name with `{fix}`");
            errors.report(&name.tokens, mistake);
        }
        seen.push(text);
    }
}
