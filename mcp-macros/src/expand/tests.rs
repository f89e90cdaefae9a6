//! Input and output of each macro. `tests/macros` tests the generated servers as a client, and `tests/ui` the errors.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::handler::HandlerKind;
use crate::expand::{choice, form, function, server};

#[track_caller]
fn check(expanded: &TokenStream, expected: &TokenStream) {
    // Spaces between tokens do not matter. One line for each statement shows the position of a difference.
    let lines = |tokens: &TokenStream| tokens.to_string().replace(' ', "").replace(';', ";\n");
    let (expanded, expected) = (lines(expanded), lines(expected));
    for (expanded, expected) in expanded.lines().zip(expected.lines()) {
        assert_eq!(expanded, expected);
    }
    assert_eq!(expanded, expected);
}

#[test]
#[expect(clippy::too_many_lines, reason = "both sides of one comparison")]
fn a_server_becomes_calls_of_the_builder() {
    let written = quote! {
        /// Notes of a user.
        impl<S: Store> Notes<S> {
            /// Search the notes.
            #[tool(read_only)]
            pub async fn find(
                &self,
                /// Words to look for.
                query: String,
                #[arg(default = 10)] limit: u32,
                context: &Context,
            ) -> Json<Vec<Note>> {
                todo
            }

            fn extend(&self, builder: Builder) -> Builder {}
        }
    };
    let expected = quote! {
        #[doc = r" Notes of a user."]
        impl<S: Store> Notes<S> {
            #[doc = r" Search the notes."]
            pub async fn find(&self, query: String, limit: u32, context: &Context,) -> Json<Vec<Note>> {
                todo
            }

            fn extend(&self, builder: Builder) -> Builder {}
        }

        #[allow(deprecated, unused_variables)]
        impl<S: Store> ::mcpwright::Serve for Notes<S>
        where
            Self: ::core::marker::Send + ::core::marker::Sync + 'static
        {
            fn into_builder(self) -> ::mcpwright::Builder {
                let this = ::std::sync::Arc::new(self);
                let builder =
                    ::mcpwright::Builder::new("notes", ::core::env!("CARGO_PKG_VERSION"))
                        .description("Notes of a user.");
                let builder = builder.tool(::mcpwright::ToolHandler::new("find", {
                    ::mcpwright::__private::borrowable::<Context>();
                    let this = ::std::sync::Arc::clone(&this);
                    move |mut input| {
                        let argument_0 = input.extract::<String, _>(0usize);
                        let argument_1 = input.extract::<u32, _>(1usize);
                        let argument_2 =
                            input.extract::<<Context as ::mcpwright::__private::Referent>::Extracted, _>(2usize);
                        input.check()?;
                        let this = ::std::sync::Arc::clone(&this);
                        ::core::result::Result::Ok(::mcpwright::Execution::future(async move {
                            <Json<Vec<Note>> as ::mcpwright::IntoToolResult>::into_tool_result(
                                Self::find(&this, argument_0.value(), argument_1.value(), &argument_2.value()).await
                            )
                        }))
                    }
                })
                .parameter::<String, _>(::mcpwright::Argument::new("query").description("Words to look for."))
                .parameter::<u32, _>(::mcpwright::Argument::new("limit").default(match 10 {
                    value => {
                        #[allow(unused_imports)]
                        use ::mcpwright::__private::kinds::UnknownKind as _;
                        ::mcpwright::__private::kinds::check_value(
                            ::mcpwright::__private::kinds::Probe::<u32>::of_type().kind(),
                            ::mcpwright::__private::kinds::Probe::<i64>::of_type().kind()
                        );
                        value
                    }
                }))
                .parameter::<<Context as ::mcpwright::__private::Referent>::Extracted, _>(
                    ::mcpwright::Argument::new("context")
                )
                .returns::<Json<Vec<Note>>>()
                .read_only(true)
                .description("Search the notes."));
                let builder = builder.tool(other::add::tool());
                let builder = Self::server_part_admin(&this, builder);
                let builder = ::mcpwright::__private::extend(builder, |builder| Self::extend(&this, builder));
                builder
            }
        }
    };
    let options = quote!(name = "notes", parts(admin), tools(other::add), with = Self::extend);
    check(&server::expand(options, &written), &expected);
}

#[test]
fn a_tool_has_the_fields_of_a_struct_and_the_schema_of_a_type() {
    let written = quote! {
        fn submit(#[arg(flatten)] Order { id }: Order, #[arg(default)] dry: &Flag) -> Value { todo }
    };
    let expected = quote! {
        fn submit(Order { id }: Order, dry: &Flag) -> Value { todo }

        #[doc = "`submit` as a handler."]
        #[allow(non_camel_case_types)]
        #[non_exhaustive]
        enum submit {}

        impl submit {
            #[doc = "The handler of `submit`."]
            #[must_use]
            #[allow(deprecated)]
            fn tool() -> ::mcpwright::ToolHandler {
                ::mcpwright::ToolHandler::new("submit", {
                    ::mcpwright::__private::borrowable::<Flag>();
                    move |mut input| {
                        let argument_0 = input.extract::<Order, _>(0usize);
                        let argument_1 = input.extract::<::core::option::Option<
                            <Flag as ::mcpwright::__private::Referent>::Extracted
                        >, _>(1usize);
                        input.check()?;
                        ::core::result::Result::Ok(::mcpwright::Execution::blocking(move ||
                            <Value as ::mcpwright::IntoToolResult>::into_tool_result(submit(
                                argument_0.value(),
                                &argument_1.value().unwrap_or_else(|| <
                                    <Flag as ::mcpwright::__private::Referent>::Extracted
                                    as ::core::default::Default
                                >::default())
                            ))
                        ))
                    }
                })
                .parameter::<Order, _>(::mcpwright::Argument::new("").flatten())
                .parameter::<::core::option::Option<<Flag as ::mcpwright::__private::Referent>::Extracted>, _>(
                    ::mcpwright::__private::with_default(::mcpwright::Argument::new("dry"), {
                        #[allow(unused_imports)]
                        use ::mcpwright::__private::NotSerialize as _;
                        ::mcpwright::__private::MaybeSerialize(<
                            <Flag as ::mcpwright::__private::Referent>::Extracted
                            as ::core::default::Default
                        >::default()).to_json()
                    })
                )
                .output::<Depth>()
                .description("Submit.")
            }
        }
    };
    let options = quote!(output = Depth, description = "Submit.");
    check(&function::expand(HandlerKind::Tool, options, &written), &expected);
}

#[test]
fn a_part_becomes_a_function_on_the_builder() {
    let written = quote! {
        impl Notes {
            #[cfg(unix)]
            #[resource("note://{id}", cache("1min", public))]
            fn text(&self, #[arg(complete = Self::ids)] id: u32, _: Context) -> String {}

            async fn ids(&self, completing: CompletionRequest) -> Vec<String> {}
        }
    };
    let expected = quote! {
        impl Notes {
            #[cfg(unix)]
            fn text(&self, id: u32, _: Context) -> String {}

            async fn ids(&self, completing: CompletionRequest) -> Vec<String> {}
        }

        #[allow(deprecated, unused_variables)]
        impl Notes
        where
            Self: ::core::marker::Send + ::core::marker::Sync + 'static
        {
            #[doc(hidden)]
            pub(crate) fn server_part_admin(
                this: &::std::sync::Arc<Self>,
                builder: ::mcpwright::Builder,
            ) -> ::mcpwright::Builder {
                #[cfg(unix)]
                let builder = builder.template(::mcpwright::TemplateHandler::new("note://{id}", "text", {
                    ::mcpwright::__private::unnamed::<Context, _>();
                    let this = ::std::sync::Arc::clone(&this);
                    move |mut input| {
                        let argument_0 = input.extract::<u32, _>(0usize);
                        let argument_1 = input.extract::<Context, _>(1usize);
                        input.check()?;
                        let this = ::std::sync::Arc::clone(&this);
                        ::core::result::Result::Ok(::mcpwright::Execution::blocking(move ||
                            <String as ::mcpwright::IntoContents>::into_contents(
                                Self::text(&this, argument_0.value(), argument_1.value())
                            )
                        ))
                    }
                })
                .parameter::<u32, _>(::mcpwright::Argument::new("id").complete(::mcpwright::Completer::new({
                    let this = ::std::sync::Arc::clone(&this);
                    move |completing| {
                        let this = ::std::sync::Arc::clone(&this);
                        async move { Self::ids(&this, completing).await }
                    }
                })))
                .parameter::<Context, _>(::mcpwright::Argument::new(""))
                .cache(::core::time::Duration::from_secs(60u64), ::mcpwright::CacheScope::Public));
                builder
            }
        }
    };
    check(&server::expand(quote!(part = admin), &written), &expected);
}

#[test]
fn a_free_function_gets_a_type_with_its_handler() {
    let written = quote! {
        /// Greet.
        pub fn greet<'a>(name: &'a str) -> Cow<'a, str> { todo }
    };
    let expected = quote! {
        #[doc = r" Greet."]
        pub fn greet<'a>(name: &'a str) -> Cow<'a, str> { todo }

        #[doc = "`greet` as a handler."]
        #[allow(non_camel_case_types)]
        #[non_exhaustive]
        pub enum greet {}

        impl greet {
            #[doc = "The handler of `greet`."]
            #[must_use]
            #[allow(deprecated)]
            pub fn prompt() -> ::mcpwright::PromptHandler {
                ::mcpwright::PromptHandler::new("greet", {
                    ::mcpwright::__private::borrowable::<str>();
                    move |mut input| {
                        let argument_0 = input.extract::<<str as ::mcpwright::__private::Referent>::Extracted, _>(0usize);
                        input.check()?;
                        ::core::result::Result::Ok(::mcpwright::Execution::blocking(move ||
                            <Cow<'_, str> as ::mcpwright::IntoPromptResult>::into_prompt_result(
                                greet(&argument_0.value())
                            )
                        ))
                    }
                })
                .parameter::<<str as ::mcpwright::__private::Referent>::Extracted, _>(
                    ::mcpwright::Argument::new("name")
                )
                .description("Greet.")
            }
        }
    };
    check(&function::expand(HandlerKind::Prompt, TokenStream::new(), &written), &expected);
}

#[test]
fn a_mistake_leaves_a_server_without_handlers() {
    let written = quote! {
        impl Notes {
            #[tool]
            fn find(&self, #[arg(range = 5)] limit: u32) {}
        }
    };
    let expanded = server::expand(quote!(title = "Notes"), &written).to_string();
    let (kept, errors) = expanded.split_once(":: core :: compile_error").expect("there are errors");
    let expected = quote! {
        impl Notes {
            fn find(&self, limit: u32) {}
        }

        #[allow(deprecated, unused_variables)]
        impl ::mcpwright::Serve for Notes
        where
            Self: ::core::marker::Send + ::core::marker::Sync + 'static
        {
            fn into_builder(self) -> ::mcpwright::Builder {
                let this = ::std::sync::Arc::new(self);
                let builder = ::mcpwright::Builder::new(
                    ::core::env!("CARGO_PKG_NAME"),
                    ::core::env!("CARGO_PKG_VERSION")
                );
                builder
            }
        }
    };
    check(&kept.parse().expect("it is Rust"), &expected);
    assert!(
        errors.contains("must have a description") && errors.contains("`range` must be written"),
        "{errors}"
    );
}

#[test]
fn a_form_becomes_its_fields() {
    let written = quote! {
        #[form(rename_all = "camelCase")]
        struct Guest {
            /// The full name.
            #[form(length = 1..=80)]
            full_name: String,
            r#type: Option<Kind>,
        }
    };
    let expected = quote! {
        #[automatically_derived]
        #[allow(deprecated, unused_mut, unused_variables)]
        impl ::mcpwright::Form for Guest {
            fn schema() -> ::mcpwright::types::FormSchema {
                let mut schema = <::mcpwright::types::FormSchema as ::core::default::Default>::default();
                ::mcpwright::FormField::<String>::new("fullName").length(1..=80).description("The full name.")
                    .add_to(&mut schema);
                ::mcpwright::FormField::<Option<Kind> >::new("type").add_to(&mut schema);
                schema
            }

            fn read(
                mut content: ::mcpwright::serde_json::Map<::std::string::String, ::mcpwright::serde_json::Value>,
            ) -> ::core::result::Result<Self, ::std::string::String> {
                let schema = <Self as ::mcpwright::Form>::schema();
                if let ::core::result::Result::Err(error) = schema.validate(&content) {
                    return ::core::result::Result::Err(::std::string::ToString::to_string(&error));
                }
                ::core::result::Result::Ok(Self {
                    full_name: ::mcpwright::FormField::<String>::new("fullName").read(&schema, &mut content)?,
                    r#type: ::mcpwright::FormField::<Option<Kind> >::new("type").read(&schema, &mut content)?
                })
            }
        }
    };
    check(&form::expand(written), &expected);
}

#[test]
fn a_choice_becomes_its_variants() {
    let written = quote! {
        #[choice(rename_all = "snake_case")]
        enum Size {
            /// Fits into a bag.
            Small,
            VeryLarge,
        }
    };
    let expected = quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl ::mcpwright::Choice for Size {
            const OPTIONS: &'static [(&'static str, ::core::option::Option<&'static str>)] = &[
                ("small", ::core::option::Option::Some("Fits into a bag.")),
                ("very_large", ::core::option::Option::None)
            ];

            fn value(&self) -> &'static str {
                match self { Self::Small => "small", Self::VeryLarge => "very_large" }
            }

            fn from_value(value: &str) -> ::core::option::Option<Self> {
                if value == "small" { return ::core::option::Option::Some(Self::Small); }
                if value == "very_large" { return ::core::option::Option::Some(Self::VeryLarge); }
                ::core::option::Option::None
            }
        }
    };
    check(&choice::expand(written), &expected);
}
