//! What single providers put inside their tokens: JSON, a label, a fixed run of one letter.

use super::Shape;
use super::token::base64;

/// Base64 of a JSON object stands in the secret, from its first `eyJ` (which is `{"`) on: Grafana's, Mapbox's,
/// Sentry's and 1Password's tokens carry one.
pub(super) fn json_inside(secret: &[u8]) -> Shape {
    let Some(from) = memchr::memmem::find(secret, b"eyJ") else { return Shape::Odd("holds no JSON") };
    let in_base64 = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_' | b'=');
    let run = secret[from..].iter().position(|b| !in_base64(b)).unwrap_or(secret.len() - from);
    let run = &secret[from..from + run];
    // Sentry writes a `_` and a signature behind padded base64, whose alphabet has no `_`.
    let inner = memchr::memchr(b'_', run).map_or(run, |n| &run[..n]);
    let object = |text: &[u8]| {
        base64(text).is_some_and(|json| serde_json::from_slice::<serde_json::Map<_, _>>(&json).is_ok())
    };
    if base64(run).is_some_and(|json| memchr::memmem::find(&json, b"EXAMPLE").is_some()) {
        return Shape::Public("says that it is an example");
    }
    if object(run) || object(inner) {
        Shape::Proven("decodes to a JSON object")
    } else {
        Shape::Odd("what should be JSON in it does not decode")
    }
}

/// Intercom's tokens are the base64 of `tok:` and hexadecimal digits.
pub(super) fn intercom(secret: &[u8]) -> Shape {
    match base64(secret) {
        Some(text) if text.starts_with(b"tok:") => Shape::Proven("decodes to a token with its label"),
        _ => Shape::Odd("does not decode to a token with its label"),
    }
}

/// A run of `A` (zero bytes in base64) stands in every token of the kind, as in X's bearer tokens and Dropbox's
/// long-lived ones, so it is no mask; the rest must still look like a token.
pub(super) fn padded(secret: &[u8]) -> Shape {
    let mut seen = [false; 256];
    secret.iter().for_each(|b| seen[usize::from(*b)] = true);
    if seen.iter().filter(|s| **s).count() >= 16 {
        Shape::Proven("has the run of zero bytes of its kind")
    } else {
        Shape::Foreign("is a mask")
    }
}

/// Hexadecimal digits of one case, drawn by chance, make up the secret but for fixed parts in another case,
/// as in New Relic's licence keys: such a mixture is judged as one piece only here.
pub(super) fn hex_run(secret: &[u8]) -> Shape {
    let lower = |b: &u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    let runs = secret.split(|b| !lower(b)).filter(|run| run.len() >= 8);
    let digits: Vec<u8> = runs.flatten().copied().collect();
    let kinds = |set: std::ops::RangeInclusive<u8>| set.filter(|b| digits.contains(b)).count();
    let (figures, letters) = (kinds(b'0'..=b'9'), kinds(b'a'..=b'f'));
    if digits.len() >= 16 && figures >= 3 && letters >= 2 && figures + letters >= 8 {
        Shape::Proven("holds a run of hexadecimal digits drawn by chance")
    } else {
        Shape::Plain
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn json_is_found_behind_a_prefix_and_before_a_signature() {
        let json = STANDARD.encode(r#"{"iat":1,"url":"https://example.com","org":"a"}"#);
        for secret in [format!("sntrys_{json}_c2lnbmF0dXJl"), format!("sk.{json}.c2ln"), json] {
            assert!(matches!(json_inside(secret.as_bytes()), Shape::Proven(_)), "{secret}");
        }
        assert!(matches!(json_inside(b"sk.eyJhbGciOiJ.abc"), Shape::Odd(_)));
    }

    #[test]
    fn a_label_is_seen_through_base64() {
        let secret = STANDARD.encode("tok:0123abcd_0123");
        assert!(matches!(intercom(secret.as_bytes()), Shape::Proven(_)));
        assert!(matches!(intercom(b"dG9rZW4="), Shape::Odd(_)));
    }

    #[test]
    fn digits_drawn_by_chance_are_told_from_words() {
        assert!(matches!(hex_run(b"eu01xx09af3be81c77d2546a0b9c3df18eFFFFNRAL"), Shape::Proven(_)));
        assert!(matches!(hex_run(b"cafebabe:deadbeef"), Shape::Plain));
        assert!(matches!(hex_run(b"0000000000000000"), Shape::Plain));
    }

    #[test]
    fn a_run_of_one_letter_alone_is_a_mask() {
        let zeros = "A".repeat(40);
        assert!(matches!(padded(zeros.as_bytes()), Shape::Foreign(_)));
        let token = format!("{}MLheAAAAAAA0%2BuSeidULvsea4JtiGRiSDSJSI", &zeros[..21]);
        assert!(matches!(padded(token.as_bytes()), Shape::Proven(_)));
    }
}
