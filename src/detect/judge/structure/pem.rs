//! Private keys in text armour: PEM (RFC 7468), OpenSSH, OpenPGP (RFC 9580, section 6).
//!
//! In flows everything from `-----BEGIN` to `-----END …-----`, with whatever the host language put between
//! the lines; out flows whether a key is in it.

use std::borrow::Cow;

use super::{Shape, token};

/// The shortest body of a private key that is worth anything, in base64 characters (an EC key of 256 bits
/// without its public half takes 68).
const SHORTEST: usize = 56;

/// The shortest line of a key that is broken into lines, in base64 characters; program code that writes the armour has no
/// word as long.
const LINE: usize = 32;

/// What the magic of an OpenSSH key says (openssh-portable, PROTOCOL.key).
const OPENSSH: &[u8] = b"openssh-key-v1\0";

/// A key that anyone who reads it can use.
pub(super) fn plain(secret: &[u8]) -> Shape {
    let body = body(secret);
    if is_encrypted(secret, &body) {
        return Shape::Foreign("the key is encrypted with a passphrase");
    }
    look(secret, &body)
}

/// A key that needs a passphrase.
pub(super) fn encrypted(secret: &[u8]) -> Shape {
    let body = body(secret);
    if !is_encrypted(secret, &body) {
        return Shape::Foreign("the key is not encrypted");
    }
    look(secret, &body)
}

fn look(secret: &[u8], body: &[u8]) -> Shape {
    if body.len() < SHORTEST || body.iter().collect::<std::collections::BTreeSet<_>>().len() < 20 {
        return Shape::Foreign("holds no key");
    }
    let Some(bytes) = token::base64(&body[..body.len() / 4 * 4]) else {
        return Shape::Foreign("holds no base64");
    };
    let says = |words: &str| memchr::memmem::find(secret, words.as_bytes()).is_some();
    let pgp = says("PRIVATE KEY BLOCK");
    // What RFC 1421 encrypts is whole blocks of its cipher.
    let blocks = says("4,ENCRYPTED") && bytes.len().is_multiple_of(8);
    let whole = bytes.starts_with(OPENSSH) || is_der(&bytes) || blocks || pgp && bytes[0] & 0x80 != 0;
    if whole {
        Shape::Proven("decodes to a private key")
    } else if longest_run(secret) < LINE {
        Shape::Foreign("holds no line of base64")
    } else {
        Shape::Damaged("does not decode to a whole key")
    }
}

/// The most characters of base64 that stand together between the armour's lines.
fn longest_run(secret: &[u8]) -> usize {
    let sign = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    secret.split(|b| !sign(b)).map(<[u8]>::len).max().unwrap_or(0)
}

/// A DER sequence (X.690, 8.9) that is as long as it says, give or take what was cut off.
fn is_der(bytes: &[u8]) -> bool {
    let length = match *bytes {
        [0x30, n, ..] if n < 0x80 => usize::from(n) + 2,
        [0x30, 0x81, n, ..] => usize::from(n) + 3,
        [0x30, 0x82, hi, lo, ..] => (usize::from(hi) << 8 | usize::from(lo)) + 4,
        _ => return false,
    };
    bytes.len().abs_diff(length) <= 3
}

fn is_encrypted(secret: &[u8], body: &[u8]) -> bool {
    if ["ENCRYPTED PRIVATE KEY", "4,ENCRYPTED"]
        .iter()
        .any(|w| memchr::memmem::find(secret, w.as_bytes()).is_some())
    {
        return true;
    }
    // The cipher's name follows the magic, behind its length in four bytes.
    let head = token::base64(&body[..body.len().min(48)]).unwrap_or_default();
    head.strip_prefix(OPENSSH).is_some_and(|rest| rest.get(4..8) != Some(b"none"))
}

/// The base64 between the armour lines: without headers, line ends of the file or of a string literal, quotes,
/// indentation and the OpenPGP checksum. Ends where something stands that no key holds.
fn body(secret: &[u8]) -> Vec<u8> {
    let begin = b"-----BEGIN ".len();
    let Some(from) = memchr::memmem::find(secret.get(begin..).unwrap_or_default(), b"-----") else {
        return Vec::new();
    };
    let inside = &secret[begin + from + 5..];
    let inside = &inside[..memchr::memmem::find(inside, b"-----END").unwrap_or(inside.len())];
    let text = String::from_utf8_lossy(inside);
    let text = text.replace("\\r", "").replace("\\n", "\n");
    let mut body = Vec::new();
    for line in text.lines() {
        let line: Cow<'_, str> =
            line.trim().trim_matches(['"', '\'', '`', '+', ',', ';', '\\', '#', '*', '|', '>', ' ']).into();
        // A header has a colon, the checksum of OpenPGP an equals sign in front.
        if line.contains(": ") || line.starts_with('=') {
            continue;
        }
        body.extend(line.bytes().filter(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/')));
        if line.contains(['<', '{', '$', '…']) || line.contains("...") {
            return Vec::new();
        }
    }
    body
}

/// A key of PuTTY: the file has lines of its private half.
pub(super) fn putty(secret: &[u8]) -> Shape {
    let lines = memchr::memmem::find(secret, b"Private-Lines:").map(|at| &secret[at..]);
    let key = lines.and_then(|rest| rest.split(|b| *b == b'\n').nth(1));
    match key.and_then(|line| token::base64(line.trim_ascii())) {
        Some(bytes) if bytes.len() >= 32 => Shape::Proven("has the lines of a private key"),
        _ => Shape::Damaged("its private lines do not decode"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::example::expand;

    fn key(template: &str) -> Vec<u8> {
        expand(template).unwrap().text.into_bytes()
    }

    const DER: &str = "<b64wrap:64:<x:3082025c020100><bytes:601>>";

    #[test]
    fn a_der_sequence_of_its_length_is_a_key() {
        let text =
            format!("-----BEGIN RSA {}-----\n{DER}\n-----END RSA {}-----", "PRIVATE KEY", "PRIVATE KEY");
        assert!(matches!(plain(&key(&text)), Shape::Proven(_)));
        let escaped = String::from_utf8(key(&text)).unwrap().replace('\n', "\\n");
        assert!(matches!(plain(escaped.as_bytes()), Shape::Proven(_)));
        let quoted = String::from_utf8(key(&text)).unwrap().replace('\n', "\\n\" +\n    \"");
        assert!(matches!(plain(quoted.as_bytes()), Shape::Proven(_)));
    }

    #[test]
    fn what_is_no_key_is_foreign() {
        let code = "\\n\")\n      encodeBase64Lines(keyPair.private.encoded.toByteString())\n      append(\"";
        for body in ["...", code, "MIIE...", "<your key here>", "\", \"", "<same:A:640>", "short"] {
            let text = format!("-----BEGIN {}-----\n{body}\n-----END {}-----", "PRIVATE KEY", "PRIVATE KEY");
            assert!(matches!(plain(&key(&text)), Shape::Foreign(_)), "{body}");
        }
    }

    #[test]
    fn a_passphrase_makes_it_another_kind() {
        let headers = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,<HEX:32>\n\n";
        let text = format!(
            "-----BEGIN RSA {}-----\n{headers}<b64wrap:64:<bytes:608>>\n-----END RSA {}-----",
            "PRIVATE KEY", "PRIVATE KEY"
        );
        assert!(matches!(plain(&key(&text)), Shape::Foreign(_)));
        assert!(!matches!(encrypted(&key(&text)), Shape::Foreign(_)));
        let open = |cipher: &str| {
            format!(
                "-----BEGIN OPENSSH {}-----\n<b64wrap:70:openssh-key-v1<x:00>{cipher}<bytes:300>>\n-----END OPENSSH {}-----",
                "PRIVATE KEY", "PRIVATE KEY"
            )
        };
        assert!(matches!(plain(&key(&open("<x:00000004>none"))), Shape::Proven(_)));
        assert!(matches!(encrypted(&key(&open("<x:0000000a>aes256-ctr"))), Shape::Proven(_)));
    }
}
