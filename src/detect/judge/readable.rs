//! Is the value base64 of something readable? What it says is then what counts: `dXNlcjpwYXNz` is no more
//! secret than `user:pass`.

use super::{Verdict, placeholder};
use crate::detect::Candidate;
use crate::detect::decode::manifest;
use crate::detect::lexicon::{FileKind, Kind, chance, words};

/// The longest text that is decoded, in bytes.
const LONGEST: usize = 512;

/// Rejects encoded words, placeholders and templates.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    if c.kind().is_some() && manifest::holds(c.view, &c.span) {
        return Verdict::Reject("is base64 of a text that is judged itself".into());
    }
    let basic = c.rule.structure == "basic-auth";
    // A password that is padded as base64 is, and says something readable, is written in it.
    let shown = || c.scene.is_test() || c.scene.file() == FileKind::Docs;
    let written = c.kind() == Some(Kind::Password)
        && (c.secret().ends_with(b"=") || c.secret().len() >= 16 && shown() && says_text(c.secret()));
    if !basic && (c.proven || c.kind() != Some(Kind::Token) && !written) {
        return Verdict::Pass;
    }
    let text = c.secret();
    if !basic
        && text.strip_prefix(b"Basic ").is_some_and(|text| !decode(text).is_some_and(|t| t.contains(&b':')))
    {
        return Verdict::Reject("is an authorization without a user".into());
    }
    let text = text.strip_prefix(b"Basic ").unwrap_or(text);
    if public(text) {
        return Verdict::Reject("is base64 of a public key".into());
    }
    if text.len() < 8 || text.len() > LONGEST {
        return Verdict::Pass;
    }
    if text.iter().all(u8::is_ascii_hexdigit) {
        return in_digits(text);
    }
    let Some(mut plain) = decode(text) else { return Verdict::Pass };
    if plain.len() >= 16 && (placeholder::counts(&plain) || placeholder::repeats(&plain, 16)) {
        return Verdict::Reject("decodes to a row of digits or letters".into());
    }
    // Docker ends what it encodes with zero bytes; they say nothing.
    plain.retain(|b| *b != 0);
    // Letters of other languages are letters: tests show with them how a header is encoded.
    if basic && c.scene.is_test() && std::str::from_utf8(&plain).is_ok_and(|text| !text.is_ascii()) {
        plain.retain(u8::is_ascii);
    }
    if plain.iter().any(|b| !b.is_ascii_graphic() && !matches!(b, b' ' | b'\t' | b'\r' | b'\n')) {
        return Verdict::Pass;
    }
    let said = plain.trim_ascii();
    let inner = memchr::memchr(b':', said).map_or(said, |at| &said[at + 1..]);
    // What a person chose is worth reporting, but not from tests.
    let shown = c.scene.is_test() || written && c.scene.file() == FileKind::Docs;
    let chosen = (basic || written) && !shown && inner.iter().any(u8::is_ascii_digit);
    let least = if basic && c.scene.is_test() { 9.0 } else { 4.0 };
    if words::holds(words::DUMMY, inner) || inner.len() < 4 || !chosen && chance::bits(inner) < least {
        return Verdict::Reject("decodes to plain words".into());
    }
    Verdict::Pass
}

/// Whether a text in base64 begins as that of a public key or a certificate does in armour.
fn public(text: &[u8]) -> bool {
    let head = text.get(..40).and_then(decode).unwrap_or_default();
    [&b"-----BEGIN PUBLIC"[..], b"-----BEGIN CERTIFICATE", b"-----BEGIN RSA PUBLIC"]
        .iter()
        .any(|start| head.starts_with(start))
}

/// Rejects hexadecimal digits whose bytes count up, or say words: `000102030405…`, `70617373776f7264`.
fn in_digits(text: &[u8]) -> Verdict {
    let digit = |b: u8| char::from(b).to_digit(16).unwrap_or_default() as u8;
    let bytes: Vec<u8> = text.chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect();
    let step = |w: &[u8]| w[1].wrapping_sub(w[0]);
    if bytes.len() >= 8 && bytes.windows(3).all(|w| step(w) == step(&w[1..])) {
        return Verdict::Reject("counts up its bytes".into());
    }
    // Chance makes eight bytes of letters once in thousands of times, and twelve never.
    let joined = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' ');
    if bytes.len() >= 8 && bytes.iter().all(u8::is_ascii_alphabetic)
        || bytes.len() >= 12 && bytes.iter().all(joined)
    {
        return Verdict::Reject("is the digits of letters".into());
    }
    Verdict::Pass
}

/// Whether a value is base64, or hexadecimal digits, of nothing but text.
fn says_text(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_hexdigit)
        || decode(text).is_some_and(|plain| plain.iter().all(|b| b.is_ascii_graphic() || *b == b' '))
}

fn decode(text: &[u8]) -> Option<Vec<u8>> {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
    let body = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    STANDARD_NO_PAD.decode(body).or_else(|_| URL_SAFE_NO_PAD.decode(body)).ok().filter(|b| b.len() >= 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_say_a_text() {
        let drawn = crate::rule::example::expand("<alnum:40>").unwrap().text;
        assert!(says_text(b"dXNlcjpwYXNzIG9mIGFjbWU") && says_text(b"70617373776f7264"));
        assert!(!says_text(drawn.as_bytes()));
    }

    #[test]
    fn a_public_key_is_told_by_its_armour() {
        use base64::Engine as _;
        let encoded = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        let lines = "-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34G\n";
        assert!(public(encoded(&format!("-----BEGIN PUBLIC KEY{lines}")).as_bytes()));
        assert!(public(encoded(&format!("-----BEGIN CERTIFICATE{lines}")).as_bytes()));
        assert!(!public(encoded(&format!("-----BEGIN PRIVATE KEY{lines}")).as_bytes()) && !public(b"LS0t"));
    }

    #[test]
    fn bytes_in_a_row_and_letters_are_no_secret() {
        for text in [
            "000102030405060708090a0b0c",
            "606162636465666768696a6b",
            "70617373776f7264",
            "6f747465725f6d6561646f77",
        ] {
            assert_ne!(in_digits(text.as_bytes()), Verdict::Pass, "{text}");
        }
        let text = crate::rule::example::expand("<hex:32>").unwrap().text;
        assert_eq!(in_digits(text.as_bytes()), Verdict::Pass);
    }

    #[test]
    fn padding_is_optional() {
        assert_eq!(decode(b"dXNlcjpwYXNz").unwrap(), b"user:pass");
        assert_eq!(decode(b"dXNlcjpwYQ==").unwrap(), b"user:pa");
        assert!(decode(b"a b").is_none());
    }
}
