//! Callers: the layer that authenticates them, and the record that handlers take.

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use mcpwright::serde_json::Map;
use mcpwright::{AsyncFromContext, Caller, Context, ToolError};

/// The value of the endpoint for agents.
#[derive(Clone)]
pub(crate) struct Agent;

/// The tokens of the callers, with their names and scopes. A real application asks its identity provider.
const TOKENS: [(&str, &str, &[&str]); 2] =
    [("ada's token", "ada", &["finance"]), ("bob's token", "bob", &[])];

/// Rejects requests without a known token, and attaches the caller to the others.
pub(crate) async fn authenticate(mut request: Request, next: Next) -> Response {
    let token = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer "));
    let Some((_, name, scopes)) = TOKENS.iter().find(|(known, ..)| Some(*known) == token) else {
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")]).into_response();
    };
    let scopes = scopes.iter().map(|scope| (*scope).to_owned());
    request.extensions_mut().insert(Caller::new(*name, scopes, Map::new()));
    next.run(request).await
}

/// The record of the customer on whose behalf a call runs.
pub(crate) struct Customer {
    pub(crate) name: String,
}

impl AsyncFromContext for Customer {
    type Rejection = ToolError;

    async fn from_context(context: &Context) -> Result<Self, ToolError> {
        let subject =
            context.caller().subject().ok_or_else(|| ToolError::new("the caller must be a customer"))?;
        // A real application queries its database here.
        tokio::task::yield_now().await;
        Ok(Self { name: subject.to_uppercase() })
    }
}
