//! Doc comments as descriptions.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The text of the doc comments among these attributes, as an expression; `None` if there is no text.
pub(crate) fn description(attributes: &[Attribute]) -> Option<TokenStream> {
    let docs: Vec<&Expr> = attributes.iter().filter_map(doc).collect();
    let span = docs.first().map(|doc| syn::spanned::Spanned::span(*doc))?;
    let lines: Option<Vec<String>> = docs.iter().map(|doc| literal(doc)).collect();
    let Some(lines) = lines else {
        // `#[doc = include_str!("…")]` is a text only after its expansion.
        let docs = docs.iter().map(|doc| {
            literal(doc).map_or_else(|| doc.to_token_stream(), |line| line.trim().into_token_stream())
        });
        return Some(quote_spanned!(Span::mixed_site()=> ::core::concat!(#(#docs, "\n"),*)));
    };
    let text = join(&lines.join("\n"));
    (!text.is_empty()).then(|| syn::LitStr::new(&text, span).into_token_stream())
}

/// Returns `true` if an attribute is a doc comment.
pub(crate) fn is_doc(attribute: &Attribute) -> bool {
    doc(attribute).is_some()
}

/// The value of `#[doc = …]`.
fn doc(attribute: &Attribute) -> Option<&Expr> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => Some(&pair.value),
        _ => None,
    }
}

/// The text of one doc comment; `None` if only the compiler can evaluate it.
fn literal(doc: &Expr) -> Option<String> {
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = doc else { return None };
    let text = text.value();
    // In `/** … */`, each line may begin with a star.
    let line =
        |line: &str| line.trim_start().strip_prefix('*').map_or_else(|| line.to_owned(), str::to_owned);
    if text.contains('\n') { Some(text.lines().map(line).collect::<Vec<_>>().join("\n")) } else { Some(text) }
}

/// Joins the lines of each paragraph, which were broken for the width of the source. Items, headings, rows and code
/// keep their lines.
fn join(text: &str) -> String {
    let mut joined = String::new();
    let mut is_code = false;
    let mut is_open = false;
    for line in text.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
        let is_fence = line.trim_start().starts_with("```");
        let continues = is_open && !is_code && !is_fence && !starts_block(line);
        if !joined.is_empty() {
            joined.push(if continues { ' ' } else { '\n' });
        }
        joined.push_str(if continues { line.trim_start() } else { line });
        is_code ^= is_fence;
        is_open = !is_fence && !line.is_empty() && !line.starts_with(['#', '|']);
    }
    joined.trim_matches('\n').to_owned()
}

/// Returns `true` if a line begins a Markdown block (an item, a heading, a row, a quotation) or is empty.
fn starts_block(line: &str) -> bool {
    let word = line.trim_start().split(' ').next().unwrap_or_default();
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    word.is_empty()
        || matches!(word, "-" | "*" | "+")
        || word.starts_with(['#', '|', '>'])
        || word.strip_suffix(['.', ')']).is_some_and(is_number)
}

#[cfg(test)]
mod tests {
    use syn::{ItemFn, parse_quote};

    use super::{description, join};

    #[test]
    fn lines_of_a_paragraph_are_joined() {
        let check = |text, expected| assert_eq!(join(text), expected);
        check(" Search the notes.", "Search the notes.");
        check(" Search the\n notes.\n\n Slowly\n though.", "Search the notes.\n\nSlowly though.");
        check(" Modes:\n - one,\n   or two\n - three\n\n End.", "Modes:\n- one, or two\n- three\n\nEnd.");
        check(" So:\n 1. one\n 2. two", "So:\n1. one\n2. two");
        check(" As in:\n ```\n a\n b\n ```\n and\n so", "As in:\n```\na\nb\n```\nand so");
        check(" | a |\n | - |\n | b |", "| a |\n| - |\n| b |");
        check("", "");
    }

    #[test]
    fn several_attributes_are_one_text() {
        let function: ItemFn = parse_quote! {
            /// Search
            /// the notes.
            #[inline]
            #[doc = " Slowly."]
            fn find() {}
        };
        let text = description(&function.attrs).expect("there are docs").to_string();
        assert_eq!(text, "\"Search the notes. Slowly.\"");
    }

    #[test]
    fn stars_of_block_comments_are_removed() {
        let function: ItemFn = parse_quote! {
            #[doc = "\n     * Search\n     * the notes.\n     "]
            fn find() {}
        };
        let text = description(&function.attrs).expect("there are docs").to_string();
        assert_eq!(text, "\"Search the notes.\"");
    }

    #[test]
    fn an_included_file_is_read_by_the_compiler() {
        let function: ItemFn = parse_quote! {
            /// Search.
            #[doc = include_str!("find.md")]
            fn find() {}
        };
        let text = description(&function.attrs).expect("there are docs").to_string();
        assert_eq!(text, r#":: core :: concat ! ("Search." , "\n" , include_str ! ("find.md") , "\n")"#);
    }

    #[test]
    fn an_empty_comment_is_no_description() {
        let function: ItemFn = parse_quote! {
            ///
            fn find() {}
        };
        assert!(description(&function.attrs).is_none());
    }
}
