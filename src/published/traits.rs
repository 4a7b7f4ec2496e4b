//! Common traits of the cell.

use super::Published;
use core::fmt;

/// ```
/// let cell = atomic_dict::Published::<Vec<u8>>::default();
/// assert!(cell.load_owned().is_empty());
/// ```
impl<T: Default> Default for Published<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

/// ```
/// let cell = atomic_dict::Published::from("a");
/// assert_eq!(*cell.load_owned(), "a");
/// ```
impl<T> From<T> for Published<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

/// Shows the current value and its version.
impl<T: fmt::Debug> fmt::Debug for Published<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let now = self.load_owned();
        f.debug_struct("Published").field("version", &now.version()).field("value", &*now).finish()
    }
}
