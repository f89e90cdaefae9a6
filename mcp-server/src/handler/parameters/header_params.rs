//! Arguments of tools that clients repeat in HTTP headers.
//!
//! Clients ignore a tool whose schema breaks one of the
//! [rules for such headers](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#custom-headers-from-tool-parameters).

use serde_json::{Map, Value};

/// Keyword of a schema that names the header.
pub(crate) const KEYWORD: &str = "x-mcp-header";

/// An argument of a tool that clients over HTTP repeat in a header.
///
/// ```
/// use mcpwright_server::ToolHandler;
///
/// let query = ToolHandler::function("query", ["region"], |region: String| async move { region })
///     .argument("region", |region| region.header("Region"));
/// let params = query.header_params();
/// assert_eq!(params.len(), 1);
/// assert_eq!(params[0].path(), ["region"]);
/// assert_eq!(params[0].header(), "mcp-param-region");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderParam {
    path: Vec<String>,
    name: String,
    header: String,
}

impl HeaderParam {
    /// Returns the header parameters that an input schema declares.
    ///
    /// # Errors
    ///
    /// Returns the reason that clients would ignore the tool, with a fix.
    pub(crate) fn of(schema: &Map<String, Value>) -> Result<Vec<Self>, String> {
        let mut search = HeaderSearch(Vec::new());
        search.visit_members(schema, "", Some(&[]))?;
        Ok(search.0)
    }

    /// Returns the path of the argument: the names of the properties that lead to it.
    pub fn path(&self) -> &[String] {
        &self.path
    }

    /// Returns the name of the header as the schema has it, such as `Region`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the full name of the header in lower case, such as `mcp-param-region`.
    pub fn header(&self) -> &str {
        &self.header
    }
}

/// A walk through a schema, with the header parameters found so far.
struct HeaderSearch(Vec<HeaderParam>);

impl HeaderSearch {
    /// Visits a schema, or a list of schemas. A schema has a path if only `properties` lead to it from the root.
    fn visit(&mut self, schema: &Value, pointer: &str, path: Option<&[&str]>) -> Result<(), String> {
        match schema {
            Value::Object(members) => self.visit_members(members, pointer, path),
            Value::Array(schemas) => {
                let mut schemas = schemas.iter().enumerate();
                schemas
                    .try_for_each(|(index, schema)| self.visit(schema, &format!("{pointer}/{index}"), None))
            }
            _ => Ok(()),
        }
    }

    fn visit_members(
        &mut self,
        members: &Map<String, Value>,
        pointer: &str,
        path: Option<&[&str]>,
    ) -> Result<(), String> {
        if let Some(name) = members.get(KEYWORD) {
            let path = path.filter(|path| !path.is_empty()).ok_or_else(|| misplaced(pointer))?;
            self.add(name, members.get("type"), pointer, path)?;
        }
        for (keyword, value) in members {
            let pointer = format!("{pointer}/{keyword}");
            match keyword.as_str() {
                "properties" => self.visit_named(value, &pointer, path)?,
                "patternProperties" | "$defs" | "definitions" | "dependentSchemas" => {
                    self.visit_named(value, &pointer, None)?;
                }
                // These contain values and names, not schemas.
                "default" | "const" | "enum" | "examples" | "dependentRequired" => {}
                _ => self.visit(value, &pointer, None)?,
            }
        }
        Ok(())
    }

    /// Visits schemas that have names.
    fn visit_named(&mut self, named: &Value, pointer: &str, path: Option<&[&str]>) -> Result<(), String> {
        for (name, schema) in named.as_object().into_iter().flatten() {
            let path = path.map(|path| [path, &[name]].concat());
            self.visit(schema, &format!("{pointer}/{name}"), path.as_deref())?;
        }
        Ok(())
    }

    /// Adds the header of the property at `path`, if it keeps the rules.
    fn add(
        &mut self,
        name: &Value,
        kind: Option<&Value>,
        pointer: &str,
        path: &[&str],
    ) -> Result<(), String> {
        let name = name.as_str().filter(|name| is_token(name)).ok_or_else(|| {
            format!(
                "the `{KEYWORD}` of `{pointer}` must be usable in the name of an HTTP header, and {name} is not: \
                 use letters, digits, `-` and `_`"
            )
        })?;
        if !kind.and_then(Value::as_str).is_some_and(|kind| ["string", "integer", "boolean"].contains(&kind))
        {
            return Err(format!(
                "`{pointer}` is repeated in the HTTP header `{name}`, so its type must be `string`, `integer` or \
                 `boolean`: change the type, or remove the header"
            ));
        }
        let header = format!("mcp-param-{}", name.to_ascii_lowercase());
        if self.0.iter().any(|other| other.header == header) {
            return Err(format!(
                "two arguments have the HTTP header `{name}`, whose name is case-insensitive: give one of them \
                 another header"
            ));
        }
        let path = path.iter().map(|&step| step.to_owned()).collect();
        self.0.push(HeaderParam { path, name: name.to_owned(), header });
        Ok(())
    }
}

fn misplaced(pointer: &str) -> String {
    format!(
        "the `{KEYWORD}` at `{pointer}` must be on a property that only `properties` lead to from the root: \
         remove it, or move the value into an argument of its own"
    )
}

/// Returns `true` if `name` may be part of a header's name: a token of
/// [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2).
fn is_token(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::HeaderParam;

    fn of(schema: &Value) -> Result<Vec<HeaderParam>, String> {
        HeaderParam::of(schema.as_object().unwrap())
    }

    fn with(property: &Value) -> Result<Vec<HeaderParam>, String> {
        of(&json!({ "type": "object", "properties": { "a": property } }))
    }

    #[test]
    fn headers_of_properties_are_found() {
        let location = json!({ "type": "object", "properties": {
            "region": { "type": "string", "x-mcp-header": "Region" },
            "properties": { "type": "object", "properties": {
                "zone": { "type": "integer", "x-mcp-header": "x_Zone.1", "default": { "x-mcp-header": 1 } },
            } },
        } });
        let schema = json!({ "type": "object", "required": ["x-mcp-header"], "properties": {
            "location": location,
            "dry": { "type": "boolean", "x-mcp-header": "Dry", "const": { "x-mcp-header": "Dry" } },
            "x-mcp-header": { "type": "string" },
        } });
        let found = of(&schema).unwrap();
        let found: Vec<_> =
            found.iter().map(|found| (found.path().join("."), found.name(), found.header())).collect();
        assert_eq!(
            found,
            [
                ("location.region".to_owned(), "Region", "mcp-param-region"),
                ("location.properties.zone".to_owned(), "x_Zone.1", "mcp-param-x_zone.1"),
                ("dry".to_owned(), "Dry", "mcp-param-dry"),
            ]
        );
        assert_eq!(with(&json!({ "type": "string" })), Ok(Vec::new()));
    }

    #[test]
    fn a_name_that_http_does_not_allow_is_an_error() {
        for name in
            [json!(""), json!("The region"), json!("a\r\nb"), json!("a:b"), json!("ü"), json!(5), json!(null)]
        {
            let error = with(&json!({ "type": "string", "x-mcp-header": name })).unwrap_err();
            assert!(
                error.contains("the `x-mcp-header` of `/properties/a` must be usable in the name"),
                "{error}"
            );
        }
    }

    #[test]
    fn only_strings_integers_and_booleans_have_headers() {
        for kind in [
            json!("number"),
            json!("array"),
            json!("object"),
            json!("null"),
            json!(["string", "null"]),
            json!(null),
        ] {
            let error = with(&json!({ "type": kind, "x-mcp-header": "A" })).unwrap_err();
            assert!(error.contains("its type must be `string`, `integer` or `boolean`"), "{error}");
        }
        assert!(with(&json!({ "enum": ["a"], "x-mcp-header": "A" })).is_err());
    }

    #[test]
    fn two_arguments_with_one_header_are_an_error() {
        let header = |name: &str| json!({ "type": "string", "x-mcp-header": name });
        let schema = json!({ "properties": { "a": header("Region"), "b": { "properties": { "c": header("REGION") } } } });
        assert!(of(&schema).unwrap_err().contains("two arguments have the HTTP header `REGION`"));
    }

    #[test]
    fn a_header_outside_of_properties_is_an_error() {
        let marked = json!({ "type": "string", "x-mcp-header": "A" });
        let nested = json!({ "type": "object", "properties": { "a": marked } });
        for keyword in ["items", "additionalProperties", "not", "if", "then", "else", "contains", "x-own"] {
            for inner in [&marked, &nested] {
                let error = with(&json!({ "type": "array", keyword: inner })).unwrap_err();
                assert!(error.contains(&format!("`/properties/a/{keyword}")), "{error}");
            }
        }
        for keyword in ["anyOf", "oneOf", "allOf", "prefixItems"] {
            assert!(with(&json!({ keyword: [{ "type": "integer" }, marked] })).is_err(), "{keyword}");
        }
        for keyword in ["$defs", "definitions", "patternProperties", "dependentSchemas"] {
            assert!(of(&json!({ "type": "object", keyword: { "a": marked } })).is_err(), "{keyword}");
        }
        assert!(with(&json!({ "$ref": "#/$defs/a", "x-mcp-header": "A" })).is_err());
        assert!(of(&json!({ "type": "object", "x-mcp-header": "A" })).is_err());
    }
}
