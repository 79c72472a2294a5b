//! What the place of a value says of it: the name that it is given to, or where a bare `key` stands.
//!
//! In flow bytes, a word and the assignment round it; out flows which kind of credential is given there, if one is.
//! It looks at a few words before the name, never at the value.

use std::ops::Range;

use super::assign::{Assignment, Form};
use super::lexicon::{Kind, Name, name};

/// How far behind a token the name of its signature may begin, in bytes.
const SIGNED: usize = 120;

/// How far before `identified by` its statement may begin, in bytes.
const STATEMENT: usize = 200;

/// What the name says that holds the word at `anchor` and is given a value; `None` if that is no credential.
pub(super) fn read(bytes: &[u8], anchor: &Range<usize>, found: &Assignment) -> Option<Name> {
    let key = &bytes[found.key.clone()];
    if key.eq_ignore_ascii_case(b"identified by") && !in_statement(&bytes[..found.key.start]) {
        return None;
    }
    if key == b"token" && signed(&bytes[found.value.end..]) {
        return None;
    }
    let skip = if found.form == Form::Called { name::set_by(key) } else { 0 };
    let from = found.key.start + skip;
    let word = anchor.start.saturating_sub(from)..anchor.end.saturating_sub(from);
    let read = name::read(&key[skip..], &word).map(|name| name.behind(skip));
    read.or_else(|| asked_of(bytes, found))
}

/// Whether a time and a signature follow a token: what is drawn for one message so that it counts once is no credential.
fn signed(rest: &[u8]) -> bool {
    let rest = &rest[..rest.len().min(SIGNED)];
    [&b"\"timestamp\""[..], b"\"signature\""].iter().all(|name| memchr::memmem::find(rest, name).is_some())
}

/// Whether `before` ends in a statement that makes or changes a user, or a connection: what stories tell is identified by a
/// name.
fn in_statement(before: &[u8]) -> bool {
    let before = before[before.len().saturating_sub(STATEMENT)..].to_ascii_lowercase();
    let from = memchr::memrchr(b';', &before).map_or(0, |n| n + 1);
    const VERBS: &[&[u8]] = &[b"create ", b"alter ", b"grant ", b"connect to ", b"replace ", b"set "];
    VERBS.iter().any(|verb| memchr::memmem::find(&before[from..], verb).is_some())
}

/// What a bare `key` says behind a word that makes it one, as a flag, or in the query of a request to an API.
fn asked_of(bytes: &[u8], found: &Assignment) -> Option<Name> {
    if &bytes[found.key.clone()] == b"--key" && found.value.len() >= 20 {
        return Some(Name::of(Kind::Token));
    }
    if !bytes[found.key.clone()].eq_ignore_ascii_case(b"key") {
        return None;
    }
    let before = &bytes[found.key.start.saturating_sub(160)..found.key.start];
    if (spoken_of(before) || entry_of(before)) && found.value.len() >= 16 {
        return Some(Name::of(Kind::Token));
    }
    let sign = found.key.start.checked_sub(1).map(|n| bytes[n])?;
    if found.form != Form::Query || !matches!(sign, b'?' | b'&') || found.value.len() < 20 {
        return None;
    }
    let url = &before[memchr::memmem::rfind(before, b"://")? + 3..];
    let host = &url[..memchr::memchr(b'/', url)?];
    let api = host.starts_with(b"api.") || memchr::memmem::find(url, b"/api/").is_some();
    api.then(|| Name { clear: false, ..Name::of(Kind::Token) })
}

/// Whether the word before a bare `key` makes it a credential, as people write it: `API key: …`.
fn spoken_of(before: &[u8]) -> bool {
    let Some(before) = before.strip_suffix(b" ") else { return false };
    let from = before.iter().rposition(|b| !b.is_ascii_alphabetic()).map_or(0, |n| n + 1);
    [&b"api"[..], b"secret", b"access", b"licence", b"license"]
        .iter()
        .any(|w| before[from..].eq_ignore_ascii_case(w))
}

/// Whether a bare `key` is an entry of a map whose name makes it a credential: `"Jwt": { "Key": … }`.
fn entry_of(before: &[u8]) -> bool {
    let bracket = before.iter().rposition(|b| matches!(b, b'{' | b'}' | b'[' | b']'));
    let Some(open) = bracket.filter(|n| matches!(before[*n], b'{' | b'[')) else { return false };
    let sign = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b':' | b'=' | b'>');
    let end = before[..open].iter().rposition(|b| !sign(b)).map_or(0, |n| n + 1);
    let from = before[..end].iter().rposition(|b| !b.is_ascii_alphanumeric()).map_or(0, |n| n + 1);
    let owner = before[from..end].to_ascii_lowercase();
    end < open && [&b"jwt"[..], b"openai", b"crypt"].iter().any(|w| memchr::memmem::find(&owner, w).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_with_a_time_counts_once() {
        assert!(signed(b"\",\n  \"timestamp\": \"16\",\n  \"signature\": \"6f\"}"));
        assert!(!signed(b"\",\n  \"timestamp\": \"16\"}"));
    }

    #[test]
    fn a_story_identifies_things_by_their_names() {
        assert!(in_statement(b"CREATE USER 'app'@'%' "));
        assert!(in_statement(b"grant all on *.* to app@localhost "));
        assert!(!in_statement(b"And this product has a variant priced at \"$90.00\" "));
        assert!(!in_statement(b"CREATE DATABASE shop; there is a customer "));
    }

    #[test]
    fn a_bare_key_is_told_by_the_map_it_is_an_entry_of() {
        for before in ["\"Jwt\": { \"Issuer\": \"x\", \"", "'crypt' => ['", "crypt: {\n  "] {
            assert!(entry_of(before.as_bytes()), "{before}");
        }
        for before in ["\"cache\": { \"", "jwt[\"", "\"jwt\": { \"a\": 1 }, \"", "crypt(["] {
            assert!(!entry_of(before.as_bytes()), "{before}");
        }
    }
}
