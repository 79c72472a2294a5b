//! The stream: bytes as they come, whole lines out at once, so that `tail -f log | skout redact` keeps up.
//!
//! In flow bytes in UTF-8 or near it, out flow the same with every secret masked. It holds back only an
//! unfinished line and an unfinished private key, both up to a bound.

use std::io::{self, Read, Write};
use std::ops::Range;

use crate::blob::{Blob, Position};
use crate::detect::Detector;
use crate::secret::Secret;

/// Bytes read at once.
const READ: usize = 64 * 1024;

/// Lines already written that are shown to the detector again, for what it wants to see before a secret.
const BEFORE: usize = 8 * 1024;

/// A line longer than this is written in pieces.
const LONG_LINE: usize = 1024 * 1024;

/// An unfinished private key is held back up to this length; the longest in use are near 13 KB.
const LONG_KEY: usize = 64 * 1024;

/// Copies `input` to `output` with the secrets masked.
pub(in crate::cli) fn redact(
    detector: &Detector<'_>,
    input: &mut dyn Read,
    output: &mut dyn Write,
) -> io::Result<()> {
    let mut held = Held::default();
    loop {
        let filled = held.bytes.len();
        held.bytes.resize(filled + READ, 0);
        let read = match input.read(&mut held.bytes[filled..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
            Err(error) => return Err(error),
            Ok(0) => {
                held.bytes.truncate(filled);
                return held.write(detector, held.bytes.len(), output);
            }
            Ok(read) => read,
        };
        held.bytes.truncate(filled + read);
        let ready = held.ready();
        if ready > held.written {
            held.write(detector, ready, output)?;
        }
    }
}

/// What has been read: first what is written already and kept for context, then what is not.
#[derive(Default)]
struct Held {
    bytes: Vec<u8>,
    /// Where the part begins that is not written yet.
    written: usize,
}

impl Held {
    /// Up to where the bytes can be judged: whole lines, without a private key that has no end yet.
    fn ready(&self) -> usize {
        let new = &self.bytes[self.written..];
        let lines = match memchr::memrchr(b'\n', new) {
            Some(at) => at + 1,
            None if new.len() > LONG_LINE => new.len() - READ,
            None => return self.written,
        };
        let ready = &new[..lines];
        let open = memchr::memmem::rfind(ready, b"-----BEGIN ").filter(|&at| {
            let key = &ready[at..];
            memchr::memmem::find(key, b"-----END ").is_none()
                && memchr::memmem::find(&key[..key.len().min(64)], b"PRIVATE KEY").is_some()
                && new.len() - at < LONG_KEY
        });
        self.written + open.unwrap_or(lines)
    }

    /// Writes the bytes up to `end` with the secrets that begin in them masked, and forgets what is no longer
    /// needed.
    fn write(&mut self, detector: &Detector<'_>, end: usize, output: &mut dyn Write) -> io::Result<()> {
        let mut blob = Blob::whole("stdin", &self.bytes);
        blob.fresh = self.written..end;
        let mut at = self.written;
        for span in spans(detector, &blob) {
            if span.start < at {
                continue;
            }
            output.write_all(&self.bytes[at..span.start])?;
            output.write_all(Secret::new(&self.bytes[span.clone()]).masked().as_bytes())?;
            at = span.end;
        }
        let end = end.max(at);
        output.write_all(&self.bytes[at..end])?;
        output.flush()?;
        let keep = end.saturating_sub(BEFORE);
        let keep = memchr::memchr(b'\n', &self.bytes[keep..end]).map_or(keep, |n| keep + n + 1);
        let keep = if end <= BEFORE { 0 } else { keep };
        self.bytes.drain(..keep);
        self.written = end - keep;
        Ok(())
    }
}

/// Where the secrets of a blob stand, in bytes, from first to last.
fn spans(detector: &Detector<'_>, blob: &Blob<'_>) -> Vec<Range<usize>> {
    let findings = detector.scan(blob);
    if findings.is_empty() {
        return Vec::new();
    }
    let lines = line_starts(blob.bytes);
    let at = |position: Position| offset(blob.bytes, &lines, position);
    let places = findings.iter().flat_map(|f| &f.places);
    let mut spans: Vec<Range<usize>> = places.map(|p| at(p.start)..at(p.end)).collect();
    spans.sort_by_key(|s| (s.start, std::cmp::Reverse(s.end)));
    spans
}

/// Where each line begins, by the rule of [`Position::after`]: LF, CRLF and a lone CR each end a line.
fn line_starts(bytes: &[u8]) -> Vec<usize> {
    let ends = memchr::memchr2_iter(b'\n', b'\r', bytes);
    let ends = ends.filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'));
    std::iter::once(0).chain(ends.map(|at| at + 1)).collect()
}

/// The byte at a position; the end of the text if there is no such position.
fn offset(bytes: &[u8], lines: &[usize], position: Position) -> usize {
    let Some(&start) = lines.get((position.line - 1) as usize) else { return bytes.len() };
    let end = lines.get(position.line as usize).copied().unwrap_or(bytes.len());
    let (mut left, mut at) = ((position.column - 1) as usize, start);
    for chunk in bytes[start..end].utf8_chunks() {
        let valid = chunk.valid();
        match valid.char_indices().nth(left) {
            Some((n, _)) => return at + n,
            None => left -= valid.chars().count(),
        }
        at += valid.len();
        if left < chunk.invalid().len() {
            return at + left;
        }
        left -= chunk.invalid().len();
        at += chunk.invalid().len();
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Settings;
    use crate::rule::RuleSet;
    use crate::rule::example::expand;
    use proptest::prelude::*;

    fn key(seed: &str) -> String {
        expand(&format!("sk-proj-<alnum:74>T3BlbkFJ<alnum:74>{seed}")).unwrap().text[..164].to_owned()
    }

    /// Hands out its bytes in pieces of the given lengths.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(self.1).min(buffer.len());
            buffer[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn redacted(text: &[u8], piece: usize) -> Vec<u8> {
        let rules = RuleSet::builtin();
        let detector = Detector::new(&rules, Settings::default()).unwrap();
        let mut out = Vec::new();
        redact(&detector, &mut Pieces(text, piece), &mut out).unwrap();
        out
    }

    #[test]
    fn a_secret_is_masked_and_nothing_else_changes() {
        let secret = key("a");
        let text = format!("\u{fffd}ä\r\n\0x OPENAI_API_KEY={secret} \r\nend without a line end");
        let mut bytes = text.clone().into_bytes();
        bytes.splice(0..0, *b"\xff\xfa ");
        let mut wanted = text.replace(&secret, &Secret::new(secret.as_bytes()).masked()).into_bytes();
        wanted.splice(0..0, *b"\xff\xfa ");
        for piece in [1, 7, 4096] {
            assert_eq!(String::from_utf8_lossy(&redacted(&bytes, piece)), String::from_utf8_lossy(&wanted));
        }
    }

    #[test]
    fn whole_lines_are_written_before_the_input_ends() {
        let mut held = Held { bytes: b"one\ntwo".to_vec(), written: 0 };
        assert_eq!(held.ready(), 4);
        held.bytes = format!("x\n-----BEGIN {} PRIVATE KEY-----\nabc\n", "RSA").into_bytes();
        assert_eq!(held.ready(), 2, "an unfinished key waits for its end");
        held.bytes.resize(LONG_KEY + 10, b'\n');
        assert!(held.ready() > LONG_KEY, "but not for ever");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn pieces_make_no_difference(
            parts in prop::collection::vec(prop_oneof!["[a-z \r\n]{0,40}", "[ab]".prop_map(|s| key(&s))], 0..12),
            piece in 1usize..200,
        ) {
            let text = parts.join(" ");
            let out = redacted(text.as_bytes(), piece);
            prop_assert_eq!(&out, &redacted(text.as_bytes(), usize::MAX));
            for secret in ["a", "b"].map(key) {
                prop_assert!(!String::from_utf8_lossy(&out).contains(&secret[12..60]));
            }
        }
    }
}
