//! GitHub's fine-grained tokens: part of a SHA-256, not a CRC. Measured on published revoked tokens.

use sha2::{Digest, Sha256};

/// Of the 93 characters, those from 77 on are the first eight characters in base32 of the SHA-256 of what
/// stands before them.
pub(super) fn fine_grained(secret: &[u8]) -> bool {
    if secret.len() != 93 {
        return false;
    }
    let digest = Sha256::digest(&secret[..77]);
    // Eight characters of base32 are the first five bytes.
    let bits = digest[..5].iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
    let letter = |n: u64| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(bits >> (35 - 5 * n) & 31) as usize];
    (0..8).all(|n| secret[77 + n as usize] == letter(n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::example::expand;

    #[test]
    fn the_hash_is_known_and_one_changed_character_breaks_it() {
        let template = "github_pat_<alnum:22>_<alnum:43><sha256-b32:77:8><alnum:8>";
        let mut token = expand(template).unwrap().text.into_bytes();
        assert!(fine_grained(&token));
        token[20] ^= 1;
        assert!(!fine_grained(&token));
    }
}
