//! Attributes and types of other crates on parameters, for which there is another way here.

use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::{Attribute, GenericArgument, Meta, PathArguments, Type, TypePath};

use crate::errors::Errors;

/// Words in attributes of serde, schemars and validators, and what to write in `#[arg(…)]` in place of each.
const WORDS: [(&[&str], &str); 9] = [
    (&["default"], "default"),
    (&["rename", "alias"], "name = \"…\""),
    (&["flatten"], "flatten"),
    (&["range"], "range = 1..=100"),
    (&["length"], "length = 1..=80"),
    (&["regex", "pattern"], "pattern = \"^[a-z]+$\""),
    (&["description"], "description = \"…\""),
    (&["title"], "title = \"…\""),
    (&["example", "examples"], "example = …"),
];

/// Removes the attributes of other crates from a parameter, where the compiler does not accept them, and reports each.
pub(super) fn report_attributes(attributes: &mut Vec<Attribute>, errors: &mut Errors) {
    let foreign = |attribute: &mut Attribute| {
        ["serde", "schemars", "validate", "garde", "tool"].iter().any(|name| attribute.path().is_ident(name))
    };
    for attribute in attributes.extract_if(.., foreign) {
        let name = attribute.path().get_ident().map(ToString::to_string).unwrap_or_default();
        let mistake = match (name.as_str(), first_word(&attribute).as_deref()) {
            ("tool", Some("aggr")) => {
                "`#[tool(aggr)]` must be `#[arg(flatten)]`: the fields of the type are the arguments".to_owned()
            }
            ("tool", _) => "`#[tool(…)]` must not be on a parameter: every parameter is an argument, which a doc comment \
                            or `#[arg(description = \"…\")]` describes"
                .to_owned(),
            (_, word) => {
                let known = word.and_then(|word| WORDS.iter().find(|(words, _)| words.contains(&word)));
                let fix = known.map_or("…", |(_, fix)| fix);
                format!("`#[{name}(…)]` must be on the field of a struct: on a parameter, write `#[arg({fix})]`")
            }
        };
        errors.report(attribute, mistake);
    }
}

/// The first word in the parentheses of an attribute.
fn first_word(attribute: &Attribute) -> Option<String> {
    let Meta::List(list) = &attribute.meta else { return None };
    list.tokens.clone().into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    })
}

/// Reports a type of rmcp. Returns `true` if the type is one.
///
/// The name decides: code that was copied has no such type in scope, so there is nothing that a trait could recognize.
pub(super) fn report_type(written: &Type, name: Option<&str>, errors: &mut Errors) -> bool {
    let Type::Path(TypePath { path, .. }) = written else { return false };
    let Some(last) = path.segments.last() else { return false };
    let PathArguments::AngleBracketed(generics) = &last.arguments else { return false };
    let Some(GenericArgument::Type(argument)) = generics.args.first().filter(|_| generics.args.len() == 1)
    else {
        return false;
    };
    let is_role = is_named(argument, "RoleServer");
    let mistake = if last.ident == "Parameters" {
        let argument = compact(argument);
        let name = name.unwrap_or("arguments");
        format!(
            "`Parameters<…>` is a type of rmcp: write `#[arg(flatten)] {name}: {argument}`, or the fields of `{argument}` as \
             parameters"
        )
    } else if is_role && (last.ident == "RequestContext" || last.ident == "Peer") {
        format!("`{}<RoleServer>` is a type of rmcp: write `context: &Context`", last.ident)
    } else {
        return false;
    };
    errors.report(written, mistake);
    true
}

fn is_named(written: &Type, name: &str) -> bool {
    matches!(written, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
}

/// The text of a type, without the spaces between its tokens.
fn compact(written: &Type) -> String {
    written.to_token_stream().to_string().replace(' ', "").replace(',', ", ")
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn types_of_rmcp_are_reported() {
        let report = |written: Type| {
            let mut errors = Errors::default();
            let is_foreign = report_type(&written, Some("request"), &mut errors);
            assert_eq!(is_foreign, !errors.is_empty());
            errors.messages().concat()
        };
        assert!(
            report(parse_quote!(Parameters<Map<String, u32>>))
                .contains("`#[arg(flatten)] request: Map<String, u32>`")
        );
        assert!(report(parse_quote!(RequestContext<RoleServer>)).contains("`context: &Context`"));
        for own in [
            parse_quote!(Parameters),
            parse_quote!(Vec<u32>),
            parse_quote!(Peer<Other>),
            parse_quote!(Parameters<A, B>),
        ] {
            assert_eq!(report(own), "");
        }
    }
}
