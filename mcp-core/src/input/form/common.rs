//! Members that the schemas of all fields have: title, description and default value.

use serde_json::Value;

use super::PrimitiveSchema;

impl PrimitiveSchema {
    /// Sets the title.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        *self.title_and_description().0 = Some(title.into());
        self
    }

    /// Sets the description.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        *self.title_and_description().1 = Some(description.into());
        self
    }

    /// Sets the default value. A value whose type does not match the field removes it.
    #[must_use]
    pub fn default_value(mut self, value: &Value) -> Self {
        let text = || value.as_str().map(str::to_owned);
        let list = || {
            let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
            items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        match &mut self {
            Self::String(schema) => schema.default_value = text(),
            Self::Number(schema) | Self::Integer(schema) => schema.default_value = value.as_f64(),
            Self::Boolean(schema) => schema.default_value = value.as_bool(),
            Self::UntitledSingleSelect(schema) => schema.default_value = text(),
            Self::TitledSingleSelect(schema) => schema.default_value = text(),
            Self::LegacyTitledEnum(schema) => schema.default_value = text(),
            Self::UntitledMultiSelect(schema) => schema.default_value = list(),
            Self::TitledMultiSelect(schema) => schema.default_value = list(),
        }
        self
    }

    /// Returns the default value.
    pub fn default_json(&self) -> Option<Value> {
        let list = |values: &[String]| (!values.is_empty()).then(|| Value::from(values));
        match self {
            Self::String(schema) => schema.default_value.clone().map(Value::from),
            Self::Number(schema) | Self::Integer(schema) => schema.default_value.map(Value::from),
            Self::Boolean(schema) => schema.default_value.map(Value::from),
            Self::UntitledSingleSelect(schema) => schema.default_value.clone().map(Value::from),
            Self::TitledSingleSelect(schema) => schema.default_value.clone().map(Value::from),
            Self::LegacyTitledEnum(schema) => schema.default_value.clone().map(Value::from),
            Self::UntitledMultiSelect(schema) => list(&schema.default_value),
            Self::TitledMultiSelect(schema) => list(&schema.default_value),
        }
    }

    /// Returns the title and the description.
    fn title_and_description(&mut self) -> (&mut Option<String>, &mut Option<String>) {
        match self {
            Self::String(schema) => (&mut schema.title, &mut schema.description),
            Self::Number(schema) | Self::Integer(schema) => (&mut schema.title, &mut schema.description),
            Self::Boolean(schema) => (&mut schema.title, &mut schema.description),
            Self::UntitledSingleSelect(schema) => (&mut schema.title, &mut schema.description),
            Self::TitledSingleSelect(schema) => (&mut schema.title, &mut schema.description),
            Self::LegacyTitledEnum(schema) => (&mut schema.title, &mut schema.description),
            Self::UntitledMultiSelect(schema) => (&mut schema.title, &mut schema.description),
            Self::TitledMultiSelect(schema) => (&mut schema.title, &mut schema.description),
        }
    }
}
