//! Conversion of input requests for earlier revisions.

use mcpwright_core::{
    CreateMessageParams, ElicitFormParams, ElicitParams, EnumOption, InputRequest, JsonText,
    LegacyTitledEnumSchema, Members, PrimitiveSchema, ProtocolVersion, Request, RequestId, SamplingMessage,
};

use crate::incident;

/// Returns an input request as a request of the server, in the format of a revision.
pub(crate) fn downgrade(
    request: InputRequest,
    id: &RequestId,
    version: &ProtocolVersion,
) -> Result<Request, String> {
    let name = request.method();
    let params = match request {
        InputRequest::Elicit(ElicitParams::Url(mut params)) => {
            if *version < ProtocolVersion::V2025_11_25 {
                return Err(unsupported("elicitation in URL mode", version));
            }
            if let RequestId::String(id) = id {
                params.elicitation_id.get_or_insert_with(|| id.to_string());
            }
            serialized(&ElicitParams::Url(params))?
        }
        InputRequest::Elicit(ElicitParams::Form(params)) => serialized(&downgrade_form(params, version)?)?,
        InputRequest::CreateMessage(params) => serialized(&downgrade_sampling(*params, version)?)?,
        InputRequest::ListRoots(params) => params.as_ref().map(serialized).transpose()?.flatten(),
        _ => return Err("the client cannot receive this input request".to_owned()),
    };
    Ok(Request { id: id.clone(), method: name.into(), params })
}

pub(crate) fn serialized<T: serde::Serialize>(params: &T) -> Result<Option<JsonText>, String> {
    let params = JsonText::encode(params).map(Some);
    params
        .map_err(|error| incident::failed("an input request does not serialize", &error).message.into_owned())
}

fn unsupported(feature: &str, version: &ProtocolVersion) -> String {
    format!("the client cannot receive this input request: revision {version} does not support {feature}")
}

/// Returns a form with the fields that a revision has.
fn downgrade_form(
    mut params: ElicitFormParams,
    version: &ProtocolVersion,
) -> Result<ElicitFormParams, String> {
    if *version < ProtocolVersion::V2025_06_18 {
        return Err(unsupported("elicitation", version));
    }
    if *version >= ProtocolVersion::V2025_11_25 {
        return Ok(params);
    }
    params.other.shift_remove("mode");
    params.requested_schema.schema = None;
    let mut fields = Members::new();
    for (name, field) in std::mem::take(&mut params.requested_schema.properties) {
        let field =
            downgrade_field(field).ok_or_else(|| unsupported("several values in one field", version))?;
        fields.insert(name, field);
    }
    params.requested_schema.properties = fields;
    Ok(params)
}

/// Returns a field of revision 2025-06-18, which has defaults for booleans only; `None` if it has no such field.
fn downgrade_field(field: PrimitiveSchema) -> Option<PrimitiveSchema> {
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
            let mut downgraded = LegacyTitledEnumSchema::new(values, titles);
            (downgraded.title, downgraded.description) = (field.title, field.description);
            PrimitiveSchema::LegacyTitledEnum(downgraded)
        }
        PrimitiveSchema::Boolean(field) => PrimitiveSchema::Boolean(field),
        _ => return None,
    })
}

/// Returns a sampling request in the format of a revision: before 2025-11-25 there were no tools, and one block in each
/// message.
fn downgrade_sampling(
    mut params: CreateMessageParams,
    version: &ProtocolVersion,
) -> Result<CreateMessageParams, String> {
    if *version >= ProtocolVersion::V2025_11_25 {
        return Ok(params);
    }
    if !params.tools.is_empty() || params.tool_choice.is_some() {
        return Err(unsupported("tools in sampling", version));
    }
    let split = |message: SamplingMessage| {
        let role = message.role;
        message.content.into_iter().map(move |block| SamplingMessage::new(role, [block]))
    };
    params.messages = std::mem::take(&mut params.messages).into_iter().flat_map(split).collect();
    Ok(params)
}
