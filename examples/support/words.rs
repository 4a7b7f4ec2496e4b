//! What a word is, and where text may be cut without cutting a word.

/// Calls `visit` with every word of `text`, in lower case.
///
/// A word is a longest run of alphanumeric characters, as [`char::is_alphanumeric`] defines them.
pub(crate) fn for_each_word(text: &str, mut visit: impl FnMut(&str)) {
    let mut lower = String::new();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        if word.is_empty() {
            continue;
        }
        if word.is_ascii() {
            // Most words take this path, which allocates nothing.
            lower.clear();
            lower.push_str(word);
            lower.make_ascii_lowercase();
            visit(&lower);
        } else {
            visit(&word.to_lowercase());
        }
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
