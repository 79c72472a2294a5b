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
    let what = if origin.path.starts_with("message of tag ") { "tag" } else { "commit" };
    Some(format!("{} by {} in {what} {id} (\"{}\")", day(&c.date), c.author, c.summary))
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
        // A push that a server looks at, or what only a reflog remembers.
        (None, false) if origin.refs.is_empty() => "on no branch or tag here".to_owned(),
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
        let more = match more {
            0 => String::new(),
            1 => " and 1 more ref".to_owned(),
            _ => format!(" and {more} more refs"),
        };
        parts.push(format!("on {shown}{more}"));
    }
    parts.join("; ")
}

/// The place that tells how it stands with the secret as a whole: one that HEAD still has, else one from which nobody
/// has taken it, else the one from which it went last.
fn lasting_place(finding: &Finding) -> &Place {
    let standing = |place: &&Place| {
        let origin = place.origin.as_deref();
        let gone = origin.and_then(|o| o.removed.as_ref()).map_or(i64::MAX, |commit| commit.time);
        (origin.is_some_and(|o| o.in_head), origin.is_some_and(|o| o.introduced.is_some()), gone)
    };
    // Of equals the first one: `max_by_key` would take the last.
    finding.places.iter().rev().max_by_key(standing).unwrap_or(finding.first_place())
}

/// Where the secret as a whole is now.
pub(super) fn now(finding: &Finding) -> Option<String> {
    let present = lasting_place(finding);
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
        Exposure::Uncommitted | Exposure::Unpushed => vec![
            within_reach(report, finding).to_owned(),
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

/// The first step where nobody else has it yet: how to get it out of where it is.
fn within_reach(report: &Report<'_>, finding: &Finding) -> &'static str {
    let named = || finding.places.iter().all(|place| place.path.starts_with("refs/"));
    match exposure(report, finding) {
        Exposure::Uncommitted if report.receipt.coverage.kind == "message" => {
            "Do not commit yet. Take it out of the message."
        }
        Exposure::Uncommitted => {
            "Do not commit yet. Take it out, read it from an environment variable or a secret store \
             instead, and stage the file again."
        }
        _ if named() => {
            "Do not push. It stands in the name of a branch or tag on this machine: rename it (git branch \
             -m OLD NEW; for a tag, make a new one and git tag -d OLD)."
        }
        _ if finding.places.iter().all(|place| place.path.starts_with("message of tag ")) => {
            "Do not push the tag. It stands in its message, on this machine only: make the tag anew without it \
             (git tag -d NAME, git tag -a NAME COMMIT)."
        }
        _ if only_on(finding, |name| name == "stash") => {
            "It is only in a stash on this machine: keep what you need of it without the secret, then drop the \
             stash (git stash list, git stash drop)."
        }
        _ if only_on(finding, |name| name.starts_with("notes/")) => {
            "Do not push the notes. It is only in notes on this machine: take it out (git notes edit). The \
             history of the notes still holds it, so start that anew (git update-ref refs/notes/NAME $(git commit-tree \
             -m notes 'refs/notes/NAME^{tree}'))."
        }
        _ => {
            "Do not push. It is only in commits on this machine: take it out and rewrite them (git \
             commit --amend for the last one, git rebase -i for older ones)."
        }
    }
}

/// Whether all refs that hold the secret are of one sort, by their short names.
fn only_on(finding: &Finding, sort: impl Fn(&str) -> bool) -> bool {
    let origins = || finding.places.iter().filter_map(|place| place.origin.as_deref());
    let mut refs = origins().flat_map(|origin| &origin.refs).peekable();
    refs.peek().is_some() && refs.all(|name| sort(name)) && origins().all(|origin| !origin.refs.is_empty())
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
