//! What the threads do, each beside a record of its own keys, which nobody else changes.

use crate::plateau::{Growth, Plateau, Readings, at_once, stints};
use crate::subjects::Subject;
use crate::values::wrapped;
use std::collections::{HashMap, VecDeque};
use std::ops::Range;

const THREADS: u64 = 3;

/// Keys that all threads count up, and how many keys each thread has besides, unless it takes ever new ones.
const SHARED: u64 = 16;
const OWN: u64 = 5000;

/// Entries of a thread that takes ever new keys.
const WINDOW: usize = 2000;

/// Operations between readings of the allocator, and between traversals.
const PER_NOTE: u64 = 1 << 12;
const PER_TRAVERSAL: u64 = 1 << 17;

/// In so many operations, a thread that writes would rather insert; in as many that follow, remove. So tables grow and shrink.
const TIDE: u64 = 1 << 15;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Mix {
    /// Nine of ten operations are lookups.
    Reads,
    /// Seven of ten write.
    Writes,
    /// Keys that come once, stay for a while, and go.
    Churn,
}

/// A thread, and the versions that its keys must have.
struct Worker<'s, S> {
    subject: &'s S,
    thread: u64,
    random: u64,
    own: HashMap<u64, u64>,
    /// The order in which keys have come, in `Churn`.
    order: VecDeque<u64>,
    next: u64,
    /// How often this thread has counted up a shared key.
    counted: u64,
}

impl<'s, S: Subject> Worker<'s, S> {
    fn new(subject: &'s S, thread: u64, seed: u64) -> Self {
        let random = (seed ^ thread << 56) | 1;
        Self { subject, thread, random, own: HashMap::new(), order: VecDeque::new(), next: 0, counted: 0 }
    }

    /// Some steps, and a traversal now and then.
    fn work(&mut self, mix: Mix, steps: Range<u64>, plateau: &Plateau) {
        for step in steps {
            self.step(mix, step);
            if step % PER_NOTE == 0 {
                plateau.note(PER_NOTE);
            }
            if step % PER_TRAVERSAL == PER_TRAVERSAL / 2 {
                self.traverse();
            }
        }
        self.traverse();
    }

    fn random(&mut self, below: u64) -> u64 {
        // xorshift64*, by Vigna.
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        ((self.random.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) * below) >> 32
    }

    /// A key of this thread.
    fn key(&self, number: u64) -> u64 {
        SHARED + (number * THREADS + self.thread) % ((S::KEYS - SHARED) / THREADS * THREADS)
    }

    fn insert(&mut self, key: u64, version: u64) {
        let before = self.own.insert(key, version);
        assert_eq!(self.subject.insert(key, version), before, "what an insertion of {key} replaces");
    }

    fn remove(&mut self, key: u64) {
        assert_eq!(self.subject.remove(key), self.own.remove(&key), "what a removal of {key} finds");
    }

    fn get(&self, key: u64) {
        assert_eq!(self.subject.get(key), self.own.get(&key).copied(), "what a lookup of {key} finds");
    }

    fn count_up(&mut self) {
        let key = self.random(SHARED);
        assert!(self.subject.count_up(key), "a shared key is there");
        self.counted += 1;
    }

    /// One of the others' keys, or of one's own, whose value is at least whole.
    fn look_anywhere(&mut self) {
        let number = self.random(OWN * THREADS);
        let _version = self.subject.get(SHARED + number);
    }

    fn step(&mut self, mix: Mix, operation: u64) {
        let (dice, number) = (self.random(100), self.random(OWN));
        let key = self.key(number);
        let rises = (operation / TIDE).is_multiple_of(2);
        match mix {
            Mix::Reads => match dice {
                0..60 => self.get(key),
                60..90 => self.look_anywhere(),
                90..95 => self.count_up(),
                95..98 => self.insert(key, wrapped(operation)),
                _ => self.remove(key),
            },
            Mix::Writes => match dice {
                0..20 => self.get(key),
                20..30 => self.look_anywhere(),
                30..40 => self.count_up(),
                40..90 if rises => self.insert(key, wrapped(operation)),
                40..50 => self.insert(key, wrapped(operation)),
                _ => self.remove(key),
            },
            Mix::Churn => {
                let key = self.key(self.next);
                self.next += 1;
                self.insert(key, wrapped(operation));
                self.order.push_back(key);
                if self.order.len() > WINDOW
                    && let Some(oldest) = self.order.pop_front()
                {
                    self.remove(oldest);
                }
                let recent = self.order[number as usize % self.order.len()];
                self.get(recent);
            }
        }
    }

    /// A traversal finds each own key once, with its version.
    fn traverse(&self) {
        let mut found = HashMap::with_capacity(self.own.len());
        self.subject.traverse(|key, version| {
            if key >= SHARED && (key - SHARED) % THREADS == self.thread {
                assert!(found.insert(key, version).is_none(), "{key} is yielded twice");
            }
        });
        assert_eq!(found, self.own, "what a traversal finds of the keys of one thread");
    }
}

/// Runs `operations` steps of a mix by all threads together. Returns the readings of the allocator, or what is wrong with them.
pub(crate) fn run<S: Subject>(mix: Mix, operations: u64, seed: u64) -> Result<Readings, Growth> {
    let mut plateau = Plateau::of(operations);
    let subject = S::new();
    (0..SHARED).for_each(|key| assert_eq!(subject.insert(key, 0), None));
    let mut workers = [0, 1, 2].map(|thread| Worker::new(&subject, thread, seed));
    // Whole tides, so that as many entries are there at each rest.
    for stint in stints(operations / THREADS, 2 * TIDE) {
        at_once(workers.iter_mut().map(|worker| || worker.work(mix, stint.clone(), &plateau)));
        (0..10).for_each(|_| subject.flush());
        plateau.rest(subject.bytes());
    }
    let sum: u64 = (0..SHARED).filter_map(|key| subject.get(key)).sum();
    let counted = workers.iter().map(|worker| worker.counted).sum();
    assert_eq!(wrapped(sum), wrapped(counted), "each time that a shared key was counted up");
    plateau.verdict()
}
