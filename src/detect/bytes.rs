//! Where a few bytes stand in a short text: a value, a name, a line.
//!
//! `memmem` prepares a search, which costs more than to look through so little.

/// Where `part`, which is not empty, stands first in `text`.
pub(super) fn position(text: &[u8], part: &[u8]) -> Option<usize> {
    let last = text.len().checked_sub(part.len())?;
    memchr::memchr_iter(part[0], &text[..=last]).find(|at| text[*at..].starts_with(part))
}

/// Whether `part` stands in `text`.
pub(super) fn contains(text: &[u8], part: &[u8]) -> bool {
    position(text, part).is_some()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_stands_where_a_search_finds_it(text in "[ab]{0,40}", part in "[ab]{1,5}") {
            assert_eq!(position(text.as_bytes(), part.as_bytes()), text.find(&part));
        }
    }
}
