//! The story of a secret: how far it got out, since when, and what to do about it, step by step. In flow a
//! finding and the scope it was found in, out flow sentences; facts come from the places, never from guesses.

use crate::finding::{Finding, Place, Status};
use crate::report::Report;
use crate::rule::{Confidence, Severity};
use crate::source::Origin;

/// How far a secret got out, as far as this scan can tell; the farthest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exposure {
    /// It is about to be committed.
    Uncommitted,
    /// It stands in files; nobody asked git.
    Files,
    /// Committed, and on no remote-tracking branch.
    Unpushed,
    /// Committed; whether it was pushed is not known.
    Committed,
    /// On a remote.
    Pushed,
}

impl Exposure {
    /// One or two words for tables.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Uncommitted => "not committed",
            Self::Files => "in files",
            Self::Unpushed => "not pushed",
            Self::Committed => "committed",
            Self::Pushed => "pushed",
        }
    }
}

/// How far the secret got out.
pub(super) fn exposure(report: &Report<'_>, finding: &Finding) -> Exposure {
    let origins = || finding.places.iter().filter_map(|p| p.origin.as_deref());
    if origins().any(|o| o.pushed == Some(true)) {
        return Exposure::Pushed;
    }
    match report.receipt.coverage.kind {
        "staged" | "message" => Exposure::Uncommitted,
        _ if origins().next().is_some() && origins().all(|o| o.pushed == Some(false)) => Exposure::Unpushed,
        "history" | "range" => Exposure::Committed,
        _ => Exposure::Files,
    }
}

/// The higher, the sooner to be revoked: what is known to work, then what others can read and opens much. What never left this
/// machine can wait.
pub(super) fn urgency(finding: &Finding, exposure: Exposure) -> i32 {
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

/// Whether the latest commit, or the files themselves, still hold the secret; `None` if nobody asked git.
pub(super) fn in_head(finding: &Finding) -> Option<bool> {
    let mut origins = finding.places.iter().filter_map(|p| p.origin.as_deref()).peekable();
    origins.peek()?;
    Some(origins.any(|o| o.in_head))
}

/// The place to point at: one that HEAD still has if there is one, else the introducing one.
pub(super) fn present_place(finding: &Finding) -> &Place {
    let present = finding.places.iter().find(|p| p.origin.as_ref().is_some_and(|o| o.in_head));
    present.unwrap_or(finding.first_place())
}

/// `src/app.js:3:14`, without sanitising.
pub(super) fn spot(place: &Place) -> String {
    format!("{}:{}:{}", place.path, place.start.line, place.start.column)
}

/// Who brought it in and when: `2024-05-01 by Ann <ann@example.com> in commit 1a2b3c4d5e ("Add settings")`.
pub(super) fn introduced(origin: &Origin) -> Option<String> {
    let c = origin.introduced.as_ref()?;
    let id = short(&c.id.to_string());
    Some(format!("{} by {} in commit {id} (\"{}\")", day(&c.date), c.author, c.summary))
}

/// Where it is now: `still in HEAD; pushed; on main, v1.0 and 3 more refs`.
pub(super) fn whereabouts(origin: &Origin) -> String {
    let mut parts = Vec::new();
    parts.push(match (&origin.removed, origin.in_head) {
        (_, true) => "still in HEAD".to_owned(),
        (Some(c), false) => {
            format!(
                "removed {} in commit {}, but still in the history",
                day(&c.date),
                short(&c.id.to_string())
            )
        }
        (None, false) => "not in HEAD, but still in the history".to_owned(),
    });
    match origin.pushed {
        Some(true) => parts.push("pushed".to_owned()),
        Some(false) => parts.push("not pushed yet".to_owned()),
        None => {}
    }
    if !origin.refs.is_empty() {
        let shown = origin.refs.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = origin.refs.len().saturating_sub(3);
        let more = if more > 0 { format!(" and {more} more refs") } else { String::new() };
        parts.push(format!("on {shown}{more}"));
    }
    parts.join("; ")
}

/// Where the secret as a whole is now: the place that HEAD still has, if there is one, speaks for it.
pub(super) fn now(finding: &Finding) -> Option<String> {
    let present = present_place(finding);
    let origin = present.origin.as_deref()?;
    let elsewhere = !std::ptr::eq(present, finding.first_place());
    let place = if elsewhere { format!("in {}: ", present.path) } else { String::new() };
    Some(format!("{place}{}", whereabouts(origin)))
}

/// What to do, the most urgent first; the first step stands for itself.
pub(super) fn steps(report: &Report<'_>, finding: &Finding) -> Vec<String> {
    let rule = report.rules.get(finding.rule);
    let remedy = rule.remedy.to_string();
    let take_out =
        "Take it out of the file and read it from an environment variable or a secret store instead.";
    let watch = match finding.first_place().origin.as_deref().and_then(|o| o.introduced.as_ref()) {
        Some(c) => format!("Look for use you do not recognise since {}.", day(&c.date)),
        None => "Look for use you do not recognise.".to_owned(),
    };
    let mut steps = match exposure(report, finding) {
        Exposure::Uncommitted => vec![
            "Do not commit yet. Take it out, read it from an environment variable or a secret store \
             instead, and stage the file again."
                .to_owned(),
            format!("If anyone else may have seen it: {}", lower_first(&remedy)),
        ],
        Exposure::Unpushed if finding.places.iter().all(|place| place.path.starts_with("refs/")) => vec![
            "Do not push. It stands in the name of a branch or tag on this machine: rename it (git branch \
             -m OLD NEW; for a tag, make a new one and git tag -d OLD)."
                .to_owned(),
            format!("If anyone else may have seen it: {}", lower_first(&remedy)),
        ],
        Exposure::Unpushed => vec![
            "Do not push. It is only in commits on this machine: take it out and rewrite them (git \
             commit --amend for the last one, git rebase -i for older ones)."
                .to_owned(),
            format!("If anyone else may have seen it: {}", lower_first(&remedy)),
        ],
        Exposure::Files => vec![
            remedy,
            take_out.to_owned(),
            "See whether it was ever committed: skout git.".to_owned(),
            watch,
        ],
        Exposure::Committed | Exposure::Pushed => vec![remedy, watch],
    };
    if exposure(report, finding) >= Exposure::Committed {
        if in_head(finding) != Some(false) {
            steps.push(take_out.to_owned());
        }
        steps.push("Only then think of rewriting the history: copies of it stay as they are.".to_owned());
    }
    steps
}

/// What is to be done first for some secrets.
pub(super) struct Task<'a> {
    /// The step, in words.
    pub(super) step: String,
    /// The secrets it is for, the most urgent first.
    pub(super) findings: Vec<&'a Finding>,
}

/// What to do first, the most urgent first: one task for all secrets of which the first step is the same, so that
/// nobody visits a page twice.
pub(super) fn tasks<'a>(report: &'a Report<'_>) -> Vec<Task<'a>> {
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_cached_key(|f| std::cmp::Reverse(urgency(f, exposure(report, f))));
    let mut tasks: Vec<Task<'a>> = Vec::new();
    for finding in findings {
        let step = steps(report, finding).into_iter().next().unwrap_or_default();
        match tasks.iter_mut().find(|task| task.step == step) {
            Some(task) => task.findings.push(finding),
            None => tasks.push(Task { step, findings: vec![finding] }),
        }
    }
    tasks
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}

/// The date of an ISO 8601 time.
pub(super) fn day(date: &str) -> &str {
    date.split_once('T').map_or(date, |(day, _)| day)
}

/// The first ten digits of an object id.
pub(super) fn short(id: &str) -> String {
    id.chars().take(10).collect()
}
