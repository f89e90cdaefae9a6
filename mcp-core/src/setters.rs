//! A macro that writes builder-style setters.

/// Writes builder-style setters for fields, inside an `impl` block.
///
/// ```text
/// Input:   title: Option<String>,
/// Output:  pub fn title(mut self, title: impl Into<String>) -> Self { self.title = Some(title.into()); self }
/// Input:   icons: Vec<Icon>,
/// Output:  pub fn icons(mut self, icons: impl Into<Vec<Icon>>) -> Self { self.icons = icons.into(); self }
/// ```
macro_rules! setters {
    () => {};
    // Not `impl Into<u64>`: the type of an integer literal would be `i32`, which does not convert into `u64`.
    ($field:ident: Option<u64>, $($rest:tt)*) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](Self#structfield.", stringify!($field), ").")]
        #[must_use]
        pub fn $field(mut self, $field: u64) -> Self {
            self.$field = Some($field);
            self
        }
        $crate::setters::setters! { $($rest)* }
    };
    ($field:ident: Option<$type:ty>, $($rest:tt)*) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](Self#structfield.", stringify!($field), ").")]
        #[must_use]
        pub fn $field(mut self, $field: impl Into<$type>) -> Self {
            self.$field = Some($field.into());
            self
        }
        $crate::setters::setters! { $($rest)* }
    };
    ($field:ident: $type:ty, $($rest:tt)*) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](Self#structfield.", stringify!($field), ").")]
        #[must_use]
        pub fn $field(mut self, $field: impl Into<$type>) -> Self {
            self.$field = $field.into();
            self
        }
        $crate::setters::setters! { $($rest)* }
    };
}

pub(crate) use setters;
