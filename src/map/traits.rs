//! Common traits of the map.

use super::AtomicMap;
use core::fmt;
use core::hash::{BuildHasher, Hash};

impl<K: 'static, V: 'static, S: Default> Default for AtomicMap<K, V, S> {
    /// An empty map. Allocates nothing.
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K, V, S> fmt::Debug for AtomicMap<K, V, S>
where
    K: Hash + Eq + Send + Sync + fmt::Debug + 'static,
    V: Send + Sync + fmt::Debug + 'static,
    S: BuildHasher,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pin().fmt(f)
    }
}
