//! Has the value a twin that was made from it by hand? Whoever needs a second token for a test changes a few letters of the
//! first.
//!
//! In flows a candidate in tests or documentation; out flows less confidence where another value near it has its length and
//! most of its characters. Chance never draws such a pair.

use super::Verdict;
use crate::detect::Candidate;
use crate::detect::lexicon::{FileKind, Kind};

/// How far to either side of a value its twin may stand, in bytes. Less than what a change in a history reaches.
const AROUND: usize = 4096;
/// A value that is shorter has no twin, in bytes.
const SHORTEST: usize = 10;
/// So many characters are the same at least.
const SAME: usize = 8;
/// So many places are looked at.
const LOOKED_AT: usize = 32;

/// Lowers what has a twin.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    let shown = c.scene.is_test() || c.scene.file() == FileKind::Docs;
    let text = c.secret();
    let drawn = c.kind() == Some(Kind::Token) || c.kind() == Some(Kind::Password) && text.len() >= SAME * 2;
    if c.proven || !shown || !drawn || text.len() < SHORTEST || !text.iter().all(part) {
        return Verdict::Pass;
    }
    let around = c.span.start.saturating_sub(AROUND)..c.view.bytes.len().min(c.span.end + AROUND);
    if has_twin(&c.view.bytes[around], text) {
        c.doubt("twin", "another value near it differs in a few characters, as people change one by hand");
    }
    Verdict::Pass
}

/// What tokens are made of.
fn part(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// Whether `around` holds a value as long as `text` that begins or ends with two thirds of it and is another.
fn has_twin(around: &[u8], text: &[u8]) -> bool {
    let same = (text.len() * 2).div_ceil(3).max(SAME);
    let is_twin = |from: usize| {
        let Some(other) = around.get(from..from + text.len()) else { return false };
        let before = from.checked_sub(1).is_some_and(|n| part(&around[n]));
        let after = around.get(from + text.len()).is_some_and(part);
        other != text && !before && !after && other.iter().all(part)
    };
    let (head, tail) = (&text[..same], &text[text.len() - same..]);
    let heads = memchr::memmem::find_iter(around, head).take(LOOKED_AT);
    let tails = memchr::memmem::find_iter(around, tail).take(LOOKED_AT);
    heads.chain(tails.filter_map(|at| at.checked_sub(text.len() - same))).any(is_twin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::example::expand;

    fn twins(template: &str) -> bool {
        let text = expand(template).unwrap().text.into_bytes();
        let end = memchr::memchr(b'"', &text).unwrap();
        has_twin(&text, &text[..end])
    }

    #[test]
    fn a_twin_differs_in_a_few_characters() {
        assert!(twins("<hex:40>7a\" \"<=:1>7b\""));
        assert!(twins("1<low36:9>\" \"4<=:1>\""));
        assert!(!twins("<hex:40>7a\" \"<=:1>7a\""));
        assert!(!twins("<hex:40>7a\" \"<=:1>7bcd\""));
        assert!(!twins("<hex:40>\" \"<hex:40>\""));
    }
}
