//! The dump of a file, as `xxd` and `hexdump -C` print it: lines of an offset, bytes in hexadecimal digits and their text.
//!
//! In flow bytes and the place of the second line's offset; out flow the bytes that the lines show, in one piece. Of a
//! long dump only its beginning is read.

use std::ops::Range;

use super::tape::{Tape, Window};

/// The most bytes that are shown: so many lines reach no further than a change does (`reach.rs`).
const MOST: usize = 20 * 1024;
/// The longest line, in bytes, and the most bytes that one shows.
const LINE: usize = 160;
const COLUMNS: usize = 32;
/// `hexdump` leaves a wider gap behind so many.
const HALF: usize = 8;

/// The bytes of the dump whose second line begins with the hit.
pub(crate) fn lines(bytes: &[u8], hit: &Range<usize>) -> Window {
    let colon = bytes[hit.clone()].contains(&b':');
    let Some(before) = bytes[..hit.start].strip_suffix(b"\n") else { return Window::NONE };
    let near = before.len().saturating_sub(LINE);
    let first = memchr::memrchr(b'\n', &before[near..]).map(|n| near + n + 1);
    let Some(first) = first.or((near == 0).then_some(0)) else { return Window::NONE };
    let mut tape = Tape::new(first, 256);
    let (mut at, mut end) = (first, first);
    while tape.bytes.len() < MOST {
        let rest = &bytes[at..bytes.len().min(at + LINE)];
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let Some(behind) = offset(&rest[..length], tape.bytes.len(), colon) else { break };
        let shown = row(&rest[..length], behind, colon);
        shown.iter().for_each(|(byte, place)| tape.push(*byte, at + place));
        let Some((_, last)) = shown.last() else { break };
        end = at + last + 2;
        at += length + 1;
        if at >= bytes.len() {
            break;
        }
    }
    let decoded = (tape.bytes.len() > COLUMNS / 2).then(|| tape.finish("hex-dump", end));
    Window { covers: end.max(hit.end), decoded }
}

/// Where the bytes of a line begin whose offset must be this one.
fn offset(line: &[u8], wanted: usize, colon: bool) -> Option<usize> {
    let digits = line.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    let text = std::str::from_utf8(&line[..digits]).ok().filter(|_| (8..=16).contains(&digits))?;
    let behind = digits + usize::from(colon);
    let parted = !colon || line.get(digits) == Some(&b':');
    let blanks = line.get(behind..)?.iter().take_while(|b| **b == b' ').count();
    let right = usize::from_str_radix(text, 16).ok() == Some(wanted);
    (right && parted && blanks > 0).then_some(behind + blanks)
}

/// The bytes of a line from `n` on, each with its place.
fn row(line: &[u8], mut n: usize, colon: bool) -> Vec<(u8, usize)> {
    let digit = |n: usize| line.get(n).and_then(|b| char::from(*b).to_digit(16));
    let mut shown = Vec::new();
    while let (Some(high), Some(low)) = (digit(n), digit(n + 1)) {
        shown.push(((high << 4 | low) as u8, n));
        n += 2;
        let gap = line[n..].iter().take_while(|b| **b == b' ').count();
        let wide = !colon && shown.len() == HALF && gap == 2;
        if gap > 1 && !wide || shown.len() == COLUMNS {
            break;
        }
        n += gap;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, second: &str) -> Option<String> {
        let at = text.find(second)?;
        let window = lines(text.as_bytes(), &(at..at + second.len()));
        window.decoded.map(|decoded| String::from_utf8(decoded.bytes).unwrap())
    }

    #[test]
    fn the_lines_of_a_dump_are_put_together() {
        let xxd = "x\n00000000: 7061 7373 776f 7264 3d68 756e 7465 7232  password=hunter2\n00000010: 2d62 6164 0a                             -bad.\n00000020: 41";
        assert_eq!(shown(xxd, "00000010: ").as_deref(), Some("password=hunter2-bad\n"));
        let hexdump = "00000000  70 61 73 73 77 6f 72 64  3d 68 75 6e 74 65 72 32  |password=hunter2|\n00000010  2d 62 61 64 0a                                    |-bad.|\n00000015\n";
        assert_eq!(shown(hexdump, "00000010  ").as_deref(), Some("password=hunter2-bad\n"));
    }

    #[test]
    fn other_columns_are_no_dump() {
        for text in [
            "00000010: 7061",
            "x: 1\n00000010: 7061 7373 776f 7264 3d68 756e 7465 7232  password=hunter2\n",
            "00000000: 7061  pa\n00000010: 7061 7373 776f 7264 3d68 756e 7465 7232  password=hunter2\n",
            "00000000  12.5\n00000010  13.7\n",
        ] {
            assert_eq!(
                shown(text, if text.contains(':') { "00000010: " } else { "00000010  " }),
                None,
                "{text}"
            );
        }
    }
}
