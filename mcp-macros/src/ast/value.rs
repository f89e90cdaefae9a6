//! What an option takes, and the arguments that it becomes.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, ExprRange, ExprUnary, Lit, LitInt, LitStr, Token, UnOp};

use super::casing::CASES;
use super::nearest::nearest;
use super::options::{Settings, Table, Written};
use crate::errors::Errors;

/// What an option takes.
#[derive(Clone, Copy)]
pub(crate) enum Value {
    /// Nothing: to write it says yes.
    Flag,
    /// `true` or `false`.
    Bool,
    /// A text.
    Text,
    /// A number that is not negative.
    Number,
    /// How long something takes.
    Time,
    /// Any expression.
    Any,
    /// An expression whose type the compiler finds out from what it is for.
    Own,
    /// From where to where.
    Range,
    /// The same, where the compiler finds out the type of the ends.
    Limits,
    /// What kind of text a field of a form holds.
    Format,
    /// How names are spelled.
    Casing,
    /// A list of values.
    List,
    /// A function or a closure.
    Function,
    /// An identifier.
    Name,
    /// Identifiers.
    Names,
    /// Texts with a value each.
    Pairs,
    /// An icon.
    Icon,
    /// Annotations of a resource.
    Annotations,
    /// How long something may be cached, and for whom.
    Cache,
    /// When a call becomes a task.
    Task,
}

const ICON: Table = Table {
    attribute: "icon",
    options: &[
        ("src", Value::Text),
        ("mime_type", Value::Text),
        ("sizes", Value::List),
        ("theme", Value::Name),
    ],
};

const ANNOTATIONS: Table = Table {
    attribute: "annotations",
    options: &[("audience", Value::Names), ("priority", Value::Any), ("last_modified", Value::Text)],
};

/// The kinds of text that a field of a form can hold, and their variants.
const FORMATS: [(&str, &str); 4] =
    [("email", "Email"), ("uri", "Uri"), ("date", "Date"), ("date-time", "DateTime")];

impl Value {
    /// How the option is written.
    fn form(self, name: &Ident) -> String {
        match self {
            Self::Flag => format!("{name}"),
            Self::Bool => format!("{name} = true"),
            Self::Text => format!("{name} = \"…\""),
            Self::Number => format!("{name} = 100"),
            Self::Time => format!("{name} = \"30s\""),
            Self::Any | Self::Own => format!("{name} = …"),
            Self::Range | Self::Limits => format!("{name} = 1..=100"),
            Self::Format => format!("{name} = \"email\""),
            Self::Casing => format!("{name} = \"snake_case\""),
            Self::List => format!("{name}(\"…\", \"…\")"),
            Self::Function => format!("{name} = Self::suggest"),
            Self::Name => format!("{name} = one"),
            Self::Names => format!("{name}(one, two)"),
            Self::Pairs => format!("{name}(\"key\" = …)"),
            Self::Icon => format!("{name}(src = \"https://…\")"),
            Self::Annotations => format!("{name}(audience(user), priority = 0.5)"),
            Self::Cache => format!("{name}(\"5min\", private)"),
            Self::Task => format!("{name}`, `{name} = optional`, `{name} = never` or `{name} = \"10s\""),
        }
    }

    /// The arguments of the option's method, once for each time it is to be called.
    pub(crate) fn read(self, name: &Ident, written: Written, errors: &mut Errors) -> Vec<TokenStream> {
        let one = |arguments: Option<TokenStream>| arguments.into_iter().collect();
        match (self, written) {
            (Self::Flag, Written::Alone) => vec![TokenStream::new()],
            (Self::Task, Written::Alone) => {
                vec![quote_spanned!(Span::mixed_site()=> ::mcpwright::TaskMode::Always)]
            }
            (Self::Task, Written::Equals(value)) => one(self.checked(name, &value, task(&value), errors)),
            (Self::Name | Self::Names, Written::Equals(Expr::Path(path))) => vec![path.into_token_stream()],
            (Self::Names, Written::Group(group)) => {
                one(self.checked(name, &group, names.parse2(group.stream()).ok(), errors))
            }
            (Self::List, Written::Group(group)) => {
                one(self.checked(name, &group, list.parse2(group.stream()).ok(), errors))
            }
            (Self::Cache, Written::Group(group)) => {
                let cached = cache.parse2(group.stream()).ok().flatten();
                one(self.checked(name, &group, cached, errors))
            }
            (Self::Pairs, Written::Group(group)) => {
                let pairs = pairs.parse2(group.stream()).ok();
                self.checked(name, &group, pairs, errors).unwrap_or_default()
            }
            (Self::Icon, Written::Group(group)) => one(self.parts(name, &group, &ICON, icon, errors)),
            (Self::Annotations, Written::Group(group)) => {
                one(self.parts(name, &group, &ANNOTATIONS, annotations, errors))
            }
            (Self::Flag | Self::Name | Self::Names | Self::Pairs | Self::Cache, Written::Equals(value)) => {
                one(self.refused(name, &value, errors))
            }
            (_, Written::Equals(value)) => one(self.expression(name, value, errors)),
            (_, Written::Group(group)) => one(self.refused(name, &group, errors)),
            (_, Written::Alone) => one(self.refused(name, name, errors)),
        }
    }

    /// An expression. What is wrong with its type is said here if it is a literal, and else by the compiler.
    fn expression(self, name: &Ident, mut value: Expr, errors: &mut Errors) -> Option<TokenStream> {
        // What comes from a declarative macro stands between delimiters that nobody sees.
        while let Expr::Group(group) = value {
            value = *group.expr;
        }
        let literal = match &value {
            Expr::Lit(ExprLit { lit, .. }) => Some(lit),
            _ => None,
        };
        let fits = match (self, literal) {
            (Self::Time, Some(Lit::Str(text))) => {
                return self.checked(name, text, time(text), errors);
            }
            (Self::Format, Some(Lit::Str(text))) => {
                return format(text).or_else(|| unknown(name, text, FORMATS.map(|(known, _)| known), errors));
            }
            (Self::Casing, Some(Lit::Str(text))) if !CASES.contains(&text.value().as_str()) => {
                return unknown(name, text, CASES.iter().copied(), errors);
            }
            // What has another spelling must be known now.
            (Self::Casing, literal) => matches!(literal, Some(Lit::Str(_))),
            (Self::Range | Self::Limits, None) => !is_endless(&value),
            (Self::Any | Self::Own, _)
            | (_, None)
            | (Self::Text, Some(Lit::Str(_)))
            | (Self::Bool, Some(Lit::Bool(_)))
            | (Self::Number, Some(Lit::Int(_))) => true,
            (_, Some(_)) => false,
        };
        match self {
            _ if !fits => self.refused(name, &value, errors),
            Self::Own | Self::Limits => Some(value.into_token_stream()),
            _ => Some(widened(value).into_token_stream()),
        }
    }

    /// A value that has options itself.
    fn parts(
        self,
        name: &Ident,
        group: &Group,
        table: &Table,
        build: fn(Settings) -> Option<TokenStream>,
        errors: &mut Errors,
    ) -> Option<TokenStream> {
        let mut own = Errors::default();
        let parts = table.read(group.stream(), &mut own);
        if own.is_empty() {
            return self.checked(name, group, build(parts), errors);
        }
        errors.append(own);
        None
    }

    /// What could be read; if nothing could, the form is what helps.
    fn checked<T>(self, name: &Ident, at: &impl ToTokens, read: Option<T>, errors: &mut Errors) -> Option<T> {
        if read.is_none() {
            self.refused(name, at, errors);
        }
        read
    }

    fn refused(self, name: &Ident, at: &impl ToTokens, errors: &mut Errors) -> Option<TokenStream> {
        let form = self.form(name);
        errors.at(
            at,
            match self {
                Self::Flag => {
                    format!("`{name}` takes no value: write `{form}` to say yes, and leave it out otherwise")
                }
                _ => format!("`{name}` is written `{form}`"),
            },
        );
        None
    }
}

fn names(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let names = Punctuated::<Ident, Token![,]>::parse_terminated(input)?;
    Ok(names.into_token_stream())
}

fn list(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let values = Punctuated::<Expr, Token![,]>::parse_terminated(input)?;
    Ok(quote!([#values]))
}

fn pairs(input: ParseStream<'_>) -> syn::Result<Vec<TokenStream>> {
    let pair = |input: ParseStream<'_>| {
        let key: LitStr = input.parse()?;
        input.parse::<Token![=]>()?;
        let value: Expr = input.parse()?;
        Ok(quote!(#key, #value))
    };
    let pairs = Punctuated::<TokenStream, Token![,]>::parse_terminated_with(input, pair)?;
    Ok(pairs.into_iter().collect())
}

/// `"5min", private`.
fn cache(input: ParseStream<'_>) -> syn::Result<Option<TokenStream>> {
    let value: Expr = input.parse()?;
    input.parse::<Token![,]>()?;
    let scope: Ident = input.parse()?;
    input.parse::<Option<Token![,]>>()?;
    let time = match &value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => time(text),
        Expr::Lit(_) => None,
        _ => Some(value.into_token_stream()),
    };
    let scope = variant(&scope, &["public", "private"]);
    let site = Span::mixed_site();
    Ok(time.zip(scope).map(|(time, scope)| quote_spanned!(site=> #time, ::mcpwright::CacheScope::#scope)))
}

/// The variant of `StringFormat` that a text names.
fn format(text: &LitStr) -> Option<TokenStream> {
    let written = text.value();
    let (_, variant) = FORMATS.into_iter().find(|(known, _)| *known == written)?;
    let variant = Ident::new(variant, Span::mixed_site().located_at(text.span()));
    Some(quote_spanned!(Span::mixed_site()=> ::mcpwright::core::StringFormat::#variant))
}

/// Refuses a text that is not one of those that are known.
fn unknown<T>(
    name: &Ident,
    text: &LitStr,
    known: impl IntoIterator<Item = &'static str> + Clone,
    errors: &mut Errors,
) -> Option<T> {
    let written = text.value();
    let message = match nearest(&written, known.clone()) {
        Some(meant) => format!("`{name}` knows no `{written}`: did you mean `{meant}`?"),
        None => {
            let known: Vec<_> = known.into_iter().map(|known| format!("`{known}`")).collect();
            format!("`{name}` knows no `{written}`; it knows {}", known.join(", "))
        }
    };
    errors.at(text, message);
    None
}

/// A duration such as `"30s"`.
fn time(text: &LitStr) -> Option<TokenStream> {
    let written = text.value();
    let digits = written.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = written.split_at(digits);
    let count: u64 = count.parse().ok()?;
    let milliseconds = match unit.trim() {
        "ms" => {
            return Some(quote_spanned!(Span::mixed_site()=> ::core::time::Duration::from_millis(#count)));
        }
        "s" => count,
        "min" => count.checked_mul(60)?,
        "h" => count.checked_mul(3600)?,
        _ => return None,
    };
    Some(quote_spanned!(Span::mixed_site()=> ::core::time::Duration::from_secs(#milliseconds)))
}

/// `optional`, `never`, or the time after which a call becomes a task.
fn task(value: &Expr) -> Option<TokenStream> {
    let site = Span::mixed_site();
    match value {
        Expr::Path(path) => {
            let mode = variant(path.path.get_ident()?, &["always", "optional", "never"])?;
            Some(quote_spanned!(site=> ::mcpwright::TaskMode::#mode))
        }
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            let time = time(text)?;
            Some(quote_spanned!(site=> ::mcpwright::TaskMode::After(#time)))
        }
        _ => None,
    }
}

fn icon(mut parts: Settings) -> Option<TokenStream> {
    let site = Span::mixed_site();
    let src = parts.take("src")?.arguments;
    let mut calls = TokenStream::new();
    if let Some(theme) = parts.take("theme") {
        let theme = variant(&syn::parse2(theme.arguments).ok()?, &["light", "dark"])?;
        calls.extend(quote_spanned!(site=> .theme(::mcpwright::core::IconTheme::#theme)));
    }
    if let Some(sizes) = parts.take("sizes") {
        let sizes = sizes.arguments;
        calls.extend(quote_spanned!(site=> .sizes(#sizes.map(::std::string::String::from))));
    }
    Some(quote_spanned!(site=> ::mcpwright::core::Icon::new(#src)#parts #calls))
}

fn annotations(mut parts: Settings) -> Option<TokenStream> {
    let site = Span::mixed_site();
    let mut calls = TokenStream::new();
    if let Some(audience) = parts.take("audience") {
        let names = Punctuated::<Ident, Token![,]>::parse_terminated.parse2(audience.arguments).ok()?;
        let roles: Option<Vec<_>> = names.iter().map(|name| variant(name, &["user", "assistant"])).collect();
        let roles = roles?;
        calls.extend(quote_spanned!(site=> .audience([#(::mcpwright::core::Role::#roles),*])));
    }
    Some(quote_spanned!(site=> ::mcpwright::core::Annotations::new()#parts #calls))
}

/// The variant of an enum whose variants are written in lower case.
fn variant(name: &Ident, names: &[&str]) -> Option<Ident> {
    let written = name.to_string();
    let mut letters = names.contains(&written.as_str()).then(|| written.chars())?;
    let first = letters.next()?.to_ascii_uppercase();
    Some(Ident::new(&format!("{first}{}", letters.as_str()), name.span()))
}

/// `..` has a type only where something tells it, and nothing does.
fn is_endless(value: &Expr) -> bool {
    matches!(value, Expr::Range(ExprRange { start: None, end: None, .. }))
}

/// Gives integers a type that holds them: without one they are `i32`, whatever the type of the argument is.
fn widened(value: Expr) -> Expr {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(number), attrs }) => {
            Expr::Lit(ExprLit { lit: Lit::Int(widened_literal(number)), attrs })
        }
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            Expr::Unary(ExprUnary { expr: Box::new(widened(*unary.expr)), ..unary })
        }
        Expr::Range(range) => Expr::Range(ExprRange {
            start: range.start.map(|start| Box::new(widened(*start))),
            end: range.end.map(|end| Box::new(widened(*end))),
            ..range
        }),
        value => value,
    }
}

fn widened_literal(number: LitInt) -> LitInt {
    let suffix = match number.base10_parse::<u128>() {
        Ok(value) if number.suffix().is_empty() && i32::try_from(value).is_err() => {
            if i64::try_from(value).is_ok() { "i64" } else { "u64" }
        }
        _ => return number,
    };
    LitInt::new(&format!("{}{suffix}", number.base10_digits()), number.span())
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use crate::ast::options::{ARG, FORM_FIELD, RESOURCE, SERVER, TOOL, Table};
    use crate::errors::Errors;
    use proc_macro2::TokenStream;

    fn check(table: &Table, written: &TokenStream, expected: &TokenStream) {
        let mut errors = Errors::default();
        let settings = table.read(written.clone(), &mut errors);
        assert!(errors.is_empty(), "{written}");
        assert_eq!(quote!(#settings).to_string(), expected.to_string(), "{written}");
    }

    fn refuse(table: &Table, written: &TokenStream, expected: &[&str]) {
        let mut errors = Errors::default();
        table.read(written.clone(), &mut errors);
        assert_eq!(errors.messages(), expected, "{written}");
    }

    #[test]
    fn options_are_calls() {
        check(&TOOL, &quote!(read_only, title = "Find"), &quote!(.read_only().title("Find")));
        check(&TOOL, &quote!(open_world = false,), &quote!(.open_world(false)));
        check(
            &TOOL,
            &quote!(description = include_str!("find.md")),
            &quote!(.description(include_str!("find.md"))),
        );
        check(&TOOL, &quote!(meta("a" = 1, "b" = B)), &quote!(.meta("a", 1).meta("b", B)));
        check(
            &TOOL,
            &quote!(icon(src = "https://x", sizes("48x48"), theme = dark)),
            &quote!(.icon(::mcpwright::core::Icon::new("https://x")
                .theme(::mcpwright::core::IconTheme::Dark)
                .sizes(["48x48"].map(::std::string::String::from)))),
        );
        check(
            &RESOURCE,
            &quote!(annotations(audience(user, assistant), priority = 0.5)),
            &quote!(.annotations(::mcpwright::core::Annotations::new()
                .priority(0.5)
                .audience([::mcpwright::core::Role::User, ::mcpwright::core::Role::Assistant]))),
        );
        check(&SERVER, &quote!(parts(a, b), part = c), &quote!(.parts(a, b).part(c)));
    }

    #[test]
    fn times_have_units() {
        let second = quote!(::core::time::Duration::from_secs(30u64));
        check(&TOOL, &quote!(timeout = "30s"), &quote!(.timeout(#second)));
        check(&TOOL, &quote!(timeout = "30 s"), &quote!(.timeout(#second)));
        check(&TOOL, &quote!(timeout = LIMIT), &quote!(.timeout(LIMIT)));
        check(
            &RESOURCE,
            &quote!(cache("2min", public)),
            &quote!(.cache(::core::time::Duration::from_secs(120u64), ::mcpwright::CacheScope::Public)),
        );
        refuse(&TOOL, &quote!(timeout = 30), &["`timeout` is written `timeout = \"30s\"`"]);
        refuse(&TOOL, &quote!(timeout = "soon"), &["`timeout` is written `timeout = \"30s\"`"]);
        refuse(&RESOURCE, &quote!(cache("2min", mine)), &["`cache` is written `cache(\"5min\", private)`"]);
    }

    #[test]
    fn a_call_becomes_a_task_at_once_or_after_a_time() {
        check(&TOOL, &quote!(task), &quote!(.task(::mcpwright::TaskMode::Always)));
        check(&TOOL, &quote!(task = optional), &quote!(.task(::mcpwright::TaskMode::Optional)));
        check(&TOOL, &quote!(task = never), &quote!(.task(::mcpwright::TaskMode::Never)));
        let second = quote!(::core::time::Duration::from_secs(10u64));
        check(&TOOL, &quote!(task = "10s"), &quote!(.task(::mcpwright::TaskMode::After(#second))));
        let wrong = "`task` is written `task`, `task = optional`, `task = never` or `task = \"10s\"`";
        for written in
            [quote!(task = true), quote!(task = sometimes), quote!(task = "soon"), quote!(task(10))]
        {
            refuse(&TOOL, &written, &[wrong]);
        }
    }

    #[test]
    fn integers_have_types_that_hold_them() {
        check(&ARG, &quote!(range = 1..=100), &quote!(.range(1..=100)));
        check(&ARG, &quote!(range = -5_000_000_000..), &quote!(.range(-5000000000i64..)));
        check(
            &ARG,
            &quote!(default = 18_000_000_000_000_000_000),
            &quote!(.default(18000000000000000000u64)),
        );
        check(&ARG, &quote!(default = 5_000_000_000u64), &quote!(.default(5_000_000_000u64)));
    }

    #[test]
    fn fields_of_forms_tell_the_types_of_integers() {
        check(&FORM_FIELD, &quote!(range = -5_000_000_000..), &quote!(.range(-5_000_000_000..)));
        check(&FORM_FIELD, &quote!(default = 5_000_000_000), &quote!(.default(5_000_000_000)));
        check(
            &FORM_FIELD,
            &quote!(format = "date-time"),
            &quote!(.format(::mcpwright::core::StringFormat::DateTime)),
        );
    }

    #[test]
    fn every_mistake_is_reported() {
        refuse(
            &TOOL,
            &quote!(
                read_onyl,
                title = 5,
                read_only = true,
                colour = "red",
                open_world = 1,
                title = "a",
                title = "b"
            ),
            &[
                "`#[tool]` has no option `read_onyl`: did you mean `read_only`?",
                "`title` is written `title = \"…\"`",
                "`read_only` takes no value: write `read_only` to say yes, and leave it out otherwise",
                "`#[tool]` has no option `colour`; it has `name`, `title`, `description`, `read_only`, `destructive`, \
                 `additive`, `idempotent`, `open_world`, `timeout`, `task`, `single_use`, `strict`, `allow_unknown_arguments`, `icon`, `meta`",
                "`open_world` is written `open_world = true`",
                "`title` is said twice",
            ],
        );
        refuse(&ARG, &quote!(range = 5), &["`range` is written `range = 1..=100`"]);
        refuse(&ARG, &quote!(range = ..), &["`range` is written `range = 1..=100`"]);
        refuse(&ARG, &quote!(default), &["`default` is written `default = …`"]);
        refuse(&ARG, &quote!(complete = "x"), &["`complete` is written `complete = Self::suggest`"]);
        refuse(&TOOL, &quote!("find"), &["an option begins with its name, as in `title = \"…\"`"]);
        refuse(&TOOL, &quote!(strict idempotent), &["expected `,` between two options"]);
    }
}
