//! Has the value the least entropy its rule asks for?

use super::Verdict;
use crate::detect::Candidate;
use crate::detect::lexicon::chance;

/// Rejects what repeats itself too much for its kind.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    if c.proven || c.rule.entropy <= 0.0 {
        return Verdict::Pass;
    }
    let entropy = chance::entropy(c.secret());
    if entropy < c.rule.entropy {
        let least = c.rule.entropy;
        return Verdict::Reject(format!("its entropy is {entropy:.1} bits a byte, below {least:.1}"));
    }
    Verdict::Pass
}
