//! Words of which nothing can come, whatever stands further away: `key` in `lookup(key, value)`.
//!
//! In flow bytes and the place of a word; out flows how much round it decides that neither `read` nor
//! `loose::behind` finds anything there.
//! A history holds the same words in thousands of versions of a file; those that nothing changed near by need not be
//! read again. It never says that an assignment is none: where it is not sure, it says nothing.

use std::ops::Range;

use super::operator::{DECLARED, TOLD, blanks, closers, opens_line};
use super::spaced::{after_login, declares};
use super::{counted, loose, markup, read};

/// How far before a name the readers look: for the start of its line, in bytes.
const LINE: usize = 48;
/// The same for the two words before it.
const WORDS: usize = 120;
/// How far behind a space a literal with a prefix or wrapper may open.
const WRAPPER: usize = 24;
/// More spaces than these between a name and what follows are left to the readers.
const SPACES: usize = 16;

/// What `read` looks at before a word: the longest name, and before it what opens the line, the words for a login, or
/// the address of a request.
const BEFORE: usize = 300;
/// How far behind a name the last thing may begin that the readers follow to the end of its line.
const SIGNS: usize = 600;
/// The same in markup and lists of entries.
const MARKUP: usize = 1000;
/// How far beyond its line a name in a table is looked behind, for the line between its head and its rows, in bytes.
const NEXT: usize = 24;
/// The longest line that is followed.
const LONGEST: usize = 4096;

/// How many bytes before and behind the word at `anchor` the readers can look at, wherever they stop; `None` if those
/// are many.
pub(crate) fn looks_at(bytes: &[u8], anchor: &Range<usize>) -> Option<usize> {
    let (key, _) = read::bounded_name(bytes, anchor)?;
    let from = key.end + if markup::may_follow(bytes, &key) { MARKUP } else { SIGNS };
    let rest = bytes.get(from..bytes.len().min(from + LONGEST)).unwrap_or_default();
    // No value goes beyond its line, and two more signs may be looked at behind it.
    let end = match memchr::memchr(b'\n', rest) {
        Some(length) => from + length + NEXT,
        // What the end cuts short could go on.
        None if rest.len() < LONGEST => (bytes.len() + 1).max(from),
        None => return None,
    };
    Some(BEFORE.max(end - anchor.end))
}

/// How many bytes before and behind the word at `anchor` decide that it is assigned nothing; `None` if it may be
/// assigned something, or more than the near bytes decide.
pub(crate) fn decided(bytes: &[u8], anchor: &Range<usize>) -> Option<usize> {
    let (key, end) = read::bounded_name(bytes, anchor)?;
    let opener = key.start.checked_sub(1).map(|n| bytes[n])?;
    if !bytes[key.clone()].is_ascii() {
        return None;
    }
    let (mut before, behind) = (key.start - 1, key.end + 2);
    let next = bytes.get(key.end..behind)?;
    let behind = match (next[0], next[1]) {
        (b' ', _) if !matches!(opener, b'<' | b':') => {
            let behind = spaced(bytes, &key)?;
            before = before.min(words(bytes, &key)?);
            behind
        }
        (b')' | b']', _) => closed(bytes, &key)?,
        (b'=' | b':' | b'[' | b'*' | b'"' | b'\'' | b'`' | b'\\' | b' ' | b'\t', _) => return None,
        (b'{', b'"' | b'\'' | b' ' | b'\n') => return None,
        (b',', b' ' | b'"') if matches!(opener, b'{' | b':') => return None,
        (b',', _) if opener == b' ' && bytes[..key.start - 1].ends_with(b":") => return None,
        (b'(', b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'`' | b'\\') => return None,
        (b'!' | b'|' | b'?' | b'+', b'=' | b'|' | b'?' | b':') => return None,
        (b'<', b'-') | (b'.', b'=') => return None,
        (b'}', b' ' | b'\t') => return None,
        (b'>', _) if matches!(opener, b'<' | b':') => return None,
        (b'<', _) if opener == b'>' => return None,
        (b'\n' | b'\r', _) if opener == b' ' => return None,
        _ if counted::begins(bytes, key.end) => return None,
        _ => behind,
    };
    let behind = behind.max(end).max(loose::nothing_behind(bytes, anchor)?);
    Some((anchor.start - before).max(behind - anchor.end))
}

/// How far a name in brackets is looked behind, if no sign follows them.
fn closed(bytes: &[u8], key: &Range<usize>) -> Option<usize> {
    let end = closers(bytes, key.end);
    let at = blanks(bytes, end);
    let next = *bytes.get(at)?;
    let sign = matches!(
        next,
        b'=' | b'!' | b':' | b'?' | b'+' | b'|' | b',' | b'o' | b'i' | b's' | b'[' | b'<' | b'-'
    ) || bytes[at..].starts_with(b".=");
    // A sixth bracket may not have been the last.
    (!sign && end - key.end < 6 && at - end <= SPACES).then_some(at + 1)
}

/// How far a name with a space behind it is looked behind, if neither sign nor literal follows and nothing before it
/// says that a value does.
fn spaced(bytes: &[u8], key: &Range<usize>) -> Option<usize> {
    let at = blanks(bytes, key.end);
    let rest = bytes.get(at..at + WRAPPER)?;
    let sign = matches!(rest[0], b'=' | b'!' | b':' | b'?' | b'+' | b'|' | b'(' | b'\n' | b'\r')
        || TOLD.iter().any(|verb| rest.starts_with(verb))
        || rest.starts_with(b"<-")
        || rest.starts_with(b".=")
        || rest.starts_with(b"- ")
        || DECLARED.iter().any(|word| rest.starts_with(word));
    let literal = rest.iter().any(|b| matches!(b, b'"' | b'\'' | b'`' | b'\\' | b'%'));
    let told = || {
        bytes[key.start] == b'-'
            || opens_line(bytes, key.start)
            || declares(bytes, key.start)
            || after_login(bytes, key.start)
    };
    (!sign && !literal && at - key.end <= SPACES && !told()).then_some(at + WRAPPER)
}

/// Where the two words before a name begin, or the line that is looked for before it, whichever comes first.
fn words(bytes: &[u8], key: &Range<usize>) -> Option<usize> {
    let before = &bytes[key.start.checked_sub(WORDS)?..key.start];
    let line = before[WORDS - LINE..].iter().rposition(|b| matches!(b, b'\n' | b'\r'));
    let line = line.map_or(LINE, |n| LINE - n);
    let mut rest = before;
    for _ in 0..2 {
        rest = rest.trim_ascii_end();
        rest = &rest[..rest.iter().rposition(u8::is_ascii_whitespace)? + 1];
    }
    Some(key.start - line.max(WORDS - rest.len() + 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::read;
    use super::*;

    const PIECES: &[&str] = &[
        "key",
        "api_key",
        "token",
        "user",
        "login",
        "ENV",
        "export",
        "is",
        "or",
        "to ",
        "name: ",
        "host=db ",
        "string = ",
        "Some(",
        "b",
        "x1",
        "name",
        "value",
        "default",
        " ",
        " ",
        "\n",
        "\t",
        "=",
        ":",
        "==",
        "=>",
        "(",
        ")",
        "]",
        "[",
        "{",
        "}",
        "\"",
        "'",
        "`",
        "\\",
        ",",
        ";",
        "-",
        "--",
        ".",
        "<",
        ">",
        "</",
        "!",
        "?",
        "|",
        "+",
        "$",
        "${",
        "@",
        "%q(",
        "&",
        "#",
        "//",
        "abc",
        ".=",
        "\n  = ",
        "3f0c9a77b21e4d5c8a6f",
        "hunter2hunter2",
        "é",
    ];

    /// What the readers find for the `key` at this place.
    fn given(bytes: &[u8], at: usize) -> Option<Range<usize>> {
        let word = at..at + 3;
        read(bytes, &word).map(|found| found.value).or_else(|| loose::behind(bytes, &word))
    }

    /// The bytes so far round the word at a place, between others; and where the word stands there.
    fn elsewhere(whole: &str, (at, reach): (usize, usize), far: &(String, String)) -> (Vec<u8>, usize) {
        let (from, to) = (at.saturating_sub(reach), whole.len().min(at + 3 + reach));
        // What ends within reach ends there elsewhere, too.
        let before = if at >= reach { far.0.as_bytes() } else { b"" };
        let behind = if at + 3 + reach <= whole.len() { far.1.as_bytes() } else { b"" };
        ([before, &whole.as_bytes()[from..to], behind].concat(), before.len() + at - from)
    }

    fn lines() -> impl Strategy<Value = String> {
        proptest::collection::vec(text(), 0..12).prop_map(|p| p.concat())
    }

    fn text() -> impl Strategy<Value = String> {
        proptest::collection::vec(proptest::sample::select(PIECES), 0..40).prop_map(|p| p.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20000))]

        #[test]
        fn nothing_further_away_makes_a_decided_word_an_assignment(
            near in (text(), text()), far in (text(), text())
        ) {
            let fill = "lorem ipsum dolor ".repeat(8);
            let whole = format!("{fill}{}key{}{fill}", near.0, near.1);
            let at = fill.len() + near.0.len();
            if let Some(reach) = decided(whole.as_bytes(), &(at..at + 3)) {
                prop_assert_eq!(given(whole.as_bytes(), at), None, "{}", whole);
                let (other, at) = elsewhere(&whole, (at, reach), &far);
                prop_assert_eq!(given(&other, at), None, "{} in {}", whole, String::from_utf8_lossy(&other));
            }
        }

        #[test]
        fn nothing_further_away_changes_what_is_read(near in (lines(), lines()), far in (text(), text())) {
            let whole = format!("{}key{}", near.0, near.1);
            let at = near.0.len();
            if let Some(reach) = looks_at(whole.as_bytes(), &(at..at + 3)) {
                let (other, moved) = elsewhere(&whole, (at, reach), &far);
                let read = |bytes: &[u8], at: usize| {
                    let found = read(bytes, &(at..at + 3));
                    let place = |range: Range<usize>| (range.start.wrapping_sub(at), range.end.wrapping_sub(at));
                    let found = found.map(|f| (place(f.key), place(f.value), f.form));
                    (found, loose::behind(bytes, &(at..at + 3)).map(place))
                };
                prop_assert_eq!(read(whole.as_bytes(), at), read(&other, moved), "{}", whole);
            }
        }
    }

    #[test]
    fn words_of_code_are_decided_and_assignments_are_not() {
        let decided = |text: &str| {
            let text = format!("{}\n{text}\n{}", "first line ".repeat(20), "last line ".repeat(5));
            let at = text.find("key").unwrap();
            super::decided(text.as_bytes(), &(at..at + 3)).is_some()
        };
        for text in [
            "get(key, 1);",
            "hash(c, key) {",
            "x = y.key->next;",
            "if (key && y) {",
            "// of key and",
            "keys(x);",
        ] {
            assert!(decided(text), "{text}");
        }
        for text in [
            "key = 1",
            "set key 'x'",
            "key value",
            "x[\"key\"] = 1",
            "--key x",
            "<key>b</key>",
            "key: x",
            "(key)=1",
        ] {
            assert!(!decided(text), "{text}");
        }
    }
}
