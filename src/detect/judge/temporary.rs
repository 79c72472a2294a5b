//! Was the value good for a short time only? Credentials of a session, keys of one message.
//!
//! In flows a candidate in tests or documentation; out flows less confidence where what stands round it says that it ended
//! long before anybody reads it. Settings are not asked about: there such a value may have been written down a minute ago.
//! Only an address that is signed until a time is asked about in every file.

use super::Verdict;
use crate::detect::Candidate;
use crate::detect::lexicon::{FileKind, Kind, name};

/// How far to either side of a value the token of its session is looked for, in bytes.
const BESIDE: usize = 800;

/// How far before a signature its address may begin, in bytes.
const ADDRESS: usize = 400;

/// How far before a token its name is looked for, in bytes.
const BEFORE: usize = 40;

/// Lowers what was good for a short time.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    if c.kind() == Some(Kind::Token) && signs_an_address(&c.view.bytes[..c.span.start]) {
        c.doubt("temporary", "opens one address until a time that stands in it");
        return Verdict::Pass;
    }
    let docs = c.scene.file() == FileKind::Docs;
    if !docs && !c.scene.is_test() {
        return Verdict::Pass;
    }
    let token = c.kind() == Some(Kind::Token) && c.key.is_some();
    let text = if token && of_a_moment(c.name()) {
        "belongs to one session or message, as its name says"
    } else if docs && has_a_session(c) {
        "belongs to a session, whose token stands beside it"
    } else {
        return Verdict::Pass;
    };
    c.doubt("temporary", text);
    Verdict::Pass
}

/// Whether `before` ends in an address with a time and goes on with a signature that holds until then, as stores of files
/// give them away: `https://cdn.acme.io/a?e=1700000000&token=`.
fn signs_an_address(before: &[u8]) -> bool {
    let before = &before[before.len().saturating_sub(ADDRESS)..];
    let Some(from) = memchr::memmem::rfind(before, b"://") else { return false };
    let address = &before[from..];
    let whole = !address.iter().any(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\''));
    let Some(query) = memchr::memchr(b'?', address).map(|at| &address[at + 1..]) else { return false };
    let time = |part: &[u8]| {
        let name = part.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let known = [&b"e"[..], b"exp", b"expire", b"expires", b"expiry", b"deadline"];
        let digits = part.get(name + 1..).unwrap_or_default();
        known.iter().any(|k| part[..name].eq_ignore_ascii_case(k))
            && part.get(name) == Some(&b'=')
            && matches!(digits.len(), 10 | 13)
            && digits.iter().all(u8::is_ascii_digit)
    };
    whole && query.split(|b| *b == b'&').any(time)
}

/// Whether a name says that what it names is made anew each time: `temp_clone_token`, `sessionKey`.
fn of_a_moment(text: &[u8]) -> bool {
    let words = name::split(text);
    let is = |n: usize, word: &[u8]| {
        words.get(n).is_some_and(|part| text[part.clone()].eq_ignore_ascii_case(word))
    };
    let session = words.len() >= 2 && is(words.len() - 2, b"session") && is(words.len() - 1, b"key");
    // What leads on to the next page of a list, or is given to a form anew each time.
    const HEADS: &[&[u8]] = &[b"temp", b"temporary", b"page", b"continuation", b"cursor", b"csrf", b"xsrf"];
    let joined = text.eq_ignore_ascii_case(b"csrftoken") || text.eq_ignore_ascii_case(b"xsrftoken");
    HEADS.iter().any(|head| is(0, head)) || session || joined
}

/// Whether the token of a session is given near a key or its secret, or is the value itself: what Amazon's service for them
/// and those made after it answer.
fn has_a_session(c: &Candidate<'_>) -> bool {
    let pair = c.name().to_ascii_lowercase();
    let keys = [&b"accesskey"[..], b"secretkey", b"access_key", b"secret_key"];
    let key = keys.iter().any(|key| memchr::memmem::find(&pair, key).is_some())
        || c.rule.keywords.iter().chain(c.rule.anchors.iter()).any(|word| word.starts_with("aws"));
    let from = if c.rule.structure == "jwt" { c.span.start.saturating_sub(BEFORE) } else { c.span.start };
    if key {
        let around = c.span.start.saturating_sub(BESIDE)..c.view.bytes.len().min(c.span.end + BESIDE);
        names_a_session(&c.view.bytes[around])
    } else {
        names_a_session(&c.view.bytes[from..c.span.start])
    }
}

/// Whether a text names the token of a session, however it is spelled.
fn names_a_session(text: &[u8]) -> bool {
    let letters: Vec<u8> =
        text.iter().filter(|b| !matches!(b, b'_' | b'-')).map(u8::to_ascii_lowercase).collect();
    memchr::memmem::find(&letters, b"sessiontoken").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_ends_soon() {
        for name in [
            "temp_clone_token",
            "sessionKey",
            "SESSION_KEY",
            "pgpSessionKey",
            "temporaryToken",
            "pageToken",
            "csrf_token",
        ] {
            assert!(of_a_moment(name.as_bytes()), "{name}");
        }
        for name in ["template_token", "session_secret_key", "token", "sessionKeyPath", "api_key"] {
            assert!(!of_a_moment(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn an_address_may_be_signed_until_a_time() {
        assert!(signs_an_address(b"src=\"http://cdn.acme.io/5df1?e=1576142006&token="));
        assert!(signs_an_address(b"http://cdn.acme.io/5df1?Expires=1576142006&amp;token="));
        assert!(!signs_an_address(b"http://cdn.acme.io/5df1?e=15&token="));
        assert!(!signs_an_address(b"http://cdn.acme.io/5df1?e=1576142006\" token="));
    }

    #[test]
    fn a_session_is_named_in_many_spellings() {
        for text in ["\"SessionToken\": \"x\"", "aws_session_token = x", "<session-token>"] {
            assert!(names_a_session(text.as_bytes()), "{text}");
        }
        assert!(!names_a_session(b"a session with a token"));
    }
}
