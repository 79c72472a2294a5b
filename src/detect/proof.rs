//! The proof of a rule: its examples, scanned by the whole detector.
//!
//! In flow a detector and a rule; out flow the examples that do not hold, in words. What `match` marks must be
//! found, all of it and nothing else, by this rule; in `clean` nothing at all may be found. Each example
//! is a file of its own.

use crate::blob::{Blob, Position};
use crate::detect::{Detector, Trace};
use crate::finding::Finding;
use crate::rule::example::{self, Example};
use crate::rule::{Confidence, Rule, RuleId, RuleSet};

/// An example that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The rule.
    pub rule: String,
    /// The example, as it stands in the rule.
    pub example: String,
    /// What happened instead, and why.
    pub problem: String,
}

/// Proves one rule; out come the examples that do not hold. `detector` must be set to report from low
/// confidence on and to use `rules`: what a run leaves out by default is left out here.
pub fn prove(detector: &Detector<'_>, rules: &RuleSet, id: RuleId) -> Vec<Failure> {
    let rule = rules.get(id);
    // A rule that is only a guess shows itself at its own level.
    let level = rule.confidence.min(Confidence::Medium);
    let mut failures = Vec::new();
    let templates = rule.matches.iter().map(|t| (t, true)).chain(rule.clean.iter().map(|t| (t, false)));
    for (template, wanted) in templates {
        let problem = example::expand(template).err().or_else(|| {
            let example = example::expand(template).ok()?;
            if wanted == example.marked.is_empty() {
                let problem = if wanted { "marks nothing with « and »" } else { "has a mark" };
                return Some(problem.to_owned());
            }
            let mut traces = Vec::new();
            let blob = Blob::whole(&rule.example_path, example.text.as_bytes());
            let mut found = detector.scan_traced(&blob, &mut |trace| traces.push(trace));
            // Where nothing may be found, a guess by another rule does not count.
            found.retain(|f| f.confidence >= if f.rule == id { level } else { Confidence::Medium });
            objection(rules, (id, rule), &example, &found, &traces)
        });
        failures.extend(problem.map(|problem| Failure {
            rule: rule.id.to_string(),
            example: template.to_string(),
            problem,
        }));
    }
    failures
}

/// What is wrong with the findings of one example.
fn objection(
    rules: &RuleSet,
    (id, rule): (RuleId, &Rule),
    example: &Example,
    found: &[Finding],
    traces: &[Trace],
) -> Option<String> {
    let at = |n: usize| Position::START.after(&example.text.as_bytes()[..n]);
    let marked: Vec<_> = example.marked.iter().map(|m| (at(m.start), at(m.end))).collect();
    let place = |f: &Finding| (f.first_place().start, f.first_place().end);
    for (start, end) in &marked {
        let here = found.iter().find(|f| place(f) == (*start, *end));
        let claimed = here.or_else(|| found.iter().find(|f| place(f).0 < *end && place(f).1 > *start));
        match claimed {
            Some(f) if f.rule != id => {
                return Some(format!("found by rule '{}' instead{}", rules.get(f.rule).id, why(id, traces)));
            }
            Some(f) if here.is_none() => {
                let (from, to) = place(f);
                return Some(format!("marked is {}, found was {}", span(*start, *end), span(from, to)));
            }
            Some(_) => {}
            None => return Some(format!("not found at {}{}", span(*start, *end), why(id, traces))),
        }
    }
    let extra = found.iter().find(|f| !marked.contains(&place(f)))?;
    let by = if extra.rule == id { rule } else { rules.get(extra.rule) };
    let (from, to) = place(extra);
    Some(format!("finds something that is not marked, at {}, by rule '{}'", span(from, to), by.id))
}

fn span(start: Position, end: Position) -> String {
    format!("{}:{} to {}:{}", start.line, start.column, end.line, end.column)
}

/// What became of the rule's own candidates.
fn why(id: RuleId, traces: &[Trace]) -> String {
    let own: Vec<&Trace> = traces.iter().filter(|t| t.rule == id).collect();
    if own.is_empty() {
        return ": no anchor, keyword, path and pattern of the rule came together".to_owned();
    }
    let judged = |t: &&Trace| match &t.refused {
        Some(reason) => format!("the judge '{}' says: {}", reason.judge, reason.text),
        None => {
            let reasons: Vec<&str> = t.reasons.iter().map(|r| r.text.as_str()).collect();
            format!(
                "the rule matches here, but another is preferred or it is not sure enough ({})",
                reasons.join("; ")
            )
        }
    };
    format!(": {}", own.iter().map(judged).collect::<Vec<_>>().join("; "))
}
