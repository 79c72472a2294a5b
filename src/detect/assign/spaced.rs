//! A name and its value with only a space between them: flags, Dockerfile `ENV`, `.netrc`, SQL.
//!
//! In flow bytes and a name; out flows the word after it, if something else than prose says that the
//! one is given to the other.

use std::ops::Range;

use super::operator::{blanks, opens_line};
use super::read::Form;
use super::value;

/// The value that follows the name at `key` after spaces.
pub(super) fn follow(bytes: &[u8], key: &Range<usize>) -> Option<(Range<usize>, Form)> {
    let at = blanks(bytes, key.end);
    if at == key.end {
        return None;
    }
    let name = &bytes[key.clone()];
    if let Some(found) = value::literal(bytes, at) {
        let said = name.starts_with(b"-")
            || name.contains(&b' ')
            || opens_line(bytes, key.start)
            || declares(bytes, key.start)
            // Clojure's way to write a map.
            || bytes[..key.start].ends_with(b":")
            || after_login(bytes, key.start)
            || bytes[at] == b'`' && beside_user(bytes, key.start) && mixed(&bytes[found.clone()])
            || announced(bytes, key.start) && name.iter().any(u8::is_ascii_alphabetic);
        return said.then_some((found, Form::Quoted));
    }
    if bytes.get(at) == Some(&b'{') && line_lead(bytes, key.start) == Some(b"set") {
        return braced(bytes, at + 1);
    }
    let found = value::line(bytes, at);
    let flag = name.starts_with(b"--") || name.starts_with(b"-") && name.len() > 4;
    let declared = declares(bytes, key.start);
    let last = matches!(bytes.get(found.end), None | Some(b'\n' | b'\r' | b' ' | b'\\'));
    if flag || declared || last && after_login(bytes, key.start) {
        return Some((found, Form::Spaced));
    }
    // A directive of two words: `requirepass value`.
    let alone = opens_line(bytes, key.start)
        && matches!(bytes.get(found.end), None | Some(b'\n' | b'\r' | b';'))
        && line_lead(bytes, key.start).is_some_and(<[u8]>::is_empty);
    alone.then_some((found, Form::Spaced))
}

/// The literal that alone follows a name in quotes on its line, tabs between, as lists of keys and
/// values have it: `"name"\t"value"`.
pub(super) fn row(bytes: &[u8], at: usize, key: &Range<usize>) -> Option<(Range<usize>, Form)> {
    let found = value::literal(bytes, at)?;
    let start = bytes[..key.start.saturating_sub(1)].iter().rev().find(|b| !matches!(b, b' ' | b'\t'));
    let ends = matches!(bytes.get(value::past(bytes, found.end)), None | Some(b'\n' | b'\r'));
    (ends && start.is_none_or(|b| *b == b'\n')).then_some((found, Form::Quoted))
}

/// What Tcl takes as it stands, in braces up to the end of the line: `set name {value}`.
fn braced(bytes: &[u8], at: usize) -> Option<(Range<usize>, Form)> {
    let rest = &bytes[at..bytes.len().min(at + value::LONGEST)];
    let line = rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())].trim_ascii_end();
    let inner = line.strip_suffix(b"}")?;
    let plain = !inner.iter().any(|b| matches!(b, b' ' | b'{' | b'}'));
    plain.then_some((at..at + inner.len(), Form::Quoted))
}

/// Whether words before `at` open the line and declare what follows: `ENV`, `#define`, `aws configure set`.
pub(super) fn declares(bytes: &[u8], at: usize) -> bool {
    line_lead(bytes, at).is_some_and(|lead| {
        const WORDS: &[&[u8]] = &[
            b"ENV",
            b"ARG",
            b"setenv",
            b"SetEnv",
            b"#define",
            b"%define",
            b"%global",
            b"setx",
            b"proxy_set_header",
            b"fastcgi_param",
            b"header_up",
            b"set(",
            b"global",
        ];
        // Fish sets its variables with flags.
        let fish = lead.strip_prefix(b"set -").is_some_and(|flags| flags.contains(&b'x') && flags.len() < 4);
        WORDS.contains(&lead)
            || fish
            // A router and those that it exchanges routes with.
            || lead.starts_with(b"neighbor ") && lead.len() < 40
            || lead.ends_with(b" set") && memchr::memmem::find(lead, b" conf").is_some()
            || lead.starts_with(b"git config") && !lead.ends_with(b"=")
    })
}

/// The line before `at`, trimmed, if it begins within 48 bytes.
fn line_lead(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let floor = at.saturating_sub(48);
    let start = bytes[floor..at].iter().rposition(|b| *b == b'\n').map(|n| floor + n + 1);
    let start = start.or((floor == 0).then_some(0))?;
    Some(bytes[start..at].trim_ascii())
}

/// Whether SQL announces a password: `WITH PASSWORD`, `ENCRYPTED PASSWORD`, `ALTER USER x PASSWORD`.
fn announced(bytes: &[u8], at: usize) -> bool {
    let before = bytes[at.saturating_sub(40)..at].to_ascii_lowercase();
    // A sentence joins its parts, a statement does not: `with an email "…" and password "…"`.
    let joined = |rest: &[u8]| {
        rest.contains(&b',')
            || [&b" and "[..], b" or "].iter().any(|w| memchr::memmem::find(rest, w).is_some())
    };
    [&b"with "[..], b"encrypted ", b"user ", b"role ", b"set "]
        .iter()
        .any(|w| memchr::memmem::rfind(&before, w).is_some_and(|n| !joined(&before[n..])))
}

/// Whether a text tells a user in backticks before: ``with the user `ann` and the password `…` ``.
fn beside_user(bytes: &[u8], at: usize) -> bool {
    let mut before = bytes[at.saturating_sub(100)..at].trim_ascii_end();
    for word in [&b" the"[..], b" with", b" and", b",", b" /", b" &"] {
        before = before.strip_suffix(word).unwrap_or(before).trim_ascii_end();
    }
    let Some(before) = before.strip_suffix(b"`") else { return false };
    let Some(open) = memchr::memrchr(b'`', before) else { return false };
    let lead = before[..open].trim_ascii_end().to_ascii_lowercase();
    [&b"user"[..], b"username", b"user name", b"login", b"account", b"email"]
        .iter()
        .any(|w| lead.ends_with(w))
}

/// Whether a text is of letters and digits both, as no name of a variable in prose is: at least eight bytes.
fn mixed(text: &[u8]) -> bool {
    let any = |test: fn(&u8) -> bool| text.iter().any(test);
    text.len() >= 8 && any(u8::is_ascii_digit) && any(u8::is_ascii_alphabetic)
}

/// Whether a `login` or `user` with its value stands before, as in `.netrc`.
pub(super) fn after_login(bytes: &[u8], at: usize) -> bool {
    let before = &bytes[at.saturating_sub(120)..at];
    let mut words = before.rsplit(u8::is_ascii_whitespace).filter(|w| !w.is_empty());
    let user = words.next();
    let prose =
        matches!(user, Some(b"and" | b"or" | b"with" | b"a" | b"the" | b"your" | b"," | b"/" | b"|") | None);
    let word = words.next().map(|word| word.strip_prefix(b"(").unwrap_or(word));
    !prose && matches!(word, Some(b"login" | b"user" | b"username" | b"account"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_announces_a_password_and_a_sentence_does_not() {
        let announces = |text: &str| announced(text.as_bytes(), text.len());
        assert!(announces("ALTER USER app WITH PASSWORD") && announces("create role app login "));
        assert!(
            !announces("I register with email \"a@b.io\" and ") && !announces("Install it with pip, or ")
        );
    }
}
