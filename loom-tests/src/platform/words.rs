//! Arrays of words, as boxes of loom's atomics that show whether they are published before they are read.

use super::epoch::Birth;
use super::sync::AtomicPtr;
use core::ptr::null_mut;

pub(crate) struct Words(Box<Content>);

struct Content {
    birth: Birth,
    words: Box<[AtomicPtr<()>]>,
}

impl Words {
    pub(crate) const MAX_LEN: usize = 1 << 44;

    pub(crate) fn empty() -> Self {
        Self::new(0).expect("a model has memory")
    }

    pub(crate) fn new(len: usize) -> Option<Self> {
        let words = (0..len).map(|_| AtomicPtr::new(null_mut())).collect();
        Some(Self(Box::new(Content { birth: Birth::new(), words })))
    }

    /// Nothing that a model counts.
    pub(crate) const fn bytes(_len: usize) -> usize {
        0
    }

    pub(crate) fn len(&self) -> usize {
        self.0.words.len()
    }

    pub(crate) fn get(&self, index: usize) -> Option<&AtomicPtr<()>> {
        self.0.words.get(index)
    }

    pub(crate) fn as_slice(&self) -> &[AtomicPtr<()>] {
        &self.0.words
    }

    pub(crate) fn into_raw(self) -> *mut () {
        Box::into_raw(self.0).cast()
    }

    pub(crate) unsafe fn from_raw(raw: *mut (), len: usize) -> Self {
        // SAFETY: by the contract of this function.
        let words = Self(unsafe { Box::from_raw(raw.cast()) });
        assert_eq!(words.len(), len);
        words
    }

    pub(crate) unsafe fn at<'a>(raw: *mut (), index: usize) -> &'a AtomicPtr<()> {
        // SAFETY: by the contract of this function.
        &unsafe { Self::published(raw) }.words[index]
    }

    pub(crate) unsafe fn slice<'a>(raw: *mut (), len: usize) -> &'a [AtomicPtr<()>] {
        // SAFETY: by the contract of this function.
        let words = &unsafe { Self::published(raw) }.words;
        assert_eq!(words.len(), len);
        words
    }

    unsafe fn published<'a>(raw: *mut ()) -> &'a Content {
        // SAFETY: by the contract of this function.
        let content = unsafe { &*raw.cast::<Content>().cast_const() };
        content.birth.assert_published();
        content
    }
}
