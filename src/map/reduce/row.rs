//! What the key of a row can be.

use core::hash::Hash;
use equivalent::Equivalent;
use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// The key of a row that is reduced into a map with keys of type `K`: such a key itself, a reference to one, or something borrowed
/// that one can be made of, like `&str` for `String`.
///
/// A row's key is compared and hashed as its [`Query`](Self::Query); a `K` is made of it only when the map lacks it, so that
/// reducing a text of a million words into `String` keys makes as many strings as there are different words. Both have to
/// hash alike and to agree about equality, as for every lookup.
///
/// ```
/// use atomic_dict::{AtomicMap, RowKey};
/// use std::hash::Hash;
///
/// #[derive(PartialEq, Eq, Hash)]
/// struct Path(Vec<String>);
///
/// /// The same while the text that it comes from is at hand.
/// #[derive(PartialEq, Eq, Hash)]
/// struct Steps<'t>(Vec<&'t str>);
///
/// impl equivalent::Equivalent<Path> for Steps<'_> {
///     fn equivalent(&self, path: &Path) -> bool {
///         self.0 == path.0
///     }
/// }
///
/// impl RowKey<Path> for Steps<'_> {
///     type Query = Self;
///     fn query(&self) -> &Self {
///         self
///     }
///     fn to_key(&self) -> Path {
///         Path(self.0.iter().map(|step| String::from(*step)).collect())
///     }
/// }
///
/// let visits: AtomicMap<Path, u64> = AtomicMap::new();
/// visits.reduce_count("a/b a/c a/b".split(' ').map(|path| Steps(path.split('/').collect())));
/// assert_eq!(visits.get(&Steps(vec!["a", "b"])).as_deref(), Some(&2));
/// ```
pub trait RowKey<K> {
    /// The form that is looked up.
    type Query: Hash + Eq + Equivalent<K> + ?Sized;

    /// The row's key as it is looked up.
    fn query(&self) -> &Self::Query;

    /// The key that comes into the map. Equivalent to the query, or the operation panics.
    fn to_key(&self) -> K;
}

impl<K: Hash + Eq + Clone> RowKey<K> for K {
    type Query = K;

    #[inline(always)]
    fn query(&self) -> &K {
        self
    }

    #[inline]
    fn to_key(&self) -> K {
        self.clone()
    }
}

impl<K: Hash + Eq + Clone> RowKey<K> for &K {
    type Query = K;

    #[inline(always)]
    fn query(&self) -> &K {
        self
    }

    #[inline]
    fn to_key(&self) -> K {
        K::clone(self)
    }
}

macro_rules! borrowed {
    ($($row:ty as $query:ty => $($key:ty),+;)+) => {$($(
        impl RowKey<$key> for $row {
            type Query = $query;

            #[inline(always)]
            fn query(&self) -> &$query {
                self
            }

            #[inline]
            fn to_key(&self) -> $key {
                <$key>::from(&**self)
            }
        }
    )+)+};
}

borrowed! {
    &str as str => String, Box<str>, Arc<str>, Rc<str>;
    Cow<'_, str> as str => String;
    &Path as Path => PathBuf;
    &OsStr as OsStr => OsString;
}

impl<T: Hash + Eq + Clone> RowKey<Vec<T>> for &[T] {
    type Query = [T];

    #[inline(always)]
    fn query(&self) -> &[T] {
        self
    }

    #[inline]
    fn to_key(&self) -> Vec<T> {
        self.to_vec()
    }
}
