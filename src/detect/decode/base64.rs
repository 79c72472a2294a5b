//! Base64 in either alphabet, on one line or wrapped over many.
//!
//! In flow bytes and a place inside an encoded run; out flows what the run round it says. The place of
//! the hit in its group of four is known, so that what stands before the run cannot shift it.

use super::tape::{Tape, Window};

/// How far a run is followed to either side, in characters. Behind, it holds a private key of 4,096
/// bits and a service account; before, the name of a variable and some lines.
const BEFORE: usize = 2 * 1024;
const BEHIND: usize = 12 * 1024;
/// How much of a cut run's end a hit must have before it, in characters, to be in there whole.
const MARGIN: usize = 6 * 1024;
/// The shortest line that may go on in the next: 76 (RFC 2045) and 64 (RFC 7468) are common, PGP and
/// folded YAML have others.
const LINE: usize = 16;

/// The value of a character, in either alphabet.
fn value(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// The bytes of the first characters from `at`, whose place in its group is `place`: enough to see
/// whether anything is there.
pub(crate) fn glance(bytes: &[u8], at: usize, place: u8) -> Vec<u8> {
    let mut tape = Tape::new(0, 96);
    let mut before = back(bytes, at, usize::from(place));
    before.reverse();
    // A group that is not whole may stand for anything.
    let unknown = std::iter::repeat_n(at, usize::from(place) - before.len());
    groups(bytes, unknown.chain(before).chain(forth(bytes, at, 120)), &mut tape);
    tape.bytes
}

/// Decodes the run round the hit at `at`, whose place in its group of four is `place`.
pub(crate) fn run(bytes: &[u8], at: usize, place: u8) -> Window {
    let mut before = back(bytes, at, BEFORE);
    // Whole groups only: the hit begins `place` characters into one.
    let place = usize::from(place);
    if let Some(more) = before.len().checked_sub(place) {
        before.truncate(before.len() - more % 4);
    }
    before.reverse();
    // What is missing of the first group may stand for anything.
    let unknown = std::iter::repeat_n(at, place.saturating_sub(before.len()));
    let behind = forth(bytes, at, BEHIND);
    let cut = behind.len() >= BEHIND;
    let end = behind.last().map_or(at, |last| last + 1);
    let padding = bytes[end..].iter().take(2).take_while(|b| **b == b'=').count();
    let from = before.first().copied().unwrap_or(at);
    let covers = if cut { behind[BEHIND - MARGIN] } else { end };
    let mut tape = Tape::new(from, (before.len() + behind.len()) / 4 * 3 + 3);
    groups(bytes, unknown.chain(before).chain(behind), &mut tape);
    Window { covers, decoded: Some(tape.finish("base64", end + padding)) }
}

/// Decodes characters at these places, group by group.
fn groups(bytes: &[u8], characters: impl Iterator<Item = usize>, tape: &mut Tape) {
    let (mut bits, mut held) = (0u32, 0);
    let mut last = 0;
    for at in characters {
        let Some(value) = value(bytes[at]) else { continue };
        // A byte begins in the character that has its first bit.
        let begins = if held == 0 { at } else { last };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            tape.push((bits >> held) as u8, begins);
            bits &= (1 << held) - 1;
        }
        last = at;
    }
}

/// The places of the characters before `at`, nearest first, over line ends; `most` of them.
fn back(bytes: &[u8], at: usize, most: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let (mut n, mut on_line) = (at, 0);
    while n > 0 && found.len() < most {
        n -= 1;
        if value(bytes[n]).is_some() && !ends_escape(bytes, n) {
            found.push(n);
            on_line += 1;
            continue;
        }
        // A line that began here may go on from the one before.
        let (gap, breaks) = gap_before(bytes, n + 1);
        let line = bytes[..n + 1 - gap].iter().rev().take(LINE).take_while(|b| value(**b).is_some());
        if !breaks || line.count() < LINE || on_line == 0 {
            break;
        }
        n = n + 1 - gap;
        on_line = 0;
    }
    found
}

/// The places of the characters from `at` on, over line ends; `most` of them.
fn forth(bytes: &[u8], at: usize, most: usize) -> Vec<usize> {
    let mut found = Vec::new();
    // The line that the hit stands on began before it.
    let before = bytes[..at].iter().rev().take(LINE).take_while(|b| value(**b).is_some()).count();
    let (mut n, mut on_line) = (at, before);
    while n < bytes.len() && found.len() < most {
        if value(bytes[n]).is_some() {
            found.push(n);
            on_line += 1;
            n += 1;
            continue;
        }
        let (gap, breaks) = gap_behind(bytes, n);
        let next = bytes.get(n + gap).is_some_and(|b| value(*b).is_some());
        if !breaks || !next || on_line < LINE {
            break;
        }
        n += gap;
        on_line = 0;
    }
    found
}

/// The most that stands between two lines of a run, in bytes.
const BETWEEN: usize = 64;

/// Whether a byte may stand between two lines of a run: the break, indentation, a comment or a quote mark.
fn is_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n' | b' ' | b'\t' | b'#' | b'>' | b'*')
}

/// Whether the letter at `at` is that of an escaped break, as a string has them: `…c2st\nYW50…`.
fn ends_escape(bytes: &[u8], at: usize) -> bool {
    matches!(bytes[at], b'n' | b'r') && at > 0 && bytes[at - 1] == b'\\'
}

/// How long what stands between two lines is that ends at `end`, and whether a break is in it.
fn gap_before(bytes: &[u8], end: usize) -> (usize, bool) {
    let (mut n, mut breaks) = (0, false);
    while n < BETWEEN.min(end) {
        let at = end - 1 - n;
        let length = match bytes[at] {
            byte if is_break(byte) => 1,
            _ if ends_escape(bytes, at) => 2,
            b'\\' if n > 0 => 1,
            _ => break,
        };
        breaks |= matches!(bytes[at], b'\n' | b'n');
        n += length;
    }
    (n, breaks)
}

/// The same that begins at `from`.
fn gap_behind(bytes: &[u8], from: usize) -> (usize, bool) {
    let (mut n, mut breaks) = (0, false);
    while n < BETWEEN {
        let length = match bytes.get(from + n..) {
            Some([byte, ..]) if is_break(*byte) => 1,
            Some([b'\\', b'n' | b'r', ..]) => 2,
            Some([b'\\', b'\\', ..]) => 1,
            _ => break,
        };
        breaks |= matches!(bytes[from + n + length - 1], b'\n' | b'n');
        n += length;
    }
    (n, breaks)
}

/// What a value says if it is base64 of readable text, and `None` if it is not. For values that no
/// anchor announces, such as those of a Kubernetes Secret.
pub(crate) fn base64_value(text: &[u8]) -> Option<Vec<u8>> {
    let padding = text.iter().rev().take(2).take_while(|b| **b == b'=').count();
    let body = &text[..text.len() - padding];
    if body.len() < 4 || body.len() % 4 == 1 || padding > 0 && !text.len().is_multiple_of(4) {
        return None;
    }
    if !body.iter().all(|b| value(*b).is_some()) {
        return None;
    }
    let mut tape = Tape::new(0, body.len() / 4 * 3 + 3);
    groups(body, 0..body.len(), &mut tape);
    let readable = |text: &str| text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'));
    std::str::from_utf8(&tape.bytes).is_ok_and(readable).then_some(tape.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_told_from_a_word_and_from_random_bytes() {
        assert_eq!(base64_value(b"dXNlcjpodW50ZXIy").as_deref(), Some(&b"user:hunter2"[..]));
        assert_eq!(base64_value(b"aHVudGVyMg==").as_deref(), Some(&b"hunter2"[..]));
        assert_eq!(base64_value(b"password"), None);
        assert_eq!(base64_value(b"aHVudGVyMg="), None);
        assert_eq!(base64_value(b"not base64"), None);
    }
}
