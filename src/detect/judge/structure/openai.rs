//! OpenAI: the marker `T3BlbkFJ` (base64 of "OpenAI") stands in the exact middle of the body.

use super::Shape;
use crate::secret::shannon;

const MARKER: &[u8] = b"T3BlbkFJ";

/// Twenty random characters have an entropy above 3.2 bits, seventy above 4.2; `xxxx` and `abcabc` have less
/// than this.
const MASK: f64 = 2.0;

/// Whether as many characters stand between the prefix and the marker as behind it, and are random.
pub(super) fn look(secret: &[u8]) -> Shape {
    let Some(at) = memchr::memmem::find(secret, MARKER) else {
        return Shape::Odd("lacks the marker of OpenAI keys");
    };
    let right = &secret[at + MARKER.len()..];
    // The body of a key begins behind a `-`, which may also be a character of the body.
    let middle = at > right.len() && secret[at - right.len() - 1] == b'-';
    let left = if middle { &secret[at - right.len()..at] } else { &secret[..at] };
    let randomness = shannon(left).min(shannon(right));
    if randomness < MASK {
        Shape::Foreign("is a mask round the marker of OpenAI keys")
    } else if !middle {
        Shape::Odd("the marker of OpenAI keys stands off the middle")
    } else if randomness < if right.len() < 40 { 3.2 } else { 4.2 } {
        Shape::Odd("is less random than an OpenAI key")
    } else {
        Shape::Proven("the marker of OpenAI keys stands in the exact middle")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(prefix: &str, left: usize, right: usize) -> Vec<u8> {
        let text: String = ('a'..='z').cycle().take(left).collect();
        let other: String = ('A'..='Z').rev().cycle().take(right).collect();
        format!("{prefix}{text}{}{}{other}", "T3Blb", "kFJ").into_bytes()
    }

    #[test]
    fn equal_halves_prove() {
        for n in [20, 46, 58, 74, 100] {
            assert!(matches!(look(&key("sk-proj-", n, n)), Shape::Proven(_)), "{n}");
        }
        assert!(matches!(look(&key("sk-", 20, 20)), Shape::Proven(_)));
    }

    #[test]
    fn unequal_halves_are_odd() {
        assert!(matches!(look(&key("sk-proj-", 74, 73)), Shape::Odd(_)));
        assert!(matches!(look(&key("sk-proj-", 20, 40)), Shape::Odd(_)));
    }
}
