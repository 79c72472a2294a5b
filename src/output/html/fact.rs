//! What the page says of one secret at a glance: how urgent it is, how far it got, since when. In flows a
//! finding, out flow plain facts that charts, filters and the order of the page share.

use crate::finding::{Finding, Status};
use crate::output::story::{self, Exposure};
use crate::report::Report;
use crate::rule::{Confidence, Rule, Severity};

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
        urgency: urgency(finding, exposure),
    }
}

/// What to revoke first: what is known to work, then what others can read and opens much. What never left this
/// machine can wait.
fn urgency(finding: &Finding, exposure: Exposure) -> i32 {
    let alive = match finding.status {
        Status::Live(_) => 100,
        Status::Restricted(_) => 40,
        Status::Unverified | Status::Unknown(_) => 0,
        Status::Dead(_) => -200,
    };
    let opens = match finding.severity {
        Severity::Critical => 80,
        Severity::High => 60,
        Severity::Medium => 40,
        Severity::Low => 20,
    };
    let reached = match exposure {
        Exposure::Pushed => 60,
        Exposure::Committed => 45,
        Exposure::Files => 40,
        Exposure::Unpushed => 10,
        Exposure::Uncommitted => 0,
    };
    let doubt = match finding.confidence {
        Confidence::High => 0,
        Confidence::Medium => -10,
        Confidence::Low => -30,
    };
    let shipped = if finding.places.iter().any(|p| p.exposure.is_some()) { 30 } else { 0 };
    alive + opens + reached + doubt + shipped
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
