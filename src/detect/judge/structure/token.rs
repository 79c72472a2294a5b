//! Shapes that many kinds share: UUIDs, Python's `token_urlsafe`, JSON in base64.

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::Shape;

/// Base64 of either alphabet, padded or not, with whatever bits are left at the end.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// Decodes base64 of either alphabet.
pub(in crate::detect::judge) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let url = text.iter().any(|b| matches!(b, b'-' | b'_'));
    let alphabet = if url { &base64::alphabet::URL_SAFE } else { &base64::alphabet::STANDARD };
    GeneralPurpose::new(alphabet, LENIENT).decode(text).ok()
}

/// The bytes that pairs of hexadecimal digits stand for.
pub(in crate::detect::judge) fn hex(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16);
    digits.chunks_exact(2).map(|pair| Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8)).collect()
}

/// The secret ends in a UUID of version 4 (RFC 9562: version and variant digit).
pub(super) fn uuid4(secret: &[u8]) -> Shape {
    let Some(from) = secret.len().checked_sub(36) else { return Shape::Odd("ends in no UUID") };
    let uuid = &secret[from..];
    if uuid.iter().collect::<std::collections::BTreeSet<_>>().len() < 6 {
        Shape::Foreign("its UUID is made up")
    } else if uuid[14] == b'4' && matches!(uuid[19], b'8' | b'9' | b'a' | b'b' | b'A' | b'B') {
        Shape::Proven("ends in a UUID of version 4")
    } else {
        Shape::Odd("its UUID is not of version 4")
    }
}

/// The body behind the last `-` or `_` of the prefix is `token_urlsafe(16)`: of the last character only
/// two bits count (RFC 4648, section 3.5).
pub(super) fn urlsafe16(secret: &[u8]) -> Shape {
    match secret.last() {
        Some(b'A' | b'Q' | b'g' | b'w') => Shape::Plain,
        _ => Shape::Odd("does not end as 16 bytes in base64 do"),
    }
}

/// The value is the base64 of `user:password`, both printable, as in HTTP Basic.
pub(super) fn basic_auth(secret: &[u8]) -> Shape {
    let Some(text) = base64(secret).and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return Shape::Foreign("is no base64 of a user and a password");
    };
    match text.split_once(':') {
        Some((user, password)) if password.len() >= 4 && !user.is_empty() => {
            let placeholder = ["password", "passwd", "changeme", "<", "${", "xxx", "your"];
            let lower = password.to_lowercase();
            let json = text.starts_with("{\"");
            if json || text.chars().any(char::is_control) {
                Shape::Foreign("is no base64 of a user and a password")
            } else if placeholder.iter().any(|word| lower.starts_with(word)) {
                Shape::Public("the password in it is a placeholder")
            } else {
                Shape::Proven("decodes to a user and a password")
            }
        }
        _ => Shape::Foreign("is no base64 of a user and a password"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_shows_its_version() {
        assert!(matches!(uuid4(b"x-6f0c2a3e-1b7d-4c5e-9a10-2f4b6d8e0c1a"), Shape::Proven(_)));
        assert!(matches!(uuid4(b"x-6f0c2a3e-1b7d-1c5e-9a10-2f4b6d8e0c1a"), Shape::Odd(_)));
        assert!(matches!(uuid4(b"short"), Shape::Odd(_)));
    }

    #[test]
    fn basic_auth_needs_both_halves_and_a_real_password() {
        let look = |text: &str| basic_auth(base64::engine::general_purpose::STANDARD.encode(text).as_bytes());
        assert!(matches!(look("deploy:h7Gt-42kk"), Shape::Proven(_)));
        assert!(matches!(look("nothing here"), Shape::Foreign(_)));
        assert!(matches!(look("user:password"), Shape::Public(_)));
        assert!(matches!(look("user:"), Shape::Foreign(_)));
        assert!(matches!(look(r#"{"alg":"HS256"}"#), Shape::Foreign(_)));
    }
}
