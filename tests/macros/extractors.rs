//! Extractors of a user's own, as parameters of tools, prompts and resources.

use mcpwright::serde_json::{Map, json};
use mcpwright::testing::Client;
use mcpwright::types::{ErrorCode, ErrorObject};
use mcpwright::{Caller, Context, Ext, FromContext, Serve as _, ToolError, server};

use crate::{call, definition, empty};

/// The name of a caller with the scope `admin`.
struct Admin(String);

impl FromContext for Admin {
    type Rejection = ToolError;

    fn from_context(context: &Context) -> Result<Self, ToolError> {
        match context.caller().subject() {
            Some(name) if context.caller().has_scope("admin") => Ok(Self(name.to_owned())),
            _ => Err(ToolError::new("only administrators may do this")),
        }
    }
}

/// A number of the day, which is always even: its rejection is an error of its own type.
struct Number(u32);

#[derive(Debug, thiserror::Error)]
#[error("{0} is odd")]
struct Odd(u32);

impl FromContext for Number {
    type Rejection = Odd;

    fn from_context(context: &Context) -> Result<Self, Odd> {
        // An extractor can use others, and values that the server shares.
        match context.extension::<u32>().map_or(0, |number| *number) {
            number if number % 2 == 0 => Ok(Self(number)),
            odd => Err(Odd(odd)),
        }
    }
}

/// An extractor that fails with an error of the protocol.
struct Never;

impl FromContext for Never {
    type Rejection = ErrorObject;

    fn from_context(_: &Context) -> Result<Self, ErrorObject> {
        Err(ErrorObject::new(ErrorCode(4711), "never"))
    }
}

struct Operations;

#[server]
impl Operations {
    /// Restart a machine.
    #[tool]
    async fn restart(&self, machine: String, admin: Admin) -> String {
        format!("{} restarted {machine}", admin.0)
    }

    /// Take extractors as a pattern, by reference and without a name.
    #[tool]
    fn forms(Admin(name): Admin, admin: &Admin, _unused: Admin, times: u8) -> String {
        format!("{name} {} {times}", admin.0)
    }

    /// Use the number of the day.
    #[tool]
    async fn number(&self, number: Number) -> u32 {
        number.0
    }

    /// Fail with a protocol error.
    #[tool]
    async fn never(&self, _never: Never) {}

    /// Shut down a machine.
    #[prompt]
    fn shutdown(&self, machine: &str, admin: &Admin) -> String {
        format!("{} wants to shut down {machine}", admin.0)
    }

    #[resource("log://{machine}")]
    fn log(&self, machine: &str, admin: Admin) -> String {
        format!("the log of {machine}, for {}", admin.0)
    }

    #[resource("log://all")]
    async fn logs(&self, Admin(name): Admin) -> String {
        name
    }

    /// Take shared values without their wrapper.
    #[tool]
    async fn shared(&self, motto: Ext<Motto>) -> &'static str {
        motto.0
    }
}

struct Motto(&'static str);

fn ada() -> Caller {
    Caller::new("ada", ["admin".to_owned()], Map::new())
}

fn client(caller: Caller) -> Client {
    Client::modern(Operations.into_builder().share(Motto("onward"))).caller(caller)
}

#[tokio::test]
async fn extractors_are_recognized_by_their_trait() {
    let client = client(ada());
    let schema = &definition(&client, "restart").await["inputSchema"];
    assert_eq!(schema["properties"], json!({ "machine": { "type": "string" } }));
    assert_eq!(call(&client, "restart", json!({ "machine": "one" })).await, "ada restarted one");
    assert_eq!(call(&client, "forms", json!({ "times": "3" })).await, "ada ada 3");
    assert_eq!(call(&client, "number", empty()).await, "0");
    assert_eq!(call(&client, "shared", empty()).await, "onward");
    let prompt = client.get_prompt("shutdown", [("machine", "one")]).await.expect("the prompt is there");
    assert_eq!(prompt.messages[0].content.as_text(), Some("ada wants to shut down one"));
    for (uri, expected) in [("log://one", "the log of one, for ada"), ("log://all", "ada")] {
        let result = client.read_resource(uri).await.expect(uri);
        assert_eq!(serde_json::to_value(&result.contents[0]).expect("contents are JSON")["text"], expected);
    }
}

#[tokio::test]
async fn the_model_reads_the_rejection_of_a_tool() {
    let client = client(Caller::new("bob", [], Map::new()));
    let denied = "error: only administrators may do this";
    assert_eq!(call(&client, "restart", json!({ "machine": "one" })).await, denied);
    assert_eq!(call(&client, "forms", json!({ "times": 3 })).await, denied);
    let odd = Client::modern(Operations.into_builder().share(7_u32));
    assert_eq!(call(&odd, "number", empty()).await, "error: 7 is odd");
    let error = odd.call_tool("never", ()).await.expect_err("the rejection is an error of the protocol");
    assert_eq!(error.code, ErrorCode(4711));
}

#[tokio::test]
async fn the_rejection_of_a_prompt_or_a_resource_is_a_protocol_error() {
    let client = client(Caller::anonymous());
    let prompt = client.get_prompt("shutdown", [("machine", "one")]).await;
    let resources = [client.read_resource("log://one").await, client.read_resource("log://all").await];
    let errors = prompt.err().into_iter().chain(resources.into_iter().filter_map(Result::err));
    let errors: Vec<_> = errors.map(|error| (error.code, error.message.into_owned())).collect();
    let denied = (ErrorCode::INTERNAL_ERROR, "only administrators may do this".to_owned());
    assert_eq!(errors, [denied.clone(), denied.clone(), denied]);
}

#[tokio::test]
async fn masked_errors_keep_the_text_of_a_tool_error_only() {
    let client = Client::modern(Operations.into_builder().share(7_u32).mask_errors());
    let denied = call(&client, "restart", json!({ "machine": "one" })).await;
    assert_eq!(denied, "error: only administrators may do this");
    let masked = call(&client, "number", empty()).await;
    assert!(masked.starts_with("error: number failed, incident "), "{masked}");
}
