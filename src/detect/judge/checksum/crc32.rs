//! CRC-32 at the end of a token (IEEE 802.3 polynomial), in the digits each provider writes it with.

const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE36: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The last six characters are the CRC-32 of the characters between the last `_` and them, in base 62
/// (digits, upper case, lower case). GitHub: "Behind GitHub's new authentication token formats", 2021.
/// Where the last `_` stands right before the six, they are that of everything before it (Matrix: Synapse,
/// `handlers/auth.py`).
pub(super) fn base62(secret: &[u8]) -> bool {
    let Some(end) = secret.len().checked_sub(6) else { return false };
    let body = match memchr::memrchr(b'_', secret) {
        Some(at) if at + 1 == end => &secret[..at],
        Some(at) => secret.get(at + 1..end).unwrap_or_default(),
        None => &secret[..end],
    };
    !body.is_empty() && in_digits(crc32fast::hash(body), BASE62, 6) == secret[end..]
}

/// The last eight characters are the CRC-32 in hexadecimal digits of either case, of everything before them
/// (Atlassian and Bitbucket; measured on revoked tokens) or of what stands behind the prefix, which ends in
/// `_`, with or without a `_` before the digits (Cloudflare).
pub(super) fn hex(secret: &[u8]) -> bool {
    let Some(end) = secret.len().checked_sub(8).filter(|end| *end > 8) else { return false };
    let Some(digits) = number(&secret[end..], 16) else { return false };
    let before = &secret[..end];
    let body = before.strip_suffix(b"_").unwrap_or(before);
    let behind = memchr::memchr(b'_', body).map_or(body, |n| &body[n + 1..]);
    [before, body, behind].iter().any(|text| u64::from(crc32fast::hash(text)) == digits)
}

/// The eight hexadecimal digits behind the last `_` are the CRC-32 of what stands before that `_`, its lowest
/// byte first (Grafana, `pkg/components/satokengen`).
pub(super) fn hex_little_endian(secret: &[u8]) -> bool {
    let Some(at) = memchr::memrchr(b'_', secret) else { return false };
    let digits = number(&secret[at + 1..], 16).and_then(|n| u32::try_from(n).ok());
    secret.len() == at + 9 && digits.map(u32::swap_bytes) == Some(crc32fast::hash(&secret[..at]))
}

/// The last seven characters are the CRC-32 of everything before them in base 36, as in GitLab's routable
/// tokens (gitlab-org/gitlab, `lib/authn/token_field`).
pub(super) fn base36(secret: &[u8]) -> bool {
    let Some(end) = secret.len().checked_sub(7) else { return false };
    in_digits(crc32fast::hash(&secret[..end]), BASE36, 7) == secret[end..]
}

/// The number that these digits say.
fn number(digits: &[u8], base: u32) -> Option<u64> {
    digits
        .iter()
        .try_fold(0u64, |sum, b| Some(sum * u64::from(base) + u64::from(char::from(*b).to_digit(base)?)))
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

    fn holds_and_breaks(check: fn(&[u8]) -> bool, template: &str) {
        let mut token = expand(template).unwrap().text.into_bytes();
        assert!(check(&token), "{template}");
        token[10] ^= 1;
        assert!(!check(&token), "{template}");
    }

    #[test]
    fn a_right_checksum_is_known_and_one_changed_character_breaks_it() {
        holds_and_breaks(base62, "ghp_<alnum:30><crc32-base62:30:6>");
        holds_and_breaks(base62, "syt_<alnum:11>_<low:20>_<crc32-base62:37:6>");
        holds_and_breaks(hex, "ATATT3<b64url:20>=<crc32-HEX:27:8>");
        holds_and_breaks(hex, "cfut_<alnum:40><crc32-hex:40:8>");
        holds_and_breaks(hex_little_endian, "glsa_<alnum:32>_<crc32le-hex:38:8>");
        holds_and_breaks(base36, "glpat-<b64url:27>.01<crc32-base36:36:7>");
    }
}
