//! Doc comments as descriptions.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// What the doc comments among these attributes say: an expression that is a text, or nothing.
pub(crate) fn description(attributes: &[Attribute]) -> Option<TokenStream> {
    let docs: Vec<&Expr> = attributes.iter().filter_map(doc).collect();
    let span = docs.first().map(|doc| syn::spanned::Spanned::span(*doc))?;
    let lines: Option<Vec<String>> = docs.iter().map(|doc| literal(doc)).collect();
    let Some(lines) = lines else {
        // `#[doc = include_str!("…")]` is a text only once it is expanded.
        let docs = docs.iter().map(|doc| {
            literal(doc).map_or_else(|| doc.to_token_stream(), |line| line.trim().into_token_stream())
        });
        return Some(quote_spanned!(Span::mixed_site()=> ::core::concat!(#(#docs, "\n"),*)));
    };
    let text = join(&lines.join("\n"));
    (!text.is_empty()).then(|| syn::LitStr::new(&text, span).into_token_stream())
}

/// Whether an attribute is a doc comment.
pub(crate) fn is_doc(attribute: &Attribute) -> bool {
    doc(attribute).is_some()
}

fn doc(attribute: &Attribute) -> Option<&Expr> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => Some(&pair.value),
        _ => None,
    }
}

fn literal(doc: &Expr) -> Option<String> {
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = doc else { return None };
    let text = text.value();
    // Of `/** … */`, each line may begin with a star.
    let line =
        |line: &str| line.trim_start().strip_prefix('*').map_or_else(|| line.to_owned(), str::to_owned);
    if text.contains('\n') { Some(text.lines().map(line).collect::<Vec<_>>().join("\n")) } else { Some(text) }
}

/// Joins the lines of a paragraph, which were broken for the source's width. What stands on a line of its own in
/// Markdown stays there.
fn join(text: &str) -> String {
    let mut joined = String::new();
    let mut is_code = false;
    let mut may_go_on = false;
    for line in text.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
        let is_fence = line.trim_start().starts_with("```");
        let goes_on = may_go_on && !is_code && !is_fence && !stands_alone(line);
        if !joined.is_empty() {
            joined.push(if goes_on { ' ' } else { '\n' });
        }
        joined.push_str(if goes_on { line.trim_start() } else { line });
        is_code ^= is_fence;
        may_go_on = !is_fence && !line.is_empty() && !line.starts_with(['#', '|']);
    }
    joined.trim_matches('\n').to_owned()
}

/// Whether a line begins a block of its own: an item, a heading, a row, a quotation, or nothing at all.
fn stands_alone(line: &str) -> bool {
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
    fn paragraphs_are_joined() {
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
    fn attributes_are_one_text() {
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
    fn blocks_lose_their_stars() {
        let function: ItemFn = parse_quote! {
            #[doc = "\n     * Search\n     * the notes.\n     "]
            fn find() {}
        };
        let text = description(&function.attrs).expect("there are docs").to_string();
        assert_eq!(text, "\"Search the notes.\"");
    }

    #[test]
    fn texts_of_files_are_left_to_the_compiler() {
        let function: ItemFn = parse_quote! {
            /// Search.
            #[doc = include_str!("find.md")]
            fn find() {}
        };
        let text = description(&function.attrs).expect("there are docs").to_string();
        assert_eq!(text, r#":: core :: concat ! ("Search." , "\n" , include_str ! ("find.md") , "\n")"#);
    }

    #[test]
    fn no_words_are_no_description() {
        let function: ItemFn = parse_quote! {
            ///
            fn find() {}
        };
        assert!(description(&function.attrs).is_none());
    }
}
