//! Passwords in URLs: `scheme://user:password@host`, whatever the scheme.
//!
//! In flow bytes and the place of a `://`; out flows the password, or a lone token in the place of the
//! user. It runs no pattern, for `://` is everywhere.

use std::ops::Range;

/// The longest part of a URL that is looked at, in bytes.
pub(crate) const LONGEST: usize = 512;

/// The secret in the user information of the URL at `anchor`, and the URL from its scheme to its host.
pub(crate) fn read(bytes: &[u8], anchor: &Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let rest = &bytes[anchor.end..bytes.len().min(anchor.end + LONGEST)];
    let stops =
        |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b'|');
    // Most URLs have no `@`: they end here, after a few dozen bytes.
    let at = memchr::memchr2(b'@', b'\n', rest).filter(|n| rest[*n] == b'@')?;
    let word = &rest[..rest.iter().position(stops).unwrap_or(rest.len())];
    if at >= word.len() {
        return None;
    }
    let end = authority(word)?;
    let start = scheme(bytes, anchor.start)?;
    let host = word[end + 1..].first()?;
    if !(host.is_ascii_alphanumeric()
        || matches!(host, b'[' | b'$' | b'{' | b'%' | b'(' | b'*' | b'.' | b'_'))
    {
        return None;
    }
    let user = &word[..end];
    let from = match memchr::memchr(b':', user) {
        Some(colon) => colon + 1,
        None if user.len() >= 20
            && user.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) =>
        {
            0
        }
        None => return None,
    };
    let stop = user.len();
    (from < stop).then_some((anchor.end + from..anchor.end + stop, start..anchor.end + end + 1))
}

/// Where the last `@` of the authority stands. A password may hold `?`, which a strict reader takes for
/// the query: then what stands before the `@` must look like a user and a password.
fn authority(word: &[u8]) -> Option<usize> {
    let path = memchr::memchr(b'/', word).unwrap_or(word.len());
    let query = memchr::memchr(b'?', &word[..path]).unwrap_or(path);
    memchr::memrchr(b'@', &word[..query]).or_else(|| {
        let at = memchr::memrchr(b'@', &word[..path])?;
        let user = &word[..at];
        let plain = memchr::memchr(b':', user)? < query && !user.iter().any(|b| matches!(b, b'=' | b'&'));
        plain.then_some(at)
    })
}

/// Where the scheme before `at` begins; `None` if there is none.
fn scheme(bytes: &[u8], at: usize) -> Option<usize> {
    let floor = at.saturating_sub(24);
    let letters = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    let length = bytes[floor..at].iter().rev().take_while(letters).count();
    (length > 0 && bytes[at - length..at].iter().any(u8::is_ascii_alphabetic)).then_some(at - length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Option<&str> {
        let at = text.find("://")?;
        read(text.as_bytes(), &(at..at + 3)).map(|(secret, _)| &text[secret])
    }

    #[test]
    fn passwords_are_read_from_every_scheme() {
        assert_eq!(secret("postgres://app:hunter2@db:5432/x"), Some("hunter2"));
        assert_eq!(secret("x = 'mongodb+srv://u:a:b#c@h.example.com/?w=1'"), Some("a:b#c"));
        assert_eq!(secret("redis://:hunter2@cache"), Some("hunter2"));
        assert_eq!(
            secret("https://me@there.org:pass!#@498@host.org"),
            Some("there.org:pass!#@498").map(|_| "pass!#@498")
        );
    }

    #[test]
    fn other_urls_hold_none() {
        for text in ["https://a.b/c@d", "https://a.b:80/", "mailto://x", "git://git@host/x", "://a:b@c"] {
            assert_eq!(secret(text), None, "{text}");
        }
    }
}
