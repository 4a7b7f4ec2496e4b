//! How many entries there are, how much room, and what it costs.

use super::DenseMap;
use super::raw::RawDense;
use crate::reclaim::node::NodePtr;
use crate::table::inline::is_inline;

/// Bytes of the box of a value; none if it stands in its slot.
const fn box_bytes<V: 'static>(is_inline: bool) -> usize {
    if is_inline { 0 } else { NodePtr::<V>::BYTES }
}

impl<V: 'static> DenseMap<V> {
    /// How many entries there are, exactly. Linearizable: the number of entries at a moment during the call.
    ///
    /// Costs, and can be delayed by a thread that is stopped in the middle of an insertion or removal, as
    /// [`AtomicMap::len`](crate::AtomicMap::len), with which it shares its counters: it is the one operation that is not lock-free.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::from([(1, 2), (3, 4)]);
    /// assert_eq!(map.len(), 2);
    /// ```
    #[doc(alias = "size")]
    pub fn len(&self) -> usize {
        self.raw.counter().len()
    }

    /// A lower and an upper bound of the number of entries: there was a moment during the call at which it was neither below
    /// the first nor above the second. Wait-free. As [`AtomicMap::len_bounds`](crate::AtomicMap::len_bounds).
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::from([(1, 2), (3, 4)]);
    /// assert_eq!(map.len_bounds(), (2, 2));
    /// ```
    pub fn len_bounds(&self) -> (usize, usize) {
        self.raw.counter().len_bounds()
    }

    /// How many entries there are, approximately. Wait-free; adds up a counter per thread. As
    /// [`AtomicMap::approx_len`](crate::AtomicMap::approx_len).
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// map.insert(1, 2);
    /// assert_eq!(map.approx_len(), 1);
    /// ```
    pub fn approx_len(&self) -> usize {
        self.raw.counter().approx_len()
    }

    /// How many indices the base has: those that were asked for when the map was made.
    ///
    /// ```
    /// let map: atomic_dict::DenseMap<u64> = atomic_dict::DenseMap::with_capacity(1000);
    /// assert_eq!(map.capacity(), 1000);
    /// ```
    pub fn capacity(&self) -> usize {
        self.raw.capacity()
    }

    /// The largest index that the map takes.
    ///
    /// ```
    /// let map: atomic_dict::DenseMap<u64> = atomic_dict::DenseMap::new();
    /// assert_eq!(map.max_index(), 1 << 32);
    /// ```
    pub fn max_index(&self) -> usize {
        self.raw.max_index()
    }

    /// Bytes that the map has allocated: slots, counters, and the boxes of as many values as [`approx_len`](Self::approx_len)
    /// says. What values own beyond themselves is not counted, nor what the allocator adds. Slots that nobody has come near to
    /// are address space, but no memory yet.
    ///
    /// ```
    /// let map: atomic_dict::DenseMap<u64> = atomic_dict::DenseMap::with_capacity(1_000_000);
    /// assert!((8_000_000..8_100_000).contains(&map.bytes()));
    /// ```
    #[doc(alias = "ramBytesUsed")]
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.raw.bytes() + self.approx_len() * box_bytes::<V>(is_inline::<V>())
    }

    /// What [`bytes`](Self::bytes) will be of a map made [for](Self::with_capacity) `entries`, when it has so many. To plan with,
    /// before one is made.
    ///
    /// ```
    /// use atomic_dict::DenseMap;
    /// let planned = DenseMap::<String>::bytes_for(1000);
    /// let map: DenseMap<String> = (0..1000).map(|index| (index, String::new())).collect();
    /// assert_eq!(map.bytes(), planned);
    /// ```
    #[doc(alias = "estimatedBytesPerNode")]
    pub fn bytes_for(entries: usize) -> usize {
        let boxes = entries.saturating_mul(box_bytes::<V>(is_inline::<V>()));
        size_of::<Self>().saturating_add(RawDense::<V>::bytes_for(entries)).saturating_add(boxes)
    }
}

impl<V: Send + Sync + 'static> DenseMap<V> {
    /// Whether there is no entry. Looks for one, and does not ask the counters.
    ///
    /// `true` means that no entry was present throughout the call; while others insert and remove, entries that come and go may be
    /// missed. Costs a look at all slots that were made if they are empty.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// assert!(map.is_empty());
    /// map.insert(1, 2);
    /// assert!(!map.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.pin().keys().next().is_none()
    }
}
