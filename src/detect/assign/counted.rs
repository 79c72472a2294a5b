//! Names and values in binary files whose strings their length stands before: pickles, MessagePack, BSON, Protocol
//! Buffers, what Python marshals.
//!
//! In flow bytes and a name; out flows the string right behind it, if its length says where it ends. In a text nothing is
//! found: behind the name must stand a byte that no text holds.

use std::ops::Range;

use super::read::{Assignment, Form};

/// How much may stand between a name and its value, in bytes: a mark of the one's end, that of a string, its length.
const GAP: usize = 8;
/// The lengths of values.
const LENGTHS: Range<usize> = 6..128;

/// The value behind the name at `key`, which holds the word that ends at `word`.
pub(super) fn follow(bytes: &[u8], key: &Range<usize>, word: usize) -> Option<Assignment> {
    if !begins(bytes, key.end) {
        return None;
    }
    let name = name(bytes, key, word);
    let value = (name.end + 1..name.end + 1 + GAP).find_map(|at| string(bytes, at))?;
    // What stands between is no text.
    let marks = bytes[name.end..value.start].iter().filter(|b| b.is_ascii_alphanumeric()).count();
    (marks < 3).then_some(Assignment { key: name, value, form: Form::Counted })
}

/// Whether a byte that no text holds stands at `at`.
pub(super) fn begins(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(|b| !b.is_ascii() || b.is_ascii_control() && !b.is_ascii_whitespace())
}

/// The name without a mark that stands right behind it and looks like a letter of it, as in pickles: its length says so.
fn name(bytes: &[u8], key: &Range<usize>, word: usize) -> Range<usize> {
    let length = match &bytes[..key.start] {
        [.., low, 0, 0, 0] | [.., low] => usize::from(*low),
        [] => 0,
    };
    let end = key.start + length;
    if (word..key.end).contains(&end) { key.start..end } else { key.clone() }
}

/// The string that begins at `at`, if its length stands before it and it is as long as that.
fn string(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let (wide, low) = match bytes.get(..at)? {
        [.., low, 0, 0, 0] => (true, *low),
        [.., low] => (false, *low),
        [] => return None,
    };
    let end = bytes.len().min(at + LENGTHS.end + 1);
    let text = bytes.get(at..end)?.iter().take_while(|b| b.is_ascii_graphic()).count();
    let whole = match low {
        // A NUL at its end is counted, too.
        _ if wide && bytes.get(at + text) == Some(&0) => {
            usize::from(low) == text + 1 || usize::from(low) == text
        }
        // A pickle's mark may stand right behind it.
        _ if wide => (text..text + 2).contains(&(usize::from(low) + 1)) || usize::from(low) == text,
        // In what Python marshals, the mark of an end may stand there.
        _ if low.is_ascii_control() => (text..text + 2).contains(&(usize::from(low) + 1)),
        // MessagePack keeps the length of a short string in the byte that says what it is.
        0xa0..=0xbf => usize::from(low & 0x1f) == text,
        // A length that looks like a sign of a text follows a byte that does not.
        _ => usize::from(low) == text && at > 1 && begins(bytes, at - 2),
    };
    let marked = usize::from(low) + 1 == text;
    let length = if marked { text - 1 } else { text };
    (whole && LENGTHS.contains(&length)).then_some(at..at + length)
}

#[cfg(test)]
mod tests {
    use super::super::read;

    fn value(bytes: &[u8]) -> Option<String> {
        let at = memchr::memmem::find(bytes, b"password")?;
        let found = read(bytes, &(at..at + 8))?;
        assert_eq!(&bytes[found.key], b"password");
        Some(String::from_utf8(bytes[found.value].to_vec()).unwrap())
    }

    #[test]
    fn a_string_behind_a_name_is_its_value() {
        for bytes in [
            &b"\x8c\x08password\x94\x8c\x08hunter22\x94u."[..],
            b"X\x08\0\0\0passwordq\x03X\x08\0\0\0hunter22q\x04u.",
            b"\x82\xa4user\xa3app\xa8password\xa8hunter22",
            b"\x1e\0\0\0\x02password\0\x09\0\0\0hunter22\0\0",
            b"\x0a\x08password\x12\x08hunter22\x0a",
            b"\xda\x08password\xfa\x08hunter220",
        ] {
            assert_eq!(value(bytes).as_deref(), Some("hunter22"), "{bytes:?}");
        }
    }

    #[test]
    fn strings_of_other_lengths_and_texts_are_none() {
        for bytes in [
            &b"\x08password\x94\x8c\x09hunter22\x94"[..],
            b"\x08password\0user\0name\0",
            b"passwd\0\n./etc/../etc/../etc/../etc/../etc/../etc/pass",
            b"\x08password\x01\x02\x03\x04\x05\x06\x07\x08\x09\x08hunter22\0",
            "password\u{2192}hunter22".as_bytes(),
        ] {
            assert_eq!(value(bytes), None, "{bytes:?}");
        }
    }
}
