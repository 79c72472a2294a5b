//! Is the value part of a test vector? Numbers to compute with stand beside what is computed from them.
//!
//! In flows a candidate of hexadecimal digits in tests; out flows less confidence where two other numbers near it have the
//! names that the parts of a cipher or a derivation have.

use std::ops::Range;

use super::Verdict;
use crate::detect::Candidate;
use crate::detect::lexicon::{Kind, name};

/// How far to either side of a value others are looked for, in bytes.
const BESIDE: usize = 1024;

/// So many digits make a number.
const NUMBER: usize = 8;

/// No token has so many digits: a value that has is a whole message, certificate or key to compute with.
const LONG: usize = 256;

/// So many parts beside a value make a vector of them.
const PARTS: usize = 2;

/// So many signs may stand between a name and its number: `\": \"`, ` = Hex.decode("`.
const BETWEEN: usize = 24;

/// What the parts of a vector are called, by the last word of their names.
const NAMES: &[&str] = &[
    "aad",
    "assoc",
    "ciphertext",
    "cleartext",
    "ct",
    "ctx",
    "data",
    "digest",
    "dk",
    "encrypted",
    "expected",
    "hash",
    "ikm",
    "info",
    "input",
    "iv",
    "mac",
    "message",
    "mode",
    "msg",
    "mu",
    "nonce",
    "okm",
    "output",
    "plain",
    "plaintext",
    "prk",
    "pt",
    "result",
    "sha256",
    "sha512",
    "sig",
    "signature",
    "tag",
    "text",
];

/// Lowers what stands among the parts of a vector.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    let text = c.secret();
    let number = text.len() >= 16 && text.iter().all(u8::is_ascii_hexdigit);
    if c.proven || c.kind() != Some(Kind::Token) || !number || !c.scene.is_test() {
        return Verdict::Pass;
    }
    let around = c.span.start.saturating_sub(BESIDE)..c.view.bytes.len().min(c.span.end + BESIDE);
    if text.len() >= LONG || parts(&c.view.bytes[around]) >= PARTS {
        c.doubt("vector", "a number of a test vector, longer than any token or with others beside it");
    }
    Verdict::Pass
}

/// How many of the names of parts are given a number in `text`.
fn parts(text: &[u8]) -> usize {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(number) = next_number(text, from) {
        if let Some(known) = name_before(&text[..number.start]).and_then(part)
            && !found.contains(&known)
        {
            found.push(known);
        }
        from = number.end;
    }
    found.len()
}

/// The next run of digits at or behind `from` that makes a number, between signs that are no letters.
fn next_number(text: &[u8], mut from: usize) -> Option<Range<usize>> {
    while from < text.len() {
        let start = from + text[from..].iter().position(u8::is_ascii_alphanumeric)?;
        let end = start + text[start..].iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        let word = &text[start..end];
        if word.len() >= NUMBER
            && word.iter().all(u8::is_ascii_hexdigit)
            && word.iter().any(u8::is_ascii_digit)
        {
            return Some(start..end);
        }
        from = end;
    }
    None
}

/// The name that a number is given to: what stands before the last `=` or `:` before it, if that is near.
fn name_before(before: &[u8]) -> Option<&[u8]> {
    let near = before.len().saturating_sub(BETWEEN);
    let sign = near + before[near..].iter().rposition(|b| matches!(b, b'=' | b':'))?;
    let letter = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let end = before[..sign].iter().rposition(letter)? + 1;
    let start = before[..end].iter().rposition(|b| !letter(b)).map_or(0, |at| at + 1);
    (sign - end <= 4).then_some(&before[start..end])
}

/// The part of a vector that a name names by its last word.
fn part(text: &[u8]) -> Option<&'static str> {
    let last = name::split(text).pop()?;
    let word = text[last].to_ascii_lowercase();
    NAMES.iter().copied().find(|name| name.as_bytes() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(template: &str) -> usize {
        parts(crate::rule::example::expand(template).unwrap().text.as_bytes())
    }

    #[test]
    fn parts_of_a_vector_are_counted_by_name() {
        assert_eq!(count("\"key\": \"<hex:32>\", \"iv\": \"<hex:24>\", \"ct\": \"<hex:64>\""), 2);
        assert_eq!(count("String otherInfo = \"<hex:32>\";\nbyte[] expected = Hex.decode(\"<hex:32>\");"), 2);
        assert_eq!(count("baseNonce: <hex:24>\nnonce: <hex:24>"), 1);
        assert_eq!(count("client_id = \"<hex:20>\"\nclient_secret = \"<hex:32>\"\niv = \"none\""), 0);
        assert_eq!(count("the message of the data is <hex:40>"), 0);
    }

    #[test]
    fn names_are_read_to_their_last_word() {
        assert_eq!(
            (part(b"aeadCipherText"), part(b"BASE_NONCE"), part(b"nonceKey")),
            (Some("text"), Some("nonce"), None)
        );
    }
}
