//! Is the value its own name? `api_key = "api_key"`, `password: 'password'`.

use super::Verdict;
use crate::detect::Candidate;
use crate::detect::lexicon::Kind;

/// Rejects a value that says the same as the name, or a part of it.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    if c.kind().is_none() || c.key.is_none() {
        return Verdict::Pass;
    }
    let plain = |text: &[u8]| -> Vec<u8> {
        text.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
    };
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
