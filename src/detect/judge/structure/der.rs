//! Private keys in DER (ITU-T X.690) without the armour that names them.
//!
//! In flows a value in base64 or hexadecimal digits, whole or only its beginning; out flows whether it begins as such a key
//! does. It reads the first bytes and never the key.

use super::token;

/// So many bytes at the beginning tell.
const HEAD: usize = 24;

/// How much of a private key a value is.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::detect::judge) enum Part {
    /// All of it, or more.
    Whole,
    /// Only its beginning, as the first line of a key that is put together from several.
    Beginning,
}

/// Whether a value begins as a private key does: a sequence of a version, 0 or 1, and of what such keys go on with, which is
/// the algorithm (PKCS #8, RFC 5958), the modulus (PKCS #1, RFC 8017) or the key itself (RFC 5915).
pub(in crate::detect::judge) fn bare_key(text: &[u8]) -> Option<Part> {
    if text.len() < 40 || !matches!(text.first(), Some(b'3' | b'M')) {
        return None;
    }
    let hex = text.iter().all(u8::is_ascii_hexdigit);
    let bytes = if hex {
        token::hex(&text[..text.len().min(HEAD * 2)])
    } else {
        token::base64(&text[..HEAD / 3 * 4])
    };
    let bytes = bytes.unwrap_or_default();
    let [0x30, rest @ ..] = bytes.as_slice() else { return None };
    // A length of up to 127 is one byte, a longer one says first how many bytes it has.
    let (length, rest) = match rest {
        [0x81, length, rest @ ..] => (usize::from(*length), rest),
        [0x82, high, low, rest @ ..] => (usize::from(*high) << 8 | usize::from(*low), rest),
        [length, rest @ ..] => (usize::from(*length), rest),
        [] => return None,
    };
    let [0x02, 0x01, 0 | 1, 0x30 | 0x02 | 0x04, ..] = rest else { return None };
    let has = if hex { text.len() / 2 } else { text.len() / 4 * 3 };
    Some(if has >= length { Part::Whole } else { Part::Beginning })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_by_its_first_bytes() {
        let text = |template: &str| crate::rule::example::expand(template).unwrap().text.into_bytes();
        for (template, want) in [
            ("<b64of:<x:308204be020100300d06092a864886f70d0101010500><bytes:64>>", Some(Part::Beginning)),
            ("<b64of:<x:3081620201000282010100><bytes:90>>", Some(Part::Whole)),
            ("<hexof:<x:3034020100300b06096086480165030403110422><bytes:34>>", Some(Part::Whole)),
        ] {
            assert_eq!(bare_key(&text(template)), want, "{template}");
        }
        for template in
            ["<b64of:<x:308205><bytes:64>>", "<hexof:<x:3034><bytes:40>>", "MII<alnum:80>", "3<hex:63>"]
        {
            assert_eq!(bare_key(&text(template)), None, "{template}");
        }
    }
}
