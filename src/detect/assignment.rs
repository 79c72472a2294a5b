//! Assignments: `name = "value"` in every common syntax, read from an anchor in the name.
//!
//! In flow bytes and the place of a word such as `password`; out flow the name and the value, if
//! something is assigned there. No pattern runs: this is called hundreds of times a megabyte.

use std::ops::Range;

/// A name and the value assigned to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assignment {
    /// The name, quotes and brackets left out.
    pub key: Range<usize>,
    /// The value, quotes left out.
    pub value: Range<usize>,
    /// Whether the value stands in quotes.
    pub quoted: bool,
}

/// The longest name and the longest gap between name and value that are looked at, in bytes.
const NAME: usize = 100;
const GAP: usize = 40;
/// The longest value, in bytes.
const VALUE: usize = 4096;

/// Reads the assignment whose name holds the bytes at `anchor`, if there is one.
pub(crate) fn read(bytes: &[u8], anchor: &Range<usize>) -> Option<Assignment> {
    let in_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'$' | b'@');
    let floor = anchor.start.saturating_sub(NAME);
    let start = bytes[floor..anchor.start].iter().rposition(|b| !in_name(b)).map_or(floor, |n| floor + n + 1);
    let ceiling = bytes.len().min(anchor.end + NAME);
    let length = bytes[anchor.end..ceiling].iter().position(|b| !in_name(b))?;
    let key = start..anchor.end + length;
    let from = operator(bytes, key.end)?;
    let (value, quoted) = value(bytes, from)?;
    Some(Assignment { key, value, quoted })
}

/// Where the value begins, if an assigning sign follows the name at `at`.
fn operator(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..bytes.len().min(at + GAP)];
    let mut n = 0;
    let skip = |n: &mut usize, set: &[u8]| {
        let from = *n;
        while rest.get(*n).is_some_and(|b| set.contains(b)) {
            *n += 1;
        }
        *n > from
    };
    skip(&mut n, b"\"'`]\\)");
    skip(&mut n, b" \t");
    let signs: &[&[u8]] = &[b":=", b"=>", b"?=", b"||=", b"=", b":"];
    let sign = signs.iter().find(|s| rest[n..].starts_with(s))?;
    n += sign.len();
    // `==` compares, and `::` names a path.
    if rest.get(n).is_some_and(|b| matches!(b, b'=' | b':')) {
        return None;
    }
    skip(&mut n, b" \t");
    Some(at + n)
}

/// The value that begins at `at`.
fn value(bytes: &[u8], at: usize) -> Option<(Range<usize>, bool)> {
    let rest = &bytes[at..bytes.len().min(at + VALUE)];
    let mut n = 0;
    let escaped = rest.first() == Some(&b'\\');
    n += usize::from(escaped);
    let quote = rest.get(n).copied().filter(|b| matches!(b, b'"' | b'\'' | b'`'));
    if let Some(quote) = quote {
        n += 1;
        let line = rest[n..].iter().position(|&b| b == quote || b == b'\n')?;
        if rest[n + line] != quote {
            return None;
        }
        let end = if line > 0 && rest[n + line - 1] == b'\\' { n + line - 1 } else { n + line };
        return (end > n).then_some((at + n..at + end, true));
    }
    let stops = |b: &u8| {
        b.is_ascii_whitespace()
            || matches!(b, b'"' | b'\'' | b'`' | b',' | b';' | b'<' | b'>' | b')' | b'}' | b']' | b'\\')
    };
    let end = rest.iter().position(stops).unwrap_or(rest.len());
    (end > 0).then_some((at..at + end, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_at(text: &str, word: &str) -> Option<(String, String)> {
        let at = text.find(word)?;
        let found = read(text.as_bytes(), &(at..at + word.len()))?;
        Some((text[found.key].to_owned(), text[found.value].to_owned()))
    }

    #[test]
    fn common_syntaxes_are_read() {
        for text in [
            "db_password = \"hunter2\"",
            "db_password: hunter2\n",
            "\"db_password\": \"hunter2\",",
            "db_password='hunter2'",
            "DB[\"db_password\"] = \"hunter2\"",
            "db_password := `hunter2`",
            "'db_password' => 'hunter2'",
            "\\\"db_password\\\": \\\"hunter2\\\"",
        ] {
            let found = read_at(text, "password");
            assert_eq!(found, Some(("db_password".into(), "hunter2".into())), "{text}");
        }
    }

    #[test]
    fn comparisons_and_paths_are_not_assignments() {
        assert_eq!(read_at("password == other", "password"), None);
        assert_eq!(read_at("password::new()", "password"), None);
        assert_eq!(read_at("the password is wrong", "password"), None);
    }
}
