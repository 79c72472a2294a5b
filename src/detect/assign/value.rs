//! The value at a place: a literal in quotes, or bytes up to where they end.
//!
//! In flow bytes and an offset; out flows the range of the value. It does not judge.

use std::ops::Range;

use super::serial;

/// The longest value, in bytes: no secret is as long, and what is may have been cut.
pub(crate) const LONGEST: usize = 4096;

/// The literal in quotes at `at`, also behind a prefix (`b"…"`, `@"…"`), a wrapper that only repeats its
/// argument (`Some("…")`, `new String("…")`), a list bracket, or as `%q(…)`.
pub(super) fn literal(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = &bytes[at..bytes.len().min(at + LONGEST)];
    let mut n = wrapper(rest);
    let escaped = rest.get(n) == Some(&b'\\');
    n += usize::from(escaped);
    let quote = *rest.get(n)?;
    if matches!(quote, b'%' | b'[') {
        let found = if quote == b'%' { percent(rest) } else { bracketed(rest) };
        return found.map(|r| at + r.start..at + r.end);
    }
    if !matches!(quote, b'"' | b'\'' | b'`') {
        return None;
    }
    n += 1;
    if rest[n..].starts_with(&[quote, quote]) {
        n += 2;
    }
    let from = n;
    loop {
        let end = n + memchr::memchr3(quote, b'\n', b'\r', &rest[n..])?;
        let slashes = rest[from..end].iter().rev().take_while(|b| **b == b'\\').count();
        if rest[end] != quote {
            // A backslash at its end joins a line to the next.
            if slashes % 2 == 0 {
                return None;
            }
            n = end + if rest[end..].starts_with(b"\r\n") { 2 } else { 1 };
            continue;
        }
        if escaped && slashes % 2 == 1 {
            return Some(at + from..at + end - slashes);
        }
        if slashes % 2 == 0 {
            // SQL and Pascal double a quote to mean one.
            let inner = within(&rest[from..end]);
            return Some(at + from + inner.start..at + from + inner.end);
        }
        n = end + 1;
    }
}

/// The longest property that is passed over, in bytes.
const PROPERTY: usize = 80;

/// Past the properties of a node that YAML writes before a plain value behind a colon: `&anchor` and `!!str`.
pub(super) fn property(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..bytes.len().min(at + PROPERTY)];
    let name = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let length = match rest {
        [b'&', name_of @ ..] => 1 + name_of.iter().take_while(name).count(),
        _ if rest.starts_with(b"!!str") => 5,
        _ => 0,
    };
    let plain = rest.get(length + 1).is_some_and(|b| b.is_ascii_alphanumeric());
    let after_colon = bytes[..at].ends_with(b": ");
    if length > 1 && rest.get(length) == Some(&b' ') && plain && after_colon { at + length + 1 } else { at }
}

/// What stands inside further quotes, as code that writes code has them: `"\"value\""`, `'"value"'`.
fn within(text: &[u8]) -> Range<usize> {
    let quotes = [&b"\\\""[..], b"\\'", b"\"", b"'"];
    let pair = quotes.iter().find(|q| text.len() >= 2 * q.len() && text.starts_with(q) && text.ends_with(q));
    let length = pair.map_or(0, |q| q.len());
    length..text.len() - length
}

/// Past the quotes that close a literal which ends at `at`.
pub(super) fn past(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take(4).take_while(|b| is_quote(**b) || **b == b'\\').count()
}

/// How many bytes of prefixes and wrappers stand before the quote: one wrapper may stand in another.
fn wrapper(rest: &[u8]) -> usize {
    let outer = one_wrapper(rest);
    let opened = outer > 0 && matches!(rest[outer - 1], b'(' | b' ');
    outer + if opened { one_wrapper(&rest[outer..]) } else { 0 }
}

/// What stands round a literal and only repeats it.
const WRAPPERS: &[&[u8]] = &[
    b"Some(",
    b"Some ",
    b"Just ",
    b"Field(default=",
    b"Field(",
    b"ref(",
    b"useState(",
    b"$state(",
    b"!!str ",
    b"String(",
    b"new String(",
    b"String::from(",
    b"std::string(",
    b"str(",
    b"bytes(",
    b"b64decode(",
    b"base64.b64decode(",
    b"Buffer.from(",
    b"SecretStr(",
    b"SecretString(",
    b"SecureString(",
    b"Secret(",
    b"[]byte(",
    b"aws.String(",
    b"pointer.String(",
    b"strdup(",
    b"TEXT(",
    b"_T(",
    b"quote(",
    b"set(",
    b"concat!(",
    b"concat(",
    b"paste0(",
    b"implode('', [",
    b"Sensitive(",
    b"field(default=",
    b"<string>",
];

/// The letters of a prefix, as in `b"…"` and `L"…"`.
const PREFIX: &[u8] = b"bBrRuUfFLNsc@$";

/// The bytes that a wrapper or a prefix begins with, as a bit set.
const OPENINGS: u128 = {
    let (mut set, mut n) = (0, 0);
    while n < WRAPPERS.len() {
        set |= 1 << WRAPPERS[n][0];
        n += 1;
    }
    n = 0;
    while n < PREFIX.len() {
        set |= 1 << PREFIX[n];
        n += 1;
    }
    set
};

fn one_wrapper(rest: &[u8]) -> usize {
    let Some(&first) = rest.first() else { return 0 };
    if matches!(first, b'"' | b'\'' | b'`' | b'\\' | b'%') {
        return empty_join(rest);
    }
    if matches!(first, b'[' | b'(' | b'{' | b'@' | b'&') {
        let escaped = usize::from(first == b'(' && rest.get(1) == Some(&b'\\'));
        if rest.get(1 + escaped).is_some_and(|b| is_quote(*b)) {
            return 1;
        }
    }
    // Most values begin like none of them.
    if first.is_ascii() && OPENINGS >> first & 1 == 0 {
        return 0;
    }
    if let Some(w) = WRAPPERS.iter().find(|w| w[0] == first && rest.starts_with(w)) {
        return w.len();
    }
    if let Some(length) = serial::shown(rest) {
        return length;
    }
    // Rust's raw strings: as many hashes stand before the first quote as behind the last.
    let hashes = rest[1..].iter().take(4).take_while(|b| **b == b'#').count();
    if first == b'r' && hashes > 0 && rest.get(1 + hashes) == Some(&b'"') {
        return 1 + hashes;
    }
    let letters = rest.iter().take(3).take_while(|b| PREFIX.contains(b)).count();
    if letters > 0 && rest.get(letters).is_some_and(|b| is_quote(*b)) { letters } else { 0 }
}

/// How long the beginning is of pieces that are joined by nothing: `"".join(["hun", "ter2"])`.
fn empty_join(rest: &[u8]) -> usize {
    let nothing = rest.starts_with(b"\"\".join(") || rest.starts_with(b"''.join(");
    let list = nothing && matches!(rest.get(8), Some(b'[' | b'('));
    if list && rest.get(9).is_some_and(|b| is_quote(*b)) { 9 } else { 0 }
}

fn is_quote(b: u8) -> bool {
    matches!(b, b'"' | b'\'' | b'`')
}

/// Ruby's `%q(…)`, `%Q[…]`, `%w{…}` and `%(…)`.
fn percent(rest: &[u8]) -> Option<Range<usize>> {
    let from = if matches!(rest.get(1), Some(b'q' | b'Q')) { 3 } else { 2 };
    let close = match rest.get(from - 1)? {
        b'(' => b')',
        b'[' => b']',
        b'{' => b'}',
        b'|' => b'|',
        _ => return None,
    };
    let length = rest[from..].iter().position(|b| *b == close || *b == b'\n')?;
    // `%(name)s` is a hole of Python's, `%{name}` one of Hiera's and of Logstash's.
    let hole = from == 2 && (close == b'}' || matches!(rest.get(from + length + 1), Some(b's' | b'd')));
    (rest[from + length] == close && !hole).then_some(from..from + length)
}

/// Lua's `[[…]]`, if it holds one word.
fn bracketed(rest: &[u8]) -> Option<Range<usize>> {
    let text = rest.strip_prefix(b"[[")?;
    let stops = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'[' | b']' | b'"' | b'\'' | b',' | b'$');
    let length = text.iter().position(stops)?;
    text[length..].starts_with(b"]]").then_some(2..2 + length)
}

/// The bytes from `at` to the next white space; what ends a statement is left out.
pub(super) fn line(bytes: &[u8], at: usize) -> Range<usize> {
    let rest = &bytes[at..bytes.len().min(at + LONGEST)];
    let mut end = rest.iter().position(|b| b.is_ascii_whitespace() || *b == 0).unwrap_or(rest.len());
    while end > 0 && matches!(rest[end - 1], b',' | b';' | b'\\' | b'"' | b'\'') {
        end -= 1;
    }
    let unbalanced =
        |open: u8, close: u8, text: &[u8]| text.last() == Some(&close) && text.iter().all(|b| *b != open);
    while end > 0
        && [(b'(', b')'), (b'{', b'}'), (b'[', b']')].iter().any(|(o, c)| unbalanced(*o, *c, &rest[..end]))
    {
        end -= 1;
    }
    at..at + end
}

/// The rest of the line, if it holds nothing but small letters and spaces between them.
pub(super) fn words(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = &bytes[at..bytes.len().min(at + LONGEST)];
    let end = rest.iter().position(|b| !b.is_ascii_lowercase() && *b != b' ').unwrap_or(rest.len());
    let length = rest[..end].trim_ascii_end().len();
    let whole = matches!(rest.get(end), None | Some(b'\n' | b'\r'));
    (whole && rest[..length].contains(&b' ')).then_some(at..at + length)
}

/// The bytes from `at` to white space or any sign that ends a value inside a line.
pub(super) fn bare(bytes: &[u8], at: usize, in_query: bool) -> Range<usize> {
    let rest = &bytes[at..bytes.len().min(at + LONGEST)];
    let stops = |b: &u8| {
        b.is_ascii_whitespace()
            || matches!(b, 0 | b'"' | b'\'' | b'`' | b',' | b';' | b'<' | b'>' | b')' | b'}' | b']' | b'\\')
            || in_query && *b == b'&'
    };
    let end = rest.iter().position(stops).unwrap_or(rest.len());
    at..at + end
}
