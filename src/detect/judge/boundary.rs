//! Does the secret begin and end where a token begins and ends? `task-…` holds no `sk-…`.

use super::Verdict;
use crate::detect::Candidate;

/// Rejects what stands inside a longer word.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    let inside = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if c.rule.inside_word || c.key.is_some() || c.kind().is_some() {
        return Verdict::Pass;
    }
    let first_is_word = c.secret().first().is_some_and(|b| inside(*b));
    if first_is_word && c.before().is_some_and(inside) && c.whole.start == c.span.start && !escape_before(c) {
        return Verdict::Reject("stands inside a longer word".into());
    }
    let at = c.span.start;
    let slug = !c.proven
        && at >= 2
        && c.whole.start == at
        && c.view.bytes[at - 1] == b'-'
        && c.view.bytes[at - 2].is_ascii_alphanumeric();
    if slug {
        return Verdict::Reject("goes on from words joined by hyphens".into());
    }
    Verdict::Pass
}

/// Whether the byte before the secret is the letter of an escape: `\n` directly before a token.
fn escape_before(c: &Candidate<'_>) -> bool {
    let at = c.span.start;
    at >= 2 && c.view.bytes[at - 2] == b'\\' && matches!(c.view.bytes[at - 1], b'n' | b't' | b'r')
}
