//! Looks a rule's `checksum` up and lets it speak.
//!
//! In flows a candidate; out flows a raised or lowered confidence. A failed checksum never silences: most
//! keys that people alter before they publish them fail it, and a half-altered key is still worth a look.

use super::super::Verdict;
use super::{base58, bech32, crc32, github};
use crate::detect::Candidate;

/// A check of the bytes of a secret: whether they agree with their checksum.
type Check = fn(&[u8]) -> bool;

/// The names that rules use. `CHECKSUMS` in `rule/schema.rs` lists the same.
const CHECKS: &[(&str, Check)] = &[
    ("base58check", base58::check),
    ("bech32", bech32::check),
    ("crc32-base36", crc32::base36),
    ("crc32-base62", crc32::base62),
    ("crc32-hex", crc32::hex),
    ("crc32le-hex", crc32::hex_little_endian),
    ("github-fine-grained", github::fine_grained),
];

/// Raises what agrees with its checksum and calls it proven; lowers what does not.
pub(in crate::detect::judge) fn judge(c: &mut Candidate<'_>) -> Verdict {
    let Some((_, check)) = CHECKS.iter().find(|(name, _)| *name == c.rule.checksum) else {
        return Verdict::Pass;
    };
    if check(c.secret()) {
        c.proven = true;
        c.raise("checksum", "its checksum is right");
    } else {
        c.lower("checksum", "its checksum is wrong");
    }
    Verdict::Pass
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::schema::CHECKSUMS;

    #[test]
    fn every_name_a_rule_may_use_has_its_check() {
        assert!(CHECKS.iter().map(|(name, _)| name).eq(CHECKSUMS));
    }
}
