//! A secret: the bytes that must not be seen, and what may be said about them.
//!
//! In flow the bytes of a credential; out flow its mask and its fingerprint. It never prints itself:
//! [`Secret::reveal`] is the one door, easy to search for.

use std::borrow::Cow;
use std::fmt;

use sha2::{Digest, Sha256};

/// The bytes of a credential. Has no `Display`, no `Serialize`, and its `Debug` shows the mask.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// Takes a copy of the bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The bytes themselves. Whoever calls this answers for where they go.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }

    /// Enough to recognise the secret by, too little to use it: the provider's prefix, two
    /// characters, and the last four of a long key; nothing but the length class of a short one.
    pub fn masked(&self) -> String {
        let text = String::from_utf8_lossy(&self.0);
        if text.trim_start().starts_with("-----BEGIN") {
            let head = text.trim_start().split("-----").nth(1).unwrap_or("BEGIN");
            return format!("-----{head}-----…");
        }
        let chars: Vec<char> = text.chars().filter(|c| !c.is_control()).collect();
        let (head, tail) = match chars.len() {
            0..8 => (0, 0),
            8..16 => (2, 0),
            16..24 => (4, 2),
            _ => (prefix_length(&chars) + 2, 4),
        };
        let mut mask: String = chars[..head].iter().collect();
        mask.push('…');
        mask.extend(&chars[chars.len() - tail..]);
        mask
    }

    /// What makes it the same secret as another: its bytes. Of a key in PEM, where white space means nothing (RFC 7468,
    /// section 2), what is left without it and without the escapes that stand for it in strings: line ends and indentation
    /// differ from file to file.
    pub fn identity(&self) -> Cow<'_, [u8]> {
        if !self.0.trim_ascii_start().starts_with(b"-----BEGIN") {
            return Cow::Borrowed(&self.0);
        }
        let mut kept = Vec::with_capacity(self.0.len());
        let mut escaped = false;
        for &byte in &self.0 {
            let blank = byte.is_ascii_whitespace() || escaped && matches!(byte, b'n' | b'r' | b't');
            escaped = byte == b'\\';
            if !blank && !escaped {
                kept.push(byte);
            }
        }
        Cow::Owned(kept)
    }

    /// What an ignore entry or a baseline knows the secret by.
    pub fn fingerprint(&self, family: &str) -> Fingerprint {
        let mut hash = Sha256::new();
        hash.update(b"skout fingerprint v1\0");
        hash.update(family.as_bytes());
        hash.update(b"\0");
        hash.update(self.identity());
        let digest = hash.finalize();
        Fingerprint(hexadecimal(&digest[..16]))
    }

    /// Shannon entropy in bits per byte, 0 to 8, rounded to two places.
    pub fn entropy(&self) -> f64 {
        (shannon(&self.0) * 100.0).round() / 100.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.masked())
    }
}

/// Bytes as hexadecimal digits in lower case, two a byte.
pub fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from(b"0123456789abcdef"[usize::from(n)]);
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

/// Shannon entropy of `bytes` in bits per byte, 0 (one symbol, or none) to 8.
pub fn shannon(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    bytes.iter().for_each(|&b| counts[usize::from(b)] += 1);
    let total = bytes.len() as f64;
    counts.iter().filter(|&&n| n > 0).map(|&n| f64::from(n) / total).map(|p| -p * p.log2()).sum()
}

/// How long the provider's own prefix is: up to the last `-`, `_` or `.` of the first twelve characters.
fn prefix_length(chars: &[char]) -> usize {
    chars[..12].iter().rposition(|c| matches!(c, '-' | '_' | '.')).map_or(0, |at| at + 1)
}

/// A name for a secret that survives edits, moves, rebases and squashes: 32 hexadecimal digits made
/// from the rule family and the secret alone (the first half of a SHA-256).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Reads a fingerprint as written; `None` unless it is 32 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        hex.then(|| Self(text.to_owned()))
    }

    /// The 32 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_shows_prefix_and_tail_of_a_long_key_only() {
        assert_eq!(Secret::new(b"sk-proj-abcdefghijklmnopqrstuvwxyz").masked(), "sk-proj-ab…wxyz");
        assert_eq!(Secret::new(b"hunter2").masked(), "…");
        assert_eq!(Secret::new(b"correct-horse").masked(), "co…");
    }

    #[test]
    fn a_private_key_is_the_same_however_it_is_written_down() {
        let plain = "-----BEGIN PRIVATE KEY-----\nMIIn/rt+\nabcd==\n-----END PRIVATE KEY-----";
        let print = |text: &str| Secret::new(text.as_bytes()).fingerprint("private-key");
        for (from, to) in
            [("\n", "\r\n"), ("\n", "\n    "), ("\n", "\\n"), ("\n", "\\\\r\\\\n"), ("/", "\\/")]
        {
            assert_eq!(print(&plain.replace(from, to)), print(plain), "{from:?} {to:?}");
        }
        assert_ne!(print(&plain.replace("MIIn", "MII")), print(plain));
        assert_ne!(print("a\\nb"), print("ab"), "only of keys in PEM");
    }

    #[test]
    fn debug_shows_the_mask() {
        let shown = format!("{:?}", Secret::new(b"0123456789abcdefghijklmnopqrstuv"));
        assert!(!shown.contains("3456789abcdefghijklmnopq"), "{shown}");
    }

    #[test]
    fn a_fingerprint_depends_on_family_and_secret_alone() {
        let a = Secret::new(b"one").fingerprint("x");
        assert_eq!(a, Secret::new(b"one").fingerprint("x"));
        assert_ne!(a, Secret::new(b"two").fingerprint("x"));
        assert_ne!(a, Secret::new(b"one").fingerprint("y"));
        assert_eq!(Fingerprint::parse(a.as_str()), Some(a));
    }

    #[test]
    fn entropy_of_one_symbol_is_zero_and_of_sixteen_is_four() {
        assert_eq!(shannon(b"aaaa"), 0.0);
        assert!((shannon(b"0123456789abcdef") - 4.0).abs() < 1e-9);
    }
}
