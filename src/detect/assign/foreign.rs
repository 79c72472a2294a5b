//! A password that a text in another script tells: `密码：…`, `パスワードは「…」です`, `пароль — …`.
//!
//! In flow bytes and the place behind a word for a password; out flows the value. It knows no language, only the signs
//! that may stand between the word and a value in Latin letters.

use std::ops::Range;

/// Signs and words that give a value, or open a quotation.
const SIGNS: &[&str] =
    &[" ", ":", "=", "：", "＝", "は", "是", "为", "為", "「", "『", "“", "‘", "«", "—", "–", "`", "\"", "'"];
/// The most of them.
const MOST: usize = 6;
/// The lengths of a value, in bytes.
const LENGTH: std::ops::RangeInclusive<usize> = 6..=64;

/// The value behind the word that ends before `at`: letters and digits of both kinds, up to what no password holds.
pub(super) fn told(bytes: &[u8], mut at: usize) -> Option<Range<usize>> {
    for _ in 0..MOST {
        let sign = SIGNS.iter().find(|sign| bytes[at..].starts_with(sign.as_bytes()));
        at += sign.map_or(0, |sign| sign.len());
    }
    let inside = |b: &&u8| {
        b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'`' | b',' | b';' | b'<' | b'>' | b'|')
    };
    let run = bytes[at..].iter().take(*LENGTH.end() + 1).take_while(inside).count();
    let text = &bytes[at..at + run];
    let text = text.strip_suffix(b".").unwrap_or(text);
    let mixed = text.iter().any(u8::is_ascii_digit) && text.iter().any(u8::is_ascii_alphabetic);
    (mixed && LENGTH.contains(&text.len())).then_some(at..at + text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_in_latin_letters_is_told_in_any_script() {
        for text in ["：hunter24，", "は「hunter24」です", "是hunter24。", " — hunter24.", ": `hunter24`"]
        {
            let found = told(text.as_bytes(), 0).map(|r| &text[r]);
            assert_eq!(found, Some("hunter24"), "{text}");
        }
        for text in ["：请输入", "は必須です", ": string", "是 12345678", "：hunter24不"] {
            let found = told(text.as_bytes(), 0).map(|r| &text[r]);
            assert!(matches!(found, None | Some("hunter24")), "{text}");
        }
    }
}
