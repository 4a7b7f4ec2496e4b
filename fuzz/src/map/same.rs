//! Compare-and-set by identity.

use super::kinds::Item;
use super::operations::Beside;
use crate::input::Input;

impl<K: Item, V: Item> Beside<K, V> {
    /// With a value that was read of this key, or of another one, and may have been replaced since, by an equal one too.
    pub(super) fn same(&mut self, key: K, value: V, input: &mut Input<'_>) {
        let other = K::nth(u16::from(input.byte() % 40));
        let (is_own, is_replaced, is_equal) = (input.below(3) > 0, input.below(3) == 0, input.below(2) == 0);
        let desired = (input.below(3) > 0).then(|| V::nth(input.short() % 300));
        let from = if is_own { &key } else { &other };
        let (met, result) = {
            let pinned = self.map.pin();
            let Some(read) = pinned.get(from) else { return };
            if is_replaced {
                let new = if is_equal { V::clone(&read) } else { value };
                pinned.insert(key.clone(), new.clone());
                self.model.insert(key.clone(), new);
            }
            let current = self.model.get(&key);
            // Words are the same if they are equal; a box is no longer there when it was replaced.
            let met = if V::IS_INLINE { current == Some(&*read) } else { *from == key && !is_replaced };
            let result = pinned.compare_and_set_same(key.clone(), &read, desired.clone());
            match &result {
                Ok(before) => assert_eq!(before.as_deref(), current),
                Err(failed) => assert_eq!((failed.actual.as_deref(), &failed.desired), (current, &desired)),
            }
            (met, result.is_ok())
        };
        assert_eq!(result, met);
        match desired {
            _ if !met => {}
            Some(desired) => drop(self.model.insert(key, desired)),
            None => drop(self.forget(&key)),
        }
    }
}
