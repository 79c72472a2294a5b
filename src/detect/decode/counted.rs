//! Strings in binary files that their length stands before: a class of Java, a property list, a pickle, a message
//! of Protocol Buffers.
//!
//! In flow bytes and an anchor's place; out flows the string that begins there, by itself. Such a length may look like a
//! letter (51 is `3`), and so may what stands behind the string: read as text, the key is in the middle of a word.

use std::ops::Range;

use super::tape::{Tape, Window};

/// The lengths of strings that hold a key, in bytes.
const LENGTHS: Range<usize> = 20..256;
/// How near a NUL stands, without which the bytes are no binary file, in bytes.
const NEAR: usize = 512;

/// The string of the length that stands before `at`; or how many bytes before and behind say that there is none.
pub(crate) fn string(bytes: &[u8], at: usize) -> Result<Range<usize>, usize> {
    let Some(length) = length(&bytes[..at]) else { return Err(4) };
    let text = bytes[at..].iter().take(length).take_while(|b| b.is_ascii_graphic()).count();
    if text < length {
        return Err(text + 1);
    }
    let round = &bytes[at.saturating_sub(NEAR)..bytes.len().min(at + length + NEAR)];
    if memchr::memchr(0, round).is_some() { Ok(at..at + length) } else { Err(NEAR + LENGTHS.end) }
}

/// The number that the bytes before a string end in: one byte, two of seven bits, or four with the lowest first. A
/// sign such as a quote is one only behind a byte of no text.
fn length(before: &[u8]) -> Option<usize> {
    let length = match before {
        [.., low, 0, 0, 0] => *low,
        [.., low, 1] if !low.is_ascii() => *low,
        [.., kind, one] if !(kind.is_ascii() && !kind.is_ascii_control() && one.is_ascii_punctuation()) => {
            *one
        }
        _ => return None,
    };
    LENGTHS.contains(&usize::from(length)).then_some(usize::from(length))
}

/// Shows that string by itself.
pub(crate) fn view(bytes: &[u8], at: usize) -> Window {
    let Ok(span) = string(bytes, at) else { return Window::NONE };
    let mut tape = Tape::new(span.start, span.len());
    tape.copy(bytes, span.clone());
    Window { covers: span.end, decoded: Some(tape.finish("counted-string", span.end)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(lead: &[u8], text: &str, tail: &[u8]) -> Option<String> {
        let bytes = [b"\0\0", lead, text.as_bytes(), tail].concat();
        let decoded = view(&bytes, lead.len() + 2).decoded?;
        assert_eq!(decoded.span, lead.len() + 2..lead.len() + 2 + decoded.bytes.len());
        Some(String::from_utf8(decoded.bytes).unwrap())
    }

    #[test]
    fn a_length_before_a_string_says_where_it_ends() {
        let text = format!("sk-{}", "k7".repeat(24));
        for lead in [&b"\x013"[..], b"_\x103", b"X3\0\0\0", b"abc3"] {
            assert_eq!(found(lead, &text, b"_more").as_deref(), Some(&*text), "{lead:?}");
        }
        let long = "k7".repeat(82);
        assert_eq!(found(b"\x0a\xa4\x01", &long, b"more").as_deref(), Some(&*long));
        assert_eq!(found(b"_\x102", &text, b"_more").map(|t| t.len()), Some(50));
        assert_eq!(found(b"\x01\x05", &text, b""), None);
    }

    #[test]
    fn a_letter_in_a_text_is_no_length() {
        let text = format!("a3sk-{}", "k7".repeat(24));
        assert!(view(text.as_bytes(), 2).decoded.is_none());
        assert_eq!(string(b"to ask-and-tell the rest\0", 4), Err(12));
    }
}
