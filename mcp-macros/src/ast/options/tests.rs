//! Options as calls of the builder, and mistakes in them.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::options::table::{ARG, FORM_FIELD, OptionTable, RESOURCE, SERVER, TOOL};
use crate::errors::Errors;

fn check(table: &OptionTable, written: &TokenStream, expected: &TokenStream) {
    let mut errors = Errors::default();
    let settings = table.read(written.clone(), &mut errors);
    assert!(errors.is_empty(), "{written}");
    assert_eq!(quote!(#settings).to_string(), expected.to_string(), "{written}");
}

fn reject(table: &OptionTable, written: &TokenStream, expected: &[&str]) {
    let mut errors = Errors::default();
    table.read(written.clone(), &mut errors);
    assert_eq!(errors.messages(), expected, "{written}");
}

#[test]
fn options_become_calls() {
    check(&TOOL, &quote!(read_only, title = "Find"), &quote!(.read_only(true).title("Find")));
    check(
        &TOOL,
        &quote!(read_only = READ_ONLY, destructive = false, idempotent = true, open_world,),
        &quote!(.read_only(READ_ONLY).destructive(false).idempotent(true).open_world(true)),
    );
    check(
        &SERVER,
        &quote!(read_only, destructive = false, titles = Self::title, allow_unknown_arguments),
        &quote!(.read_only(true).destructive(false).titles(Self::title).allow_unknown_arguments()),
    );
    check(
        &TOOL,
        &quote!(description = include_str!("find.md")),
        &quote!(.description(include_str!("find.md"))),
    );
    check(&TOOL, &quote!(meta("a" = 1, "b" = B)), &quote!(.meta("a", 1).meta("b", B)));
    check(
        &TOOL,
        &quote!(icon(src = "https://x", sizes("48x48"), theme = dark)),
        &quote!(.icon(::mcpwright::types::Icon::new("https://x")
            .theme(::mcpwright::types::IconTheme::Dark)
            .sizes(["48x48"].map(::std::string::String::from)))),
    );
    check(
        &RESOURCE,
        &quote!(annotations(audience(user, assistant), priority = 0.5)),
        &quote!(.annotations(::mcpwright::types::Annotations::new()
            .priority(0.5)
            .audience([::mcpwright::types::Role::User, ::mcpwright::types::Role::Assistant]))),
    );
    check(&SERVER, &quote!(parts(a, b), part = c), &quote!(.parts(a, b).part(c)));
    check(&SERVER, &quote!(tools(a, b::c), with = Self::d), &quote!(.tools(a, b::c).with(Self::d)));
    check(&TOOL, &quote!(output = Vec<Level>, strict), &quote!(.output(Vec<Level>).strict()));
    check(&ARG, &quote!(default, flatten), &quote!(.default().flatten()));
}

#[test]
fn durations_have_units() {
    let second = quote!(::core::time::Duration::from_secs(30u64));
    check(&TOOL, &quote!(timeout = "30s"), &quote!(.timeout(#second)));
    check(&TOOL, &quote!(timeout = "30 s"), &quote!(.timeout(#second)));
    check(&TOOL, &quote!(timeout = LIMIT), &quote!(.timeout(LIMIT)));
    check(
        &RESOURCE,
        &quote!(cache("2min", public)),
        &quote!(.cache(::core::time::Duration::from_secs(120u64), ::mcpwright::CacheScope::Public)),
    );
    reject(&TOOL, &quote!(timeout = 30), &["`timeout` must be written `timeout = \"30s\"`"]);
    reject(&TOOL, &quote!(timeout = "soon"), &["`timeout` must be written `timeout = \"30s\"`"]);
    reject(&RESOURCE, &quote!(cache("2min", mine)), &["`cache` must be written `cache(\"5min\", private)`"]);
}

#[test]
fn a_task_mode_is_a_name_or_a_duration() {
    check(&TOOL, &quote!(task), &quote!(.task(::mcpwright::TaskMode::Always)));
    check(&TOOL, &quote!(task = optional), &quote!(.task(::mcpwright::TaskMode::Optional)));
    check(&TOOL, &quote!(task = never), &quote!(.task(::mcpwright::TaskMode::Never)));
    let second = quote!(::core::time::Duration::from_secs(10u64));
    check(&TOOL, &quote!(task = "10s"), &quote!(.task(::mcpwright::TaskMode::After(#second))));
    let wrong = "`task` must be written `task`, `task = optional`, `task = never` or `task = \"10s\"`";
    for written in [quote!(task = true), quote!(task = sometimes), quote!(task = "soon"), quote!(task(10))] {
        reject(&TOOL, &written, &[wrong]);
    }
}

#[test]
fn large_integers_get_a_suffix() {
    check(&ARG, &quote!(range = 1..=100), &quote!(.range(1..=100)));
    check(&ARG, &quote!(range = -5_000_000_000..), &quote!(.range(-5000000000i64..)));
    check(&ARG, &quote!(default = 18_000_000_000_000_000_000), &quote!(.default(18000000000000000000u64)));
    check(&ARG, &quote!(default = 5_000_000_000u64), &quote!(.default(5_000_000_000u64)));
    let least = quote!(.range(-9223372036854775808i64..));
    check(&ARG, &quote!(range = -9_223_372_036_854_775_808..), &least);
    check(&ARG, &quote!(default = [1, 5_000_000_000]), &quote!(.default([1, 5000000000i64])));
    check(&ARG, &quote!(one_of(1, 5_000_000_000)), &quote!(.one_of([1, 5000000000i64])));
    check(&TOOL, &quote!(meta("a" = 5_000_000_000)), &quote!(.meta("a", 5000000000i64)));
}

#[test]
fn integers_whose_type_is_fixed_get_no_suffix() {
    check(&ARG, &quote!(length = ..=5_000_000_000), &quote!(.length(..=5_000_000_000)));
    check(&RESOURCE, &quote!(size = 5_000_000_000), &quote!(.size(5_000_000_000)));
    check(&SERVER, &quote!(max_result_bytes = 5_000_000_000), &quote!(.max_result_bytes(5_000_000_000)));
}

#[test]
fn integers_of_form_fields_get_no_suffix() {
    check(&FORM_FIELD, &quote!(range = -5_000_000_000..), &quote!(.range(-5_000_000_000..)));
    check(&FORM_FIELD, &quote!(default = 5_000_000_000), &quote!(.default(5_000_000_000)));
    check(
        &FORM_FIELD,
        &quote!(format = "date-time"),
        &quote!(.format(::mcpwright::types::StringFormat::DateTime)),
    );
}

#[test]
fn all_mistakes_are_reported() {
    reject(
        &TOOL,
        &quote!(
            read_onyl,
            title = 5,
            read_only = "yes",
            strict = true,
            color = "red",
            open_world = 1,
            title = "a",
            title = "b"
        ),
        &[
            "`#[tool]` has no option `read_onyl`: did you mean `read_only`?",
            "`title` must be written `title = \"…\"`",
            "`read_only` must be written `read_only`, `read_only = true` or `read_only = false`",
            "`strict` must not have a value: write `strict` alone to set it",
            "`#[tool]` has no option `color`; its options are `name`, `title`, `description`, `output`, `empty_text`, `read_only`, \
             `destructive`, `idempotent`, `open_world`, `timeout`, `task`, `single_use`, `strict`, `allow_unknown_arguments`, `icon`, `meta`",
            "`open_world` must be written `open_world`, `open_world = true` or `open_world = false`",
            "`title` must not be given twice: remove one of them",
        ],
    );
    reject(&ARG, &quote!(range = 5), &["`range` must be written `range = 1..=100`"]);
    reject(&ARG, &quote!(range = ..), &["`range` must be written `range = 1..=100`"]);
    reject(&ARG, &quote!(complete = "x"), &["`complete` must be written `complete = Self::suggest`"]);
    reject(&TOOL, &quote!("find"), &["an option must begin with its name, as in `title = \"…\"`"]);
    reject(&TOOL, &quote!(strict idempotent), &["expected `,` between two options"]);
}
