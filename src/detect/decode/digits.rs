//! Hexadecimal digits, and UTF-16 in the midst of other bytes: two bytes for one.
//!
//! In flow bytes and a place inside an encoded run; out flows what the run round it says.

use super::tape::{Tape, Window};

/// How far a run is followed to either side, in decoded bytes.
const BEFORE: usize = 512;
const BEHIND: usize = 6 * 1024;
/// How many pairs of digits `xxd -p` writes on a line. Lines of other lengths may be values by themselves.
const LINE: usize = 30;
/// How much of a cut run's end a hit must have before it, in decoded bytes, to be in there whole.
const MARGIN: usize = 4 * 1024;

fn hex_pair(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    Some((digit(at)? << 4 | digit(at + 1)?) as u8)
}

fn wide_pair(bytes: &[u8], at: usize) -> Option<u8> {
    let printable = |b: &u8| matches!(*b, b' '..=b'~' | b'\t' | b'\r' | b'\n');
    let byte = *bytes.get(at).filter(|b| printable(b))?;
    // The last character of the other byte order has no NUL behind it.
    bytes.get(at + 1).is_none_or(|b| *b == 0).then_some(byte)
}

/// The bytes of the first pairs of digits from `at`: enough to see whether anything is there.
pub(crate) fn glance(bytes: &[u8], at: usize) -> Vec<u8> {
    (0..48).map_while(|n| hex_pair(bytes, at + 2 * n)).collect()
}

/// Decodes the digits round the hit at `at`.
pub(crate) fn hex(bytes: &[u8], at: usize) -> Window {
    pairs(bytes, at, "hex", hex_pair)
}

/// Decodes the UTF-16 round the hit at `at`, in either byte order.
pub(crate) fn wide(bytes: &[u8], at: usize) -> Window {
    pairs(bytes, at, "utf-16", wide_pair)
}

fn pairs(bytes: &[u8], at: usize, form: &'static str, pair: fn(&[u8], usize) -> Option<u8>) -> Window {
    let before =
        (1..=BEFORE).take_while(|n| at.checked_sub(2 * n).is_some_and(|at| pair(bytes, at).is_some()));
    let from = at - 2 * before.count();
    let mut tape = Tape::new(from, BEHIND);
    let (mut n, mut on_line) = (from, 0);
    while n < at + 2 * BEHIND {
        let Some(byte) = pair(bytes, n) else {
            let rest = &bytes[n.min(bytes.len())..];
            let gap = usize::from(rest.starts_with(b"\r")) + 1;
            let goes_on = form == "hex" && on_line == LINE && rest.get(gap - 1) == Some(&b'\n');
            if !goes_on || pair(bytes, n + gap).is_none() {
                break;
            }
            (n, on_line) = (n + gap, 0);
            continue;
        };
        tape.push(byte, n);
        (n, on_line) = (n + 2, on_line + 1);
    }
    let cut = n >= at + 2 * BEHIND;
    let n = n.min(bytes.len());
    Window { covers: if cut { n - 2 * MARGIN } else { n }, decoded: Some(tape.finish(form, n)) }
}
