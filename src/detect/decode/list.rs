//! A text that is written as a list of its characters or of their numbers: `['s', 'k', '-', …]`, `{0x73, 0x6b, …}`.
//!
//! In flow bytes and the place of the first of them; out flows what they say together.

use std::ops::Range;

use super::tape::{Tape, Window};

/// The most characters.
const MOST: usize = 1024;
/// The most that may stand between two, in bytes.
const GAP: usize = 24;

/// Puts together the characters of the list from the one at `at` on.
pub(crate) fn characters(bytes: &[u8], at: usize) -> Window {
    let mut tape = Tape::new(at, 256);
    let (mut n, mut end) = (at, at);
    while let Some((byte, length)) = character(&bytes[n..]).filter(|_| tape.bytes.len() < MOST) {
        tape.push(byte, n);
        end = n + length;
        let gap =
            bytes[end..].iter().take(GAP).take_while(|b| b.is_ascii_whitespace() || **b == b',').count();
        if gap == 0 {
            break;
        }
        n = end + gap;
    }
    let decoded = (tape.bytes.len() > 1).then(|| tape.finish("character-list", end));
    Window { covers: end, decoded }
}

/// The fewest characters of a list that is read for what opens it.
const FEWEST: usize = 8;
/// How much of the line before such a list is shown, in bytes.
const LINE: usize = 128;

/// Puts together the list that a call or a declaration opens, or two calls of `chr` that follow each other; shown as the
/// literal that it stands for.
pub(crate) fn called(bytes: &[u8], hit: &Range<usize>) -> Window {
    let one_each = bytes[hit.clone()].to_ascii_lowercase().ends_with(b"chr(");
    let start = if one_each {
        let digits =
            bytes[..hit.start].iter().rev().take(4).take_while(|b| b.is_ascii_alphanumeric()).count();
        hit.start - digits
    } else if bytes[hit.clone()].ends_with(b"0x") {
        hit.end - 2
    } else {
        hit.end + bytes[hit.end..].iter().take(GAP).take_while(|b| b.is_ascii_whitespace()).count()
    };
    let (mut text, mut at, mut end) = (Vec::new(), start, start);
    while let Some((byte, length)) = bytes.get(at..).and_then(character).filter(|_| text.len() < MOST) {
        text.push((byte, at));
        end = at + length;
        let gap = if one_each { joined(&bytes[end..]) } else { comma(&bytes[end..]) };
        if gap == 0 {
            break;
        }
        at = end + gap;
    }
    let covers = end.max(hit.end);
    if text.len() < FEWEST {
        return Window { covers, decoded: None };
    }
    // The name that is given the list stands before a sign on its line.
    let near = &bytes[start.saturating_sub(LINE)..start];
    let line = &near[memchr::memrchr(b'\n', near).map_or(0, |n| n + 1)..];
    let sign = line.iter().rposition(|b| matches!(b, b'=' | b':'));
    let from = start - line.len();
    let mut tape = Tape::new(from, line.len() + text.len() + 2);
    tape.copy(bytes, from..from + sign.map_or(0, |n| n + 1));
    tape.push(b'"', start);
    text.into_iter().for_each(|(byte, at)| tape.push(byte, at));
    tape.push(b'"', end);
    Window { covers, decoded: Some(tape.finish("character-list", end)) }
}

/// How long a comma with its white space is.
fn comma(rest: &[u8]) -> usize {
    rest.iter().take(GAP).take_while(|b| b.is_ascii_whitespace() || **b == b',').count()
}

/// How long what stands between the arguments of two calls of `chr` is: `).chr(`.
fn joined(rest: &[u8]) -> usize {
    let inner = &rest[..rest.len().min(GAP)];
    let open = inner.iter().position(|b| *b == b'(').unwrap_or(0);
    let between = inner[..open].to_ascii_lowercase();
    let sign = between.strip_prefix(b")").and_then(|b| b.strip_suffix(b"chr")).map(<[u8]>::trim_ascii);
    if matches!(sign, Some(b"." | b"+" | b"&")) { open + 1 } else { 0 }
}

/// The character that `rest` begins with, and how long it is: in quotes, or its number in either base.
fn character(rest: &[u8]) -> Option<(u8, usize)> {
    let printable = |code: u32| u8::try_from(code).ok().filter(u8::is_ascii_graphic);
    let number = |digits: &[u8], radix: u32| {
        let text = std::str::from_utf8(digits).ok()?;
        printable(u32::from_str_radix(text, radix).ok()?)
    };
    match rest {
        [open @ (b'\'' | b'"'), byte, close, ..] if open == close && byte != open => {
            byte.is_ascii_graphic().then_some((*byte, 3))
        }
        [b'0', b'x' | b'X', high, low, ..] => number(&[*high, *low], 16).map(|byte| (byte, 4)),
        _ => {
            let length = rest.iter().take(4).take_while(|b| b.is_ascii_digit()).count();
            number(&rest[..length], 10).map(|byte| (byte, length))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(list: &str) -> Option<String> {
        characters(list.as_bytes(), 0).decoded.map(|decoded| String::from_utf8(decoded.bytes).unwrap())
    }

    #[test]
    fn characters_and_their_numbers_are_put_together() {
        for list in [
            "'s', 'k',\n'-', '7'];",
            "\"s\",\"k\",\"-\",\"7\"",
            "0x73, 0x6B, 0x2d, 0x37}",
            "115,107,45,55)",
            "115 107 45 55",
        ] {
            assert_eq!(text(list).as_deref(), Some("sk-7"), "{list}");
        }
        assert_eq!(text("115, 107, 1000, 7").as_deref(), Some("sk"));
        let shown = |text: &str, sign: &str| {
            let at = text.find(sign)?;
            let window = called(text.as_bytes(), &(at..at + sign.len()));
            window.decoded.map(|decoded| String::from_utf8(decoded.bytes).unwrap())
        };
        let right = Some("k =\"hunter22\"");
        assert_eq!(shown("k = bytes([104, 117,110, 116, 101, 114, 50, 50])", "bytes([").as_deref(), right);
        assert_eq!(
            shown("x\nk =String.fromCharCode(104,117,110,116,101,114,50,50)", "fromCharCode(").as_deref(),
            Some("k =\"hunter22\"")
        );
        let each = "k =chr(104).chr(117).chr(110).chr(116).chr(101).chr(114).chr(50).chr(50);";
        assert_eq!(shown(each, ").chr(").as_deref(), Some("k =\"hunter22\""));
        assert_eq!(shown("k = bytes([104, 117, 110])", "bytes(["), None);
        assert_eq!(text("115107"), None);
    }
}
