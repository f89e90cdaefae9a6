//! A map of values by type, for calls and servers.

use std::any::{Any, TypeId};
use std::sync::Arc;
use std::{fmt, mem};

/// A map from types to values: at most one value of each type. Cheap to clone.
///
/// A middleware or a transport inserts values into [`Call::extensions_mut`](crate::Call::extensions_mut), and
/// [`Builder::share`](crate::Builder::share) into those of the server. Handlers read both with [`Ext`](crate::Ext) or
/// [`Context::extension`](crate::Context::extension).
///
/// ```
/// use mcpwright_server::Extensions;
///
/// let mut extensions = Extensions::default();
/// assert!(extensions.insert(1_u32).is_none());
/// assert_eq!(extensions.insert(2_u32).as_deref(), Some(&1));
/// assert_eq!(extensions.get::<u32>().as_deref(), Some(&2));
/// assert!(extensions.get::<String>().is_none());
/// ```
#[derive(Clone, Default)]
pub struct Extensions(Option<Arc<[TypedValue]>>);

/// A value, with the type to find it by. A list of them is searched in order: most calls have none, others a few.
#[derive(Clone)]
struct TypedValue {
    type_id: TypeId,
    value: Arc<dyn Any + Send + Sync>,
}

impl Extensions {
    /// Inserts a value, and returns the value of the same type that it replaces.
    ///
    /// Clones that were made before keep the replaced value.
    pub fn insert<T: Send + Sync + 'static>(&mut self, value: T) -> Option<Arc<T>> {
        let type_id = TypeId::of::<T>();
        let value: Arc<dyn Any + Send + Sync> = Arc::new(value);
        let index = self.values().iter().position(|known| known.type_id == type_id);
        if let (Some(index), Some(values)) = (index, &mut self.0) {
            let previous = mem::replace(&mut Arc::make_mut(values)[index].value, value);
            return previous.downcast().ok();
        }
        self.0 = Some(self.values().iter().cloned().chain([TypedValue { type_id, value }]).collect());
        None
    }

    /// Inserts the values of `other` whose types have no value yet.
    pub(crate) fn merge(&mut self, other: &Self) {
        let is_new = |value: &&TypedValue| self.values().iter().all(|known| known.type_id != value.type_id);
        let added: Vec<_> = other.values().iter().filter(is_new).cloned().collect();
        if !added.is_empty() {
            self.0 = Some(self.values().iter().cloned().chain(added).collect());
        }
    }

    /// Returns the value of type `T`.
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let found = self.values().iter().find(|value| value.type_id == TypeId::of::<T>())?;
        Arc::clone(&found.value).downcast().ok()
    }

    fn values(&self) -> &[TypedValue] {
        self.0.as_deref().unwrap_or_default()
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extensions").field("len", &self.values().len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::extensions::Extensions;

    #[derive(Debug, PartialEq)]
    struct Tenant(&'static str);

    #[test]
    fn insert_replaces_and_frees_the_value_of_the_same_type() {
        let mut extensions = Extensions::default();
        assert!(extensions.insert(1_u8).is_none());
        assert!(extensions.insert(Tenant("first")).is_none());
        let first = Arc::downgrade(&extensions.get::<Tenant>().unwrap());

        assert_eq!(extensions.insert(Tenant("second")).as_deref(), Some(&Tenant("first")));
        assert!(first.upgrade().is_none(), "the replaced value is still in memory");
        assert_eq!(extensions.get::<Tenant>().as_deref(), Some(&Tenant("second")));
        assert_eq!(extensions.get::<u8>().as_deref(), Some(&1));
        assert_eq!(format!("{extensions:?}"), "Extensions { len: 2 }");
    }

    #[test]
    fn a_clone_keeps_the_value_that_is_replaced_later() {
        let mut extensions = Extensions::default();
        extensions.insert(Tenant("first"));
        let clone = extensions.clone();
        extensions.insert(Tenant("second"));
        assert_eq!(clone.get::<Tenant>().as_deref(), Some(&Tenant("first")));
        assert_eq!(extensions.get::<Tenant>().as_deref(), Some(&Tenant("second")));
    }

    #[test]
    fn merge_adds_types_that_are_missing() {
        let (mut extensions, mut other) = (Extensions::default(), Extensions::default());
        extensions.insert(Tenant("own"));
        other.insert(Tenant("other"));
        other.insert(2_u8);
        extensions.merge(&other);
        assert_eq!(extensions.get::<Tenant>().as_deref(), Some(&Tenant("own")));
        assert_eq!(extensions.get::<u8>().as_deref(), Some(&2));
    }
}
