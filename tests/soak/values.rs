//! Values that tell whose they are, and whether they still are what they were made as.

/// A value of a key, in one of its versions.
pub(crate) trait Checked: Clone + Send + Sync + 'static {
    fn of(key: u64, version: u64) -> Self;

    /// The version, of a value that is whole and belongs to `key`.
    fn version(&self, key: u64) -> u64;
}

const VERSION_BITS: u32 = 24;

/// Versions wrap around, so that they fit into a word beside a check.
pub(crate) const fn wrapped(version: u64) -> u64 {
    version & ((1 << VERSION_BITS) - 1)
}

/// Forty bits that no other key has with this version, but by chance.
fn check(key: u64, version: u64) -> u64 {
    let mixed = (key ^ version.rotate_left(40)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ mixed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> VERSION_BITS
}

/// Inline: the version, and the check above it.
impl Checked for u64 {
    fn of(key: u64, version: u64) -> Self {
        check(key, version) << VERSION_BITS | version
    }

    fn version(&self, key: u64) -> u64 {
        let version = wrapped(*self);
        assert_eq!(
            self >> VERSION_BITS,
            check(key, version),
            "a value of another key, or of none: {self:#x} for {key}"
        );
        version
    }
}

/// Boxed: spoiled when it is dropped.
#[derive(Clone)]
pub(crate) struct Boxed {
    key: u64,
    version: u64,
    check: u64,
}

impl Checked for Boxed {
    fn of(key: u64, version: u64) -> Self {
        Self { key, version, check: check(key, version) }
    }

    fn version(&self, key: u64) -> u64 {
        assert_eq!((self.key, self.check), (key, check(key, self.version)), "a value that is not whole, or another's");
        self.version
    }
}

impl Boxed {
    /// One that somebody has written over.
    pub(crate) fn spoiled() -> Self {
        Self { key: 0, version: 0, check: !check(0, 0) }
    }
}

impl Drop for Boxed {
    fn drop(&mut self) {
        assert_eq!(self.check, check(self.key, self.version), "dropped twice, or written over");
        // Not removed as a dead store: the next reader, if there is one, is the assertion above.
        self.check = std::hint::black_box(!self.check);
    }
}

/// Leaks a byte when it is dropped.
#[derive(Clone)]
pub(crate) struct Leaking(Boxed);

impl Checked for Leaking {
    fn of(key: u64, version: u64) -> Self {
        Self(Boxed::of(key, version))
    }

    fn version(&self, key: u64) -> u64 {
        self.0.version(key)
    }
}

impl Drop for Leaking {
    fn drop(&mut self) {
        std::hint::black_box(Box::leak(Box::new(0_u8)));
    }
}
