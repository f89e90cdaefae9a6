//! The options of an attribute, each of which is a call of the builder's method of that name.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, Lit, Meta, Token};

use super::nearest::nearest;
use super::value::Value;
use crate::errors::Errors;

/// The options that an attribute has.
pub(crate) struct Table {
    /// The attribute, as it is called in messages.
    pub(crate) attribute: &'static str,
    /// The names of its options, and what each takes.
    pub(crate) options: &'static [(&'static str, Value)],
}

pub(crate) const SERVER: Table = Table {
    attribute: "#[server]",
    options: &[
        ("name", Value::Text),
        ("version", Value::Text),
        ("title", Value::Text),
        ("description", Value::Text),
        ("instructions", Value::Text),
        ("website_url", Value::Text),
        ("icon", Value::Icon),
        ("cache", Value::Cache),
        ("timeout", Value::Time),
        ("page_size", Value::Number),
        ("max_result_bytes", Value::Number),
        ("mask_errors", Value::Flag),
        ("part", Value::Name),
        ("parts", Value::Names),
    ],
};

pub(crate) const TOOL: Table = Table {
    attribute: "#[tool]",
    options: &[
        ("name", Value::Text),
        ("title", Value::Text),
        ("description", Value::Text),
        ("read_only", Value::Flag),
        ("destructive", Value::Flag),
        ("additive", Value::Flag),
        ("idempotent", Value::Flag),
        ("open_world", Value::Bool),
        ("timeout", Value::Time),
        ("task", Value::Task),
        ("single_use", Value::Flag),
        ("strict", Value::Flag),
        ("allow_unknown_arguments", Value::Flag),
        ("icon", Value::Icon),
        ("meta", Value::Pairs),
    ],
};

pub(crate) const RESOURCE: Table = Table {
    attribute: "#[resource]",
    options: &[
        ("name", Value::Text),
        ("title", Value::Text),
        ("description", Value::Text),
        ("mime_type", Value::Text),
        ("size", Value::Number),
        ("cache", Value::Cache),
        ("timeout", Value::Time),
        ("annotations", Value::Annotations),
        ("icon", Value::Icon),
        ("meta", Value::Pairs),
    ],
};

pub(crate) const PROMPT: Table = Table {
    attribute: "#[prompt]",
    options: &[
        ("name", Value::Text),
        ("title", Value::Text),
        ("description", Value::Text),
        ("timeout", Value::Time),
        ("icon", Value::Icon),
        ("meta", Value::Pairs),
    ],
};

pub(crate) const ARG: Table = Table {
    attribute: "#[arg]",
    options: &[
        ("name", Value::Text),
        ("description", Value::Text),
        ("title", Value::Text),
        ("default", Value::Any),
        ("range", Value::Range),
        ("length", Value::Range),
        ("pattern", Value::Text),
        ("one_of", Value::List),
        ("example", Value::Any),
        ("complete", Value::Function),
        ("header", Value::Text),
        ("keyword", Value::Pairs),
    ],
};

pub(crate) const FORM: Table = Table { attribute: "#[form]", options: &[("rename_all", Value::Casing)] };

pub(crate) const FORM_FIELD: Table = Table {
    attribute: "#[form]",
    options: &[
        ("rename", Value::Text),
        ("description", Value::Text),
        ("title", Value::Text),
        ("default", Value::Own),
        ("length", Value::Limits),
        ("format", Value::Format),
        ("range", Value::Limits),
        ("items", Value::Limits),
    ],
};

pub(crate) const CHOICE: Table = Table { attribute: "#[choice]", options: &[("rename_all", Value::Casing)] };

pub(crate) const VARIANT: Table =
    Table { attribute: "#[choice]", options: &[("rename", Value::Text), ("title", Value::Text)] };

/// Options that may be said more than once.
const REPEATED: [&str; 4] = ["icon", "meta", "example", "keyword"];

/// An option: the call of a builder's method.
#[derive(Clone)]
pub(crate) struct Setting {
    /// The method, spelled by the user.
    pub(crate) method: Ident,
    pub(crate) arguments: TokenStream,
}

impl Setting {
    /// The only argument, if it is a text that can be read now.
    pub(crate) fn literal(&self) -> Option<syn::LitStr> {
        syn::parse2(self.arguments.clone()).ok()
    }
}

/// The options that are calls, in the order in which they were written.
#[derive(Clone, Default)]
pub(crate) struct Settings(Vec<Setting>);

impl Settings {
    /// Takes an option out.
    pub(crate) fn take(&mut self, name: &str) -> Option<Setting> {
        let place = self.0.iter().position(|setting| setting.method == name)?;
        Some(self.0.remove(place))
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Setting> {
        self.0.iter().find(|setting| setting.method == name)
    }

    pub(crate) fn push(&mut self, method: Ident, arguments: TokenStream) {
        self.0.push(Setting { method, arguments });
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.0.iter()
    }
}

impl ToTokens for Settings {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for Setting { method, arguments } in self.iter() {
            let span = proc_macro2::Span::mixed_site().located_at(method.span());
            tokens.extend(quote::quote_spanned!(span=> .#method(#arguments)));
        }
    }
}

/// What follows the name of an option.
pub(crate) enum Written {
    /// Nothing.
    Alone,
    /// `= expression`.
    Equals(Expr),
    /// `(…)`.
    Group(Group),
}

impl Table {
    /// Reads the options of an attribute. What is wrong with one of them does not keep the others from being read.
    pub(crate) fn read(&self, tokens: TokenStream, errors: &mut Errors) -> Settings {
        let mut settings = Settings::default();
        self.read_more(tokens, &mut settings, errors);
        settings
    }

    /// Reads the options of one more attribute on the same thing.
    pub(crate) fn read_more(&self, tokens: TokenStream, settings: &mut Settings, errors: &mut Errors) {
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                match option(input) {
                    Ok((name, written)) => self.add(settings, &name, written, errors),
                    Err(error) => {
                        errors.push(error);
                        skip(input);
                    }
                }
                if !input.is_empty() && input.parse::<Token![,]>().is_err() {
                    errors.push(input.error("expected `,` between two options"));
                    skip(input);
                    let _ = input.parse::<Token![,]>();
                }
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            errors.push(error);
        }
    }

    fn add(&self, settings: &mut Settings, name: &Ident, written: Written, errors: &mut Errors) {
        let Some((known, value)) = self.options.iter().find(|(known, _)| name == known) else {
            return errors.at(name, self.unknown(&name.to_string()));
        };
        if settings.find(known).is_some() && !REPEATED.contains(known) {
            return errors.at(name, format!("`{known}` is said twice"));
        }
        for arguments in value.read(name, written, errors) {
            settings.push(name.clone(), arguments);
        }
    }

    fn unknown(&self, name: &str) -> String {
        let attribute = self.attribute;
        if let Some(meant) = nearest(name, self.options.iter().map(|(name, _)| *name)) {
            return format!("`{attribute}` has no option `{name}`: did you mean `{meant}`?");
        }
        let names: Vec<_> = self.options.iter().map(|(name, _)| format!("`{name}`")).collect();
        format!("`{attribute}` has no option `{name}`; it has {}", names.join(", "))
    }
}

/// What an attribute has between its parentheses.
pub(crate) fn tokens(attribute: &Attribute, errors: &mut Errors) -> TokenStream {
    match &attribute.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(pair) => {
            errors.at(&pair.value, "options stand in parentheses, as in `#[tool(title = \"…\")]`");
            TokenStream::new()
        }
    }
}

fn option(input: ParseStream<'_>) -> syn::Result<(Ident, Written)> {
    if input.peek(Lit) {
        return Err(input.error("an option begins with its name, as in `title = \"…\"`"));
    }
    let name = input.call(Ident::parse_any)?;
    let written = if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        Written::Equals(input.parse()?)
    } else if input.peek(syn::token::Paren) {
        Written::Group(input.parse()?)
    } else {
        Written::Alone
    };
    Ok((name, written))
}

/// Goes to the next comma.
fn skip(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<TokenTree>();
    }
}
