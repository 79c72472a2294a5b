//! Is it a value that its provider publishes for everybody to try the service with?
//!
//! In flows a candidate that no other judge doubts; out flows whether everybody may know it. The list holds
//! digests only, so that the project itself has no string that looks like a secret.

use sha2::{Digest, Sha256};

use super::Verdict;
use crate::detect::Candidate;
use crate::detect::lexicon::words;

/// How many bytes of a SHA-256 the list keeps.
const KEPT: usize = 16;

/// Declares public what the list has.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    if published(c.secret()) {
        return Verdict::Public(
            "is what the provider publishes for everybody to try the service with".into(),
        );
    }
    Verdict::Pass
}

/// Whether the digest of `text` is in the list.
fn published(text: &[u8]) -> bool {
    let digest: String = Sha256::digest(text)[..KEPT].iter().map(|b| format!("{b:02x}")).collect();
    words::holds(words::PUBLISHED, digest.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_a_digest() {
        for entry in words::PUBLISHED {
            assert!(entry.len() == KEPT * 2 && entry.bytes().all(|b| b.is_ascii_hexdigit()), "{entry}");
        }
    }

    #[test]
    fn one_changed_character_is_another_value() {
        let known = ["6LeIxAcTAAAAAGG", "vFI1TnRWxMZNFuojJ4WifJWe"].join("-");
        assert!(published(known.as_bytes()));
        assert!(!published(known.replace("WifJWe", "WifJWd").as_bytes()));
    }
}
