//! Is the value made for the tests it stands in? What a program signs its own sessions with opens nothing where it runs for
//! a test only.
//!
//! In flows a candidate that looks drawn by chance; out flows less confidence where its name or its neighbours say that the
//! tests brought it with them.

use super::Verdict;
use crate::detect::Candidate;
use crate::detect::assign::Form;
use crate::detect::lexicon::{Kind, place};
use crate::rule::Syntax;

/// How far to either side of a private key its public half stands, in bytes.
const BESIDE: usize = 200;

/// How far before the seed of one-time passwords its account stands, in bytes.
const ACCOUNT: usize = 200;

/// Accounts that nobody has.
const DOMAINS: &[&[u8]] = &[b"@example.com", b"@example.org", b"@example.net"];

/// So many bytes of a name are looked at.
const NAME: usize = 64;

/// Names of what an application signs or encrypts its own things with, and nobody gives it: Django's, Rails', Laravel's.
const OWN: &[&[u8]] = &[b"secret_key", b"app_key"];

/// The rules, by their families, that know such values by the shape that a framework gives them.
const OWN_RULES: &[&str] = &["django-secret-key", "laravel-app-key", "rails-secret-key-base"];

/// How longer names of such values end.
const OWN_ENDS: &[&[u8]] = &[b"secret_key_base", b"cookie_secret", b"session_secret", b"encryption_key"];

/// Lowers what tests bring with them.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    let checks = place::is_check(c.scene.name());
    if c.proven || !c.scene.is_test() && !checks {
        return Verdict::Pass;
    }
    let framework = OWN_RULES.contains(&&*c.rule.family);
    let asserted = c.form == Form::Called && is_asserted(&c.view.bytes[..c.span.start]);
    if !framework && c.kind() != Some(Kind::Token) && !asserted {
        return logs_in_an_example(c);
    }
    let text = if (framework || signs_for_itself(c)) && !is_template(c.path()) {
        "what an application signs or encrypts its own things with, in tests"
    } else if !c.scene.is_test() {
        return Verdict::Pass;
    } else if is_left_out(c) {
        "is commented out in a template for somebody's own settings"
    } else if has_both_halves(c) {
        "a private key beside its public half, in tests"
    } else if seeds_passwords(c) {
        "the seed of one-time passwords in tests, which opens nothing by itself"
    } else if asserted {
        "is given to what a test asserts something about"
    } else if typed_over(c.secret()) {
        "hexadecimal digits but for a letter that is none, as people type them, in tests"
    } else {
        return Verdict::Pass;
    };
    c.doubt("rig", text);
    Verdict::Pass
}

/// Whether a file is a template for others' settings, some of whom leave in it what it holds.
fn is_template(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.starts_with(".env") && !name.starts_with(".env.test"))
}

/// Whether the value stands in a comment of a template, where it shows what one looks like.
fn is_left_out(c: &Candidate<'_>) -> bool {
    let before = &c.view.bytes[..c.span.start];
    let line = &before[memchr::memrchr(b'\n', before).map_or(0, |at| at + 1)..];
    place::is_for_others(c.scene.name()) && matches!(line.trim_ascii_start(), [b'#' | b';', ..])
}

/// Whether the name is that of a key that an application keeps for itself.
fn signs_for_itself(c: &Candidate<'_>) -> bool {
    let mut lower = [0; NAME];
    let name = c.name();
    let name = &name[memchr::memrchr(b'.', name).map_or(0, |at| at + 1)..];
    let Some(lower) = lower.get_mut(..name.len()).filter(|name| !name.is_empty()) else { return false };
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    OWN.iter().any(|own| *own == lower) || OWN_ENDS.iter().any(|end| lower.ends_with(end))
}

/// Lowers the password of a user at a domain of RFC 2606, whom a test logs in.
fn logs_in_an_example(c: &mut Candidate<'_>) -> Verdict {
    let whole = &c.view.bytes[c.whole.start.min(c.span.start)..c.span.start];
    let known = c.kind() == Some(Kind::Password) && c.rule.syntax == Syntax::Pattern;
    if known && DOMAINS.iter().any(|domain| memchr::memmem::find(whole, domain).is_some()) {
        c.doubt("rig", "the password of an account at a domain that is kept free for examples, in tests");
    }
    Verdict::Pass
}

/// Whether 32 bytes in base64, as keys on Curve25519 are written, stand beside something that is called public.
fn has_both_halves(c: &Candidate<'_>) -> bool {
    let text = c.secret();
    if text.len() != 44 || !text.ends_with(b"=") || c.key.is_none() {
        return false;
    }
    let bytes = c.view.bytes;
    let around = &bytes[c.span.start.saturating_sub(BESIDE)..bytes.len().min(c.span.end + BESIDE)];
    let around = around.to_ascii_lowercase();
    [&b"publickey"[..], b"public_key"].iter().any(|word| memchr::memmem::find(&around, word).is_some())
}

/// Whether a value has the length of a digest and one or two letters in its midst that are no hexadecimal digits: of what
/// is drawn from all letters half are none.
fn typed_over(text: &[u8]) -> bool {
    let other = |text: &[u8]| text.iter().filter(|b| !b.is_ascii_hexdigit()).count();
    let cased = text.iter().any(u8::is_ascii_uppercase) && text.iter().any(u8::is_ascii_lowercase);
    matches!(text.len(), 32 | 40 | 64)
        && text.iter().all(u8::is_ascii_alphanumeric)
        && !cased
        && matches!(other(text), 1 | 2)
        && other(&text[4..text.len() - 4]) == other(text)
}

/// Whether the value is the seed in the address of an account: `otpauth://…`, or what follows it, at a domain of RFC 2606.
fn seeds_passwords(c: &Candidate<'_>) -> bool {
    let before = &c.view.bytes[c.span.start.saturating_sub(ACCOUNT)..c.span.start];
    let Some(address) = before.strip_suffix(b"secret=") else { return false };
    let line = &address[memchr::memrchr(b'\n', address).map_or(0, |at| at + 1)..];
    let known = DOMAINS.iter().any(|domain| line[..line.len().saturating_sub(1)].ends_with(domain));
    known || memchr::memmem::find(line, b"otpauth://").is_some()
}

/// Whether the line that `before` ends in begins with what asserts something: `assert.True(t, IsToken("…`.
fn is_asserted(before: &[u8]) -> bool {
    const BEGINS: &[&[u8]] = &[
        b"assert",
        b"Assert.",
        b"self.assert",
        b"XCTAssert",
        b"expect(",
        b"expect {",
        b"require.",
        b"ASSERT_",
        b"EXPECT_",
        b"QVERIFY(",
        b"QCOMPARE(",
    ];
    let line = &before[memchr::memrchr(b'\n', before).map_or(0, |at| at + 1)..];
    let line = line.trim_ascii_start();
    BEGINS.iter().any(|begin| line.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::Blob;
    use crate::detect::{Detector, Settings};
    use crate::rule::{Confidence, RuleSet, example};

    /// How surely the only value of a file is found.
    fn found(path: &str, template: &str) -> Option<Confidence> {
        let settings = Settings { confidence: Confidence::Low, silent: Vec::new() };
        let rules = RuleSet::builtin();
        let detector = Detector::new(&rules, settings).unwrap();
        let text = example::expand(template).unwrap().text;
        detector.scan(&Blob::whole(path, text.as_bytes())).first().map(|finding| finding.confidence)
    }

    #[test]
    fn what_tests_bring_with_them_counts_little() {
        for template in [
            "SECRET_KEY = \"<alnum:50>\"",
            "SECRET_KEY = '<low36:12>$<low36:9>)<low36:7>%<low36:18>-'",
            "secret_key_base: \"<hex:32>\"",
            "session_secret = \"<alnum:32>\"",
            "PUBLIC_KEY = \"<b64:43>=\"\nSECRET_KEY_A = \"<b64:43>=\"",
            "url = \"otpauth://totp/ACME:ann@example.com?secret=<B32:32>&issuer=ACME\"",
            "assert is_token(auth_token(\"<hex:40>\"))",
            "env.SECRET_KEY = \"<hex:64>\"",
            "page.login(\"ann@example.com\", \"<alnum:12>\")",
            "access_token = \"<hex:5>k<hex:26>\"",
        ] {
            assert_eq!(found("tests/a.py", template), Some(Confidence::Low), "{template}");
            assert_ne!(found("app/a.py", template), Some(Confidence::Low), "{template}");
        }
        let key = "SECRET_KEY: <hex:64>";
        for path in [".github/workflows/ci.yml", ".env.test"] {
            assert_eq!(found(path, key), Some(Confidence::Low), "{path}");
        }
        assert_eq!(found(".env.template", "# ADMIN_TOKEN=<alnum:40>\n"), Some(Confidence::Low));
        assert_eq!(found(".env.template", "ADMIN_TOKEN=<alnum:40>\n"), Some(Confidence::Medium));
        assert_eq!(found(".env.example", key), Some(Confidence::Medium));
        for template in ["client_secret = \"<hex:32>\"", "STRIPE_SECRET_KEY = \"<alnum:32>\""] {
            assert_eq!(found("tests/a.py", template), Some(Confidence::Medium), "{template}");
        }
    }

    #[test]
    fn one_wrong_letter_among_digits_was_typed() {
        let text = |template: &str| example::expand(template).unwrap().text.into_bytes();
        assert!(typed_over(&text("<hex:14>g<hex:17>")) && typed_over(&text("<hex:9>k<hex:19>s<hex:10>")));
        for template in ["<hex:32>", "<low36:32>", "k<hex:31>", "<hex:30>us", "<alnum:40>"] {
            assert!(!typed_over(&text(template)), "{template}");
        }
    }
}
