//! Keys behind the two lines whose tags a lookup reads, at the end of the table, where these lines wrap around: each is found while
//! others come, go, and move on to the next table, and none is found that was never there.

use crate::support::{Random, together};
use atomic_dict::AtomicMap;
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// So many keys of one hash stand in four lines and more.
const MEMBERS: u64 = 16;
const GROUPS: usize = 3;
const ROUNDS: u64 = 4000;

/// All keys of a group have one hash.
trait Member: Hash + Eq + Clone + Debug + Send + Sync + 'static {
    fn of(group: u64, member: u64) -> Self;
    fn group(&self) -> u64;
}

impl Member for u64 {
    fn of(group: u64, member: u64) -> Self {
        member << 32 | group
    }

    fn group(&self) -> u64 {
        self & 0xFFFF_FFFF
    }
}

impl Member for String {
    fn of(group: u64, member: u64) -> Self {
        format!("{group} {member}")
    }

    fn group(&self) -> u64 {
        self.split(' ').next().and_then(|group| group.parse().ok()).expect("a key of this test")
    }
}

#[derive(Clone, Default)]
struct ByGroup;

impl BuildHasher for ByGroup {
    type Hasher = GroupHasher;

    fn build_hasher(&self) -> GroupHasher {
        GroupHasher { hash: 0, done: false }
    }
}

struct GroupHasher {
    hash: u64,
    done: bool,
}

impl Hasher for GroupHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.done |= *byte == b' ';
            if !self.done {
                self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
            }
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.hash = key & 0xFFFF_FFFF;
    }

    fn finish(&self) -> u64 {
        let spread = self.hash.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (spread ^ spread >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9)
    }
}

/// Groups at home in the last line of a table of up to 4096 lines.
fn last_groups<K: Member>() -> Vec<u64> {
    let map = AtomicMap::with_hasher(ByGroup);
    (0..60_000).for_each(|group| drop(map.insert(K::of(group, 0), ())));
    let last: Vec<u64> = map.pin().fast_iter(4096, 4095).map(|(key, _)| key.group()).take(GROUPS).collect();
    assert_eq!(last.len(), GROUPS, "of 60,000 about 15 are in the last of 4096 parts");
    last
}

/// Even members stay, odd ones are inserted and removed, those from `NEVER` on are never there.
fn all_are_found_that_are_there<K: Member>() {
    const NEVER: u64 = 1 << 30;
    let groups = last_groups::<K>();
    let map = AtomicMap::with_hasher(ByGroup);
    for member in 0..MEMBERS {
        groups.iter().for_each(|&group| assert_eq!(map.insert(K::of(group, member), member), None));
    }
    let writing = AtomicUsize::new(2);
    let reads = together(4, |thread| {
        let mut random = Random::new(thread + 1);
        let group = |random: &mut Random| groups[random.below(GROUPS as u64) as usize];
        if thread < 2 {
            let mut mine: Vec<u64> = (0..MEMBERS).filter(|member| member % 4 == 2 * thread + 1).collect();
            for round in 1..=ROUNDS {
                let place = random.below(mine.len() as u64) as usize;
                // A member that was there before in half of the cases: its slot may be taken again.
                let old = mine[place];
                let new = if round % 2 == 0 { old } else { MEMBERS * round + 2 * thread + 1 };
                for &group in &groups {
                    assert_eq!(map.remove(&K::of(group, old)).as_deref(), Some(&old));
                    assert_eq!(map.get(&K::of(group, old)), None);
                    assert_eq!(map.insert(K::of(group, new), new), None);
                    assert_eq!(map.get(&K::of(group, new)).as_deref(), Some(&new));
                }
                mine[place] = new;
            }
            writing.fetch_sub(1, Relaxed);
            return 0;
        }
        // One asks for what is there, mostly, and one for what is not: a handle learns which way to look.
        let mut pinned = map.pin();
        let mut reads = 0;
        while writing.load(Relaxed) > 0 || reads == 0 {
            for number in 0..64 {
                let (group, member) = (group(&mut random), 2 * random.below(MEMBERS / 2));
                if (number % 16 == 0) == (thread == 2) {
                    assert_eq!(pinned.get(&K::of(group, NEVER + member)), None);
                } else {
                    assert_eq!(pinned.get(&K::of(group, member)).as_deref(), Some(&member));
                }
            }
            pinned.repin();
            reads += 64;
        }
        reads
    });
    assert!(reads[2] > 0 && reads[3] > 0);
    assert_eq!(map.len() as u64, GROUPS as u64 * MEMBERS);
    assert!(map.stats().migrations > 0);
}

#[test]
fn inline_keys_at_the_end_of_the_table() {
    all_are_found_that_are_there::<u64>();
}

#[test]
fn boxed_keys_at_the_end_of_the_table() {
    all_are_found_that_are_there::<String>();
}
