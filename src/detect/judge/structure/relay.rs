//! Keys of the OpenAI kind that no prefix tells apart: `sk-` and a body of letters and digits.
//!
//! One relay writes a UUID into its tokens; the rest is told by length, characters and entropy alone.

use super::Shape;
use crate::detect::lexicon::chance;
use crate::secret::shannon;

/// One-API: 16 characters of base 62, then a UUID of version 4 without dashes, whose letters are upper case
/// at even places and lower case at odd ones (`common/random` of songquanpeng/one-api).
pub(super) fn one_api(secret: &[u8]) -> Shape {
    const NOT: Shape = Shape::Foreign("does not end in the UUID these tokens end in");
    let body = secret.strip_prefix(b"sk-").unwrap_or(secret);
    let Some(uuid) = body.get(16..48) else { return NOT };
    let digit = |(n, b): (usize, &u8)| match b {
        b'0'..=b'9' => true,
        b'A'..=b'F' => n % 2 == 0,
        b'a'..=b'f' => n % 2 == 1,
        _ => false,
    };
    if uuid.iter().enumerate().all(digit) && uuid[12] == b'4' && matches!(uuid[16], b'8' | b'9' | b'A' | b'B')
    {
        Shape::Proven("ends in the UUID these tokens end in")
    } else {
        NOT
    }
}

/// Helicone: four groups of four bytes in base32, together a UUID of version 4. The last character of each
/// group has but two bits that count.
pub(super) fn helicone(secret: &[u8]) -> Shape {
    let text = secret.strip_prefix(b"sk-helicone-").unwrap_or(secret);
    let groups: Vec<&[u8]> = text.split(|b| *b == b'-').filter(|group| group.len() == 7).take(4).collect();
    let whole = |group: &&[u8]| matches!(group[6], b'a' | b'i' | b'q' | b'y');
    // Byte 6 of the UUID holds the version in its high half, byte 8 the variant in its two high bits: these
    // are the third byte of the second group and the first of the third.
    let value = |b: u8| if b.is_ascii_digit() { b - b'2' + 26 } else { b - b'a' };
    let version = |group: &[u8]| value(group[3]) & 15;
    if groups.len() == 4
        && groups.iter().all(whole)
        && version(groups[1]) == 4
        && value(groups[2][0]) >> 3 == 2
    {
        Shape::Proven("its four groups are a UUID")
    } else {
        Shape::Odd("its four groups are no UUID")
    }
}

/// A key of an OpenAI-compatible service whose provider cannot be told: not a CSS class, not a slug, not a
/// mask, but as random as a key is.
pub(super) fn compatible(secret: &[u8]) -> Shape {
    let body = secret.strip_prefix(b"sk-").unwrap_or(secret);
    let upper = body.iter().any(u8::is_ascii_uppercase);
    let lower = body.iter().any(u8::is_ascii_lowercase);
    let digit = body.iter().any(u8::is_ascii_digit);
    let joined = body.iter().any(|b| matches!(b, b'-' | b'_'));
    let hex = body.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let floor = match body.len() {
        _ if hex && matches!(body.len(), 32 | 40 | 48 | 64) => 3.0,
        // Lower case and digits throughout: a base of 36.
        32 | 48 | 64 if lower && digit && !upper && !joined => 3.7,
        // Small letters throughout, drawn by chance.
        48 if lower && !upper && !digit && !joined && chance::bits(body) > 40.0 => 3.5,
        22..=31 if upper && lower && digit => 3.7,
        32.. if upper && lower && digit => 4.2,
        _ => return Shape::Foreign("is not built as a key is"),
    };
    if shannon(body) < floor {
        return Shape::Foreign("is less random than a key is");
    }
    if joined && wordy(body) {
        return Shape::Foreign("is made of words");
    }
    Shape::Plain
}

/// Whether the parts between `-` and `_` are mostly words: letters of one case, or short.
fn wordy(body: &[u8]) -> bool {
    let parts = body.split(|b| matches!(b, b'-' | b'_'));
    let word = |part: &&[u8]| {
        let rest = part.get(1..).unwrap_or_default();
        let plain = rest.iter().all(u8::is_ascii_lowercase) || part.iter().all(u8::is_ascii_uppercase);
        part.len() >= 2 && (plain || part.iter().all(u8::is_ascii_digit))
    };
    let letters: usize = parts.clone().filter(word).map(<[u8]>::len).sum();
    letters * 2 > body.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::example::expand;

    fn key(template: &str) -> Vec<u8> {
        expand(template).unwrap().text.into_bytes()
    }

    #[test]
    fn a_token_of_one_api_holds_its_uuid() {
        assert!(matches!(one_api(&key("sk-<alnum:16><uuid-mixed>")), Shape::Proven(_)));
        assert!(matches!(one_api(&key("sk-<alnum:48>")), Shape::Foreign(_)));
    }

    #[test]
    fn the_groups_of_helicone_are_a_uuid() {
        assert!(matches!(helicone(&key("sk-helicone-<uuid-b32>")), Shape::Proven(_)));
        assert!(matches!(helicone(&key("sk-helicone-<b32:7>-<b32:7>-<b32:7>-<b32:6>z")), Shape::Odd(_)));
    }

    #[test]
    fn random_bodies_pass_and_words_do_not() {
        for template in ["sk-<alnum:48>", "sk-<hex:32>", "sk-<b64url:43>", "sk-<alnum:22>", "sk-<low:48>"] {
            assert_eq!(compatible(&key(template)), Shape::Plain, "{template}");
        }
        for text in [
            "sk-toggleable__label-arrow-container",
            "sk-ecdsa-sha2-nistp256-cert-v01",
            "sk-My-Very-Long-Key-Name-2024-For-Production-Use",
            "sk-abcdefghijklmnopqrstuvwxyzabcdefghijkl",
            "sk-thewordsofasentencethatnobodywouldtakeforakeyatall",
        ] {
            assert!(matches!(compatible(text.as_bytes()), Shape::Foreign(_)), "{text}");
        }
        assert!(matches!(compatible(&key("sk-<same:1:48>")), Shape::Foreign(_)));
    }
}
