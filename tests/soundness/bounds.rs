//! `Send` and `Sync` of all that is public, over types that are one of them, or neither.

use atomic_dict::{
    AtomicMap, Batch, DenseMap, DenseParIter, Drain, Guard, IntoIter, Iter, Keys, OwnedRef, OwnedSnapshot, ParIter,
    Pinned, Published, RandomState, Ref, Snapshot, Values, dense,
};
use std::cell::Cell;
use std::iter::Empty;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::MutexGuard;

/// Whether a type has a trait. (A constant of the type itself comes before one of a trait.)
macro_rules! is {
    ($type:ty: $($bound:tt)+) => {{
        struct Probe<T: ?Sized>(PhantomData<T>);
        #[allow(dead_code)]
        trait Otherwise {
            const IS: bool = false;
        }
        impl<T: ?Sized> Otherwise for Probe<T> {}
        #[allow(dead_code)]
        impl<T: ?Sized + $($bound)+> Probe<T> {
            const IS: bool = true;
        }
        <Probe<$type>>::IS
    }};
}

/// Whether a type may be sent, and shared.
macro_rules! send_sync {
    ($type:ty) => {
        (is!($type: Send), is!($type: Sync))
    };
}

/// What can be sent, but not shared; shared, but not sent; neither.
type Sent = Cell<u64>;
type Shared = MutexGuard<'static, u64>;
type Neither = Rc<u64>;

type OfKeys<K> =
    (Iter<'static, K, u64, RandomState>, Keys<'static, K, u64, RandomState>, Values<'static, K, u64, RandomState>);
type OfValues<V> =
    (Iter<'static, u64, V, RandomState>, Keys<'static, u64, V, RandomState>, Values<'static, u64, V, RandomState>);
type OfHashers<S> = (Iter<'static, u64, u64, S>, Keys<'static, u64, u64, S>, Values<'static, u64, u64, S>);
type OfIndices<V> = (dense::Iter<'static, V>, dense::Keys<'static, V>, dense::Values<'static, V>);
type Absent<T> = Empty<&'static T>;

macro_rules! matrix {
    ($($held:ty),+) => {$({
        let (send, sync) = send_sync!($held);
        let both = send && sync;
        // Who shares a map can also put values in, and drop them.
        assert_eq!(send_sync!(AtomicMap<$held, u64>), (send, both));
        assert_eq!(send_sync!(AtomicMap<u64, $held>), (send, both));
        assert_eq!(send_sync!(AtomicMap<u64, u64, $held>), (send, sync));
        assert_eq!(send_sync!(DenseMap<$held>), (send, both));
        assert_eq!(send_sync!(Published<$held>), (send, both));
        // Who has what is left of a map owns its entries.
        assert_eq!(send_sync!(IntoIter<$held, u64>), (send, sync));
        assert_eq!(send_sync!(IntoIter<u64, $held>), (send, sync));
        assert_eq!(is!(dense::IntoIter<$held>: Send), send);
        assert!(both || !is!(dense::IntoIter<$held>: Sync));
        assert_eq!(is!(Drain<'static, $held, u64>: Send), send);
        assert_eq!(is!(Drain<'static, u64, $held>: Send), send);
        // Iterators have the map by reference, so they are sent and shared where that is shared.
        for (of_held, shared) in [
            (send_sync!(OfKeys<$held>), both),
            (send_sync!(OfValues<$held>), both),
            (send_sync!(OfHashers<$held>), sync),
            (send_sync!(OfIndices<$held>), both),
            (send_sync!(ParIter<'static, $held, u64, RandomState>), both),
            (send_sync!(ParIter<'static, u64, $held, RandomState>), both),
            (send_sync!(ParIter<'static, u64, u64, $held>), sync),
            (send_sync!(DenseParIter<'static, $held>), both),
        ] {
            assert!(shared || of_held == (false, false), "{}", stringify!($held));
        }
        let (with_a_handle, with_a_guard) = ("it has a handle", "it has a guard");
        assert!(!is!(Batch<'static, 'static, Absent<$held>, $held, $held, u64, RandomState>: Send), "{with_a_handle}");
        assert!(!is!(Batch<'static, 'static, Absent<u64>, u64, u64, $held, RandomState>: Send), "{with_a_handle}");
        assert!(!is!(dense::Batch<'static, Empty<usize>, Box<$held>>: Send), "{with_a_handle}");
        assert!(!is!(Pinned<'static, $held, u64, RandomState>: Send), "{with_a_guard}");
        assert!(!is!(dense::Pinned<'static, $held>: Send), "{with_a_guard}");
    })+};
}

#[test]
fn rustsec_2020_0070_send_and_sync_without_bounds() {
    matrix!(u64, String, Sent, Shared, Neither, *const u8, Box<Sent>, Option<Neither>);
    assert_eq!((send_sync!(String), send_sync!(Neither)), ((true, true), (false, false)));
    assert_eq!((send_sync!(Sent), send_sync!(Shared)), ((true, false), (false, true)), "the probe tells them apart");
    assert_eq!(send_sync!(Guard), (false, false));
    assert!(is!(ParIter<'static, u64, String, RandomState>: Send) && is!(DenseParIter<'static, String>: Send));
}

macro_rules! references {
    ($($held:ty),+) => {$({
        let sync = is!($held: Sync);
        // A reference is sent, and shared, where its value is shared.
        assert_eq!(send_sync!(Ref<'static, $held>), (sync, sync));
        assert_eq!(send_sync!(Snapshot<'static, $held>), (sync, sync));
        assert!(!is!(OwnedRef<'static, $held>: Send), "it has a guard");
        assert!(!is!(OwnedSnapshot<'static, $held>: Send), "it has a guard");
        assert!(sync || !is!(OwnedRef<'static, $held>: Sync) && !is!(OwnedSnapshot<'static, $held>: Sync));
    })+};
}

/// A lock's guard could be shared though its value could not (parking_lot #527).
#[test]
fn parking_lot_527_a_reference_is_sync_though_its_value_is_not() {
    references!(u64, String, Sent, Shared, Neither, *const u8, Box<Sent>, Option<Neither>);
}
