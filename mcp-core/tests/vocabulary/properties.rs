//! Property tests: arbitrary values survive a round trip.

use std::fmt::Debug;

use mcpwright_core::{
    Annotations, AudioContent, ClientCapabilities, ContentBlock, ElicitationCapability, EmbeddedResource,
    Icon, IconTheme, ImageContent, JsonText, Meta, RequestId, Resource, ResourceContents, ResourceLink, Role,
    RootsCapability, SamplingCapability, ServerCapabilities, TextContent, Tool, ToolAnnotations,
    ToolsCapability,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Serializes a value and deserializes it, both from text and from a [`Value`].
fn check_round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(
    value: &T,
) -> Result<(), TestCaseError> {
    let text = JsonText::encode(value).expect("JSON");
    prop_assert_eq!(&text.decode_owned::<T>().expect("a valid value"), value);
    let json: Value = text.decode_owned().expect("JSON");
    prop_assert_eq!(&serde_json::from_value::<T>(json).expect("a valid value"), value);
    Ok(())
}

proptest! {
    #[test]
    fn ids_survive_a_round_trip(id in id()) {
        check_round_trip(&id)?;
    }

    #[test]
    fn content_survives_a_round_trip(block in content()) {
        check_round_trip(&block)?;
    }

    #[test]
    fn tools_survive_a_round_trip(tool in tool()) {
        check_round_trip(&tool)?;
    }

    #[test]
    fn client_capabilities_survive_a_round_trip(capabilities in client_capabilities()) {
        check_round_trip(&capabilities)?;
    }

    #[test]
    fn server_capabilities_survive_a_round_trip(capabilities in server_capabilities()) {
        check_round_trip(&capabilities)?;
    }

    #[test]
    fn arbitrary_json_is_rejected_or_survives_a_round_trip(value in json()) {
        let text = JsonText::encode(&value).expect("JSON");
        if let Ok(block) = text.decode_owned::<ContentBlock>() {
            check_round_trip(&block)?;
            }
        if let Ok(capabilities) = text.decode_owned::<ClientCapabilities>() {
            check_round_trip(&capabilities)?;
        }
    }
}

fn id() -> impl Strategy<Value = RequestId> {
    let integer = prop_oneof![any::<i64>().prop_map(i128::from), any::<u64>().prop_map(i128::from)];
    prop_oneof![integer.prop_map(RequestId::Integer), ".{0,20}".prop_map(RequestId::from)]
}

/// Arbitrary JSON with numbers whose text is the same after a round trip.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 4.0)),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((name(), inner), 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}",
        Just("type".to_owned()),
        Just("text".to_owned()),
        Just("elicitation".to_owned())
    ]
}

/// Members that no type defines.
fn other() -> impl Strategy<Value = Map<String, Value>> {
    vec(("x-.{0,6}", json()), 0..3).prop_map(|members| members.into_iter().collect())
}

fn meta() -> impl Strategy<Value = Meta> {
    other().prop_map(Meta)
}

fn text() -> impl Strategy<Value = Option<String>> {
    option::of(".{0,8}")
}

prop_compose! {
    fn annotations()(
        audience in vec(prop_oneof![Just(Role::User), Just(Role::Assistant)], 0..3),
        priority in option::of((0..=4u8).prop_map(|quarters| f64::from(quarters) / 4.0)),
        last_modified in text(),
        other in other(),
    ) -> Annotations {
        let mut annotations = Annotations::new();
        annotations.audience = audience;
        annotations.priority = priority;
        annotations.last_modified = last_modified;
        annotations.other = other;
        annotations
    }
}

prop_compose! {
    fn icon()(src in ".{0,8}", mime_type in text(), theme in option::of(Just(IconTheme::Dark)), other in other()) -> Icon {
        let mut icon = Icon::new(src);
        icon.mime_type = mime_type;
        icon.theme = theme;
        icon.other = other;
        icon
    }
}

prop_compose! {
    fn resource()(
        uri in ".{0,8}",
        title in text(),
        size in option::of(any::<u64>()),
        annotations in option::of(annotations()),
        icons in vec(icon(), 0..2),
        meta in meta(),
        other in other(),
    ) -> ResourceLink {
        let mut resource = Resource::new(uri, "one");
        resource.title = title;
        resource.size = size;
        resource.annotations = annotations;
        resource.icons = icons;
        resource.meta = meta;
        resource.other = other;
        resource
    }
}

fn content() -> impl Strategy<Value = ContentBlock> {
    let text = (".{0,8}", option::of(annotations()), meta(), other()).prop_map(
        |(text, annotations, meta, other)| {
            let mut content = TextContent::new(text);
            content.annotations = annotations;
            content.meta = meta;
            content.other = other;
            ContentBlock::from(content)
        },
    );
    let bytes = || vec(any::<u8>(), 0..9);
    let image =
        (bytes(), meta()).prop_map(|(data, meta)| ImageContent::new(data, "image/png").meta(meta).into());
    let audio = (bytes(), other()).prop_map(|(data, other)| {
        let mut audio = AudioContent::new(data, "audio/wav");
        audio.other = other;
        ContentBlock::from(audio)
    });
    let read = prop_oneof![
        ".{0,8}".prop_map(|text| ResourceContents::text("file:///one", text)),
        bytes().prop_map(|bytes| ResourceContents::blob("file:///one", bytes).mime_type("image/png")),
    ];
    let embedded = (read, option::of(annotations())).prop_map(|(contents, annotations)| {
        let mut embedded = EmbeddedResource::new(contents);
        embedded.annotations = annotations;
        ContentBlock::from(embedded)
    });
    let unknown = other().prop_map(|mut members| {
        members.insert("type".to_owned(), "smell".into());
        ContentBlock::Other(Value::Object(members))
    });
    prop_oneof![text, image, audio, embedded, unknown, resource().prop_map(ContentBlock::resource_link)]
}

prop_compose! {
    fn tool_annotations()(
        title in text(),
        hints in proptest::array::uniform4(option::of(any::<bool>())),
        other in other(),
    ) -> ToolAnnotations {
        let mut annotations = ToolAnnotations::new();
        annotations.title = title;
        [
            annotations.read_only_hint,
            annotations.destructive_hint,
            annotations.idempotent_hint,
            annotations.open_world_hint,
        ] = hints;
        annotations.other = other;
        annotations
    }
}

prop_compose! {
    fn tool()(
        title in text(),
        input_schema in other(),
        output_schema in option::of(other()),
        annotations in option::of(tool_annotations()),
        icons in vec(icon(), 0..2),
        meta in meta(),
        other in other(),
    ) -> Tool {
        let mut tool = Tool::new("one", input_schema).icons(icons).meta(meta);
        tool.title = title;
        tool.output_schema = output_schema;
        tool.annotations = annotations;
        tool.other = other;
        tool
    }
}

prop_compose! {
    fn client_capabilities()(
        form in option::of(other()),
        tools in option::of(other()),
        list_changed in option::of(any::<bool>()),
        extensions in vec((".{0,8}", other()), 0..3),
        others in proptest::array::uniform4(other()),
    ) -> ClientCapabilities {
        let (mut elicitation, mut sampling) = (ElicitationCapability::default(), SamplingCapability::default());
        let mut roots = RootsCapability::default();
        let mut capabilities = ClientCapabilities::new();
        [elicitation.other, sampling.other, roots.other, capabilities.other] = others;
        elicitation.form = form;
        sampling.tools = tools;
        roots.list_changed = list_changed;
        capabilities.extensions = extensions.into_iter().collect();
        capabilities.elicitation(elicitation).sampling(sampling).roots(roots)
    }
}

prop_compose! {
    fn server_capabilities()(
        list_changed in option::of(any::<bool>()),
        logging in option::of(other()),
        experimental in vec((".{0,8}", other()), 0..3),
        others in proptest::array::uniform2(other()),
    ) -> ServerCapabilities {
        let mut tools = ToolsCapability::default();
        let mut capabilities = ServerCapabilities::new();
        [tools.other, capabilities.other] = others;
        tools.list_changed = list_changed;
        capabilities.logging = logging;
        capabilities.experimental = experimental.into_iter().collect();
        capabilities.tools(tools)
    }
}
