//! A text that is written as a list of its characters or of their numbers: `['s', 'k', '-', …]`, `{0x73, 0x6b, …}`.
//!
//! In flow bytes and the place of the first of them; out flows what they say together.

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
        assert_eq!(text("115107"), None);
    }
}
