//! The parts of an example template: what `<…>` stands for.
//!
//! In flows the template from a `<` on, and the text so far; out flow bytes. The same template always gives
//! the same bytes.
//!
//! | part | gives |
//! |---|---|
//! | `<hex:8>` | so many characters of a class: `hex HEX dig low up alpha alnum low36 up36 b32 B32 b58 b64 b64url word pass bech32`, `base62` being another name of `alnum` |
//! | `<same:x:8>` | one character so many times |
//! | `<=:k>` | the k-th part once more |
//! | `<phrase:12>` | a wallet's recovery phrase of so many words, 12 to 24 |
//! | `<uuid>` | a UUID of version 4 |
//! | `<x:3082ff>`, `<bytes:8>` | these bytes, so many random bytes; only inside an encoding |
//! | `<b64of:…>`, `<b64urlof:…>`, `<hexof:…>`, `<b32of:…>` | the encoding of what is inside, which may hold parts; base64url and base32 (lower case) without padding |
//! | `<b64wrap:64:…>` | base64 in lines of so many characters |
//! | `<crc32-base62:30:6>` | CRC-32 of the 30 bytes before, as 6 digits; also `crc32-base36`, `crc32-hex`, `crc32-HEX`, `crc32le-base64` and `crc32le-hex`; `crc32-base62` and `crc32le-hex` do not count a `_` at the end |
//! | `<sha256-b32:77:8>` | the first 8 characters of the base32 (upper case) of the SHA-256 of the 77 bytes before |
//! | `<bech32sum:68:6>` | the bech32 checksum of the 68 bytes before, in their case |
//! | `<uuid-mixed>` | a UUID of version 4 without dashes, letters in upper case at even places and lower at odd ones |
//! | `<uuid-b32>` | a UUID of version 4 as four times four bytes in base32 (lower case, 7 characters), joined by `-` |

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::phrase;
use crate::secret::hexadecimal;

const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const DIGITS: &str = "0123456789";
/// BIP-173, "Bech32".
const BECH32: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// The characters of a class, or `None` if there is no such class.
fn alphabet(class: &str) -> Option<String> {
    Some(match class {
        "hex" => "0123456789abcdef".to_owned(),
        "HEX" => "0123456789ABCDEF".to_owned(),
        "dig" => DIGITS.to_owned(),
        "low" => LOWER.to_owned(),
        "up" => UPPER.to_owned(),
        "alpha" => [LOWER, UPPER].concat(),
        "alnum" | "base62" => [DIGITS, LOWER, UPPER].concat(),
        "low36" => [DIGITS, LOWER].concat(),
        "up36" => [DIGITS, UPPER].concat(),
        "b32" => [LOWER, "234567"].concat(),
        "B32" => [UPPER, "234567"].concat(),
        "b58" => [&DIGITS[1..], &LOWER.replace('l', ""), &UPPER.replace(['I', 'O'], "")].concat(),
        "b64" => [DIGITS, LOWER, UPPER, "+/"].concat(),
        "b64url" => [DIGITS, LOWER, UPPER, "-_"].concat(),
        "word" => [DIGITS, LOWER, UPPER, "_"].concat(),
        "pass" => [DIGITS, LOWER, UPPER, "!#%+*@"].concat(),
        "bech32" => BECH32.to_owned(),
        "BECH32" => BECH32.to_ascii_uppercase(),
        _ => return None,
    })
}

/// What the parts of one template share: the generator and the parts so far.
///
/// The generator is small and has a fixed seed (xorshift64*; Vigna, "An experimental exploration of
/// Marsaglia's xorshift generators, scrambled", 2016). Good enough to look random, nothing more.
pub(super) struct Parts {
    state: u64,
    made: Vec<Vec<u8>>,
}

impl Parts {
    pub(super) fn seeded(text: &str) -> Self {
        // FNV-1a over the template, so that two templates do not share their secrets.
        let hash = text
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3));
        Self { state: hash | 1, made: Vec::new() }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        ((self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize) % limit
    }

    fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.below(256) as u8).collect()
    }

    /// The 16 bytes of a random UUID of version 4 (RFC 9562).
    fn uuid(&mut self) -> Vec<u8> {
        let mut bytes = self.bytes(16);
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        bytes
    }
}

/// The bytes for the part at the start of `rest` and how long the part is, if it is one. `before` is the
/// text so far, which checksums are made of.
pub(super) fn read(rest: &str, before: &[u8], parts: &mut Parts) -> Option<(Vec<u8>, usize)> {
    let end = closing(rest)?;
    let inside = &rest[1..end];
    let (name, text) = inside.split_once(':').unwrap_or((inside, ""));
    let bytes = match name {
        "same" => {
            let (c, n) = text.rsplit_once(':')?;
            c.repeat(n.parse().ok()?).into_bytes()
        }
        "=" => parts.made.get(text.parse::<usize>().ok()?.checked_sub(1)?)?.clone(),
        "x" => unhex(text)?,
        "bytes" => parts.bytes(text.parse().ok()?),
        "phrase" => {
            phrase::of(&parts.bytes(text.parse::<usize>().ok().filter(|n| (12..=24).contains(n))? / 3 * 4))
                .into_bytes()
        }
        "uuid" | "uuid-mixed" | "uuid-b32" => uuid(name, parts),
        "b64of" | "b64urlof" | "hexof" | "b32of" => encoded(name, &inner(text, parts)),
        "b64wrap" => {
            let (width, text) = text.split_once(':')?;
            let lines = STANDARD.encode(inner(text, parts)).into_bytes();
            lines.chunks(width.parse().ok().filter(|n| *n > 0)?).collect::<Vec<_>>().join(&b'\n')
        }
        _ => match text.split_once(':') {
            Some((over, digits)) => {
                let from = before.len().checked_sub(over.parse().ok()?)?;
                checksum(name, &before[from..], digits.parse().ok()?)?
            }
            None => {
                let letters = alphabet(name)?.into_bytes();
                (0..text.parse::<usize>().ok()?).map(|_| letters[parts.below(letters.len())]).collect()
            }
        },
    };
    parts.made.push(bytes.clone());
    Some((bytes, end + 1))
}

/// Where the `>` stands that closes the `<` at the start.
fn closing(rest: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (n, b) in rest.bytes().enumerate() {
        match b {
            b'<' => depth += 1,
            b'>' if depth == 1 => return Some(n),
            b'>' => depth = depth.checked_sub(1)?,
            _ if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The text inside an encoding, its own parts filled in.
fn inner(mut rest: &str, parts: &mut Parts) -> Vec<u8> {
    let mut text = Vec::new();
    while let Some(c) = rest.chars().next() {
        let length = match read(rest, &text, parts) {
            Some((bytes, length)) => {
                text.extend_from_slice(&bytes);
                length
            }
            None => {
                text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    text
}

fn encoded(name: &str, bytes: &[u8]) -> Vec<u8> {
    match name {
        "b64of" => STANDARD.encode(bytes),
        "b64urlof" => URL_SAFE_NO_PAD.encode(bytes),
        "hexof" => hexadecimal(bytes),
        _ => base32(bytes),
    }
    .into_bytes()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect();
    let digits = digits.filter(|d| !d.is_empty() && d.len().is_multiple_of(2))?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// Base32 (RFC 4648) in lower case, without padding.
fn base32(bytes: &[u8]) -> String {
    let bit = |n: usize| bytes.get(n / 8).map_or(0, |b| b >> (7 - n % 8) & 1);
    (0..(bytes.len() * 8).div_ceil(5))
        .map(|n| (0..5).fold(0, |value, k| value << 1 | bit(n * 5 + k)))
        .map(|value| char::from(b"abcdefghijklmnopqrstuvwxyz234567"[usize::from(value)]))
        .collect()
}

/// A UUID as it is usually written, or in one of the two forms described above.
fn uuid(form: &str, parts: &mut Parts) -> Vec<u8> {
    let bytes = parts.uuid();
    let digits = hexadecimal(&bytes);
    match form {
        "uuid-mixed" => {
            let upper = |(n, c): (usize, char)| if n % 2 == 0 { c.to_ascii_uppercase() } else { c };
            digits.chars().enumerate().map(upper).collect::<String>()
        }
        "uuid-b32" => bytes.chunks(4).map(base32).collect::<Vec<_>>().join("-"),
        _ => [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-"),
    }
    .into_bytes()
}

/// The checksum `name` of `bytes` as so many characters.
fn checksum(name: &str, bytes: &[u8], digits: usize) -> Option<Vec<u8>> {
    let before = bytes.strip_suffix(b"_").unwrap_or(bytes);
    let crc = crc32fast::hash(bytes);
    let based = |crc: u32, alphabet: String| {
        let letters = alphabet.into_bytes();
        let mut rest = crc as usize;
        let mut text: Vec<u8> = (0..digits)
            .map(|_| {
                let letter = letters[rest % letters.len()];
                rest /= letters.len();
                letter
            })
            .collect();
        text.reverse();
        text
    };
    Some(match name {
        "crc32-base62" => based(crc32fast::hash(before), [DIGITS, UPPER, LOWER].concat()),
        "crc32-base36" => based(crc, [DIGITS, LOWER].concat()),
        "crc32-hex" => based(crc, "0123456789abcdef".to_owned()),
        "crc32-HEX" => based(crc, "0123456789ABCDEF".to_owned()),
        "crc32le-hex" => hexadecimal(&crc32fast::hash(before).to_le_bytes()).into_bytes(),
        "crc32le-base64" => STANDARD.encode(crc.to_le_bytes()).into_bytes()[..digits.min(8)].to_vec(),
        "sha256-b32" => base32(&Sha256::digest(bytes)).to_ascii_uppercase().into_bytes()[..digits].to_vec(),
        "bech32sum" => bech32_sum(bytes)?,
        _ => return None,
    })
}

/// The six check characters of BIP-173 for `human1data`, in the case of the data.
fn bech32_sum(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = String::from_utf8(bytes.to_ascii_lowercase()).ok()?;
    let (human, data) = text.rsplit_once('1')?;
    let mut values: Vec<u32> = human.bytes().map(|b| u32::from(b >> 5)).collect();
    values.push(0);
    values.extend(human.bytes().map(|b| u32::from(b & 31)));
    values.extend(data.chars().filter_map(|c| BECH32.find(c)).map(|n| n as u32));
    values.extend([0; 6]);
    let generator = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let sum = values.iter().fold(1u32, |sum, value| {
        let mixed = (sum & 0x01ff_ffff) << 5 ^ value;
        (0..5).filter(|n| sum >> 25 >> n & 1 == 1).fold(mixed, |m, n| m ^ generator[n])
    }) ^ 1;
    let upper = bytes.iter().any(u8::is_ascii_uppercase);
    let letter = |n: u32| BECH32.as_bytes()[(sum >> (5 * (5 - n)) & 31) as usize];
    Some((0..6).map(|n| if upper { letter(n).to_ascii_uppercase() } else { letter(n) }).collect())
}

#[cfg(test)]
mod tests {
    use crate::rule::example::expand;

    fn text(template: &str) -> String {
        expand(template).unwrap().text
    }

    #[test]
    fn encodings_hold_parts_and_colons() {
        let jwt = text("<b64urlof:{\"alg\":\"HS256\"}>");
        assert_eq!(jwt, "eyJhbGciOiJIUzI1NiJ9");
        assert_eq!(text("<hexof:<x:00ff>>"), "00ff");
        assert_eq!(text("<b64wrap:4:abcdef>"), "YWJj\nZGVm");
    }

    #[test]
    fn checksums_are_those_of_known_texts() {
        // CRC-32 of "123456789" is cbf43926 (the check value of the catalogue of parametrised CRCs).
        assert_eq!(text("123456789<crc32-hex:9:8>"), "123456789cbf43926");
        assert_eq!(text("123456789<crc32le-hex:9:8>"), "1234567892639f4cb");
        // SHA-256 of "abc" begins ba7816bf8f (FIPS 180-2).
        assert_eq!(text("abc<sha256-b32:3:8>"), "abcXJ4BNP4P");
        // From the test vectors of BIP-173.
        assert_eq!(text("A1<bech32sum:2:6>"), "A12UEL5L");
        assert_eq!(text("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7l<bech32sum:39:6>")[39..], *"mqqqxw");
    }

    #[test]
    fn a_uuid_has_its_version() {
        let uuid = text("<uuid>");
        assert_eq!((uuid.len(), uuid.as_bytes()[14]), (36, b'4'));
        assert_eq!(text("<uuid-b32>").len(), 31);
        assert_eq!(text("<uuid-mixed>").as_bytes()[12], b'4');
    }
}
