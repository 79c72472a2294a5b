//! Is the value the public half of a key pair, or a certificate? Whoever holds the private half gives it to everybody.
//!
//! In flows a candidate whose name says key or secret; out flows whether its first bytes, written in base64 or in
//! hexadecimal digits, are those of something that is made to be known.

use super::Verdict;
use super::structure::{base64, hex};
use crate::detect::Candidate;
use crate::detect::lexicon::{Kind, name};
use crate::rule::Syntax;

/// How many characters of a value are decoded.
const HEAD: usize = 64;

/// The ids of the algorithms of key pairs in DER (RFC 3279, 2.3; RFC 8410, 3): RSA, elliptic curves, Ed25519, X25519.
const PAIRS: &[&[u8]] = &[
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01",
    b"\x2a\x86\x48\xce\x3d\x02\x01",
    b"\x2b\x65\x70",
    b"\x2b\x65\x6e",
];

/// Declares public what is made to be known.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    if !c.proven && c.key.is_some() && c.rule.syntax == Syntax::Assignment && names_public_key(c.name()) {
        return Verdict::Reject("is a public key, as its name says".into());
    }
    if c.proven || c.kind() != Some(Kind::Token) {
        return Verdict::Pass;
    }
    let text = c.secret();
    let head = &text[..text.len().min(HEAD) / 4 * 4];
    if head.len() < 40 {
        return Verdict::Pass;
    }
    let bytes = if head.iter().all(u8::is_ascii_hexdigit) { hex(head) } else { base64(head) };
    match bytes.as_deref().and_then(kind) {
        Some(what) => Verdict::Public(format!("is {what}")),
        None => Verdict::Pass,
    }
}

/// Whether a name ends in that of a public key: `public_key`, `peerPublicKey`.
fn names_public_key(text: &[u8]) -> bool {
    let words = name::split(text);
    let [.., first, last] = words.as_slice() else { return false };
    text[first.clone()].eq_ignore_ascii_case(b"public") && text[last.clone()].eq_ignore_ascii_case(b"key")
}

/// What it is that begins with these bytes.
fn kind(bytes: &[u8]) -> Option<&'static str> {
    if let Some(armour) = bytes.strip_prefix(b"-----BEGIN ") {
        let public =
            [&b"CERTIFICATE"[..], b"PUBLIC KEY", b"RSA PUBLIC KEY"].iter().any(|p| armour.starts_with(p));
        return public.then_some("a certificate or a public key");
    }
    let ssh = [&b"\0\0\0\x07ssh-rsa"[..], b"\0\0\0\x0bssh-ed25519", b"\0\0\0\x13ecdsa-sha2-"];
    if ssh.iter().any(|magic| bytes.starts_with(magic)) {
        return Some("a public key");
    }
    if open_pgp(bytes) {
        return Some("a public key");
    }
    let inside = sequence(bytes)?;
    // A modulus of many bytes comes first in a public key of RSA; private ones begin with the number of a version.
    if matches!(inside, [0x02, 0x81..=0x82, ..]) {
        return Some("a public key");
    }
    let first = sequence(inside)?;
    // The version of a certificate (RFC 5280, 4.1).
    if first.starts_with(&[0xa0, 0x03, 0x02, 0x01]) {
        return Some("a certificate");
    }
    let id = first.strip_prefix(b"\x06").and_then(|rest| rest.get(1..))?;
    PAIRS.iter().any(|pair| id.starts_with(pair)).then_some("a public key")
}

/// Whether a packet of OpenPGP begins that holds a public key of version 4 (RFC 9580, 4.2.2 and 5.5.2): the tag, the length,
/// the version, four bytes of time, the algorithm, and the length of a number or of a curve's name.
fn open_pgp(bytes: &[u8]) -> bool {
    let body = match bytes {
        [0x98, _, body @ ..] | [0x99, _, _, body @ ..] => body,
        _ => return false,
    };
    let rsa = |high: u8| (0x02..=0x20).contains(&high);
    matches!(body, [4, _, _, _, _, 1..=3 | 16 | 17, high, ..] if rsa(*high))
        || matches!(body, [4, _, _, _, _, 18 | 19 | 22, 5..=10, ..])
}

/// What stands inside a DER sequence (X.690, 8.9).
fn sequence(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [0x30, 0x82, _, _, rest @ ..] | [0x30, 0x81, _, rest @ ..] => Some(rest),
        [0x30, n, rest @ ..] if *n < 0x80 => Some(rest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::example::expand;

    fn first(template: &str) -> Option<&'static str> {
        let text = expand(template).unwrap().text.into_bytes();
        let head = &text[..HEAD];
        kind(&if head.iter().all(u8::is_ascii_hexdigit) { hex(head) } else { base64(head) }.unwrap())
    }

    #[test]
    fn a_public_key_is_told_by_its_name() {
        assert!(names_public_key(b"public_key") && names_public_key(b"peerPublicKey"));
        assert!(!names_public_key(b"NEXT_PUBLIC_API_KEY") && !names_public_key(b"publicKeyToken"));
    }

    #[test]
    fn public_keys_and_certificates_are_told_by_their_first_bytes() {
        for template in [
            "<hexof:<x:30819f300d06092a864886f70d010101050003818d00><bytes:40>>",
            "<b64of:<x:3059301306072a8648ce3d020106082a8648ce3d030107034200><bytes:40>>",
            "<b64of:<x:308203f0308202d8a003020102><bytes:60>>",
            "<b64of:<x:3082010a0282010100><bytes:60>>",
            "<b64of:<x:00000007>ssh-rsa<x:00000003010001><bytes:60>>",
            "<b64of:-----BEGIN CERTIFICATE-----<bytes:60>>",
            "<b64of:<x:99010d045b2f1a3c010800><bytes:60>>",
            "<b64of:<x:9833045b2f1a3c16092b06010401da470f010107><bytes:60>>",
        ] {
            assert!(first(template).is_some(), "{template}");
        }
    }

    #[test]
    fn private_keys_and_chance_are_not_public() {
        for template in [
            "<hexof:<x:30820276020100300d06092a864886f70d01010105000482><bytes:40>>",
            "<b64of:<x:3082025c02010002818100><bytes:60>>",
            "<b64of:<x:30770201010420><bytes:60>>",
            "<b64of:<x:9501d8045b2f1a3c010400><bytes:60>>",
            "<b64of:-----BEGIN RSA PRIVATE KEY-----<bytes:60>>",
            "<b64:64>",
            "<hex:64>",
        ] {
            assert!(first(template).is_none(), "{template}");
        }
    }
}
