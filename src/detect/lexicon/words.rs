//! Lists of words, prepared by the build script from `rules/words/words.txt`.

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// Whether `word`, compared without case, is in a prepared list.
pub(crate) fn holds(list: &[&str], word: &[u8]) -> bool {
    const LONGEST: usize = 40;
    let mut lower = [0u8; LONGEST];
    let Some(lower) = lower.get_mut(..word.len()) else { return false };
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    // Most entries differ in their first letter, and comparing that alone is cheap.
    let order =
        |entry: &&str| entry.as_bytes().first().cmp(&lower.first()).then_with(|| entry.as_bytes().cmp(lower));
    list.binary_search_by(order).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_sorted_and_has_words() {
        for list in [PASSWORD, SECRET, TOKEN, KEY, KEY_OWNER, TAIL_NEUTRAL, TAIL_OTHER, HEAD_OTHER, DUMMY] {
            assert!(!list.is_empty() && list.is_sorted());
        }
    }

    #[test]
    fn words_are_compared_without_case() {
        assert!(holds(PASSWORD, b"PassWord"));
        assert!(!holds(PASSWORD, b"passage"));
    }
}
