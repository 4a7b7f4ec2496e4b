//! The control: each thread has a map of its own, whose memory is there before the load.

use hashbrown::HashMap;

use crate::contenders::{Access, Contender, Handle, Hasher};
use crate::keys::random;

type Map = HashMap<u64, u64, Hasher>;

pub struct Control(Vec<Map>);

impl Control {
    /// `capacity`: of each map.
    pub fn sized(maps: usize, capacity: usize) -> Self {
        Self((0..maps).map(|_| touched(capacity)).collect())
    }
}

/// An empty map that was full: the system has handed out its pages.
fn touched(capacity: usize) -> Map {
    let mut map = Map::with_capacity_and_hasher(capacity, Hasher::default());
    map.extend((0..capacity as u64).map(|index| (random(index), 0)));
    map.clear();
    map
}

impl Contender<u64> for Control {
    type Access<'a> = &'a mut [Map];

    fn new(capacity: Option<usize>) -> Self {
        Self::sized(1, capacity.unwrap_or(0))
    }

    /// A single access has all maps: it works on the first, and walks all.
    fn accesses(&mut self, threads: usize) -> Vec<Self::Access<'_>> {
        let each = self.0.len() / threads;
        self.0.chunks_mut(each).collect()
    }
}

impl Access<u64> for &mut [Map] {
    type Handle<'h>
        = &'h mut [Map]
    where
        Self: 'h;

    #[inline]
    fn handle(&mut self) -> Self::Handle<'_> {
        self
    }
}

impl Handle<u64> for &mut [Map] {
    #[inline]
    fn get(&mut self, key: &u64) -> Option<u64> {
        self[0].get(key).copied()
    }

    #[inline]
    fn insert(&mut self, key: u64, value: u64) -> bool {
        self[0].insert(key, value).is_none()
    }

    #[inline]
    fn increment(&mut self, key: &u64) -> bool {
        self[0].get_mut(key).map(|value| *value += 1).is_some()
    }

    #[inline]
    fn remove(&mut self, key: &u64) -> Option<u64> {
        self[0].remove(key)
    }

    #[inline]
    fn for_each(&mut self, visit: impl FnMut(u64)) {
        self.iter().flat_map(Map::values).copied().for_each(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_have_maps_of_their_own() {
        let mut control = Control::sized(2, 10);
        for (number, mut access) in control.accesses(2).into_iter().enumerate() {
            assert!(access.handle().insert(7, number as u64));
        }
        let mut values = Vec::new();
        control.accesses(1)[0].handle().for_each(|value| values.push(value));
        assert_eq!(values, [0, 1]);
    }
}
