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

/// Whether a word names or stands for a secret, or is said round one: no value is that.
pub(crate) fn is_label(word: &[u8]) -> bool {
    let lists =
        [PLACEHOLDER, PASSWORD, SECRET, TOKEN, KEY, KEY_OWNER, TAIL_NEUTRAL, TAIL_OTHER, HEAD_OTHER, ENUM];
    lists.iter().any(|list| holds(list, word))
}

/// The words of a list that stand anywhere in a text, which is in lower case.
pub(crate) fn inside(list: &'static [&'static str], text: Vec<u8>) -> impl Iterator<Item = &'static str> {
    // A word whose first letters are not all there is not looked for.
    let letters = text.iter().fold(0u128, |all, b| all | 1 << (b & 127));
    let may = move |word: &[u8]| word.iter().take(4).all(|b| letters >> (b & 127) & 1 == 1);
    let stands =
        move |word: &str| may(word.as_bytes()) && memchr::memmem::find(&text, word.as_bytes()).is_some();
    list.iter().copied().filter(move |word| stands(word))
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
