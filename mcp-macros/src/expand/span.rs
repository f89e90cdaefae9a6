//! Spans of the generated code.

use proc_macro2::Span;

/// The span of identifiers that the macro makes: they cannot clash with identifiers of the user.
pub(crate) fn hygienic() -> Span {
    Span::mixed_site()
}

/// The same, reported by the compiler at a token of the user.
pub(crate) fn hygienic_at(span: Span) -> Span {
    hygienic().located_at(span)
}
