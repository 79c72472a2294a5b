//! Is a plain word the password of something that is named with it: of a user, a server, or a program's environment?
//!
//! In flows a candidate; out flows whether its value is such a word and stands behind a user's name, or as what a program
//! is to run with. Elsewhere a plain word is a label, a setting, or a stand-in.

use super::double;
use crate::detect::Candidate;
use crate::detect::lexicon::{FileKind, words};
use crate::rule::Syntax;

/// How far before a password its user may stand, in bytes; whatever says the same word as near is what both are named after.
const NEAR: usize = 160;

/// Whether a word is given as the password of a user who is named in one of the three lines before.
pub(super) fn beside_a_user(c: &Candidate<'_>) -> bool {
    let read = matches!(c.scene.file(), FileKind::Config | FileKind::Store | FileKind::Other);
    let (Some(key), text) = (&c.key, c.secret()) else { return false };
    if !read || c.scene.is_test() || !word(text) {
        return false;
    }
    let bytes = &c.view.bytes;
    let before = &bytes[key.start.saturating_sub(NEAR)..key.start];
    let lines = memchr::memrchr_iter(b'\n', before).nth(3).map_or(before, |n| &before[n + 1..]);
    let behind = &bytes[c.span.end..bytes.len().min(c.span.end + NEAR)];
    // What is set for a server on one's own machine is made up, too.
    let at_home = || says(lines, b"//localhost") || says(lines, b"//127.0.0.1");
    user(lines).is_some() && !says(before, text) && !says(behind, text) && !at_home()
}

/// Whether a word is given under a name in capitals on a line of its own, as what a program is to run with is written
/// down: `ACME_PASSWORD=goodspec`. What is a program, a script or a document itself is something else.
pub(super) fn exported(c: &Candidate<'_>) -> bool {
    let written = c.scene.file() == FileKind::Other || c.path().ends_with(".env");
    let (Some(key), bytes) = (&c.key, c.view.bytes) else { return false };
    let capital = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
    let name = c.name();
    let before = &bytes[..key.start];
    let opens = &before[memchr::memrchr(b'\n', before).map_or(0, |n| n + 1)..];
    let ends = matches!(&bytes[c.span.end..], [] | [b'\n' | b'\r', ..]);
    let said = bytes[c.span.end..].trim_ascii_start().starts_with(b"#");
    written
        && !c.scene.is_test()
        && name.contains(&b'_')
        && name.iter().all(capital)
        && bytes.get(key.end) == Some(&b'=')
        && matches!(opens.trim_ascii(), b"" | b"#" | b"export")
        && (ends || said)
        && word(c.secret())
}

/// Whether a password stands in the address of a server on one's own machine.
pub(super) fn at_home(c: &Candidate<'_>) -> bool {
    const HOME: &[&[u8]] = &[b"localhost", b"127.0.0.1", b"0.0.0.0", b"[::1]", b"host.docker.internal"];
    let rest = c.view.bytes.get(c.span.end + 1..).unwrap_or_default();
    let host = |home: &[u8]| {
        rest.starts_with(home)
            && !rest.get(home.len()).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'.')
    };
    c.rule.syntax == Syntax::Url && HOME.iter().any(|home| host(home))
}

/// Whether `around` says the word, too, as `POSTGRES_DB: acme` does beside a password `acme`.
fn says(around: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(&around.to_ascii_lowercase(), word).is_some()
}

/// A word in small letters that stands for nothing: no word for a secret, no setting, no stand-in.
pub(super) fn word(text: &[u8]) -> bool {
    let known = |part: &[u8]| words::is_label(part) || words::holds(words::DUMMY, part);
    (6..=24).contains(&text.len())
        && text.iter().all(|b| b.is_ascii_lowercase() || *b == b'_')
        && text.iter().collect::<std::collections::BTreeSet<_>>().len() >= 5
        && !known(text)
        && !text.split(|b| *b == b'_').any(known)
        && double::weak(text).is_none()
}

/// The user that is named last: what `user`, `login` or `uid` is given.
fn user(before: &[u8]) -> Option<&[u8]> {
    const NAMES: &[&[u8]] = &[b"user", b"username", b"user_name", b"user id", b"login", b"uid", b"userid"];
    let sign = before.iter().enumerate().rev().filter(|(_, b)| matches!(b, b'=' | b':'));
    sign.filter_map(|(at, _)| {
        let name = before[..at].trim_ascii_end();
        let name = name.strip_suffix(b"\"").or_else(|| name.strip_suffix(b"'")).unwrap_or(name);
        let name = name[name.len().saturating_sub(10)..].to_ascii_lowercase();
        NAMES.iter().any(|n| name.ends_with(n)).then(|| given(&before[at + 1..])).flatten()
    })
    .next()
}

/// The value behind a sign, if it is one that a user may have: not what another place fills in, nor a word for a user.
fn given(rest: &[u8]) -> Option<&[u8]> {
    let rest = rest.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
    let end = |b: &u8| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'@'));
    let value = &rest[..rest.iter().position(end).unwrap_or(rest.len())];
    let shown = words::holds(words::PLACEHOLDER, value) || words::holds(words::DUMMY, value);
    let lower = value.to_ascii_lowercase();
    let named = [&b"user"[..], b"name", b"login"].iter().any(|w| memchr::memmem::find(&lower, w).is_some());
    (value.len() >= 3 && !shown && !named).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_told_by_what_names_one() {
        for text in ["user = \"mg1021\";\n", "User ID=kuhn;", "\"username\": \"kuhn\",\n", "DB_LOGIN=kuhn\n"]
        {
            assert!(user(text.as_bytes()).is_some(), "{text}");
        }
        for text in
            ["user = $USER\n", "username: username\n", "host = mg1021\n", "user: string\n", "user =\n"]
        {
            assert!(user(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn a_word_that_stands_for_nothing_is_one() {
        assert!(word(b"goodspec") && word(b"harbour_meadow"));
        for text in
            ["required", "password", "mypass", "example", "Goodspec", "aaaabbbb", "short", "new_secret"]
        {
            assert!(!word(text.as_bytes()), "{text}");
        }
    }
}
