//! One request as the engine sees it, on any transport and in any revision.

pub(crate) mod middleware;
pub(crate) mod notifications;
pub(crate) mod outcome;
pub(crate) mod page;
pub(crate) mod params;
pub(crate) mod running_task;

use std::borrow::Cow;
use std::sync::Arc;

use mcpwright_core::{Client, ErrorObject, JsonText, Request, RequestId};
use serde::Deserialize;

use crate::call::params::read;
use crate::call::running_task::RunningTask;
use crate::caller::Caller;
use crate::extensions::Extensions;
use crate::input_required::rounds::RoundState;

/// One request, as the engine sees it: the same in both eras and on every transport.
#[derive(Clone, Debug)]
pub struct Call {
    id: RequestId,
    method: Cow<'static, str>,
    params: Option<JsonText>,
    client: Client,
    caller: Caller,
    extensions: Extensions,
    serial: u64,
    /// What earlier runs of the same call have brought.
    before: Option<Arc<RoundState>>,
    /// The task that it is run for.
    task: Option<Arc<dyn RunningTask>>,
}

impl Call {
    /// A call of a method on behalf of a client.
    pub fn new(
        id: RequestId,
        method: impl Into<Cow<'static, str>>,
        params: Option<JsonText>,
        client: Client,
        caller: Caller,
    ) -> Self {
        Self {
            id,
            method: method.into(),
            params,
            client,
            caller,
            extensions: Extensions::default(),
            serial: 0,
            before: None,
            task: None,
        }
    }

    /// A call on a connection, whose parameters have been read so far.
    pub(crate) fn of(request: Request, client: Client, caller: Caller, serial: u64) -> Self {
        let Request { id, method, params } = request;
        let extensions = Extensions::default();
        Self { id, method, params, client, caller, extensions, serial, before: None, task: None }
    }

    /// The same call, to be run with what earlier runs have brought.
    pub(crate) fn after(mut self, before: impl Into<Option<Arc<RoundState>>>) -> Self {
        self.before = before.into();
        self
    }

    /// The same call, to be run for a task.
    pub(crate) fn of_task(mut self, task: Arc<dyn RunningTask>) -> Self {
        self.task = Some(task);
        self
    }

    /// The task that it is run for.
    pub(crate) fn task(&self) -> Option<&Arc<dyn RunningTask>> {
        self.task.as_ref()
    }

    /// What earlier runs have brought.
    pub(crate) fn before(&self) -> Option<&Arc<RoundState>> {
        self.before.as_ref()
    }

    /// The name of the tool or prompt that is called.
    pub(crate) fn name(&self) -> Result<Cow<'_, str>, ErrorObject> {
        let wrong = || ErrorObject::invalid_params("params: `name` is a string, and has to be there");
        let text = self.member("name").ok_or_else(wrong)?;
        match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            Some(plain) if !plain.contains('\\') => Ok(Cow::Borrowed(plain)),
            _ => serde_json::from_str(text).map(Cow::Owned).map_err(|_| wrong()),
        }
    }

    /// The text of the arguments, if there are any.
    pub(crate) fn arguments(&self) -> Option<&str> {
        self.member("arguments")
    }

    fn member(&self, name: &str) -> Option<&str> {
        self.params.as_ref()?.member(name)
    }

    /// Tells the call from every other one on its connection, also from one that has the same id later.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// What the client knows the call by.
    pub fn id(&self) -> &RequestId {
        &self.id
    }

    /// The name of the method.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// What the client says of itself for this call.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Who calls.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Values that handlers find by their type.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// The same, to put values in before the call is handed on.
    pub fn extensions_mut(&mut self) -> &mut Extensions {
        &mut self.extensions
    }

    /// The parameters as they came.
    pub fn params(&self) -> Option<&JsonText> {
        self.params.as_ref()
    }

    /// The parameters as a type.
    ///
    /// # Errors
    ///
    /// They do not have the right types: -32602.
    pub fn read<'a, P: Deserialize<'a>>(&'a self) -> Result<P, ErrorObject> {
        read(self.params.as_ref())
    }
}
