//! Is the value the id of a commit, or of a key? Change logs are full of the first, recipes of containers of the second.
//!
//! In flows a candidate; out flows whether a link beside it leads to a commit of that id, or a key server is asked for it.

use super::Verdict;
use crate::detect::Candidate;

/// How far to either side of a value the link may begin, in bytes.
const BESIDE: usize = 300;

/// How far before a value it may be said what it is, in bytes.
const SAID: usize = 60;

/// Rejects what a link calls a commit.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    let text = c.secret();
    if text.len() != 40 || !text.iter().all(u8::is_ascii_hexdigit) {
        return Verdict::Pass;
    }
    let around = c.span.start.saturating_sub(BESIDE)..c.view.bytes.len().min(c.span.end + BESIDE);
    if linked(&c.view.bytes[around], text) {
        return Verdict::Reject("is the id of a commit, to which a link beside it leads".into());
    }
    if asked_for(&c.view.bytes[c.span.start.saturating_sub(BESIDE)..c.span.start]) {
        return Verdict::Reject("is the fingerprint of a key that a server is asked for".into());
    }
    if said_to_be(&c.view.bytes[c.span.start.saturating_sub(SAID)..c.span.start]) {
        return Verdict::Reject("is the fingerprint of a key, as the words before it say".into());
    }
    Verdict::Pass
}

/// Whether `before` ends in a line that speaks of a fingerprint, or of a key of OpenPGP: `Use this GPG key: 0F3C…`.
fn said_to_be(before: &[u8]) -> bool {
    let line = &before[memchr::memrchr(b'\n', before).map_or(0, |at| at + 1)..];
    [&b"GPG key"[..], b"PGP key", b"ingerprint"].iter().any(|word| memchr::memmem::find(line, word).is_some())
}

/// Whether `before` ends in a command that fetches keys by their fingerprints: `gpg --recv-keys 0F3C…`.
fn asked_for(before: &[u8]) -> bool {
    let Some(at) = memchr::memmem::rfind(before, b"--recv-key") else { return false };
    let between = before[at + 10..].strip_prefix(b"s").unwrap_or(&before[at + 10..]);
    between.iter().all(|b| b.is_ascii_hexdigit() || matches!(b, b' ' | b'\\' | b'\n' | b'"' | b'\'' | b'='))
}

/// Whether `around` holds a link to the commit `id`.
fn linked(around: &[u8], id: &[u8]) -> bool {
    const BEFORE: &[&[u8]] = &[b"/commit/", b"/commits/", b"/tree/", b"/blob/", b"/raw/"];
    memchr::memmem::find_iter(around, id).any(|at| BEFORE.iter().any(|b| around[..at].ends_with(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_told_by_the_words_before_it() {
        assert!(said_to_be(b"with the following GPG key: ") && said_to_be(b"Fingerprint = "));
        assert!(!said_to_be(b"GPG key\ntoken = ") && !said_to_be(b"github token: "));
    }

    #[test]
    fn a_key_server_is_asked_for_fingerprints() {
        assert!(asked_for(b"gpg --keyserver hkp://a --recv-keys ") && asked_for(b"--recv-key 0F3C \\\n  "));
        assert!(!asked_for(b"gpg --recv-keys 0F3C && token=") && !asked_for(b"gpg --verify "));
    }

    #[test]
    fn a_link_tells_the_id_of_a_commit() {
        let text = |template: &str| crate::rule::example::expand(template).unwrap().text.into_bytes();
        let id = text("<hex:40>");
        let line = text("- keys ([`<hex:40>`](https://git.acme.io/a/b/commit/<=:1>))");
        assert!(linked(&line, &id) || linked(&line, &line[10..50]));
        assert!(!linked(&text("github: <hex:40> https://git.acme.io/a/b/commit/"), &id));
    }
}
