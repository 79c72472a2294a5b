//! Mails and mailboxes: the containers among what is attached to them.
//!
//! In flows a stream; out flow its bytes as they are, and each part in base64 that is itself an archive or a document, as
//! a member under its file's name. Other parts are read where they stand. The formats: RFC 5322, RFC 2045, RFC 4155.

use std::io::{self, Read};

use super::kind::Kind;
use super::limits::HELD;
use super::unpack::{Stop, Unpacker};

/// The longest line that is looked at, in bytes: RFC 5322 allows 998.
const LINE: usize = 4096;
/// How many parts are opened at most.
const PARTS: usize = 1000;

/// Pushes a mail and what is attached to it.
pub(super) fn unpack(unpacker: &mut Unpacker<'_>, path: &str, input: &mut dyn Read) -> Result<(), Stop> {
    let mut mail = Mail { input, line: Vec::new(), parts: Parts::default() };
    unpacker.plain(path, &mut mail)?;
    let mut parts = mail.parts;
    parts.end();
    for (name, bytes) in parts.found {
        unpacker.member(&format!("{path}!/{name}"), &mut &bytes[..])?;
    }
    if parts.held > HELD {
        return Err(Stop::Skipped(format!("has more than {} MB attached", HELD >> 20)));
    }
    Ok(())
}

/// A stream whose lines are looked at while it is read.
struct Mail<'a> {
    input: &'a mut dyn Read,
    line: Vec<u8>,
    parts: Parts,
}

impl Read for Mail<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.input.read(buffer)?;
        let mut rest = &buffer[..n];
        while let Some(end) = memchr::memchr(b'\n', rest) {
            self.keep(&rest[..end]);
            self.parts.line(self.line.trim_ascii());
            self.line.clear();
            rest = &rest[end + 1..];
        }
        self.keep(rest);
        Ok(n)
    }
}

impl Mail<'_> {
    fn keep(&mut self, bytes: &[u8]) {
        let room = LINE.saturating_sub(self.line.len()).min(bytes.len());
        self.line.extend_from_slice(&bytes[..room]);
    }
}

/// The parts of a mail, as its lines tell them.
#[derive(Default)]
struct Parts {
    /// Whether the header of the part says that it is in base64, and what it calls the file.
    encoded: bool,
    name: String,
    /// Whether the lines are those of such a part, what it holds so far, and the digits left over.
    inside: bool,
    bytes: Vec<u8>,
    digits: (u32, u32),
    /// How much is held in all parts together.
    held: usize,
    found: Vec<(String, Vec<u8>)>,
}

impl Parts {
    fn line(&mut self, line: &[u8]) {
        if self.inside {
            if line.is_empty() || line.starts_with(b"--") {
                self.end();
            } else {
                line.iter().for_each(|byte| self.digit(*byte));
            }
            return;
        }
        if line.is_empty() {
            self.inside = std::mem::take(&mut self.encoded) && self.found.len() < PARTS;
            return;
        }
        if line.starts_with(b"--") {
            (self.encoded, self.name) = (false, String::new());
        }
        let lower = line.to_ascii_lowercase();
        if lower.starts_with(b"content-transfer-encoding:") {
            self.encoded = lower.ends_with(b"base64");
        } else if let Some(at) = memchr::memmem::find(&lower, b"name=") {
            let value = &line[at + 5..];
            let (from, sign) = if value.starts_with(b"\"") { (1, b'"') } else { (0, b';') };
            let end = value[from..].iter().position(|b| *b == sign).unwrap_or(value.len() - from);
            let name = String::from_utf8_lossy(&value[from..from + end]);
            self.name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        }
    }

    /// One digit of base64: the bytes of which six make up the next three.
    fn digit(&mut self, byte: u8) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return,
        };
        let (bits, count) = (self.digits.0 << 6 | u32::from(value), self.digits.1 + 6);
        self.digits = if count < 8 {
            (bits, count)
        } else {
            if self.held < HELD {
                self.bytes.push((bits >> (count - 8)) as u8);
            }
            // What is no container is read where it stands, and takes no room here.
            if self.bytes.len() == 512 && Kind::of(&self.bytes).is_none() {
                (self.inside, self.encoded) = (false, false);
            }
            self.held += usize::from(self.inside);
            (bits & ((1 << (count - 8)) - 1), count - 8)
        };
    }

    /// Ends the part that is read.
    fn end(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        if self.inside && Kind::of(&bytes).is_some() {
            let name = if self.name.is_empty() { "attachment".to_owned() } else { self.name.clone() };
            self.found.push((name, bytes));
        }
        (self.inside, self.digits, self.name) = (false, (0, 0), String::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(lines: &[&str]) -> Vec<(String, Vec<u8>)> {
        let mut parts = Parts::default();
        lines.iter().for_each(|line| parts.line(line.as_bytes()));
        parts.end();
        parts.found
    }

    #[test]
    fn a_container_in_base64_is_a_member_under_its_name() {
        let part =
            ["Content-Type: application/zip; name=\"a/b.zip\"", "Content-Transfer-Encoding: base64", ""];
        let found = parts(&[&part[..], &["UEsDBBQAAAAI", "AAAA", "--end--"]].concat());
        assert_eq!(found, [("b.zip".to_owned(), b"PK\x03\x04\x14\0\0\0\x08\0\0\0".to_vec())]);
        assert!(parts(&[&part[..], &["aGVsbG8gd29ybGQ=", ""]].concat()).is_empty());
        assert!(parts(&["Content-Transfer-Encoding: 7bit", "", "UEsDBBQAAAAI"]).is_empty());
    }
}
