//! Tools and a prompt that send input requests: elicitation, sampling, roots. Each is one function for all revisions.

use mcpwright::types::{
    ClientCapabilities, CreateMessageParams, ElicitFormParams, EnumOption, FormSchema,
    LegacyTitledEnumSchema, PrimitiveSchema, SamplingCapability, SamplingMessage,
    TitledMultiSelectEnumSchema, TitledSingleSelectEnumSchema, UntitledMultiSelectEnumSchema,
    UntitledSingleSelectEnumSchema,
};
use mcpwright::{Choice, Context, Form, InputError, Result, StepError, server};

use crate::fixture::Fixture;
use crate::forms::Name;

/// The user's favorite color.
#[derive(Form)]
struct FavoriteColor {
    color: String,
}

/// A user account.
#[derive(Form)]
struct Account {
    /// User's response
    username: String,
    /// User's email address
    #[form(format = "email")]
    email: String,
}

/// The user's approval to continue.
#[derive(Form)]
struct Approval {
    ok: bool,
}

/// The user's current activity.
#[derive(Form)]
struct Activity {
    context: String,
}

/// A form with a default value for each type of field.
#[derive(Form)]
struct Defaults {
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

fn sampling_request(text: &str) -> CreateMessageParams {
    CreateMessageParams::new([SamplingMessage::user(text)], 100)
}

#[server(part = input_required)]
impl Fixture {
    /// Request a completion from the client's model.
    #[tool(read_only)]
    fn test_sampling(
        context: &Context,
        /// The prompt for the model.
        prompt: &str,
    ) -> Result<String, InputError> {
        let result = context.sample("answer", sampling_request(prompt))?;
        Ok(format!("LLM response: {}", text_of(&result.content)))
    }

    /// Request the user's account.
    #[tool(read_only)]
    fn test_elicitation(
        context: &Context,
        /// The message that the user reads.
        message: String,
    ) -> Result<String, InputError> {
        let Account { username, email } = context.elicit("account", message)?;
        Ok(format!("User response: {username}, {email}"))
    }

    /// Elicit a form whose fields all have defaults.
    #[tool(read_only)]
    fn test_elicitation_sep1034_defaults(context: &Context) -> Result<String, InputError> {
        let Defaults { name, age, score, status, verified } =
            context.elicit("form", "Please review the form.")?;
        Ok(format!("{name}, {age}, {score}, {status:?}, {verified}"))
    }

    /// Elicit a form with one field of each kind of enum.
    #[tool(read_only)]
    fn test_elicitation_sep1330_enums(context: &Context) -> Result<String, InputError> {
        let form = ElicitFormParams::new("Please choose.", choices());
        let values = context.elicit_form("choices", form)?;
        Ok(format!("The form has {} values.", values.len()))
    }

    /// Require the client's sampling capability.
    #[tool(read_only)]
    fn test_missing_capability(context: &Context) -> Result<&'static str, InputError> {
        context.require(&ClientCapabilities::new().sampling(SamplingCapability::default()))?;
        Ok("The client supports sampling.")
    }

    /// Request the user's name; earlier revisions send the input request on the call's stream.
    #[tool(read_only)]
    fn test_streaming_elicitation(context: &Context) -> Result<String, InputError> {
        let Name { name } = context.elicit("user_name", "What is your name?")?;
        Ok(format!("Hello, {name}!"))
    }

    /// Request the user's name.
    #[tool(read_only)]
    fn test_input_required_result_elicitation(context: &Context) -> Result<String, InputError> {
        let Name { name } = context.elicit("user_name", "What is your name?")?;
        Ok(format!("Hello, {name}!"))
    }

    /// Request a capital from the client's model.
    #[tool(read_only)]
    fn test_input_required_result_sampling(context: &Context) -> Result<String, InputError> {
        let result =
            context.sample("capital_question", sampling_request("What is the capital of France?"))?;
        Ok(text_of(&result.content))
    }

    /// Request the client's roots.
    #[tool(read_only)]
    fn test_input_required_result_list_roots(context: &Context) -> Result<String, InputError> {
        Ok(format!("The client has {} roots.", context.roots()?.len()))
    }

    /// Run a step, request the user's approval, and keep the step's result in the request state.
    #[tool(read_only)]
    async fn test_input_required_result_request_state(context: &Context) -> Result<String> {
        let result = context.step("work", async { Ok::<_, StepError>("state-ok".to_owned()) }).await?;
        let Approval { ok } = context.elicit("confirm", "Continue?")?;
        Ok(format!("{result}, {ok}"))
    }

    /// Request elicitation, sampling and roots in one round trip.
    #[tool(read_only)]
    fn test_input_required_result_multiple_inputs(context: &Context) -> Result<String, InputError> {
        let name = context.elicit::<Name>("user_name", "What is your name?");
        let greeting = context.sample("greeting", sampling_request("Write a greeting."));
        let roots = context.roots();
        let (Name { name }, greeting, roots) = (name?, greeting?, roots?);
        Ok(format!("{} {name}, with {} roots", text_of(&greeting.content), roots.len()))
    }

    /// Request input from the user in two round trips, one after the other.
    #[tool(read_only)]
    fn test_input_required_result_multi_round(context: &Context) -> Result<String, InputError> {
        let Name { name } = context.elicit("step1", "What is your name?")?;
        let FavoriteColor { color } =
            context.elicit("step2", format!("What is your favorite color, {name}?"))?;
        Ok(format!("{name} likes {color}."))
    }

    /// Request the user's approval, and reject a request state that was tampered with.
    #[tool(read_only)]
    fn test_input_required_result_tampered_state(context: &Context) -> Result<String, InputError> {
        let Approval { ok } = context.elicit("confirm", "Continue?")?;
        Ok(format!("confirmed: {ok}"))
    }

    /// Request only input that the client declared as supported.
    #[tool(read_only)]
    fn test_input_required_result_capabilities(context: &Context) -> Result<String, InputError> {
        if context.client().capabilities().sampling.is_some() {
            let result = context.sample("greeting", sampling_request("Write a greeting."))?;
            return Ok(text_of(&result.content));
        }
        let Name { name } = context.elicit("user_name", "What is your name?")?;
        Ok(format!("Hello, {name}!"))
    }

    /// Ask for help with the user's current activity.
    #[prompt]
    fn test_input_required_result_prompt(context: &Context) -> Result<String, InputError> {
        let Activity { context } = context.elicit("user_context", "What are you working on?")?;
        Ok(format!("Help with this: {context}"))
    }
}

/// Returns the text blocks of a sampling result, separated by spaces.
fn text_of(content: &[mcpwright::types::SamplingMessageContentBlock]) -> String {
    use mcpwright::types::SamplingMessageContentBlock::Text;
    let texts = content.iter().filter_map(|block| match block {
        Text(text) => Some(text.text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join(" ")
}

/// A form with one field of each kind of enum, among them the one that only earlier revisions define.
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
