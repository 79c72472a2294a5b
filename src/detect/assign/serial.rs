//! Literals whose length is written before them, as PHP stores values and shows them: `s:7:"hunter2"`, `string(7) "hunter2"`.
//!
//! In flow bytes and the place of such a literal; out flows its text. What its length does not fit is none.

use std::ops::Range;

/// The most digits of a length.
const DIGITS: usize = 4;

/// The text of the stored literal at `at`, whose quotes may be escaped.
pub(super) fn string(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = bytes.get(at..)?.strip_prefix(b"s:")?;
    let digits = digits(rest);
    counted(bytes, at + 2 + digits + 1, number(&rest[..digits])?).filter(|_| rest.get(digits) == Some(&b':'))
}

/// How many bytes stand before the quote of the shown literal that `rest` begins with.
pub(super) fn shown(rest: &[u8]) -> Option<usize> {
    let inside = rest.strip_prefix(b"string(")?;
    let digits = digits(inside);
    (digits > 0 && inside[digits..].starts_with(b") \"")).then_some(7 + digits + 2)
}

fn digits(rest: &[u8]) -> usize {
    rest.iter().take(DIGITS).take_while(|b| b.is_ascii_digit()).count()
}

fn number(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The literal of that length in the quotes that open at `at`.
fn counted(bytes: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let quote = if bytes.get(at) == Some(&b'\\') { 2 } else { 1 };
    let open = bytes.get(at..at + quote)?;
    let (from, end) = (at + quote, at + quote + length);
    (open.ends_with(b"\"") && bytes.get(end..end + quote) == Some(open)).then_some(from..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_ends_where_its_length_says() {
        let read = |text: &'static str| string(text.as_bytes(), 0).map(|r| &text[r]);
        assert_eq!(read("s:7:\"hunter2\";"), Some("hunter2"));
        assert_eq!(read("s:9:\"hun\"ter\"2\";"), Some("hun\"ter\"2"));
        assert_eq!(read("s:7:\\\"hunter2\\\";"), Some("hunter2"));
        for text in ["s:6:\"hunter2\";", "s:7:hunter2", "s:\"hunter2\"", "i:7;"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(shown(b"string(7) \"hunter2\""), Some(10));
        assert_eq!(shown(b"string(x) \"hunter2\""), None);
    }
}
