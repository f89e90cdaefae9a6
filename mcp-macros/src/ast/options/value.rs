//! The kinds of values that options take.

use proc_macro2::Ident;

/// The kind of value that an option takes.
#[derive(Clone, Copy)]
pub(crate) enum ValueKind {
    /// No value: the option alone sets it.
    Flag,
    /// `true` or `false`; the option alone is `true`.
    Bool,
    /// A string.
    Text,
    /// An integer of at least 0.
    Number,
    /// A duration such as `"30s"`.
    Duration,
    /// Any expression; the builder's method is generic over its type.
    Any,
    /// Any expression, or none for the default of the type; the builder's method is generic over its type.
    AnyOrDefault,
    /// Any expression; the builder's method fixes its type.
    Typed,
    /// A range; the builder's method is generic over the type of its ends.
    Range,
    /// A range; the builder's method fixes the type of its ends.
    TypedRange,
    /// A format of strings in a form, such as `"email"`.
    Format,
    /// A casing of names, such as `"snake_case"`.
    Casing,
    /// A list of values.
    List,
    /// The path of a function, or a closure.
    Function,
    /// A type.
    Type,
    /// A list of paths.
    Paths,
    /// An identifier.
    Name,
    /// A list of identifiers.
    Names,
    /// A list of `"key" = value`, each of which is a call of its own.
    Pairs,
    /// An icon.
    Icon,
    /// Annotations of a resource.
    Annotations,
    /// A time and a scope of caching.
    Cache,
    /// The mode in which calls become tasks.
    Task,
}

impl ValueKind {
    /// Returns `true` if the value is a type, which is not parsed as an expression.
    pub(crate) fn is_type(self) -> bool {
        matches!(self, Self::Type)
    }

    /// An example of the option's syntax, for messages.
    pub(crate) fn syntax(self, name: &Ident) -> String {
        match self {
            Self::Flag => format!("{name}"),
            Self::Bool => format!("{name}`, `{name} = true` or `{name} = false"),
            Self::Text => format!("{name} = \"…\""),
            Self::Number => format!("{name} = 100"),
            Self::Duration => format!("{name} = \"30s\""),
            Self::Any | Self::Typed => format!("{name} = …"),
            Self::AnyOrDefault => format!("{name}`, or `{name} = …"),
            Self::Range | Self::TypedRange => format!("{name} = 1..=100"),
            Self::Format => format!("{name} = \"email\""),
            Self::Casing => format!("{name} = \"snake_case\""),
            Self::List => format!("{name}(\"…\", \"…\")"),
            Self::Function if name == "with" => format!("{name} = Self::extend"),
            Self::Function if name == "titles" => format!("{name} = ToolHandler::title_from_name"),
            Self::Function => format!("{name} = Self::suggest"),
            Self::Type => format!("{name} = Type"),
            Self::Name => format!("{name} = one"),
            Self::Names | Self::Paths => format!("{name}(one, two)"),
            Self::Pairs => format!("{name}(\"key\" = …)"),
            Self::Icon => format!("{name}(src = \"https://…\")"),
            Self::Annotations => format!("{name}(audience(user), priority = 0.5)"),
            Self::Cache => format!("{name}(\"5min\", private)"),
            Self::Task => format!("{name}`, `{name} = optional`, `{name} = never` or `{name} = \"10s\""),
        }
    }
}
