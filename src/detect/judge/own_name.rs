//! Is the value its own name? `api_key = "api_key"`, `password: 'password'`.

use super::Verdict;
use crate::detect::Candidate;
use crate::detect::lexicon::{FileKind, Kind};

/// Rejects a value that says the same as the name, or a part of it.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    if c.kind().is_none() || c.key.is_none() {
        return Verdict::Pass;
    }
    let plain = |text: &[u8]| -> Vec<u8> {
        text.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
    };
    if c.kind() == Some(Kind::Password) && is_the_user(c) {
        return Verdict::Reject("is the name of the user, too".into());
    }
    let (name, value) = (plain(c.name()), plain(c.secret()));
    if value.len() >= 3 && memchr::memmem::find(&name, &value).is_some() {
        return Verdict::Reject("is the name of the variable itself".into());
    }
    // What tokens are mixed with may be made of words, but hardly of the word for itself: `acmeSalt:`.
    let word = c.said.as_ref().map_or(&[][..], |said| &c.name()[said.word.clone()]);
    if c.kind() == Some(Kind::Token) && (4..16).contains(&c.secret().len()) && word.len() >= 4 {
        let word = word.to_ascii_lowercase();
        if memchr::memmem::find(&value, &word).is_some() {
            return Verdict::Reject("says what it is".into());
        }
    }
    let without_digits: Vec<u8> = value.iter().copied().filter(|b| !b.is_ascii_digit()).collect();
    if name.len() >= 6 && without_digits == name && value.len() - name.len() < 2 && c.scene.is_test() {
        return Verdict::Reject("is the name of the variable and a number".into());
    }
    Verdict::Pass
}

/// How far before a password the name of its user may stand, in bytes.
const BEFORE: usize = 60;

/// Whether a password in small letters is what is given to the user right before it, as servers come with: `user: otter`,
/// `password: otter`.
fn is_the_user(c: &Candidate<'_>) -> bool {
    let (Some(key), text) = (&c.key, c.secret()) else { return false };
    if c.name().eq_ignore_ascii_case(b"identified by") {
        return made_with(&c.view.bytes[key.start.saturating_sub(BEFORE)..key.start], text);
    }
    let read =
        matches!(c.scene.file(), FileKind::Config | FileKind::Script | FileKind::Code | FileKind::Other);
    if !read || !text.iter().all(u8::is_ascii_lowercase) {
        return false;
    }
    let before = &c.view.bytes[key.start.saturating_sub(BEFORE)..key.start];
    given_to_a_user(before, text)
}

/// Whether a statement makes a user who is called like the password: `CREATE USER otter@'%' IDENTIFIED BY 'otter'`.
fn made_with(before: &[u8], text: &[u8]) -> bool {
    let named = before.rsplit(|b| b.is_ascii_whitespace()).find(|word| !word.is_empty()).unwrap_or_default();
    let user = named.split(|b| *b == b'@').next().unwrap_or_default();
    user.strip_prefix(b"'").and_then(|user| user.strip_suffix(b"'")).unwrap_or(user) == text
}

/// Whether the last thing that `before` gives a value to is a user, and the value is `text`. What stands between the value and
/// the end may be the beginning of the next name.
fn given_to_a_user(before: &[u8], text: &[u8]) -> bool {
    let name = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let lead = before.iter().rev().take_while(name).count();
    let line = &before[..before.len() - lead];
    let sign = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b',' | b';' | b'\\' | b'-');
    let end = line.iter().rposition(|b| !sign(b)).map_or(0, |at| at + 1);
    let Some(head) = line[..end].strip_suffix(text).filter(|_| end < line.len()) else { return false };
    let from = head.len().saturating_sub(24);
    let lower = head[memchr::memrchr(b'\n', head).map_or(from, |at| from.max(at + 1))..].to_ascii_lowercase();
    head.last().is_some_and(|b| !b.is_ascii_alphanumeric())
        && [&b"user"[..], b"login"].iter().any(|word| memchr::memmem::find(&lower, word).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_and_a_password_may_be_one_word() {
        assert!(made_with(b"create user 'otter_1'@'%' ", b"otter_1") && made_with(b"user otter ", b"otter"));
        assert!(!made_with(b"create user seaotter@localhost ", b"otter"));
        assert!(given_to_a_user(b"  login-username: otter\n  login-", b"otter"));
        assert!(given_to_a_user(b"- DB_USER=otter\n  - ", b"otter"));
        assert!(given_to_a_user(br#"\"userName\": \"otter\",\""#, b"otter"));
        assert!(given_to_a_user(b"\"user\": \"otter\",\n\"", b"otter"));
        assert!(
            !given_to_a_user(b"user: seaotter\n", b"otter") && !given_to_a_user(b"host: otter\n", b"otter")
        );
    }
}
