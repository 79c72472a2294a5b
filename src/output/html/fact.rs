//! What the page says of one secret at a glance: how urgent it is, how far it got, since when. In flows a
//! finding, out flow plain facts that charts, filters and the order of the page share.

use crate::finding::Finding;
use crate::output::story::{self, Exposure};
use crate::report::Report;
use crate::rule::Rule;

/// The facts of one secret.
pub(super) struct Fact<'a> {
    /// The finding.
    pub(super) finding: &'a Finding,
    /// Its rule.
    pub(super) rule: &'a Rule,
    /// How far it got out.
    pub(super) exposure: Exposure,
    /// Whether HEAD or the files still hold it; `None` if nobody asked git.
    pub(super) in_head: Option<bool>,
    /// When it was brought in, in seconds since 1970.
    pub(super) since: Option<i64>,
    /// When it was taken out, if it is nowhere in HEAD.
    pub(super) until: Option<i64>,
    /// The higher, the sooner to be revoked.
    pub(super) urgency: i32,
}

/// The facts of all secrets, the most urgent first.
pub(super) fn gather<'a>(report: &'a Report<'_>) -> Vec<Fact<'a>> {
    let mut facts: Vec<Fact<'a>> = report.findings.iter().map(|f| fact(report, f)).collect();
    facts.sort_by_key(|f| std::cmp::Reverse(f.urgency));
    facts
}

fn fact<'a>(report: &'a Report<'_>, finding: &'a Finding) -> Fact<'a> {
    let origins = || finding.places.iter().filter_map(|p| p.origin.as_deref());
    let since = origins().filter_map(|o| o.introduced.as_ref()).map(|c| c.time).min();
    let in_head = story::in_head(finding);
    let removed = || origins().filter_map(|o| o.removed.as_ref()).map(|c| c.time).max();
    let exposure = story::exposure(report, finding);
    Fact {
        finding,
        rule: report.rules.get(finding.rule),
        exposure,
        in_head,
        since,
        until: if in_head == Some(false) { removed() } else { None },
        urgency: story::urgency(finding, exposure),
    }
}

impl Fact<'_> {
    /// Where it is, in words for filters: pushed, history only, and so on.
    pub(super) fn reach(&self) -> &'static str {
        match (self.exposure, self.in_head) {
            (Exposure::Pushed, Some(false)) => "pushed, in history only",
            (Exposure::Pushed, _) => "pushed",
            (Exposure::Committed, Some(false)) => "in history only",
            (Exposure::Files, _) => "working tree",
            (other, _) => other.word(),
        }
    }

    /// How long it has been out, at the time `now`.
    pub(super) fn age(&self, now: i64) -> &'static str {
        const DAY: i64 = 86_400;
        match self.since.map(|since| (now - since) / DAY) {
            None => "age not known",
            Some(..7) => "under a week",
            Some(7..30) => "under a month",
            Some(30..365) => "under a year",
            Some(_) => "over a year",
        }
    }
}
