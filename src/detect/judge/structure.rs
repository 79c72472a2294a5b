//! Does the value have the inner structure its kind always has?

use super::Verdict;
use crate::detect::Candidate;

/// Raises what has the structure, lowers what has not.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    let proven = match c.rule.structure.as_ref() {
        "" => return Verdict::Pass,
        "openai" => openai(c.secret()),
        _ => return Verdict::Pass,
    };
    if proven {
        c.proven = true;
        c.raise("structure", "has the inner structure of its kind");
    } else {
        c.lower("structure", "lacks the inner structure of its kind");
    }
    Verdict::Pass
}

/// The marker stands in the exact middle of the body.
fn openai(secret: &[u8]) -> bool {
    const MARKER: &[u8] = b"T3BlbkFJ";
    let Some(at) = memchr::memmem::find(secret, MARKER) else { return false };
    let after = secret.len() - at - MARKER.len();
    at > after && secret[at - after - 1] == b'-'
}
