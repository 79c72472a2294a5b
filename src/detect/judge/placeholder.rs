//! Is the value made up to show where a secret goes? `sk-xxxx`, `your-key-here`, `0123456789`.

use super::Verdict;
use crate::detect::Candidate;

/// Rejects masks and runs.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    if c.proven {
        return Verdict::Pass;
    }
    let text = c.secret();
    let mut counts = [0usize; 256];
    text.iter().for_each(|&b| counts[usize::from(b)] += 1);
    let most = counts.iter().max().copied().unwrap_or(0);
    if most * 10 >= text.len() * 6 {
        return Verdict::Reject("mostly one character".into());
    }
    Verdict::Pass
}
