//! Pushes beside each other, and beside insertions.

use super::super::{Boxed, model, race};
use super::Dense;

#[test]
fn two_pushes() {
    model(130, &["0 1", "1 0"], |witnesses, swap| {
        let map = Dense::<u32>::of(1, &[]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (first, second) = race(swap, move || ours.push(10), move || theirs.push(20));
        witnesses.saw(format_args!("{first} {second}"));
        let mut expected = [(first, 10), (second, 20)];
        expected.sort_unstable();
        assert_eq!(map.entries(), expected);
    });
}

/// An index that is taken is passed over, and the value is not lost.
#[test]
fn push_and_insertion() {
    model(180, &["0 replaced", "1"], |witnesses, swap| {
        let map = Dense::<Boxed>::of(2, &[]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (index, before) = race(swap, move || ours.push(10), move || theirs.insert(0, 20));
        match (index, before) {
            (0, Some(10)) => witnesses.saw("0 replaced"),
            (1, None) => witnesses.saw("1"),
            other => panic!("not an order of the two: {other:?}"),
        }
        assert_eq!(map.get(index), Some(if index == 0 { 20 } else { 10 }));
        assert_eq!(map.get(0), Some(20));
    });
}
