//! A value that stands behind the name of a service: `assemblyai = "…"`, `Deepgram token: …`, `codacy('…')`.
//!
//! In flow bytes and the place of the service's name; out flow the pieces of the line behind it that could
//! be a key. Only rules that know the shape of their key may use this: the name alone promises nothing.

use std::ops::Range;

/// How far behind the name a key may begin, in bytes.
const GAP: usize = 48;
/// How many words may stand between.
const WORDS: usize = 4;
/// The shortest and longest key, in bytes.
const LENGTH: std::ops::RangeInclusive<usize> = 16..=512;

/// How far to either side of the name [`read`] looks, in bytes: the last word begins before the gap ends, and two signs
/// may follow the longest.
pub(crate) const LOOKS_AT: usize = GAP + *LENGTH.end() + 4;

/// Words that announce something else of the shape of a key.
const OTHER: &[&[u8]] = &[
    b"commit",
    b"sha",
    b"sha1",
    b"sha256",
    b"hash",
    b"md5",
    b"digest",
    b"checksum",
    b"rev",
    b"revision",
    b"ref",
    b"id",
    b"uuid",
    b"guid",
    b"etag",
    b"version",
    b"public",
    b"integrity",
    b"org",
    b"project",
    b"account",
    b"badge",
];

/// The first piece of the line behind the name that could be a key.
pub(crate) fn read(bytes: &[u8], name: &Range<usize>) -> Option<Range<usize>> {
    let end = bytes.len().min(name.end + GAP);
    let mut at = name.end;
    // The name of the service may be the start of a longer name.
    at += bytes[at..end].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    if other(&bytes[name.end..at]) {
        return None;
    }
    for _ in 0..=WORDS {
        while at < end && joint(bytes[at]) {
            at += 1;
        }
        if at >= end || at == name.end || !inside(bytes[at]) || bytes[at] == b'/' {
            return None;
        }
        let rest = &bytes[at..bytes.len().min(at + *LENGTH.end() + 1)];
        let mut length = rest.iter().position(|b| !inside(*b)).unwrap_or(rest.len());
        let padding = rest[length..].iter().take(2).take_while(|b| **b == b'=').count();
        while length > 0 && rest[length - 1] == b'.' {
            length -= 1;
        }
        // An id and its key: `123456789:AAE…`.
        if length >= 6 && rest.get(length) == Some(&b':') {
            let more = rest[length + 1..].iter().position(|b| !inside(*b)).unwrap_or(rest.len() - length - 1);
            length += if more >= *LENGTH.start() { more + 1 } else { 0 };
        }
        let word = &rest[..length];
        let digit = word.iter().any(u8::is_ascii_digit) && word.iter().any(u8::is_ascii_alphabetic);
        if digit && LENGTH.contains(&length) {
            return Some(at..at + length + padding);
        }
        if length > 16 || other(word) {
            return None;
        }
        at += length;
    }
    None
}

/// How far behind a word such as `token` its value may begin, in bytes.
const STEP: usize = 5;
/// The longest rest of a name that such a word begins, in bytes.
const REST: usize = 16;

/// The key that stands right behind a word such as `token` or `KEY`, with nothing but spaces and signs between
/// them: `Acme TOKEN 3f0c…`, `acme-secret-key-3f0c…`. Nothing says that the one is given to the other, so only
/// rules that know the service and the shape may use it.
pub(crate) fn behind(bytes: &[u8], word: &Range<usize>) -> Option<Range<usize>> {
    let rest = &bytes[word.end..bytes.len().min(word.end + REST)];
    let at = word.end + rest.iter().position(|b| !b.is_ascii_alphabetic() && *b != b'_')?;
    let gap = &bytes[at..bytes.len().min(at + STEP + 1)];
    let from = at + gap.iter().position(|b| !joint(*b) && *b != b'.').filter(|n| *n > 0)?;
    let rest = &bytes[from..bytes.len().min(from + *LENGTH.end() + 1)];
    let length = rest.iter().position(|b| !inside(*b)).unwrap_or(rest.len());
    let padding = rest[length..].iter().take(2).take_while(|b| **b == b'=').count();
    let word = &rest[..length];
    let mixed = word.iter().any(u8::is_ascii_digit) && word.iter().any(u8::is_ascii_alphabetic);
    (mixed && LENGTH.contains(&length)).then_some(from..from + length + padding)
}

/// Where the bytes end that say that [`behind`] finds nothing at `word`; `None` if it finds something, or if that is far.
pub(super) fn nothing_behind(bytes: &[u8], word: &Range<usize>) -> Option<usize> {
    let rest = bytes.get(word.end..word.end + REST + STEP + *LENGTH.start())?;
    let at = rest[..REST].iter().position(|b| !b.is_ascii_alphabetic() && *b != b'_');
    let gap =
        at.map_or(0, |at| rest[at..].iter().take(STEP + 1).take_while(|b| joint(**b) || **b == b'.').count());
    let from = word.end + at.unwrap_or(0) + gap;
    let run = bytes[from..].iter().take(*LENGTH.start() * 8).take_while(|b| inside(**b)).count();
    let near = run < *LENGTH.start() * 8 && behind(bytes, word).is_none();
    near.then_some((from + run + 3).max(word.end + rest.len()))
}

/// Whether a byte may stand between the name, words and the key.
fn joint(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b':' | b'=' | b'"' | b'\'' | b'`' | b'(' | b')' | b'{' | b',' | b'>' | b'|')
        || matches!(byte, b'-' | b'\\' | b'[' | b']')
}

fn inside(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'.' | b'~')
}

/// Whether one of the words joined in `text` announces something else.
fn other(text: &[u8]) -> bool {
    let mut words = text.split(|b| !b.is_ascii_alphanumeric());
    words.any(|w| OTHER.iter().any(|o| w.eq_ignore_ascii_case(o)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind(text: &str) -> Option<&str> {
        read(text.as_bytes(), &(0..8)).map(|r| &text[r])
    }

    #[test]
    fn a_key_behind_the_name_is_read() {
        let key = "3f0c9a77b21e4d5c8a6f";
        for text in [
            "deepgram = \"@\"",
            "deepgram: @",
            "deepgram token - '@'",
            "deepgramAuth := \"@\"",
            "deepgram('@')",
        ] {
            assert_eq!(behind(&text.replace('@', key)), Some(key), "{text}");
        }
    }

    #[test]
    fn a_key_right_behind_a_word_for_one_is_read() {
        let key = "3f0c9a77b21e4d5c8a6f";
        for text in ["acme KEY @", "acme-secret-key-@", "acmeToken.@", "acme token - '@'"] {
            let text = text.replace('@', key);
            let lower = text.to_ascii_lowercase();
            let at = lower.find("key").or_else(|| lower.find("token")).unwrap();
            let found = super::behind(text.as_bytes(), &(at..at + if lower.contains("key") { 3 } else { 5 }));
            assert_eq!(found.map(|r| &text[r]), Some(key), "{text}");
        }
        for text in [
            "key of words and nothing",
            "keyboards",
            "key 12345678901234567890",
            "key\n\n\n\n\n\n3f0c9a77b21e4d5c8a6f",
        ] {
            assert_eq!(super::behind(text.as_bytes(), &(0..3)), None, "{text}");
        }
    }

    #[test]
    fn what_is_announced_as_something_else_is_not() {
        let key = "3f0c9a77b21e4d5c8a6f";
        for text in [
            "deepgram commit #",
            "deepgram@#",
            "deepgram/x/#",
            "deepgram_id: #",
            "deepgram is one of the best: #",
        ] {
            assert_eq!(behind(&text.replace('#', key)), None, "{text}");
        }
    }
}
