//! What became of everything that a rule took for a secret in one blob, in words.
//!
//! In flow a blob, the detector and what a scan goes by; out flows text with masked values. Judges speak first,
//! then overlaps, then the level, then what is set aside.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::ground::Ground;
use crate::blob::{Blob, Position};
use crate::detect::{Detector, Settings, Trace};
use crate::finding::Finding;
use crate::output::sanitized;
use crate::policy::{Comments, Decision};
use crate::rule::RuleId;
use crate::secret::Secret;

/// Explains everything in `blob`, or what begins on one line of its file.
pub(super) fn of(ground: &Ground, detector: &Detector<'_>, blob: &Blob<'_>, line: Option<u64>) -> String {
    // A judge may speak about a candidate again when its neighbours are known; the last word counts.
    let mut last: BTreeMap<(usize, usize, RuleId), Trace> = BTreeMap::new();
    let everything = detector.scan_traced(blob, &mut |trace| {
        last.insert((trace.span.start, trace.span.end, trace.rule), trace);
    });
    let mut traces: Vec<Trace> = last.into_values().collect();
    traces.retain(|trace| line.is_none_or(|line| blob.position(trace.span.start).line == line));
    traces.sort_by_key(|trace| (trace.span.start, trace.refused.is_some(), trace.rule));
    let found = counted(ground, blob, &everything);
    let comments = ground.policy.comments(blob, &found, &ground.rules);
    let mut text = String::new();
    for trace in &traces {
        let place = blob.position(trace.span.start);
        let verdict = verdict(ground, trace, place, (&found, &comments));
        text += &told(ground, (blob, trace, place), &verdict);
    }
    text
}

/// The findings of a scan: without the rules that the configuration switches off.
fn counted(ground: &Ground, blob: &Blob<'_>, everything: &[Finding]) -> Vec<Finding> {
    if everything.iter().all(|f| ground.uses(f.rule)) {
        return everything.to_vec();
    }
    let settings = Settings { confidence: crate::rule::Confidence::Low, ..Settings::default() };
    Detector::new(ground.used(), settings).map_or_else(|_| Vec::new(), |detector| detector.scan(blob))
}

fn told(ground: &Ground, (blob, trace, place): (&Blob<'_>, &Trace, Position), verdict: &str) -> String {
    let rule = ground.rules.get(trace.rule);
    let masked = Secret::new(&blob.bytes[trace.span.clone()]).masked();
    let mut text = format!("{}:{}  {}\n", place.line, place.column, sanitized(&masked));
    let mut line = |title: &str, value: &str| {
        writeln!(text, "  {title:9} {}", sanitized(value)).expect("a string takes any text");
    };
    line("rule", &format!("{} ({})", rule.id, rule.name));
    for reason in &trace.reasons {
        line(reason.judge, &reason.text);
    }
    line("verdict", verdict);
    text + "\n"
}

/// What a scan makes of a candidate.
fn verdict(
    ground: &Ground,
    trace: &Trace,
    at: Position,
    (found, comments): (&[Finding], &Comments),
) -> String {
    if let Some(refused) = &trace.refused {
        return format!("no secret: the judge '{}' says: {}", refused.judge, refused.text);
    }
    if !ground.uses(trace.rule) {
        return format!("not looked for: {} switches this rule off", ground.config);
    }
    let own = found.iter().find(|f| f.rule == trace.rule && f.first_place().start == at);
    let Some(finding) = own else {
        let winner = found.iter().find(|f| f.first_place().start <= at && at < f.first_place().end);
        let winner = winner.map(|f| format!(": {}", ground.rules.get(f.rule).id));
        return format!("a secret, but a more specific rule claims it{}", winner.unwrap_or_default());
    };
    let confidence = format!("{:?}", finding.confidence).to_lowercase();
    if finding.confidence < ground.confidence {
        return format!("a guess: shown only with --confidence {confidence}");
    }
    match set_aside(ground, finding, comments) {
        Some(reason) => format!("a secret, confidence {confidence}, but it does not count: {reason}"),
        None => format!("a secret, confidence {confidence}"),
    }
}

/// Why it does not count, if something says so.
fn set_aside(ground: &Ground, finding: &Finding, comments: &Comments) -> Option<String> {
    let place = finding.first_place();
    comments.decide(finding.rule, place).or_else(|| {
        match ground.policy.decide(finding, ground.rules.get(finding.rule), place) {
            Decision::Keep => None,
            Decision::Ignore(reason) => Some(reason),
        }
    })
}
