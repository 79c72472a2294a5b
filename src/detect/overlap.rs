//! One secret, one finding: candidates that claim the same bytes are settled here, and nowhere else.
//!
//! The order: proven before unproven, specific before generic, the nearer keyword, the longer secret, the
//! earlier rule. A loser that stands apart from every winner stays.

use super::candidate::Candidate;

/// Keeps of each group of overlapping candidates the best.
pub(crate) fn settle(mut all: Vec<Candidate<'_>>) -> Vec<Candidate<'_>> {
    all.sort_by_key(|c| {
        let rank = (c.proven, c.rule.rank(), c.confidence);
        let near = c.distance.unwrap_or(usize::MAX);
        (std::cmp::Reverse(rank), near, std::cmp::Reverse(c.span.len()), c.id)
    });
    let mut kept: Vec<Candidate<'_>> = Vec::new();
    let mut taken: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    for candidate in all {
        let span = candidate.view.in_blob(candidate.span.clone());
        let before = taken.range(..span.end.max(span.start + 1)).next_back();
        if before.is_some_and(|(_, end)| *end > span.start) {
            continue;
        }
        taken.insert(span.start, span.end);
        kept.push(candidate);
    }
    kept.sort_by_key(|c| c.view.in_blob(c.span.clone()).start);
    kept
}
