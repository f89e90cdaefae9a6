//! The parser of options: tokens to settings, by the table of the attribute.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, ExprLit, ExprRange, Lit, LitStr, Token, Type};

use crate::ast::casing::CASINGS;
use crate::ast::nearest::nearest;
use crate::ast::options::duration::duration;
use crate::ast::options::integers::with_suffixes;
use crate::ast::options::setting::Settings;
use crate::ast::options::structured::{
    FORMATS, annotations, cache, format, icon, list, names, pairs, paths, task,
};
use crate::ast::options::synonym::advice;
use crate::ast::options::table::{ANNOTATIONS, ICON, OptionTable, REPEATABLE};
use crate::ast::options::value::ValueKind;
use crate::errors::Errors;

/// The tokens after the name of an option.
enum OptionValue {
    None,
    /// `= expression`.
    Expression(Expr),
    /// `= Type`.
    Type(Box<Type>),
    /// `(…)`.
    Group(Group),
}

impl OptionTable {
    /// Reads the options of an attribute. A mistake in one of them does not stop the parser.
    pub(crate) fn read(&self, tokens: TokenStream, errors: &mut Errors) -> Settings {
        let mut settings = Settings::default();
        self.read_into(&mut settings, tokens, errors);
        settings
    }

    /// Adds the options of another attribute on the same item.
    pub(crate) fn read_into(&self, settings: &mut Settings, tokens: TokenStream, errors: &mut Errors) {
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                match self.parse_option(input) {
                    Ok((name, value)) => self.add(settings, &name, value, errors),
                    Err(error) => {
                        errors.push(error);
                        skip_to_comma(input);
                    }
                }
                if !input.is_empty() && input.parse::<Token![,]>().is_err() {
                    errors.push(input.error("expected `,` between two options"));
                    skip_to_comma(input);
                    let _ = input.parse::<Token![,]>();
                }
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            errors.push(error);
        }
    }

    fn add(&self, settings: &mut Settings, name: &Ident, value: OptionValue, errors: &mut Errors) {
        let Some((known, kind)) = self.options.iter().find(|(known, _)| name == known) else {
            return errors.report(name, self.unknown_option(&name.to_string()));
        };
        if settings.find(known).is_some() && !REPEATABLE.contains(known) {
            return errors.report(name, format!("`{known}` must not be given twice: remove one of them"));
        }
        for arguments in kind.read(name, value, errors) {
            settings.push(name.clone(), arguments);
        }
    }

    fn parse_option(&self, input: ParseStream<'_>) -> syn::Result<(Ident, OptionValue)> {
        if input.peek(Lit) {
            return Err(input.error("an option must begin with its name, as in `title = \"…\"`"));
        }
        let name = input.call(Ident::parse_any)?;
        let is_type = || self.options.iter().any(|(known, kind)| name == known && kind.is_type());
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            if is_type() && !input.peek(Lit) {
                OptionValue::Type(input.parse()?)
            } else {
                OptionValue::Expression(input.parse()?)
            }
        } else if input.peek(syn::token::Paren) {
            OptionValue::Group(input.parse()?)
        } else {
            OptionValue::None
        };
        Ok((name, value))
    }

    fn unknown_option(&self, name: &str) -> String {
        let attribute = self.attribute;
        if let Some(advice) = advice(attribute, name) {
            return format!("`{attribute}` has no option `{name}`: {advice}");
        }
        if let Some(meant) = nearest(name, self.options.iter().map(|(name, _)| *name)) {
            return format!("`{attribute}` has no option `{name}`: did you mean `{meant}`?");
        }
        let names: Vec<_> = self.options.iter().map(|(name, _)| format!("`{name}`")).collect();
        let are = if names.len() == 1 { "its only option is" } else { "its options are" };
        format!("`{attribute}` has no option `{name}`; {are} {}", names.join(", "))
    }
}

impl ValueKind {
    /// Returns the arguments of the builder's method, once for each call of it; none after a mistake.
    fn read(self, name: &Ident, value: OptionValue, errors: &mut Errors) -> Vec<TokenStream> {
        let one = |arguments: Option<TokenStream>| arguments.into_iter().collect();
        match (self, value) {
            (Self::Flag | Self::AnyOrDefault, OptionValue::None) => vec![TokenStream::new()],
            (Self::Bool, OptionValue::None) => vec![quote_spanned!(Span::mixed_site()=> true)],
            (Self::Task, OptionValue::None) => {
                vec![quote_spanned!(Span::mixed_site()=> ::mcpwright::TaskMode::Always)]
            }
            (_, OptionValue::Type(value)) => vec![value.into_token_stream()],
            (_, OptionValue::None) => one(self.report_syntax(name, name, errors)),
            (Self::Task, OptionValue::Expression(value)) => {
                one(self.or_report(name, &value, task(&value), errors))
            }
            (Self::Name | Self::Names, OptionValue::Expression(Expr::Path(path))) => {
                vec![path.into_token_stream()]
            }
            (
                Self::Flag | Self::Name | Self::Names | Self::Paths | Self::Type | Self::Pairs | Self::Cache,
                OptionValue::Expression(value),
            ) => one(self.report_syntax(name, &value, errors)),
            (_, OptionValue::Expression(value)) => one(self.read_expression(name, value, errors)),
            (_, OptionValue::Group(group)) => self.read_group(name, &group, errors),
        }
    }

    fn read_group(self, name: &Ident, group: &Group, errors: &mut Errors) -> Vec<TokenStream> {
        let tokens = group.stream();
        let arguments = match self {
            Self::Names => names.parse2(tokens).ok(),
            Self::Paths => paths.parse2(tokens).ok(),
            // With the span of the parentheses, which is reported if the list is empty.
            Self::List => {
                let array = |values: Vec<Expr>| quote_spanned!(group.span()=> [#(#values),*]);
                list.parse2(tokens).ok().map(array)
            }
            Self::Cache => cache.parse2(tokens).ok().flatten(),
            Self::Icon => {
                return self.read_nested(name, group, (&ICON, icon), errors).into_iter().collect();
            }
            Self::Annotations => {
                return self
                    .read_nested(name, group, (&ANNOTATIONS, annotations), errors)
                    .into_iter()
                    .collect();
            }
            Self::Pairs => {
                return self.or_report(name, group, pairs.parse2(tokens).ok(), errors).unwrap_or_default();
            }
            _ => None,
        };
        self.or_report(name, group, arguments, errors).into_iter().collect()
    }

    /// Reads an expression. A literal of the wrong type is reported here, other expressions by the compiler.
    fn read_expression(self, name: &Ident, mut value: Expr, errors: &mut Errors) -> Option<TokenStream> {
        // An expression that a declarative macro passes on has invisible delimiters.
        while let Expr::Group(group) = value {
            value = *group.expr;
        }
        let literal = match &value {
            Expr::Lit(ExprLit { lit, .. }) => Some(lit),
            _ => None,
        };
        let fits = match (self, literal) {
            (Self::Duration, Some(Lit::Str(text))) => {
                return self.or_report(name, text, duration(text), errors);
            }
            (Self::Format, Some(Lit::Str(text))) => {
                let known = || FORMATS.map(|(known, _)| known);
                return format(text).or_else(|| report_unknown(name, text, &known(), errors));
            }
            (Self::Casing, Some(Lit::Str(text))) if !CASINGS.contains(&text.value().as_str()) => {
                return report_unknown(name, text, CASINGS, errors);
            }
            // The macro itself converts names, so it must know the casing.
            (Self::Casing, literal) => matches!(literal, Some(Lit::Str(_))),
            (Self::Range | Self::TypedRange, None) => !is_unbounded(&value),
            (Self::Any | Self::AnyOrDefault | Self::Typed, _)
            | (_, None)
            | (Self::Text, Some(Lit::Str(_)))
            | (Self::Bool, Some(Lit::Bool(_)))
            | (Self::Number, Some(Lit::Int(_))) => true,
            (_, Some(_)) => false,
        };
        match self {
            _ if !fits => self.report_syntax(name, &value, errors),
            Self::Any | Self::AnyOrDefault | Self::Range | Self::List => {
                Some(with_suffixes(value).into_token_stream())
            }
            _ => Some(value.into_token_stream()),
        }
    }

    /// Reads a value that has options of its own.
    fn read_nested(
        self,
        name: &Ident,
        group: &Group,
        (table, build): (&OptionTable, fn(Settings) -> Option<TokenStream>),
        errors: &mut Errors,
    ) -> Option<TokenStream> {
        let mut nested = Errors::default();
        let settings = table.read(group.stream(), &mut nested);
        if nested.is_empty() {
            return self.or_report(name, group, build(settings), errors);
        }
        errors.append(nested);
        None
    }

    /// Returns the value, or reports the syntax of the option.
    fn or_report<T>(
        self,
        name: &Ident,
        at: &impl ToTokens,
        value: Option<T>,
        errors: &mut Errors,
    ) -> Option<T> {
        if value.is_none() {
            self.report_syntax(name, at, errors);
        }
        value
    }

    /// Reports the syntax of the option.
    fn report_syntax(self, name: &Ident, at: &impl ToTokens, errors: &mut Errors) -> Option<TokenStream> {
        let syntax = self.syntax(name);
        let message = match self {
            Self::Flag => format!("`{name}` must not have a value: write `{syntax}` alone to set it"),
            _ => format!("`{name}` must be written `{syntax}`"),
        };
        errors.report(at, message);
        None
    }
}

/// Reports a text that is none of the known values.
fn report_unknown(
    name: &Ident,
    text: &LitStr,
    known: &[&'static str],
    errors: &mut Errors,
) -> Option<TokenStream> {
    let written = text.value();
    let message = match nearest(&written, known.iter().copied()) {
        Some(meant) => format!("`{name}` must not be `{written}`: did you mean `{meant}`?"),
        None => {
            let known: Vec<_> = known.iter().map(|known| format!("`{known}`")).collect();
            format!("`{name}` must be one of {}, not `{written}`", known.join(", "))
        }
    };
    errors.report(text, message);
    None
}

/// Returns `true` for `..`, whose ends have no type and which sets no limit.
fn is_unbounded(value: &Expr) -> bool {
    matches!(value, Expr::Range(ExprRange { start: None, end: None, .. }))
}

fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<TokenTree>();
    }
}
