//! Is the value a text for people? A label, a message, a translation, a description.

use super::Verdict;
use super::phrase::spoken;
use crate::detect::Candidate;
use crate::detect::assign::Form;
use crate::detect::lexicon::{FileKind, Kind, chance, place};

/// By how many bits chance must explain a password better than words do to be one among translations.
const STRONG: f64 = 24.0;

/// Rejects sentences, and everything that reads like words in a file of translations.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    let Some(kind) = c.kind() else { return Verdict::Pass };
    let text = c.secret();
    let spaces = text.iter().filter(|b| b.is_ascii_whitespace()).count();
    let made = kind == Kind::Password && app_password(text) || spoken(c);
    if spaces > 0 && !made && (spaces * 12 > text.len() || chance::bits(text) < 20.0 || text.len() < 20) {
        return Verdict::Reject("is a text of several words".into());
    }
    let line = matches!(c.form, Form::Line | Form::Bare);
    if c.scene.file() == FileKind::Docs && line && goes_on(text, &c.view.bytes[c.span.end..]) {
        return Verdict::Reject("begins a sentence".into());
    }
    // A word of another language has no letters that English words have: what counts is that it is one.
    if text.iter().all(u8::is_ascii_alphabetic) && place::is_bundle(c.path()) {
        return Verdict::Reject("is a translation".into());
    }
    let letters = text.iter().all(u8::is_ascii_alphabetic);
    let drawn = if kind == Kind::Password { STRONG } else { 12.0 };
    if c.scene.file() == FileKind::Locale && (letters || chance::bits(text) < drawn) {
        return Verdict::Reject("is a translation".into());
    }
    if text.iter().filter(|b| !b.is_ascii()).count() > 1 {
        return Verdict::Reject("is not written as credentials are".into());
    }
    let plain =
        text.len() < 8 && text.split_last().is_some_and(|(_, word)| word.iter().all(u8::is_ascii_lowercase));
    if matches!(text.last(), Some(b':' | b',')) && text.len() < 16 && (plain || chance::bits(text) < 4.0) {
        return Verdict::Reject("is a label".into());
    }
    if between_literals(text) {
        return Verdict::Reject("is code between two literals".into());
    }
    Verdict::Pass
}

/// Whether a value begins as code does behind a literal and ends as it does before the next one: `,remember:` stands
/// between the quotes of `password:"Password:",remember:"Remember me"`.
fn between_literals(text: &[u8]) -> bool {
    let begins = matches!(text.first(), Some(b',' | b')' | b';' | b'}'))
        // Base64 may begin so, too, but has no bracket.
        || text.first() == Some(&b'+') && text.last() == Some(&b'(');
    let ends = matches!(text.last(), Some(b':' | b',' | b'(' | b'=' | b'[' | b'{' | b'+'));
    text.len() >= 3 && begins && ends
}

/// Four groups of four small letters that are no words, as Google shows the passwords it makes for apps.
fn app_password(text: &[u8]) -> bool {
    let group = |part: &[u8]| part.len() == 4 && part.iter().all(u8::is_ascii_lowercase);
    let groups = || text.split(|b| *b == b' ');
    text.len() == 19 && groups().all(group) && groups().map(chance::bits).sum::<f64>() > 4.0
}

/// Whether a word without digits is followed by another one: `password: see the vault`.
fn goes_on(text: &[u8], rest: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_lowercase)
        && matches!(rest, [b' ', next, ..] if next.is_ascii_alphabetic() || !next.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_made_for_apps_are_told_from_words() {
        let groups = ["<low:4>", "<low:4>", "<low:4>", "<low:4>"];
        let text = crate::rule::example::expand(&groups.join(" ")).unwrap().text;
        assert!(app_password(text.as_bytes()), "{text}");
        for text in
            ["this does nott work", "user name pass word", "your pass word here", "some text that goes"]
        {
            assert!(!app_password(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn code_between_two_literals_is_no_value() {
        for text in ["+rs.getString(", ",rememberMeLabel:", ", user=", ") + f("] {
            assert!(between_literals(text.as_bytes()), "{text}");
        }
        assert!(!between_literals(b"kX9,p2:") && !between_literals(b",8hT!qw2"));
    }

    #[test]
    fn a_word_before_another_begins_a_sentence() {
        assert!(
            goes_on(b"see", b" the vault")
                && goes_on(b"mot", " à part".as_bytes())
                && !goes_on(b"hunter2", b" the vault")
                && !goes_on(b"see", b"\n")
        );
    }
}
