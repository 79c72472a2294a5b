//! Is it a value that its provider publishes for everybody to try the service with?
//!
//! In flows a candidate that no other judge doubts; out flows whether everybody may know it. The list holds
//! digests only, so that the project itself has no string that looks like a secret.

use sha2::{Digest, Sha256};

use super::Verdict;
use crate::detect::Candidate;
use crate::detect::lexicon::words;
use crate::rule::Syntax;

/// The longest name of a host, in bytes.
const HOST: usize = 254;
/// How many bytes of a SHA-256 the list keeps.
const KEPT: usize = 16;

/// Declares public what the list has.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    if published(c.secret()) {
        return Verdict::Public(
            "is what the provider publishes for everybody to try the service with".into(),
        );
    }
    if in_pages(c) {
        return Verdict::Public("stands in every page that uses the service".into());
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
    text.len() == 40 && text.starts_with(b"6L") && memchr::memmem::find(&name, b"site").is_some()
}

/// Whether the digest of `text` is in the list.
fn published(text: &[u8]) -> bool {
    let digest: String = Sha256::digest(text)[..KEPT].iter().map(|b| format!("{b:02x}")).collect();
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
    fn one_changed_character_is_another_value() {
        let known = ["6LeIxAcTAAAAAGG", "vFI1TnRWxMZNFuojJ4WifJWe"].join("-");
        assert!(published(known.as_bytes()));
        assert!(!published(known.replace("WifJWe", "WifJWd").as_bytes()));
    }
}
