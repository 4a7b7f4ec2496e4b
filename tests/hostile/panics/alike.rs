//! Operations of hash maps and dense maps that read the same. The stages of both have methods of the same names.

/// On all entries of a map that others may use meanwhile.
macro_rules! shared {
    ($stage:ty) => {
        vec![
            Operation::<$stage>::new("iter", |s| s.map().pin().iter().for_each(|_| call(Call::Closure))),
            Operation::new("keys and values", |s| {
                let pinned = s.map().pin();
                let keys = pinned.keys().map(|_| call(Call::Closure)).count();
                let values = pinned.values().map(|_| call(Call::Closure)).count();
                assert!(keys == values || is_disturbed());
            }),
            Operation::new("fast_iter", |s| {
                let pinned = s.map().pin();
                (0..3).for_each(|part| pinned.fast_iter(3, part).for_each(|_| call(Call::Closure)));
            }),
            Operation::new("for_each", |s| s.map().for_each(|_, _| call(Call::Closure))),
            Operation::new("clear", |s| s.map().clear()),
            Operation::new("debug", |s| assert!(format!("{:?} {:?}", s.map(), s.map().pin()).len() > 3)),
            Operation::new("is_empty", |s| {
                assert!(s.map().is_empty() == (s.map().approx_len() == 0) || is_disturbed());
            }),
        ]
    };
}

/// After these there is nothing left, in the map or of it; nobody else can have it.
macro_rules! consuming {
    ($stage:ty) => {
        vec![
            Operation::<$stage>::new("drop", |s| drop(s.take())),
            Operation::new("into_iter", |s| {
                if let Some(map) = s.take() {
                    map.into_iter().for_each(|_| call(Call::Closure));
                }
            }),
            Operation::new("into_iter, in part", |s| {
                if let Some(map) = s.take() {
                    let mut entries = map.into_iter();
                    assert!(entries.next().is_some());
                    let _second = entries.next();
                }
            }),
        ]
    };
}

/// The same of a rayon pool, where `$entries` is what a map is extended by.
macro_rules! shared_in_a_pool {
    ($stage:ty, $entries:expr) => {
        vec![
            Operation::<$stage>::new("par_extend", |s| {
                let mut map = s.map();
                map.par_extend($entries(s));
            }),
            Operation::new("par_iter", |s| s.map().pin().par_iter().for_each(|_| call(Call::Closure))),
        ]
    };
}

macro_rules! consuming_in_a_pool {
    ($stage:ty) => {
        Operation::<$stage>::new("into_par_iter", |s| {
            if let Some(map) = s.take() {
                map.into_par_iter().for_each(|_| call(Call::Closure));
            }
        })
    };
}

pub(super) use {consuming, consuming_in_a_pool, shared, shared_in_a_pool};
