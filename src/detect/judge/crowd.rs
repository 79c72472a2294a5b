//! Is the value one of many of its name? Test vectors and made-up records fill a file with them.
//!
//! In flows a candidate in a data file of tests; out flows less confidence where its name is given one value after the other.

use std::collections::BTreeSet;

use super::Verdict;
use crate::detect::Candidate;

/// How far to either side of a name the others are looked for, in bytes. Less than what a change in a history reaches.
const AROUND: usize = 4096;
/// So many different values make a crowd.
const CROWD: usize = 8;
/// So many times a name is looked at, so that a file of nothing else costs no more.
const LOOKED_AT: usize = 64;
/// By so many bytes values are told apart.
const HEAD: usize = 12;

/// Lowers what stands in a crowd, in the data of tests.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    let Some(key) = c.key.clone().filter(|key| key.len() >= 3 && c.kind().is_some()) else {
        return Verdict::Pass;
    };
    if c.proven || !c.scene.is_test_data() {
        return Verdict::Pass;
    }
    let around = key.start.saturating_sub(AROUND)..c.view.bytes.len().min(key.end + AROUND);
    if is_crowd(&c.view.bytes[around], c.name()) {
        c.doubt("crowd", "one of many values of its name in a data file of tests, as test vectors are");
    }
    Verdict::Pass
}

/// Whether `name` is given so many different values in `text`, told apart by how they begin.
fn is_crowd(text: &[u8], name: &[u8]) -> bool {
    let mut heads = BTreeSet::new();
    for at in memchr::memmem::find_iter(text, name).take(LOOKED_AT) {
        let rest = &text[at + name.len()..];
        let sign = |b: &u8| matches!(b, b'"' | b'\'' | b' ' | b'\t' | b':' | b'=' | b'>' | b'\\');
        let from = rest.iter().take(8).take_while(|b| sign(b)).count();
        if from >= 2 || rest.first() == Some(&b'=') {
            heads.insert(&rest[from..rest.len().min(from + HEAD)]);
        }
        if heads.len() >= CROWD {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_is_of_different_values() {
        let many: String = (10..30).map(|n| format!("  \"salt\": \"{n}f0a9\",\n")).collect();
        assert!(is_crowd(many.as_bytes(), b"salt"));
        assert!(!is_crowd("\"salt\": \"3f0a9\",\n".repeat(20).as_bytes(), b"salt"));
        assert!(!is_crowd("salt(1); salt(2); ".repeat(9).as_bytes(), b"salt"));
    }
}
