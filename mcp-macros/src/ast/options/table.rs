//! The options of each attribute.

use crate::ast::options::value::ValueKind;

/// The options that an attribute has.
pub(crate) struct OptionTable {
    /// The attribute, for messages.
    pub(crate) attribute: &'static str,
    /// The names of the options, and the kinds of their values.
    pub(crate) options: &'static [(&'static str, ValueKind)],
}

pub(crate) const SERVER: OptionTable = OptionTable {
    attribute: "#[server]",
    options: &[
        ("name", ValueKind::Text),
        ("version", ValueKind::Text),
        ("title", ValueKind::Text),
        ("description", ValueKind::Text),
        ("instructions", ValueKind::Text),
        ("website_url", ValueKind::Text),
        ("icon", ValueKind::Icon),
        ("cache", ValueKind::Cache),
        ("timeout", ValueKind::Duration),
        ("page_size", ValueKind::Number),
        ("max_result_bytes", ValueKind::Number),
        ("mask_errors", ValueKind::Flag),
        ("logging", ValueKind::Flag),
        ("read_only", ValueKind::Bool),
        ("destructive", ValueKind::Bool),
        ("idempotent", ValueKind::Bool),
        ("open_world", ValueKind::Bool),
        ("titles", ValueKind::Function),
        ("allow_unknown_arguments", ValueKind::Flag),
        ("part", ValueKind::Name),
        ("parts", ValueKind::Names),
        ("tools", ValueKind::Paths),
        ("prompts", ValueKind::Paths),
        ("resources", ValueKind::Paths),
        ("templates", ValueKind::Paths),
        ("with", ValueKind::Function),
    ],
};

pub(crate) const TOOL: OptionTable = OptionTable {
    attribute: "#[tool]",
    options: &[
        ("name", ValueKind::Text),
        ("title", ValueKind::Text),
        ("description", ValueKind::Text),
        ("output", ValueKind::Type),
        ("empty_text", ValueKind::Text),
        ("read_only", ValueKind::Bool),
        ("destructive", ValueKind::Bool),
        ("idempotent", ValueKind::Bool),
        ("open_world", ValueKind::Bool),
        ("timeout", ValueKind::Duration),
        ("task", ValueKind::Task),
        ("single_use", ValueKind::Flag),
        ("strict", ValueKind::Flag),
        ("allow_unknown_arguments", ValueKind::Flag),
        ("icon", ValueKind::Icon),
        ("meta", ValueKind::Pairs),
    ],
};

pub(crate) const RESOURCE: OptionTable = OptionTable {
    attribute: "#[resource]",
    options: &[
        ("name", ValueKind::Text),
        ("title", ValueKind::Text),
        ("description", ValueKind::Text),
        ("mime_type", ValueKind::Text),
        ("size", ValueKind::Number),
        ("cache", ValueKind::Cache),
        ("timeout", ValueKind::Duration),
        ("annotations", ValueKind::Annotations),
        ("icon", ValueKind::Icon),
        ("meta", ValueKind::Pairs),
    ],
};

pub(crate) const PROMPT: OptionTable = OptionTable {
    attribute: "#[prompt]",
    options: &[
        ("name", ValueKind::Text),
        ("title", ValueKind::Text),
        ("description", ValueKind::Text),
        ("timeout", ValueKind::Duration),
        ("icon", ValueKind::Icon),
        ("meta", ValueKind::Pairs),
    ],
};

pub(crate) const ARG: OptionTable = OptionTable {
    attribute: "#[arg]",
    options: &[
        ("name", ValueKind::Text),
        ("description", ValueKind::Text),
        ("title", ValueKind::Text),
        ("default", ValueKind::AnyOrDefault),
        ("range", ValueKind::Range),
        ("length", ValueKind::TypedRange),
        ("pattern", ValueKind::Text),
        ("one_of", ValueKind::List),
        ("example", ValueKind::Any),
        ("complete", ValueKind::Function),
        ("header", ValueKind::Text),
        ("keyword", ValueKind::Pairs),
        ("flatten", ValueKind::Flag),
    ],
};

pub(crate) const FORM: OptionTable =
    OptionTable { attribute: "#[form]", options: &[("rename_all", ValueKind::Casing)] };

pub(crate) const FORM_FIELD: OptionTable = OptionTable {
    attribute: "#[form]",
    options: &[
        ("rename", ValueKind::Text),
        ("description", ValueKind::Text),
        ("title", ValueKind::Text),
        ("default", ValueKind::Typed),
        ("length", ValueKind::TypedRange),
        ("format", ValueKind::Format),
        ("range", ValueKind::TypedRange),
        ("items", ValueKind::TypedRange),
    ],
};

pub(crate) const CHOICE: OptionTable =
    OptionTable { attribute: "#[choice]", options: &[("rename_all", ValueKind::Casing)] };

pub(crate) const VARIANT: OptionTable = OptionTable {
    attribute: "#[choice]",
    options: &[("rename", ValueKind::Text), ("title", ValueKind::Text)],
};

/// The options of an icon, in its parentheses.
pub(crate) const ICON: OptionTable = OptionTable {
    attribute: "icon",
    options: &[
        ("src", ValueKind::Text),
        ("mime_type", ValueKind::Text),
        ("sizes", ValueKind::List),
        ("theme", ValueKind::Name),
    ],
};

/// The options of annotations, in their parentheses.
pub(crate) const ANNOTATIONS: OptionTable = OptionTable {
    attribute: "annotations",
    options: &[
        ("audience", ValueKind::Names),
        ("priority", ValueKind::Typed),
        ("last_modified", ValueKind::Text),
    ],
};

/// Options that may be given more than once.
pub(crate) const REPEATABLE: [&str; 4] = ["icon", "meta", "example", "keyword"];
