//! Is the value a text for people? A label, a message, a translation, a description.

use super::Verdict;
use crate::detect::Candidate;
use crate::detect::lexicon::{FileKind, Kind, chance};

/// Rejects sentences, and everything that reads like words in a file of translations.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    let Some(kind) = c.kind() else { return Verdict::Pass };
    let text = c.secret();
    let spaces = text.iter().filter(|b| b.is_ascii_whitespace()).count();
    if spaces > 0 && (spaces * 12 > text.len() || chance::bits(text) < 20.0 || text.len() < 20) {
        return Verdict::Reject("is a text of several words".into());
    }
    if c.scene.file() == FileKind::Locale && (kind == Kind::Password || chance::bits(text) < 12.0) {
        return Verdict::Reject("is a translation".into());
    }
    if text.iter().filter(|b| !b.is_ascii()).count() > 1 {
        return Verdict::Reject("is not written as credentials are".into());
    }
    if matches!(text.last(), Some(b':' | b',')) && text.len() < 16 && chance::bits(text) < 4.0 {
        return Verdict::Reject("is a label".into());
    }
    Verdict::Pass
}
