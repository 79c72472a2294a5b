//! Does the secret begin and end where a token begins and ends? `task-…` holds no `sk-…`.

use super::Verdict;
use crate::detect::Candidate;

/// Rejects what stands inside a longer word.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    let inside = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if c.rule.inside_word || c.key.is_some() {
        return Verdict::Pass;
    }
    let first_is_word = c.secret().first().is_some_and(|b| inside(*b));
    if first_is_word && c.before().is_some_and(inside) {
        return Verdict::Reject("stands inside a longer word".into());
    }
    Verdict::Pass
}
