//! Is the value a stand-in? Tests, fixtures, documentation and comments hold passwords that open nothing.

use super::{Verdict, structure};
use crate::detect::Candidate;
use crate::detect::assign::Form;
use crate::detect::lexicon::{FileKind, Kind, chance, name, place, words};
use crate::rule::{Judged, Syntax};

/// What a password in tests or documentation must have beyond words, in bits.
const DRAWN: f64 = 9.0;

/// How far before a value its comment is read, in bytes.
const COMMENT: usize = 300;

/// A password shorter than this is made up, where stand-ins are usual, in bytes; in a URL it may be two
/// longer.
const SHORT: usize = 5;

/// The same in a comment of a program, where documentation shows what is called with what.
const SHORT_IN_COMMENT: usize = 8;

/// No service makes a token shorter than this, in bytes: in tests such a one is an id, or made up.
const SHORT_TOKEN: usize = 11;

/// A password that is longer is not taken for words in which digits stand for letters.
const SPELT: usize = 12;

/// Rejects passwords and digests that only look like chosen ones where stand-ins are usual.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    if let Some(text) = made_for_tests(c).or_else(|| shown_hash(c)) {
        c.doubt("double", text);
        return Verdict::Pass;
    }
    let shown = c.scene.is_test() || c.scene.file() == FileKind::Docs || in_comment(c);
    let text = c.secret();
    let read = matches!(c.scene.file(), FileKind::Config | FileKind::Store);
    if !shown && !c.proven && c.kind().is_some() && read {
        let before = &c.view.bytes[c.span.start.saturating_sub(COMMENT)..c.span.start];
        if c.kind() == Some(Kind::Password) && commented_out(before, text) {
            return Verdict::Reject("is built on words for a secret, in a comment".into());
        }
        if called_an_example(before) {
            return Verdict::Reject("is an example, as the comment says".into());
        }
    }
    if !shown || c.proven {
        return Verdict::Pass;
    }
    if c.rule.judged == Judged::Hash || c.kind().is_some() && digest(text) {
        return Verdict::Reject("is the digest of a password, in tests or documentation".into());
    }
    if c.kind() == Some(Kind::Password) && (is_stored(c.name(), text) || sum(text) || salted(c)) {
        return Verdict::Reject("is what a password is stored as, in tests or documentation".into());
    }
    if c.kind().is_some() && ends_in(c.name(), &[b"salt"]) {
        c.doubt("double", "a salt in tests or documentation, which opens nothing by itself");
        return Verdict::Pass;
    }
    match c.kind() {
        Some(Kind::Password) => password(c),
        Some(Kind::Token) if c.scene.is_test() => token(c),
        _ => Verdict::Pass,
    }
}

/// Words for a private key that tests bring with them, as that of a web server of their own or a test vector.
fn made_for_tests(c: &Candidate<'_>) -> Option<&'static str> {
    let pem = c.rule.structure.starts_with("pem");
    // 32 bytes in base64, as keys on Curve25519 and those that sign zones are written.
    let bare = || c.rule.id.ends_with("-private-key") && c.secret().len() == 44 && c.secret().ends_with(b"=");
    let docs = || c.scene.file() == FileKind::Docs;
    let json = || c.rule.keywords.iter().any(|word| word == "kty" || word == "oct");
    let vector = || c.scene.is_test_data() && json();
    let armourless = || {
        let data =
            || c.scene.is_test_data() && (der(c.secret()) || structure::bare_key(c.secret()).is_some());
        let cut = || structure::bare_key(c.secret()) == Some(structure::Part::Beginning);
        c.kind() == Some(Kind::Token) && c.scene.is_test() && (data() || cut())
    };
    if c.scene.is_test() && (pem || bare()) || vector() || armourless() {
        Some("a private key in tests, most likely made for them")
    } else if pem && (place::is_documentation(c.scene.name()) || in_comment(c)) {
        Some("a private key in documentation, which shows what one looks like")
    } else if c.rule.structure == "jwt"
        && (docs() || c.scene.is_test())
        && (structure::is_short_lived(c.secret()) || structure::says_only_when(c.secret()))
    {
        Some("a token that was good for a day at most or says nothing else, in tests or documentation")
    } else if (docs() || c.scene.is_test_data() || in_comment(c)) && structure::is_sealed_token(c.secret()) {
        Some("an encrypted token, in documentation or the data of tests")
    } else if c.kind().is_some() && c.key.is_some() && is_named_made_up(c.name()) {
        Some("a value whose name says that it is made up")
    } else if pem && named_a_stand_in(c) {
        Some("a private key whose name says that it is a stand-in")
    } else {
        None
    }
}

/// Whether a long value begins as structures in DER do, in hexadecimal digits or base64: a private key without its armour, or
/// with all of it in base64.
fn der(text: &[u8]) -> bool {
    text.len() >= 200
        && [&b"3082"[..], b"3081", b"MII", b"LS0tLS1CRUdJTi"].iter().any(|head| text.starts_with(head))
}

/// Whether the line before a private key says that it is none: `const TEST_FAKE_KEY = "-----BEGIN …`.
fn named_a_stand_in(c: &Candidate<'_>) -> bool {
    let before = &c.view.bytes[c.span.start.saturating_sub(120)..c.span.start];
    let line = memchr::memrchr(b'\n', before).map_or(before, |n| &before[n + 1..]);
    line.split(|b| !b.is_ascii_alphanumeric()).any(made_up)
}

/// Whether a word says that what it is said of is made up.
fn made_up(word: &[u8]) -> bool {
    words::holds(words::MADE_UP, word) || word.eq_ignore_ascii_case(b"fake")
}

/// Whether one of a name's words says that its value is made up: `fakeToken`, `DUMMY_API_KEY`.
fn is_named_made_up(name: &[u8]) -> bool {
    name::split(name).into_iter().any(|word| made_up(&name[word]))
}

/// Words for what a password is stored as where it opens nothing, or where the password itself is told beside it.
fn shown_hash(c: &Candidate<'_>) -> Option<&'static str> {
    if c.rule.judged != Judged::Hash || c.proven {
        return None;
    }
    let before = &c.view.bytes[c.span.start.saturating_sub(COMMENT)..c.span.start];
    let config = matches!(c.scene.file(), FileKind::Config | FileKind::Script);
    if config && before.rsplit(|b| *b == b'\n').next().is_some_and(comment) {
        Some("the digest of a password, in a comment of a configuration")
    } else if place::is_documentation(c.scene.name()) {
        Some("the digest of a password, in the code of documentation")
    } else if place::is_seed(c.scene.name()) {
        Some("the digest of a password of those that a demonstration begins with")
    } else if told_beside(before) {
        Some("the digest of a password that the comment before it tells")
    } else if said_made_up(before) || c.scene.file() == FileKind::Code && fakes(before) {
        Some("the digest of a password that is made up, as the text before it says")
    } else {
        None
    }
}

/// Whether one of the two lines before the last is a comment that tells a password: `# password: "otter"`.
fn told_beside(before: &[u8]) -> bool {
    let quoted = |line: &[u8]| line.iter().filter(|b| matches!(b, b'"' | b'\'')).count() >= 2;
    let said = |line: &[u8]| {
        let line = line.to_ascii_lowercase();
        [&b"password"[..], b"plaintext", b"bcrypt"]
            .iter()
            .any(|word| memchr::memmem::find(&line, word).is_some())
    };
    before.rsplit(|b| *b == b'\n').skip(1).take(2).any(|line| comment(line) && quoted(line) && said(line))
}

/// Whether one of the four lines before the last is a comment that calls something made up: `// Dummy hash, to take as long`.
fn said_made_up(before: &[u8]) -> bool {
    let said = |line: &[u8]| comment(line) && line.split(|b| !b.is_ascii_alphanumeric()).any(made_up);
    before.rsplit(|b| *b == b'\n').skip(1).take(4).any(said)
}

/// Whether a name in `before` says that something is only pretended: `verify_fake_password`.
fn fakes(before: &[u8]) -> bool {
    let fake = |word: &[u8]| [&b"fake"[..], b"dummy"].iter().any(|w| word.eq_ignore_ascii_case(w));
    before.split(|b| !b.is_ascii_alphabetic()).any(fake)
}

/// Whether a value is, or ends in, what a password is stored as.
fn digest(text: &[u8]) -> bool {
    const MARKS: &[&[u8]] = &[b"$2a$", b"$2b$", b"$2y$", b"$argon2", b"$5$", b"$6$", b"$apr1$"];
    text.len() > 30
        && (text.starts_with(b"$") || MARKS.iter().any(|m| memchr::memmem::find(&text[..20], m).is_some()))
}

/// Whether a name says that it holds what a password is stored as, and the value may be that: `password_hash`,
/// `encodedPassword`.
fn is_stored(text: &[u8], value: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[b"hash", b"hashed", b"digest", b"encoded", b"encrypted", b"salted"];
    let said = |word: &[u8]| WORDS.iter().any(|w| word.eq_ignore_ascii_case(w));
    value.len() >= 16 && name::split(text).into_iter().any(|word| said(&text[word]))
}

/// Whether 32 or 64 bytes in base64 stand beside the salt and the number of rounds that they were made with.
fn salted(c: &Candidate<'_>) -> bool {
    let text = c.secret();
    if !matches!(text.len(), 44 | 88) || !text.ends_with(b"=") {
        return false;
    }
    let around = c.span.start.saturating_sub(COMMENT)..c.view.bytes.len().min(c.span.end + COMMENT);
    let around = &c.view.bytes[around];
    [&b"salt"[..], b"iterations"].iter().all(|word| memchr::memmem::find(around, word).is_some())
}

/// Whether the last word of a name is one of these.
fn ends_in(text: &[u8], words: &[&[u8]]) -> bool {
    let last = name::split(text).pop().map_or(&[][..], |word| &text[word]);
    words.iter().any(|word| last.eq_ignore_ascii_case(word))
}

/// Whether a password is as many hexadecimal digits as a digest has.
fn sum(text: &[u8]) -> bool {
    matches!(text.len(), 32 | 40 | 56 | 64 | 96 | 128) && text.iter().all(u8::is_ascii_hexdigit)
}

/// Tokens that tests make up are words in leetspeak.
fn token(c: &Candidate<'_>) -> Verdict {
    let text = c.secret();
    if text.len() <= 12 && text.iter().all(u8::is_ascii_lowercase) {
        return Verdict::Reject("is one word, in tests".into());
    }
    if text.len() < SHORT_TOKEN {
        return Verdict::Reject("is shorter than any service makes them, in tests".into());
    }
    if by_few_fingers(text) {
        return Verdict::Reject("is typed with a few fingers, in tests".into());
    }
    in_leetspeak(text)
}

/// Whether small letters come back far more often than chance lets them: `sdhjcbjsdhcbshjdcb`. Of twelve that are drawn, ten
/// are different.
fn by_few_fingers(text: &[u8]) -> bool {
    let letters = text.iter().all(u8::is_ascii_lowercase);
    let kinds = text.iter().fold(0u32, |all, b| all | 1 << (b & 31)).count_ones() as usize;
    letters && text.len() >= 12 && kinds * 2 <= text.len().min(24)
}

fn in_leetspeak(text: &[u8]) -> Verdict {
    let mut told = words::inside(words::WEAK, plain(text)).filter(|word| word.len() >= 4);
    match told.next().filter(|_| text.len() <= 24) {
        Some(word) => Verdict::Reject(format!("is built on the word '{word}', in tests")),
        None => Verdict::Pass,
    }
}

fn password(c: &Candidate<'_>) -> Verdict {
    let text = c.secret();
    if let Some(word) = weak(text) {
        return Verdict::Reject(format!("is built on the word '{word}', in tests or documentation"));
    }
    let short = match c.rule.syntax {
        Syntax::Url => SHORT + 2,
        _ if in_comment(c) => SHORT_IN_COMMENT,
        _ => SHORT,
    };
    if text.len() < short {
        return Verdict::Reject("is short, in tests or documentation".into());
    }
    if escapes(text) * 2 >= text.len() {
        return Verdict::Reject("shows how signs are escaped, in tests or documentation".into());
    }
    let drawn = chance::bits(text);
    let drawn = if c.scene.is_test() && spelt(text) { drawn.min(chance::bits(&plain(text))) } else { drawn };
    let wanted = if c.rule.syntax == Syntax::Url || c.form == Form::Spaced { DRAWN + 3.0 } else { DRAWN };
    // A text that tells a password which someone chose tells one that opens something.
    let told = c.scene.file() == FileKind::Docs && !c.scene.is_test() && super::chance::told(text);
    if drawn < wanted && !told {
        return Verdict::Reject("reads like words, in tests or documentation".into());
    }
    Verdict::Pass
}

/// Whether a value spells with digits that somebody is to put another in its place: `ch4ng3m3`.
pub(super) fn spelt_out(text: &[u8]) -> bool {
    if !text.iter().any(u8::is_ascii_digit) || text.len() > 40 {
        return false;
    }
    let spelt = plain(text).into_iter().map(|b| if matches!(b, b'6' | b'9') { b'g' } else { b }).collect();
    words::inside(words::EXAMPLE_PART, spelt).any(|word| word.starts_with("change"))
}

/// Whether digits stand between letters of a short value, as in words that are written with them: `m3adow`.
fn spelt(text: &[u8]) -> bool {
    let ends = [text.first(), text.last()];
    text.len() <= SPELT
        && text.iter().all(u8::is_ascii_alphanumeric)
        && ends.into_iter().flatten().all(u8::is_ascii_alphabetic)
}

/// A word for a secret inside the value, leetspeak undone.
pub(super) fn weak(text: &[u8]) -> Option<&'static str> {
    words::inside(words::WEAK, plain(text)).next()
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

/// How many bytes of a value are escapes of a URL: `%F0%9F%8D%A9`.
fn escapes(text: &[u8]) -> usize {
    3 * text.windows(3).filter(|w| w[0] == b'%' && w[1..].iter().all(u8::is_ascii_hexdigit)).count()
}

/// Whether a password of words alone, one of which stands for a secret, stands in a comment of a configuration, where
/// examples are: `# password: veryverysecret`.
fn commented_out(before: &[u8], text: &[u8]) -> bool {
    let line = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let words = text.iter().all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_'));
    comment(line) && words && weak(text).is_some()
}

/// Whether the comment of a configuration that `before` ends in says that it shows an example: `## Example:`.
fn called_an_example(before: &[u8]) -> bool {
    let mut lines = before.rsplit(|b| *b == b'\n').take_while(|line| comment(line));
    lines.next().is_some() && lines.any(|line| memchr::memmem::find(line, b"xample").is_some())
}

/// Whether a line of a configuration is a comment.
fn comment(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    [&b"#"[..], b";", b"//"].iter().any(|sign| line.starts_with(sign))
}

/// Whether the line is a comment of a program.
pub(super) fn in_comment(c: &Candidate<'_>) -> bool {
    let sql = || c.path().ends_with(".sql");
    if c.scene.file() != FileKind::Code && !sql() {
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
    let signs: &[&[u8]] = match c.scene.file() {
        FileKind::Code => &[b"#", b"//", b"*", b"/*", b"--", b"%", b"<!--", b"'''", b">>>"],
        _ => &[b"--"],
    };
    signs.iter().any(|sign| line.starts_with(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_password_is_stored_as_is_told_by_its_mark() {
        let text = |template: &str| crate::rule::example::expand(template).unwrap().text.into_bytes();
        assert!(digest(&text("#stored:$2a$10$<alnum:53>")) && digest(&text("$2y$05$<alnum:53>")));
        assert!(!digest(&text("<alnum:60>")) && !digest(b"$ecret"));
    }

    #[test]
    fn letters_that_come_back_were_typed() {
        assert!(by_few_fingers(b"sdhjcbjsdhcbshjdcb") && !by_few_fingers(b"sdhjcb"));
        let text = crate::rule::example::expand("<low:18>").unwrap().text;
        assert!(!by_few_fingers(text.as_bytes()));
    }

    #[test]
    fn tokens_of_words_are_told_from_chance() {
        assert_ne!(in_leetspeak(b"v3rys3cr3t_h0use"), Verdict::Pass);
        assert_ne!(in_leetspeak(b"h4rb0ur0fs3cr3ts"), Verdict::Pass);
        let text = |template: &str| crate::rule::example::expand(template).unwrap().text.into_bytes();
        assert_eq!(in_leetspeak(&text("<alnum:24>")), Verdict::Pass);
        assert_eq!(in_leetspeak(&text("secret_<alnum:40>")), Verdict::Pass);
    }

    #[test]
    fn a_value_may_spell_that_it_is_to_be_changed() {
        assert!(spelt_out(b"ch4n63m3_n0w") && !spelt_out(b"chang3d") && !spelt_out(b"d3adb33f"));
    }

    #[test]
    fn names_say_what_is_made_up() {
        for name in ["fakeToken", "DUMMY_API_KEY", "mockSecretKey", "some_fake_password"] {
            assert!(is_named_made_up(name.as_bytes()), "{name}");
        }
        for name in ["hammockToken", "API_KEY", "snowflakePassword", "smockedSecret"] {
            assert!(!is_named_made_up(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn names_say_what_is_stored() {
        let sum = crate::rule::example::expand("<hex:40>").unwrap().text;
        for name in ["password_hash", "encodedPassword", "MASTER_PASSWORD_HASH", "hashedPasswd"] {
            assert!(is_stored(name.as_bytes(), sum.as_bytes()), "{name}");
        }
        assert!(!is_stored(b"password", sum.as_bytes()) && !is_stored(b"password_hash", b"hunter22"));
        assert!(super::sum(sum.as_bytes()) && !super::sum(&sum.as_bytes()[1..]));
        assert!(ends_in(b"keyDerivationSalt", &[b"salt"]) && !ends_in(b"saltKey", &[b"salt"]));
    }

    #[test]
    fn a_comment_may_tell_what_a_digest_was_made_of() {
        assert!(
            fakes(b"def verify_fake_password(self):\n  verify(\"x\", \"")
                && !fakes(b"snowflake(\"")
                && said_made_up(b"// Dummy hash, to take as long\nverify(\n  x,\n  \"")
                && !said_made_up(b"// hash\nx(\"")
        );
        assert!(told_beside(b"  # password: \"otter\"\n  hash: \""));
        assert!(told_beside(b"// hash --plaintext \"otter\"\nreturn x(\""));
        assert!(!told_beside(b"password: \"otter\"\nhash: \"") && !told_beside(b"# the password\nhash: \""));
    }

    #[test]
    fn a_comment_tells_its_examples() {
        assert!(called_an_example(b"a: 1\n## Example:\n## gossip: \""));
        assert!(!called_an_example(b"# Example:\ngossip: \"") && !called_an_example(b"# gossip: example"));
        assert!(commented_out(b"a: 1\n  #password: ", b"veryverysecret"));
        assert!(
            !commented_out(b"password: ", b"veryverysecret") && !commented_out(b"# password: ", b"Tundra44")
        );
    }

    #[test]
    fn escapes_of_a_url_are_counted() {
        assert_eq!((escapes(b"%F0%9F%8D%A9"), escapes(b"p%40ss"), escapes(b"100%sure")), (12, 3, 0));
    }

    #[test]
    fn words_for_secrets_are_seen_through_leetspeak() {
        assert_eq!(weak(b"S3cretP@ssw0rd!"), Some("pass"));
        assert!(both(b"MyS3cret-Passw0rd") && !both(b"Secret-99"));
        assert!(weak(b"verYs3cret").is_some() && weak(b"Kd93hf-ls").is_none());
    }
}
