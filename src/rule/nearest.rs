//! What a typing error was meant to be. In flow a word and the words that exist, out flows the nearest one, if
//! one is near enough to be offered. It decides nothing: a word that does not exist stays an error.

/// The name that needs the fewest changes to become, at most one change for every four letters of `word`; of equals the
/// first. A change is a letter put in, left out or exchanged, or two neighbours that changed places (Damerau, 1964).
pub fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let word: Vec<char> = word.chars().collect();
    // Longer words are no typing errors, and comparing takes the product of the lengths.
    if word.len() > 80 {
        return None;
    }
    let most = (word.len() / 4).max(1);
    let near = names.filter_map(|name| {
        let letters: Vec<char> = name.chars().collect();
        let changes =
            if letters.len().abs_diff(word.len()) > most { return None } else { changes(&word, &letters) };
        (changes <= most).then_some((changes, name))
    });
    near.min_by_key(|(changes, _)| *changes).map(|(_, name)| name)
}

/// How many changes lead from one word to the other.
fn changes(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let exchanged = above[j] + usize::from(a != b);
            let mut least = exchanged.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[other.len()]
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
