//! CRC-32 at the end of a token (IEEE 802.3 polynomial), in the digits each provider writes it with.

const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The last six characters are the CRC-32 of the characters between the last `_` and them, in base 62
/// (digits, upper case, lower case). GitHub: "Behind GitHub's new authentication token formats", 2021.
pub(super) fn base62(secret: &[u8]) -> bool {
    let from = memchr::memrchr(b'_', secret).map_or(0, |n| n + 1);
    let Some(end) = secret.len().checked_sub(6).filter(|end| *end > from) else { return false };
    in_digits(crc32fast::hash(&secret[from..end]), BASE62, 6) == secret[end..]
}

/// A number as so many digits, the first being the highest.
fn in_digits(number: u32, digits: &[u8], length: usize) -> Vec<u8> {
    let mut rest = number as usize;
    let mut text = vec![digits[0]; length];
    for place in text.iter_mut().rev() {
        *place = digits[rest % digits.len()];
        rest /= digits.len();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::example::expand;

    #[test]
    fn a_right_checksum_is_known_and_one_changed_character_breaks_it() {
        let mut token = expand("ghp_<alnum:30><crc32-base62:30:6>").unwrap().text.into_bytes();
        assert!(base62(&token));
        token[10] ^= 1;
        assert!(!base62(&token));
    }
}
