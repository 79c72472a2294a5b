//! Recovery phrases of wallets: words of the list of BIP-39, and the checksum that the last of them carries.

use super::Shape;
use crate::rule::phrase;

/// How phrases begin that development tools hand to everybody: Ganache's and Truffle's, Substrate's.
const KNOWN: &[&str] = &["candy maple cake sugar ", "myth like bonus scare ", "bottom drive obey lake "];

/// Whether the words are a phrase that a wallet takes. Hardly a word comes twice in one, as it does in the phrases that
/// everybody uses for tests.
pub(super) fn mnemonic(secret: &[u8]) -> Shape {
    let words: Vec<&[u8]> = secret.split(|b| *b == b' ').collect();
    let Some(numbers) = words.iter().map(|word| phrase::number(word)).collect::<Option<Vec<u16>>>() else {
        return Shape::Foreign("has words that no recovery phrase has");
    };
    let distinct = numbers.iter().collect::<std::collections::BTreeSet<_>>().len();
    if distinct + 1 < numbers.len() || KNOWN.iter().any(|known| secret.starts_with(known.as_bytes())) {
        Shape::Public("is a phrase that everybody uses for tests")
    } else if phrase::is_whole(&numbers) {
        Shape::Proven("its words and their checksum are those of a recovery phrase")
    } else {
        Shape::Odd("its words are those of a recovery phrase, but their checksum is wrong")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_told_from_words_and_from_phrases_for_tests() {
        let drawn = phrase::of(b"sixteen bytes, x");
        assert!(matches!(mnemonic(drawn.as_bytes()), Shape::Proven(_)), "{drawn}");
        let mut turned: Vec<&str> = drawn.split(' ').collect();
        turned.reverse();
        assert!(matches!(mnemonic(turned.join(" ").as_bytes()), Shape::Odd(_)));
        let known = b"legal winner thank year wave sausage worth useful legal winner thank yellow";
        assert!(matches!(mnemonic(known), Shape::Public(_)));
        let prose = b"these are the words that you write down and keep safe";
        assert!(matches!(mnemonic(prose), Shape::Foreign(_)));
    }
}
