//! Is it a value that its provider publishes for everybody to try the service with?
//!
//! In flows a candidate that no other judge doubts; out flows whether everybody may know it. The list holds
//! digests only, so that the project itself has no string that looks like a secret.

use std::ops::Range;

use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::Verdict;
use crate::detect::Candidate;
use crate::detect::lexicon::words;
use crate::detect::scene::Digests;
use crate::rule::Syntax;
use crate::secret::hexadecimal;

/// The longest name of a host, in bytes.
const HOST: usize = 254;
/// How far from a key the names of what it searches stand, in bytes.
const BESIDE: usize = 160;
/// A digest is cut to so many digits at least.
const SHORTEST: usize = 24;

/// How many bytes of a SHA-256 the list keeps.
const KEPT: usize = 16;

/// Declares public what the list has.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    if published(c.secret()) {
        return Verdict::Public(
            "is what the provider publishes for everybody to try the service with".into(),
        );
    }
    if let Some(word) = c.kind().and_then(|_| digested(c.secret(), c.scene.digests(digests))) {
        let what = if word.is_empty() { "nothing".to_owned() } else { format!("the word '{word}'") };
        return Verdict::Reject(format!("is the digest of {what}"));
    }
    if c.kind().is_some() && draws_a_badge(&c.view.bytes[..c.span.start]) {
        return Verdict::Public("draws a badge, and stands in every page that shows it".into());
    }
    if c.kind().is_some() && shows_a_picture(&c.view.bytes[..c.span.start]) {
        return Verdict::Public("stands in the address of a picture or of a file that is given away".into());
    }
    if in_pages(c) {
        return Verdict::Public("stands in every page that uses the service".into());
    }
    if c.kind().is_some() && (says_public(c.secret()) || names_an_app(c.secret())) {
        return Verdict::Public("says that it is made to be published".into());
    }
    Verdict::Pass
}

/// The public half of what a page needs: the address that it sends its errors to, and the key that shows a captcha.
fn in_pages(c: &Candidate<'_>) -> bool {
    let text = c.secret();
    if c.rule.syntax == Syntax::Url {
        // A second part behind a colon would be the secret half.
        let alone = c.before() == Some(b'/') && text.len() == 32 && text.iter().all(u8::is_ascii_hexdigit);
        let host = &c.view.bytes[c.span.end..c.view.bytes.len().min(c.span.end + HOST)];
        let host = host.split(|b| matches!(b, b'/' | b'"' | b'\'') || b.is_ascii_whitespace()).next();
        return alone && host.is_some_and(|host| memchr::memmem::find(host, b"sentry").is_some());
    }
    let name = c.name().to_ascii_lowercase();
    let key = [&b"apikey"[..], b"api-key", b"api_key"].iter().any(|end| name.ends_with(end));
    if key && text.len() == 32 && searches(c.view.bytes, &c.span) {
        return true;
    }
    text.len() == 40 && text.starts_with(b"6L") && memchr::memmem::find(&name, b"site").is_some()
}

/// Whether `before` ends in the address of a badge that goes on with a token: `…/graph/badge.svg?token=`.
fn draws_a_badge(before: &[u8]) -> bool {
    let before = &before[before.len().saturating_sub(HOST)..];
    let Some(from) = memchr::memmem::rfind(before, b"://") else { return false };
    let address = &before[from..];
    let whole =
        address.ends_with(b"token=") && !address.iter().any(|b| b.is_ascii_whitespace() || *b == b'"');
    whole && [&b"badge"[..], b"shields.io/"].iter().any(|w| memchr::memmem::find(address, w).is_some())
}

/// Whether `before` ends in the address of a picture that goes on with a token, or in that of a file which its owner gives
/// to whom he likes (Firebase documentation, "Download files": the address holds a token of its own).
fn shows_a_picture(before: &[u8]) -> bool {
    let before = &before[before.len().saturating_sub(HOST * 2)..];
    let Some(from) = memchr::memmem::rfind(before, b"://") else { return false };
    let address = &before[from..];
    if address.iter().any(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'')) {
        return false;
    }
    let Some(at) = memchr::memchr(b'?', address) else { return false };
    let ends = [&b".svg"[..], b".png", b".jpg", b".jpeg", b".gif", b".webp"];
    let (path, query) = address.split_at(at);
    query == b"?alt=media&token=" || query == b"?token=" && ends.iter().any(|end| path.ends_with(end))
}

/// The keys by which apps name themselves to RevenueCat (its documentation, "API Keys & Authentication") and to Android's
/// backup service.
fn names_an_app(text: &[u8]) -> bool {
    if text.starts_with(b"AEdPqrEAAAAI") {
        return true;
    }
    let heads = [&b"appl_"[..], b"goog_", b"amzn_"];
    let body = heads.iter().find_map(|head| text.strip_prefix(*head)).unwrap_or_default();
    (24..=32).contains(&body.len()) && body.iter().all(u8::is_ascii_alphabetic)
}

/// Whether one of the words before the last part of a key says that everybody may have it: `live_pub_3f0c…`.
fn says_public(text: &[u8]) -> bool {
    let mut parts = text.split(|b| matches!(b, b'_' | b'-'));
    let drawn = parts.next_back().is_some_and(|last| last.len() >= 16);
    let public =
        |part: &[u8]| [&b"pub"[..], b"public", b"publishable"].iter().any(|p| part.eq_ignore_ascii_case(p));
    drawn && text.len() < 80 && parts.take(3).any(public)
}

/// Whether a key stands between the names of an application and of an index, as a page gives them to Algolia to search with:
/// such a key can search and nothing else (DocSearch documentation, "API Reference").
fn searches(bytes: &[u8], span: &Range<usize>) -> bool {
    let around = &bytes[span.start.saturating_sub(BESIDE)..bytes.len().min(span.end + BESIDE)];
    let holds = |name: &[u8]| memchr::memmem::find(around, name).is_some();
    // What a browser sends with each search says before the key by which programs.
    let sent = &bytes[span.start.saturating_sub(HOST * 2)..span.start];
    memchr::memmem::find(sent, b"x-algolia-agent=").is_some()
        || holds(b"indexName") && (holds(b"appId") || holds(b"docsearch("))
}

/// The SHA-1 and the SHA-256 of each word that stands for a secret, and of nothing.
fn digests() -> Digests {
    let both = |word: &'static str| {
        let long = Sha256::digest(word);
        [(Sha1::digest(word).into(), word), (long.first_chunk().copied().unwrap_or_default(), word)]
    };
    words::DUMMY.iter().copied().chain([""]).flat_map(both).collect()
}

/// The word whose SHA-1 or SHA-256 a value is, or is the beginning of, in hexadecimal digits.
fn digested(digits: &[u8], known: &Digests) -> Option<&'static str> {
    if !(SHORTEST..=64).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let digit = |b: u8| char::from(b).to_digit(16).unwrap_or_default() as u8;
    let mut bytes = [0; 20];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0]) << 4 | digit(pair[1]);
    }
    let length = bytes.len().min(digits.len() / 2);
    let (sum, word) = known.range(bytes..).next()?;
    (sum[..length] == bytes[..length]).then_some(word)
}

/// Whether the digest of `text` is in the list.
fn published(text: &[u8]) -> bool {
    let digest = hexadecimal(&Sha256::digest(text)[..KEPT]);
    words::holds(words::PUBLISHED, digest.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_a_digest() {
        for entry in words::PUBLISHED {
            assert!(entry.len() == KEPT * 2 && entry.bytes().all(|b| b.is_ascii_hexdigit()), "{entry}");
        }
    }

    #[test]
    fn a_key_may_say_that_it_is_public() {
        let says = |text: &str| says_public(crate::rule::example::expand(text).unwrap().text.as_bytes());
        assert!(says("live_pub_<hex:31>") && says("acme-publishable-<alnum:24>"));
        assert!(!says("live_<hex:31>") && !says("pub_<alnum:8>") && !says("<alnum:24>_pub"));
    }

    #[test]
    fn a_picture_and_a_file_given_away_are_told_by_their_addresses() {
        assert!(shows_a_picture(b"\"https://a.io/img%2Ftopic.svg?token="));
        assert!(shows_a_picture(b"'https://store.a.io/o/topic?alt=media&token="));
        assert!(!shows_a_picture(b"https://a.io/topic?token=") && !shows_a_picture(b"a.svg?token="));
        assert!(!shows_a_picture(b"https://a.io/a.svg https://b.io/?token="));
    }

    #[test]
    fn an_app_names_itself_by_a_prefix() {
        let text = |template: &str| crate::rule::example::expand(template).unwrap().text.into_bytes();
        assert!(names_an_app(&text("AEdPqrEAAAAI<alnum:40>")));
        assert!(names_an_app(&text("appl_<alpha:27>")) && !names_an_app(&text("sk_<alpha:29>")));
    }

    #[test]
    fn a_badge_is_told_by_its_address() {
        assert!(draws_a_badge(b"[![](https://a.io/gh/x/graph/badge.svg?token="));
        assert!(draws_a_badge(b"src=\"https://img.shields.io/codecov/x?token="));
        assert!(
            !draws_a_badge(b"https://a.io/badges and https://b.io/api?token=")
                && !draws_a_badge(b"badge?token=")
        );
    }

    #[test]
    fn a_key_that_only_searches_stands_between_two_names() {
        let text = b"{appId: \"A1\", apiKey: \"0f\", indexName: \"docs\"}";
        assert!(searches(b"/queries?x-algolia-agent=a%201.2&x-algolia-api-key=0f", &(44..46)));
        assert!(searches(b"docsearch({ apiKey: '0f', indexName: 'a' })", &(21..23)));
        assert!(searches(text, &(23..25)) && !searches(&text[13..], &(10..12)));
    }

    #[test]
    fn digests_of_words_are_known() {
        let sum = hexadecimal(&Sha1::digest("foo"));
        let word = |digits: &str| digested(digits.as_bytes(), &digests());
        assert_eq!((word(&sum), word(&sum[..29])), (Some("foo"), Some("foo")));
        assert_eq!((word(&sum.replace('a', "b")), word(&sum[..20])), (None, None));
    }

    #[test]
    fn one_changed_character_is_another_value() {
        let known = ["6LeIxAcTAAAAAGG", "vFI1TnRWxMZNFuojJ4WifJWe"].join("-");
        assert!(published(known.as_bytes()));
        assert!(!published(known.replace("WifJWe", "WifJWd").as_bytes()));
    }
}
