//! Is the value a phrase: words that have nothing to do with each other or with secrets, as people choose them to be long?
//!
//! In flows a candidate; out flows whether its value is one and stands where such values are secrets. It judges nothing
//! else, and knows no dictionary: only the words that names and placeholders are made of.

use crate::detect::Candidate;
use crate::detect::lexicon::{FileKind, Kind, words};

/// The lengths of a phrase, in bytes.
const LENGTH: std::ops::RangeInclusive<usize> = 14..=80;

/// Words joined to a phrase: `copper-meadow-otter`. Only where the name says password, or what tokens are signed with,
/// and the file is one of settings; elsewhere such values are names.
pub(super) fn phrase(c: &Candidate<'_>) -> bool {
    let text = c.secret();
    let read = matches!(c.scene.file(), FileKind::Config | FileKind::Store | FileKind::Script);
    let said = c.said.as_ref().is_some_and(|n| n.clear && n.last);
    read && said && !c.scene.is_test() && joined(text, |sign| matches!(sign, b'-' | b'_'), 3)
}

/// Words apart by spaces, under a name that asks for a phrase: `passphrase = "copper meadow otter lantern"`.
pub(super) fn spoken(c: &Candidate<'_>) -> bool {
    let named = c.key.is_some() && c.name().to_ascii_lowercase().ends_with(b"passphrase");
    let shown = c.scene.is_test() || matches!(c.scene.file(), FileKind::Docs | FileKind::Locale);
    (named || signs(c)) && !shown && joined(c.secret(), |sign| sign == b' ', 4)
}

/// Whether a name is that of what a program signs its tokens and sessions with, which people make up by hand.
pub(super) fn signs(c: &Candidate<'_>) -> bool {
    const OWNERS: &[&[u8]] = &[b"jwt", b"session", b"cookie", b"sign", b"hmac", b"nextauth", b"token"];
    if c.key.is_none() || c.kind() != Some(Kind::Token) {
        return false;
    }
    let name = c.name().to_ascii_lowercase();
    let said = [&b"secret"[..], b"key"].iter().any(|word| memchr::memmem::find(&name, word).is_some());
    let given = c.view.bytes[c.span.start.saturating_sub(48)..c.span.start].to_ascii_lowercase();
    // `session({ secret: "…" })`, the way to set up sessions in Express.
    let set_up = name == b"secret" && memchr::memmem::find(&given, b"session({").is_some();
    said && (set_up || OWNERS.iter().any(|owner| memchr::memmem::find(&name, owner).is_some()))
}

/// Whether `text` is so many words at least, apart by one sign that is `joins`, none of which stands for a secret.
fn joined(text: &[u8], joins: fn(u8) -> bool, least: usize) -> bool {
    // Words of sentences.
    const SPOKEN: &[&[u8]] =
        &[b"the", b"and", b"for", b"this", b"that", b"are", b"was", b"not", b"you", b"can", b"from"];
    let sign = text.iter().find(|b| !b.is_ascii_lowercase()).copied().unwrap_or_default();
    let word = |part: &[u8]| {
        matches!(part.len(), 3..=12)
            && part.iter().all(u8::is_ascii_lowercase)
            && !SPOKEN.contains(&part)
            && !words::is_label(part)
            && !words::holds(words::WEAK, part)
    };
    let parts = || text.split(|b| *b == sign);
    let known = parts().filter(|part| words::holds(words::DUMMY, part)).count();
    LENGTH.contains(&text.len()) && joins(sign) && parts().count() >= least && parts().all(word) && known < 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_told_from_a_sentence_and_from_a_name() {
        let dashes = |text: &str| joined(text.as_bytes(), |sign| sign == b'-', 3);
        let spaces = |text: &str| joined(text.as_bytes(), |sign| sign == b' ', 4);
        assert!(dashes("copper-meadow-otter") && spaces("copper meadow otter lantern"));
        assert!(!dashes("my-secret-key") && !dashes("your-session-secret") && !dashes("copper-meadow"));
        assert!(
            !spaces("the words that follow")
                && !spaces("enter a new phrase")
                && !spaces("copper meadow otter")
        );
    }
}
