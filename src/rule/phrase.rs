//! Recovery phrases of wallets (BIP-39): 12 to 24 words of a list of 2,048, each worth 11 bits; the last bits are a
//! checksum, the first ones of the SHA-256 of the rest.
//!
//! In flow words or entropy, out flow numbers and phrases. The list lies in the program as text and is read only where
//! a phrase may stand, so that nothing is paid at start.

use sha2::{Digest, Sha256};

/// The English words, one a line, in the order of their numbers (bitcoin/bips, bip-0039/english.txt).
const LIST: &str = include_str!("../../rules/words/bip39.txt");

/// Bits a word stands for.
const BITS: usize = 11;

/// Which word of the list this is, counted from 0; `None` if it is none.
pub(crate) fn number(word: &[u8]) -> Option<u16> {
    LIST.lines().position(|line| line.as_bytes() == word).and_then(|n| u16::try_from(n).ok())
}

/// Whether the words with these numbers end in the checksum of what they say.
pub(crate) fn is_whole(numbers: &[u16]) -> bool {
    let bit = |n: usize| numbers[n / BITS] >> (BITS - 1 - n % BITS) & 1 != 0;
    // One bit of checksum follows each 32 bits.
    let entropy = numbers.len() * BITS / 33 * 4;
    if numbers.is_empty() || !numbers.len().is_multiple_of(3) {
        return false;
    }
    let bytes: Vec<u8> =
        (0..entropy).map(|at| (0..8).fold(0, |byte, n| byte << 1 | u8::from(bit(at * 8 + n)))).collect();
    let sum = Sha256::digest(&bytes);
    (entropy * 8..numbers.len() * BITS)
        .enumerate()
        .all(|(n, at)| bit(at) == (sum[n / 8] >> (7 - n % 8) & 1 != 0))
}

/// The phrase that says these bytes, 16 to 32 of them, a multiple of four.
pub(crate) fn of(entropy: &[u8]) -> String {
    let sum = Sha256::digest(entropy);
    let bit = |n: usize| {
        let byte = entropy.get(n / 8).copied().unwrap_or_else(|| sum[n / 8 - entropy.len()]);
        u16::from(byte >> (7 - n % 8) & 1)
    };
    let words: Vec<&str> = LIST.lines().collect();
    let number = |word: usize| (0..BITS).fold(0, |number, n| number << 1 | bit(word * BITS + n));
    let all = (0..entropy.len() * 3 / 4).map(|word| words[usize::from(number(word))]);
    all.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(phrase: &str) -> Vec<u16> {
        phrase.split(' ').map(|word| number(word.as_bytes()).unwrap()).collect()
    }

    #[test]
    fn the_list_has_its_words_in_order() {
        let words: Vec<&str> = LIST.lines().collect();
        assert_eq!(words.len(), 2048);
        assert!(words.is_sorted() && number(b"zoo") == Some(2047) && number(b"skout").is_none());
    }

    #[test]
    fn phrases_of_the_specification_are_made_and_known() {
        let zeros = "abandon ".repeat(11) + "about";
        assert_eq!(of(&[0; 16]), zeros);
        assert!(is_whole(&numbers(&zeros)));
        let ones = "zoo ".repeat(23) + "vote";
        assert_eq!(of(&[0xff; 32]), ones);
        assert!(is_whole(&numbers(&ones)));
    }

    #[test]
    fn another_last_word_breaks_the_checksum() {
        assert!(!is_whole(&numbers(&("abandon ".repeat(11) + "zoo"))));
        assert!(!is_whole(&numbers("abandon about")) && !is_whole(&[]));
    }
}
