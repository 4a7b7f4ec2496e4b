//! Keys and values whose methods are on record, and on the fuse.

use crate::fuse::{Call, call};
use atomic_dict::AtomicMap;
use equivalent::Equivalent;
use std::cell::RefCell;
use std::cmp::Ordering;
use std::fmt::{self, Debug, Formatter};
use std::hash::{Hash, Hasher};
use std::ops::{Add, BitAnd, BitOr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Which objects live, and how often one died that did not.
#[derive(Clone, Debug)]
pub(crate) struct Ledger(Arc<Mutex<Books>>);

thread_local! {
    /// The newest ledger of this thread: that of values which are made of nothing.
    static NEWEST: RefCell<Ledger> = RefCell::new(Ledger(Arc::default()));
}

impl Default for Ledger {
    fn default() -> Self {
        let new = Self(Arc::default());
        NEWEST.set(new.clone());
        new
    }
}

#[derive(Debug, Default)]
struct Books {
    alive: Vec<bool>,
    live: usize,
    dropped_twice: usize,
}

impl Ledger {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn object(&self) -> Object {
        let mut books = self.books();
        books.alive.push(true);
        books.live += 1;
        Object { serial: books.alive.len() - 1, ledger: self.clone() }
    }

    /// Collects until nothing lives, and fails if that does not come about.
    pub(crate) fn assert_all_dropped_once(&self, what: &str) {
        let any = AtomicMap::<u8, u8>::new();
        for _ in 0..2000 {
            if self.books().live == 0 {
                break;
            }
            any.flush();
            thread::yield_now(); // a thread that ends counts as a guard until it has
        }
        let books = self.books();
        assert_eq!((books.live, books.dropped_twice), (0, 0), "live, dropped twice of {}; {what}", books.alive.len());
    }
}

#[derive(Debug)]
struct Object {
    serial: usize,
    ledger: Ledger,
}

impl Drop for Object {
    fn drop(&mut self) {
        let mut books = self.ledger.books();
        if std::mem::replace(&mut books.alive[self.serial], false) {
            books.live -= 1;
        } else {
            books.dropped_twice += 1;
        }
    }
}

/// A boxed key or value. Everything that can be done to it is a call of user code.
pub(crate) struct Noisy {
    number: u64,
    object: Object,
}

impl Noisy {
    /// One that is made of nothing.
    fn of_nothing(number: u64) -> Self {
        Self { number, object: NEWEST.with_borrow(Ledger::object) }
    }
}

impl Debug for Noisy {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        call(Call::Debug);
        self.number.fmt(f)
    }
}

impl Default for Noisy {
    fn default() -> Self {
        call(Call::Default);
        Self::of_nothing(0)
    }
}

impl From<bool> for Noisy {
    fn from(value: bool) -> Self {
        call(Call::Default);
        Self::of_nothing(value.into())
    }
}

macro_rules! operators {
    ($($operator:ident $name:ident),+) => {$(
        impl $operator for Noisy {
            type Output = Self;

            fn $name(self, other: Self) -> Self {
                call(Call::Operator);
                let both = Self { number: self.number.$name(other.number), object: self.object.ledger.object() };
                // Not on the way out: a panic of their destructors would leak what is returned.
                drop((self, other));
                both
            }
        }
    )+};
}

operators!(Add add, BitAnd bitand, BitOr bitor);

impl Hash for Noisy {
    fn hash<H: Hasher>(&self, state: &mut H) {
        call(Call::Hash);
        self.number.hash(state);
    }
}

impl PartialEq for Noisy {
    fn eq(&self, other: &Self) -> bool {
        call(Call::Eq);
        self.number == other.number
    }
}

impl Eq for Noisy {}

impl PartialOrd for Noisy {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Noisy {
    fn cmp(&self, other: &Self) -> Ordering {
        call(Call::Eq);
        self.number.cmp(&other.number)
    }
}

impl Clone for Noisy {
    fn clone(&self) -> Self {
        call(Call::Clone);
        Self { number: self.number, object: self.object.ledger.object() }
    }
}

/// Its object is dropped all the same.
impl Drop for Noisy {
    fn drop(&mut self) {
        call(Call::Drop);
    }
}

/// What keys and values are made of, and show.
pub(crate) trait Item: Hash + Ord + Clone + Debug + Send + Sync + 'static {
    fn make(number: u64, ledger: &Ledger) -> Self;
    fn number(&self) -> u64;
}

impl Item for Noisy {
    fn make(number: u64, ledger: &Ledger) -> Self {
        Self { number, object: ledger.object() }
    }

    fn number(&self) -> u64 {
        self.number
    }
}

/// Values that the usual aggregates take.
pub(crate) trait Amount:
    Item + From<bool> + Add<Output = Self> + BitAnd<Output = Self> + BitOr<Output = Self>
{
}

impl<V: Item + From<bool> + Add<Output = V> + BitAnd<Output = V> + BitOr<Output = V>> Amount for V {}

/// A list shows the sum of its numbers.
impl<T: Item> Item for Vec<T> {
    fn make(number: u64, ledger: &Ledger) -> Self {
        vec![T::make(number, ledger)]
    }

    fn number(&self) -> u64 {
        self.iter().map(T::number).sum()
    }
}

/// The number of the key that a table cannot store as a word; the next one is another.
pub(crate) const RESERVED: u64 = 4242;
const RESERVED_BITS: u64 = 0xFFFF_FFFF_C3A5_7E18;
/// The top bits of 64-bit integers that need a box as values.
const BOXED_TOP: u64 = 0x2000 << 48;

/// Every third value needs a box.
impl Item for u64 {
    fn make(number: u64, _ledger: &Ledger) -> Self {
        match number {
            RESERVED => RESERVED_BITS,
            number if number == RESERVED + 1 => RESERVED_BITS | 1,
            number if number.is_multiple_of(3) => number | BOXED_TOP,
            number => number,
        }
    }

    fn number(&self) -> u64 {
        if self & !1 == RESERVED_BITS { RESERVED + (self & 1) } else { self & !(0xFFFF << 48) }
    }
}

/// A lookup by another type than the key's.
#[derive(Debug)]
pub(crate) struct Query<'k, K>(pub(crate) &'k K);

impl<K: Hash> Hash for Query<'_, K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        call(Call::Hash);
        self.0.hash(state);
    }
}

impl<K: Item> Equivalent<K> for Query<'_, K> {
    fn equivalent(&self, key: &K) -> bool {
        call(Call::Eq);
        self.0.number() == key.number()
    }
}
