//! What a typing error was meant to be. In flow a word and the words that exist, out flows the nearest one, if
//! one is near enough to be offered. It decides nothing: a word that does not exist stays an error.

/// What a mistyped name was meant to be, as part of a sentence with a space before it; empty if nothing is near.
pub fn did_you_mean<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> String {
    nearest(word, names).map_or(String::new(), |name| format!(" did you mean '{name}'?"))
}

/// The name that needs the fewest changes to become, at most one change for every four letters of `word`; of equals the
/// first. A change is a letter put in, left out or exchanged, or two neighbours that changed places (Damerau, 1964).
pub fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // Longer words are no typing errors, and comparing takes the product of the lengths.
    let length = word.chars().count();
    let most = (length / 4).max(1);
    let near = names.filter(|name| length <= 80 && name.chars().count().abs_diff(length) <= most);
    let near = near.map(|name| (strsim::osa_distance(word, name), name));
    near.filter(|(changes, _)| *changes <= most).min_by_key(|(changes, _)| *changes).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood_and_another_word_is_not() {
        let names = ["confidence", "exclude", "include", "openai-project-key"];
        let of = |word: &str| nearest(word, names.into_iter());
        assert_eq!(of("confidance"), Some("confidence"));
        assert_eq!(of("exlude"), Some("exclude"));
        assert_eq!(of("incldue"), Some("include"));
        assert_eq!(of("openai-projct-key"), Some("openai-project-key"));
        assert_eq!(of("baseline"), None);
        assert_eq!(of(""), None);
    }
}
