//! Values that handlers find by their type.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// Values that handlers find by their type: at most one of each. Cheap to clone.
#[derive(Clone, Default)]
pub struct Extensions(Option<Arc<Entry>>);

/// A value, and those that were put in before it: they are few, and most calls have none.
struct Entry {
    value: Arc<dyn Any + Send + Sync>,
    before: Extensions,
}

impl Extensions {
    /// Puts a value in, and out the one of its type that was there before.
    pub fn insert<T: Send + Sync + 'static>(&mut self, value: T) {
        self.push(Arc::new(value));
    }

    /// Puts in the values of others, where there is none of their type yet.
    pub(crate) fn merge(&mut self, others: &Self) {
        let mut ours = others.clone();
        for value in self.values().collect::<Vec<_>>().into_iter().rev() {
            ours.push(Arc::clone(value));
        }
        *self = ours;
    }

    /// The value of this type.
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.values().find_map(|value| Arc::clone(value).downcast().ok())
    }

    fn push(&mut self, value: Arc<dyn Any + Send + Sync>) {
        let before = std::mem::take(self);
        self.0 = Some(Arc::new(Entry { value, before }));
    }

    /// The values, the last one that was put in first: it hides those of its type before it.
    fn values(&self) -> impl Iterator<Item = &Arc<dyn Any + Send + Sync>> {
        let mut next = self.0.as_deref();
        std::iter::from_fn(move || {
            let entry = next?;
            next = entry.before.0.as_deref();
            Some(&entry.value)
        })
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Extensions({})", self.values().count())
    }
}
