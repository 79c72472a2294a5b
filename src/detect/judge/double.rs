//! Is the value a stand-in? Tests, fixtures, documentation and comments hold passwords that open nothing.

use super::Verdict;
use crate::detect::Candidate;
use crate::detect::assign::Form;
use crate::detect::lexicon::{FileKind, Kind, chance, words};
use crate::finding::Reason;
use crate::rule::{Confidence, Judged, Syntax};

/// What a password in tests or documentation must have beyond words, in bits.
const DRAWN: f64 = 9.0;

/// A password shorter than this is made up, where stand-ins are usual, in bytes; in a URL it may be two
/// longer.
const SHORT: usize = 5;

/// Rejects passwords and digests that only look like chosen ones where stand-ins are usual.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    if c.rule.structure.starts_with("pem") && c.scene.is_test() {
        c.confidence = Confidence::Low;
        let text = "a private key in tests, most likely made for them";
        c.reasons.push(Reason { judge: "double", text: text.into() });
        return Verdict::Pass;
    }
    let shown = c.scene.is_test() || c.scene.file() == FileKind::Docs || in_comment(c);
    if !shown || c.proven {
        return Verdict::Pass;
    }
    let text = c.secret();
    if c.rule.judged == Judged::Hash
        || c.kind() == Some(Kind::Password) && text.starts_with(b"$") && text.len() > 30
    {
        return Verdict::Reject("is the digest of a password, in tests or documentation".into());
    }
    if c.kind() != Some(Kind::Password) {
        return Verdict::Pass;
    }
    if let Some(word) = weak(text) {
        return Verdict::Reject(format!("is built on the word '{word}', in tests or documentation"));
    }
    if text.len() < if c.rule.syntax == Syntax::Url { SHORT + 2 } else { SHORT } {
        return Verdict::Reject("is short, in tests or documentation".into());
    }
    let drawn = chance::bits(text);
    let wanted = if c.rule.syntax == Syntax::Url || c.form == Form::Spaced { DRAWN + 3.0 } else { DRAWN };
    // A text that tells a password which someone chose tells one that opens something.
    let told = c.scene.file() == FileKind::Docs && !c.scene.is_test() && super::chance::told(text);
    if drawn < wanted && !told {
        return Verdict::Reject("reads like words, in tests or documentation".into());
    }
    Verdict::Pass
}

/// A word for a secret inside the value, leetspeak undone.
pub(super) fn weak(text: &[u8]) -> Option<&'static str> {
    let plain = plain(text);
    words::WEAK.iter().copied().find(|w| memchr::memmem::find(&plain, w.as_bytes()).is_some())
}

/// Whether a value says both what it is and that it is one: `my-secret-passw0rd`.
pub(super) fn both(text: &[u8]) -> bool {
    let plain = plain(text);
    [&b"secret"[..], b"passw"].iter().all(|word| memchr::memmem::find(&plain, word).is_some())
}

/// Small letters, leetspeak undone.
fn plain(text: &[u8]) -> Vec<u8> {
    text.iter()
        .map(|b| match b.to_ascii_lowercase() {
            b'0' => b'o',
            b'1' | b'!' => b'i',
            b'3' => b'e',
            b'4' | b'@' => b'a',
            b'5' | b'$' => b's',
            b'7' => b't',
            other => other,
        })
        .collect()
}

/// Whether the line is a comment of a program.
pub(super) fn in_comment(c: &Candidate<'_>) -> bool {
    if c.scene.file() != FileKind::Code {
        return false;
    }
    let from = c.span.start.saturating_sub(200);
    let before = &c.view.bytes[from..c.span.start];
    let Some(start) = memchr::memrchr(b'\n', before) else { return false };
    let line = before[start + 1..].trim_ascii_start();
    // What a preprocessor defines is no comment, though it begins like one of another language.
    if line.starts_with(b"#define") {
        return false;
    }
    [&b"#"[..], b"//", b"*", b"/*", b"--", b"%", b"<!--", b"'''", b">>>"]
        .iter()
        .any(|sign| line.starts_with(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_secrets_are_seen_through_leetspeak() {
        assert_eq!(weak(b"S3cretP@ssw0rd!"), Some("pass"));
        assert!(both(b"MyS3cret-Passw0rd") && !both(b"Secret-99"));
        assert!(weak(b"verYs3cret").is_some() && weak(b"Kd93hf-ls").is_none());
    }
}
