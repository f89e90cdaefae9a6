//! Input requests in the vocabulary of earlier revisions.

use mcpwright_core::{
    CreateMessageParams, ElicitFormParams, ElicitParams, EnumOption, InputRequest, JsonText,
    LegacyTitledEnumSchema, Members, PrimitiveSchema, ProtocolVersion, Request, RequestId, SamplingMessage,
};

use crate::incident;

/// A question as the request of a revision.
pub(crate) fn downgrade(
    request: InputRequest,
    id: &RequestId,
    version: &ProtocolVersion,
) -> Result<Request, String> {
    let name = request.method();
    let params = match request {
        InputRequest::Elicit(ElicitParams::Url(mut params)) => {
            if *version < ProtocolVersion::V2025_11_25 {
                return Err(unsupported("send its user to a page", version));
            }
            if let RequestId::String(id) = id {
                params.elicitation_id.get_or_insert_with(|| id.to_string());
            }
            written(&ElicitParams::Url(params))?
        }
        InputRequest::Elicit(ElicitParams::Form(params)) => written(&downgrade_form(params, version)?)?,
        InputRequest::CreateMessage(params) => written(&downgrade_sampling(*params, version)?)?,
        InputRequest::ListRoots(params) => params.as_ref().map(written).transpose()?.flatten(),
        _ => return Err("the client cannot be asked this".to_owned()),
    };
    Ok(Request { id: id.clone(), method: name.into(), params })
}

pub(crate) fn written<T: serde::Serialize>(params: &T) -> Result<Option<JsonText>, String> {
    let written = JsonText::of(params).map(Some);
    written.map_err(|error| incident::internal("a question cannot be written", &error).message.into_owned())
}

pub(crate) fn unsupported(what: &str, version: &ProtocolVersion) -> String {
    format!("the client cannot be asked: revision {version} cannot {what}")
}

/// A form in the fields that a revision has.
pub(crate) fn downgrade_form(
    mut params: ElicitFormParams,
    version: &ProtocolVersion,
) -> Result<ElicitFormParams, String> {
    if *version < ProtocolVersion::V2025_06_18 {
        return Err(unsupported("ask its user", version));
    }
    if *version >= ProtocolVersion::V2025_11_25 {
        return Ok(params);
    }
    params.other.shift_remove("mode");
    params.requested_schema.schema = None;
    let mut fields = Members::new();
    for (name, field) in std::mem::take(&mut params.requested_schema.properties) {
        let field = downgrade_field(field)
            .ok_or_else(|| unsupported("ask for several values in one field", version))?;
        fields.insert(name, field);
    }
    params.requested_schema.properties = fields;
    Ok(params)
}

/// A field in the words of 2025-06-18, which knows no default but that of a yes or no; nothing if it has no words for it.
pub(crate) fn downgrade_field(field: PrimitiveSchema) -> Option<PrimitiveSchema> {
    Some(match field {
        PrimitiveSchema::String(mut field) => {
            field.default_value = None;
            PrimitiveSchema::String(field)
        }
        PrimitiveSchema::Number(mut field) => {
            field.default_value = None;
            PrimitiveSchema::Number(field)
        }
        PrimitiveSchema::Integer(mut field) => {
            field.default_value = None;
            PrimitiveSchema::Integer(field)
        }
        PrimitiveSchema::UntitledSingleSelect(mut field) => {
            field.default_value = None;
            PrimitiveSchema::UntitledSingleSelect(field)
        }
        PrimitiveSchema::LegacyTitledEnum(mut field) => {
            field.default_value = None;
            PrimitiveSchema::LegacyTitledEnum(field)
        }
        PrimitiveSchema::TitledSingleSelect(field) => {
            let titles: Vec<_> = field.one_of.iter().map(|EnumOption { title, .. }| title.clone()).collect();
            let values: Vec<_> = field.one_of.into_iter().map(|option| option.value).collect();
            let mut narrowed = LegacyTitledEnumSchema::new(values, titles);
            (narrowed.title, narrowed.description) = (field.title, field.description);
            PrimitiveSchema::LegacyTitledEnum(narrowed)
        }
        PrimitiveSchema::Boolean(field) => PrimitiveSchema::Boolean(field),
        _ => return None,
    })
}

/// A question to a model in the words of a revision: before 2025-11-25 it had no tools, and one block in each message.
pub(crate) fn downgrade_sampling(
    mut params: CreateMessageParams,
    version: &ProtocolVersion,
) -> Result<CreateMessageParams, String> {
    if *version >= ProtocolVersion::V2025_11_25 {
        return Ok(params);
    }
    if !params.tools.is_empty() || params.tool_choice.is_some() {
        return Err(unsupported("give tools to its model", version));
    }
    let split = |message: SamplingMessage| {
        let role = message.role;
        message.content.into_iter().map(move |block| SamplingMessage::new(role, [block]))
    };
    params.messages = std::mem::take(&mut params.messages).into_iter().flat_map(split).collect();
    Ok(params)
}
