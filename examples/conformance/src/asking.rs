//! Tools and a prompt that ask the client: each is one function, whatever the client's revision.

use mcpwright::core::{
    ClientCapabilities, CreateMessageParams, ElicitFormParams, EnumOption, FormSchema,
    LegacyTitledEnumSchema, PrimitiveSchema, SamplingCapability, SamplingMessage,
    TitledMultiSelectEnumSchema, TitledSingleSelectEnumSchema, UntitledMultiSelectEnumSchema,
    UntitledSingleSelectEnumSchema,
};
use mcpwright::{Choice, Context, Form, InputError, Result, StepError, server};

use crate::fixture::Fixture;

/// Somebody's name.
#[derive(Form)]
struct Name {
    name: String,
}

/// What somebody likes.
#[derive(Form)]
struct Colour {
    color: String,
}

/// An account.
#[derive(Form)]
struct Account {
    /// User's response
    username: String,
    /// User's email address
    #[form(format = "email")]
    email: String,
}

/// That it may go on.
#[derive(Form)]
struct Confirmation {
    ok: bool,
}

/// What the user is about.
#[derive(Form)]
struct About {
    context: String,
}

/// A form that is filled in already.
#[derive(Form)]
struct Filled {
    #[form(default = "John Doe")]
    name: String,
    #[form(default = 30)]
    age: i64,
    #[form(default = 95.5)]
    score: f64,
    #[form(default = Status::Active)]
    status: Status,
    #[form(default = true)]
    verified: bool,
}

#[derive(Choice, Debug)]
#[choice(rename_all = "snake_case")]
enum Status {
    Active,
    Inactive,
    Pending,
}

fn question(text: &str) -> CreateMessageParams {
    CreateMessageParams::new([SamplingMessage::user(text)], 100)
}

#[server(part = asking)]
impl Fixture {
    /// Ask the client's model.
    #[tool(read_only)]
    fn test_sampling(
        context: &Context,
        /// What to ask.
        prompt: &str,
    ) -> Result<String, InputError> {
        let result = context.sample("answer", question(prompt))?;
        Ok(format!("LLM response: {}", said(&result.content)))
    }

    /// Ask the user who they are.
    #[tool(read_only)]
    fn test_elicitation(
        context: &Context,
        /// What to say to the user.
        message: String,
    ) -> Result<String, InputError> {
        let Account { username, email } = context.elicit("account", message)?;
        Ok(format!("User response: {username}, {email}"))
    }

    /// Show the user a form that is filled in already.
    #[tool(read_only)]
    fn test_elicitation_sep1034_defaults(context: &Context) -> Result<String, InputError> {
        let Filled { name, age, score, status, verified } =
            context.elicit("form", "Please review the form.")?;
        Ok(format!("{name}, {age}, {score}, {status:?}, {verified}"))
    }

    /// Let the user choose in every way that there is.
    #[tool(read_only)]
    fn test_elicitation_sep1330_enums(context: &Context) -> Result<String, InputError> {
        let form = ElicitFormParams::new("Please choose.", choices());
        let chosen = context.elicit_form("choices", form)?;
        Ok(format!("{} fields were filled in.", chosen.len()))
    }

    /// Need a client that can ask its model.
    #[tool(read_only)]
    fn test_missing_capability(context: &Context) -> Result<&'static str, InputError> {
        context.require(&ClientCapabilities::new().sampling(SamplingCapability::default()))?;
        Ok("The client can ask its model.")
    }

    /// Ask the user something, where an earlier protocol would have sent a request of its own.
    #[tool(read_only)]
    fn test_streaming_elicitation(context: &Context) -> Result<String, InputError> {
        let Name { name } = context.elicit("user_name", "What is your name?")?;
        Ok(format!("Hello, {name}!"))
    }

    /// Ask the user for a name.
    #[tool(read_only)]
    fn test_input_required_result_elicitation(context: &Context) -> Result<String, InputError> {
        let Name { name } = context.elicit("user_name", "What is your name?")?;
        Ok(format!("Hello, {name}!"))
    }

    /// Ask the client's model for a capital.
    #[tool(read_only)]
    fn test_input_required_result_sampling(context: &Context) -> Result<String, InputError> {
        let result = context.sample("capital_question", question("What is the capital of France?"))?;
        Ok(said(&result.content))
    }

    /// Ask which folders the client works in.
    #[tool(read_only)]
    fn test_input_required_result_list_roots(context: &Context) -> Result<String, InputError> {
        Ok(format!("The client works in {} folders.", context.roots()?.len()))
    }

    /// Do something, ask whether to go on, and remember what was done.
    #[tool(read_only)]
    async fn test_input_required_result_request_state(context: &Context) -> Result<String> {
        let done = context.step("work", async { Ok::<_, StepError>("state-ok".to_owned()) }).await?;
        let Confirmation { ok } = context.elicit("confirm", "Shall I go on?")?;
        Ok(format!("{done}, {ok}"))
    }

    /// Ask the user, the model, and for the folders, all at once.
    #[tool(read_only)]
    fn test_input_required_result_multiple_inputs(context: &Context) -> Result<String, InputError> {
        let name = context.elicit::<Name>("user_name", "What is your name?");
        let greeting = context.sample("greeting", question("Write a greeting."));
        let roots = context.roots();
        let (Name { name }, greeting, roots) = (name?, greeting?, roots?);
        Ok(format!("{} {name}, of {} folders", said(&greeting.content), roots.len()))
    }

    /// Ask the user twice, one after the other.
    #[tool(read_only)]
    fn test_input_required_result_multi_round(context: &Context) -> Result<String, InputError> {
        let Name { name } = context.elicit("step1", "What is your name?")?;
        let Colour { color } = context.elicit("step2", format!("What colour do you like, {name}?"))?;
        Ok(format!("{name} likes {color}."))
    }

    /// Ask the user something that must not be answered for another call.
    #[tool(read_only)]
    fn test_input_required_result_tampered_state(context: &Context) -> Result<String, InputError> {
        let Confirmation { ok } = context.elicit("confirm", "Is this really you?")?;
        Ok(format!("confirmed: {ok}"))
    }

    /// Ask only what the client can be asked.
    #[tool(read_only)]
    fn test_input_required_result_capabilities(context: &Context) -> Result<String, InputError> {
        if context.client().capabilities().sampling.is_some() {
            let result = context.sample("greeting", question("Write a greeting."))?;
            return Ok(said(&result.content));
        }
        let Name { name } = context.elicit("user_name", "What is your name?")?;
        Ok(format!("Hello, {name}!"))
    }

    /// Talk about what the user is about.
    #[prompt]
    fn test_input_required_result_prompt(context: &Context) -> Result<String, InputError> {
        let About { context } = context.elicit("user_context", "What are you working on?")?;
        Ok(format!("Help with this: {context}"))
    }
}

/// What a model said, as far as it is text.
fn said(content: &[mcpwright::core::SamplingMessageContentBlock]) -> String {
    use mcpwright::core::SamplingMessageContentBlock::Text;
    let texts = content.iter().filter_map(|block| match block {
        Text(text) => Some(text.text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join(" ")
}

/// A form with one field of each kind of choice, the one among them that only earlier clients know.
fn choices() -> FormSchema {
    let options = ["option1", "option2", "option3"].map(str::to_owned);
    let titled = [("value1", "First"), ("value2", "Second"), ("value3", "Third")]
        .map(|(value, title)| EnumOption::new(value, title));
    let (values, names) =
        (["opt1", "opt2", "opt3"].map(str::to_owned), ["One", "Two", "Three"].map(str::to_owned));
    FormSchema::new([
        (
            "untitledSingle",
            PrimitiveSchema::UntitledSingleSelect(UntitledSingleSelectEnumSchema::new(options.clone())),
        ),
        (
            "titledSingle",
            PrimitiveSchema::TitledSingleSelect(TitledSingleSelectEnumSchema::new(titled.clone())),
        ),
        ("legacyEnum", PrimitiveSchema::LegacyTitledEnum(LegacyTitledEnumSchema::new(values, names))),
        ("untitledMulti", PrimitiveSchema::UntitledMultiSelect(UntitledMultiSelectEnumSchema::new(options))),
        ("titledMulti", PrimitiveSchema::TitledMultiSelect(TitledMultiSelectEnumSchema::new(titled))),
    ])
}
