//! What a word is, and where text may be cut without cutting a word.

use std::borrow::Cow;

/// The words of `text`, in lower case.
///
/// A word is a longest run of alphanumeric characters, as [`char::is_alphanumeric`] defines them. Most words are in lower case
/// already, and are parts of the text.
pub(crate) fn words(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(lower)
}

fn lower(word: &str) -> Cow<'_, str> {
    if word.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase()) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(word.to_lowercase())
    }
}

/// Cuts `text` at word boundaries into pieces of `size` bytes or slightly more.
///
/// Only a word longer than `size` makes a piece much longer.
pub(crate) fn pieces(text: &str, size: usize) -> Vec<&str> {
    let mut pieces = Vec::with_capacity(text.len() / size.max(1) + 1);
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, tail) = rest.split_at(first_cut(rest, size.max(1)));
        pieces.push(piece);
        rest = tail;
    }
    pieces
}

/// The first position from `size` on where no word goes across, or the end of the text.
fn first_cut(text: &str, size: usize) -> usize {
    let Some(start) = (size..text.len()).find(|&at| text.is_char_boundary(at)) else {
        return text.len();
    };
    text[start..].find(|c: char| !c.is_alphanumeric()).map_or(text.len(), |offset| start + offset)
}
