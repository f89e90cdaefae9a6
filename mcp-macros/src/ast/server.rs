//! A server: the methods of an `impl` block, and the options of its `#[server]`.

use std::collections::HashMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, LitInt, Path, Token};

use crate::ast::block::Block;
use crate::ast::docs;
use crate::ast::function::own_function;
use crate::ast::handler::{HandlerKind, check_hints};
use crate::ast::method::Method;
use crate::ast::options::setting::Settings;
use crate::ast::options::table::SERVER;
use crate::errors::Errors;

/// A server, or a part of one.
pub(crate) struct Server {
    pub(crate) role: Role,
    pub(crate) methods: Vec<Method>,
    /// Every function of the block, with or without a handler.
    pub(crate) functions: HashMap<Ident, BlockFunction>,
}

/// The role of a block in its server.
pub(crate) enum Role {
    Whole(Box<Whole>),
    Part(Ident),
}

/// A whole server, without the methods of its block.
pub(crate) struct Whole {
    pub(crate) name: Option<TokenStream>,
    pub(crate) version: Option<TokenStream>,
    pub(crate) settings: Settings,
    pub(crate) parts: Vec<Ident>,
    /// Free functions, each with the builder's method that adds its handler.
    pub(crate) functions: Vec<(&'static str, Path)>,
    /// The function that extends the builder.
    pub(crate) with: Option<TokenStream>,
}

/// The options that list free functions, each with the builder's method that adds a handler.
const FUNCTIONS: [(&str, &str); 4] =
    [("tools", "tool"), ("prompts", "prompt"), ("resources", "resource"), ("templates", "template")];

/// The form in which a function of the block is called.
#[derive(Clone, Copy)]
pub(crate) struct BlockFunction {
    pub(crate) has_self: bool,
    pub(crate) is_async: bool,
}

impl Server {
    /// Reads a block and the options of its `#[server]`, and removes the attributes of this crate from the block.
    pub(crate) fn read(options: TokenStream, block: &mut Block, errors: &mut Errors) -> Self {
        let mut settings = SERVER.read(options, errors);
        report_attributes(block, errors);
        if let Some((path, _)) = &block.header.trait_ {
            let fix = "move the methods to a block without a trait";
            errors.report(path, format!("`#[server]` must be on an inherent `impl` block: {fix}"));
        }
        let mut functions = HashMap::new();
        let mut methods = Vec::new();
        for function in block.functions_mut() {
            let signature = &function.signature;
            let (has_self, is_async) = (signature.receiver().is_some(), signature.asyncness.is_some());
            functions.insert(signature.ident.clone(), BlockFunction { has_self, is_async });
            methods.extend(Method::read(function, None, errors));
        }
        check_names(&methods, errors);
        check_page_size(&settings, errors);
        check_hints(&settings, errors);
        let role = match settings.take("part") {
            Some(part) => Role::part(part.arguments, &settings, errors),
            None => Role::Whole(Box::new(Whole::read(settings, block, &functions, errors))),
        };
        let has_others = matches!(&role, Role::Whole(whole) if whole.has_handlers());
        if methods.is_empty() && !has_others && errors.is_empty() {
            let fix = "put `#[tool]`, `#[resource]` or `#[prompt]` on a method";
            errors.report(&block.header.self_ty, format!("a server must have at least one handler: {fix}"));
        }
        Self { role, methods, functions }
    }
}

impl Whole {
    fn read(
        mut settings: Settings,
        block: &Block,
        functions: &HashMap<Ident, BlockFunction>,
        errors: &mut Errors,
    ) -> Self {
        let name = settings.take("name").map(|name| name.arguments);
        let version = settings.take("version").map(|version| version.arguments);
        let parts = settings.take("parts").map_or_else(Punctuated::default, |parts| {
            let names = Punctuated::<Ident, Token![,]>::parse_terminated.parse2(parts.arguments);
            errors.ok(names).unwrap_or_default()
        });
        if let (Some(description), None) =
            (docs::description(&block.header.attrs), settings.find("description"))
        {
            settings.push(Ident::new("description", Span::mixed_site()), description);
        }
        let with = settings.take("with").map(|with| with.arguments);
        check_with(with.as_ref(), functions, errors);
        let functions = read_functions(&mut settings, errors);
        Self { name, version, settings, parts: parts.into_iter().collect(), functions, with }
    }

    /// Returns `true` if the server may have handlers in addition to those of its block.
    fn has_handlers(&self) -> bool {
        !self.parts.is_empty() || !self.functions.is_empty() || self.with.is_some()
    }
}

impl Role {
    fn part(name: TokenStream, settings: &Settings, errors: &mut Errors) -> Self {
        for setting in settings.iter() {
            let method = &setting.method;
            let fix = "a part has no options of its own";
            errors.report(method, format!("`{method}` must be on the block with `parts(…)`: {fix}"));
        }
        let name = errors.ok(syn::parse2(name));
        Self::Part(name.unwrap_or_else(|| Ident::new("part", Span::mixed_site())))
    }
}

/// Reads the options that list free functions.
fn read_functions(settings: &mut Settings, errors: &mut Errors) -> Vec<(&'static str, Path)> {
    let mut functions = Vec::new();
    for (option, method) in FUNCTIONS {
        let Some(setting) = settings.take(option) else { continue };
        let parser = Punctuated::<Path, Token![,]>::parse_terminated;
        let paths = errors.ok(parser.parse2(setting.arguments)).unwrap_or_default();
        functions.extend(paths.into_iter().map(|path| (method, path)));
    }
    functions
}

/// Reports a function of the block that cannot extend the builder.
fn check_with(with: Option<&TokenStream>, functions: &HashMap<Ident, BlockFunction>, errors: &mut Errors) {
    let Some(with) = with else { return };
    let function = own_function(with).and_then(|name| functions.get(&name).copied());
    if function.is_some_and(|function| function.is_async) {
        let fix = "a server is built without waiting, so wait before you create the type";
        errors.report(with, format!("`with` must not be an `async` function: {fix}"));
    }
}

/// Reports two handlers of one kind with the same name or URI. The builder finds them too, but only at start.
fn check_names(methods: &[Method], errors: &mut Errors) {
    let mut seen: Vec<(HandlerKind, String)> = Vec::new();
    // Two methods with `#[cfg]` may have the same name, if only one of them is compiled.
    for method in methods.iter().filter(|method| method.conditions.is_empty()) {
        for handler in &method.handlers {
            let kind = handler.kind.attribute();
            let (key, at, mistake) = match &handler.uri {
                Some((uri, _)) => {
                    let mistake = format!("two {kind}s have the same URI: give one of them another URI");
                    (uri.value(), uri.to_token_stream(), mistake)
                }
                None => {
                    let Some(name) = handler.name.text.clone() else { continue };
                    let fix = format!("give one of them another name with `#[{kind}(name = \"…\")]`");
                    let mistake = format!("two {kind}s are named `{name}`: {fix}");
                    (name, handler.name.tokens.clone(), mistake)
                }
            };
            let key = (handler.kind, key);
            if seen.contains(&key) {
                errors.report(at, mistake);
            }
            seen.push(key);
        }
    }
}

/// Reports pages without entries. The builder finds them too, but only at start.
fn check_page_size(settings: &Settings, errors: &mut Errors) {
    let Some(setting) = settings.find("page_size") else { return };
    let entries = syn::parse2::<LitInt>(setting.arguments.clone()).and_then(|entries| entries.base10_parse());
    if entries.is_ok_and(|entries: u64| entries == 0) {
        errors.report(&setting.arguments, "`page_size` must be at least 1");
    }
}

/// Removes the attributes of rmcp from a block with `#[server]`, and reports each.
fn report_attributes(block: &mut Block, errors: &mut Errors) {
    let is_foreign = |attribute: &mut Attribute| {
        let name = attribute.path().segments.last().map(|segment| segment.ident.to_string());
        name.is_some_and(|name| {
            ["tool_router", "prompt_router", "tool_handler", "prompt_handler"].contains(&&*name)
        })
    };
    for attribute in block.header.attrs.extract_if(.., is_foreign) {
        errors.report(attribute, "an attribute of rmcp must not be on a block with `#[server]`: remove it");
    }
}
