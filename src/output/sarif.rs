//! SARIF 2.1.0 (OASIS, errata 01) for GitHub code scanning and every other reader. In flows a report, out flows
//! one run: a result a secret, known by the finding's fingerprint and not by its lines, so that it stays the
//! same alert when files move and histories are squashed. It holds no clock time, and no secret.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::write::Options;
use super::{json as layout, story, words};
use crate::finding::{Finding, Place};
use crate::report::{Ignored, Report};
use crate::rule::{Confidence, Rule, RuleId, Severity};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// GitHub keeps at most this many locations of a result
/// (docs.github.com, "SARIF support for code scanning", limits).
const MOST_RELATED: usize = 100;

/// Rules that the report names, with their place in the list.
type Indices = BTreeMap<RuleId, usize>;

/// Writes one SARIF log.
pub(super) fn write(report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let named = report.findings.iter().map(|f| f.rule).chain(report.ignored.iter().map(|i| i.rule));
    let mut indices: Indices = named.map(|id| (id, 0)).collect();
    indices.values_mut().enumerate().for_each(|(n, index)| *index = n);
    let rules: Vec<Value> = indices.keys().map(|&id| rule_entry(report.rules.get(id))).collect();
    let found = report.findings.iter().map(|f| result(report, f, options, &indices));
    let ignored = report.ignored.iter().map(|i| suppressed(report, i, &indices));
    let results: Vec<Value> = found.chain(ignored).collect();
    let version = env!("CARGO_PKG_VERSION");
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "skout", "version": version, "semanticVersion": version,
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation(report)],
            "results": results,
        }],
    });
    layout::pretty(&log, out)
}

/// What the run covered; trouble is a notification, so that an incomplete scan does not look like a clean one.
fn invocation(report: &Report<'_>) -> Value {
    let notifications: Vec<Value> = report
        .receipt
        .errors
        .iter()
        .map(|e| {
            let advice = if e.advice.is_empty() { String::new() } else { format!("; {}", e.advice) };
            json!({"level": "error", "message": {"text": plain(&format!("{}: {}{advice}", e.place, e.problem))}})
        })
        .collect();
    json!({
        "executionSuccessful": report.receipt.complete(),
        "toolExecutionNotifications": notifications,
        "properties": {"receipt": words::receipt(report)},
    })
}

fn rule_entry(rule: &Rule) -> Value {
    let mut markdown = format!("**What to do:** {}\n\n**What it opens:** {}\n", rule.remedy, rule.impact);
    for reference in rule.references.iter() {
        let _ = write!(markdown, "\n* <{reference}>");
    }
    markdown += "\n\nIf it is no secret, write `skout:allow` and the reason in a comment on its line.\n";
    let mut entry = json!({
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": format!("{} leaked", rule.name)},
        "fullDescription": {"text": format!("{}. {}", rule.name, rule.impact)},
        "help": {"text": format!("{} {}", rule.remedy, rule.impact), "markdown": markdown},
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {
            "tags": ["security", "secret", rule.provider],
            "precision": precision(rule.confidence),
            "security-severity": security_severity(rule.severity),
        },
    });
    if let Some(page) = rule.references.iter().find(|r| r.starts_with("https://")) {
        entry["helpUri"] = json!(page);
    }
    entry
}

fn result(report: &Report<'_>, finding: &Finding, options: &Options, indices: &Indices) -> Value {
    let rule = report.rules.get(finding.rule);
    let main = story::present_place(finding);
    let others: Vec<&Place> = finding.places.iter().filter(|p| !std::ptr::eq(*p, main)).collect();
    let related: Vec<Value> = others
        .iter()
        .take(MOST_RELATED)
        .enumerate()
        .map(|(n, place)| {
            let mut entry = location(place);
            entry["id"] = json!(n + 1);
            entry["message"] = json!({"text": plain(&also(place))});
            entry
        })
        .collect();
    let mut entry = json!({
        "ruleId": rule.id,
        "ruleIndex": indices.get(&finding.rule),
        "level": level(finding.severity),
        "rank": rank(finding.confidence),
        "message": {"text": message(report, finding, options, others.len())},
        "locations": [location(main)],
        "partialFingerprints": fingerprints(finding.fingerprint.as_str()),
        "properties": {
            "severity": words::severity(finding.severity),
            "confidence": words::confidence(finding.confidence),
            "provider": rule.provider,
            "status": finding.status.word(),
            "exposure": story::exposure(report, finding).word(),
            "security-severity": security_severity(finding.severity),
        },
    });
    if !related.is_empty() {
        entry["relatedLocations"] = json!(related);
    }
    if let Some(flow) = code_flow(finding, main) {
        entry["codeFlows"] = flow;
    }
    entry
}

fn message(report: &Report<'_>, finding: &Finding, options: &Options, others: usize) -> String {
    let rule = report.rules.get(finding.rule);
    let secret = layout::shown(finding, options);
    let mut text = format!("{} {}, {}.", rule.name, plain(&secret), words::belief(finding.confidence));
    if others > 0 {
        let _ = write!(text, " It stands in {}, too.", words::count(others as u64, "other place"));
    }
    let steps = story::steps(report, finding);
    text + " " + steps.first().map_or("", |step| step.as_str())
}

/// From the commit that brought the secret in to where it stands now.
fn code_flow(finding: &Finding, now: &Place) -> Option<Value> {
    let place = finding.places.iter().find(|p| p.origin.as_ref().is_some_and(|o| o.introduced.is_some()))?;
    let origin = place.origin.as_deref()?;
    let mut first = location(place);
    first["message"] = json!({"text": plain(&format!("Brought in on {}", story::introduced(origin)?))});
    let mut last = location(now);
    let whereabouts = now.origin.as_deref().map(story::whereabouts).unwrap_or_default();
    last["message"] = json!({"text": plain(&format!("Now: {whereabouts}"))});
    let steps = [json!({"location": first}), json!({"location": last})];
    Some(json!([{"threadFlows": [{"locations": steps}]}]))
}

/// A finding that does not count, with the reason.
fn suppressed(report: &Report<'_>, ignored: &Ignored, indices: &Indices) -> Value {
    let rule = report.rules.get(ignored.rule);
    let kind = if ignored.reason.starts_with("inline") { "inSource" } else { "external" };
    json!({
        "ruleId": rule.id,
        "ruleIndex": indices.get(&ignored.rule),
        "level": "note",
        "message": {"text": format!("{}, ignored: {}", rule.name, plain(&ignored.reason))},
        "locations": [location(&ignored.place)],
        "partialFingerprints": fingerprints(ignored.fingerprint.as_str()),
        "suppressions": [{"kind": kind, "status": "accepted", "justification": ignored.reason}],
    })
}

/// GitHub tells alerts apart by `primaryLocationLineHash` alone; made from the secret, it survives every edit.
fn fingerprints(fingerprint: &str) -> Value {
    json!({"primaryLocationLineHash": format!("{fingerprint}:1"), "skoutFingerprint/v1": fingerprint})
}

fn location(place: &Place) -> Value {
    let mut physical = json!({
        "artifactLocation": artifact(&place.path),
        "region": {
            "startLine": place.start.line, "startColumn": place.start.column,
            "endLine": place.end.line, "endColumn": place.end.column,
        },
    });
    if !place.frame.text.is_empty() {
        physical["contextRegion"] = json!({
            "startLine": place.start.line, "endLine": place.end.line,
            "snippet": {"text": place.frame.text},
        });
    }
    let mut entry = json!({"physicalLocation": physical});
    if let Some(c) = place.origin.as_deref().and_then(|o| o.introduced.as_ref()) {
        entry["properties"] = json!({"commit": c.id.to_string(), "author": c.author, "date": c.date});
    }
    entry
}

fn also(place: &Place) -> String {
    match place.origin.as_deref() {
        Some(origin) => format!("Also here: {}", story::whereabouts(origin)),
        None => "Also here".to_owned(),
    }
}

/// A path as a URI reference: relative to the root of the sources, or a file URI if it is absolute (RFC 3986).
fn artifact(path: &str) -> Value {
    let drive = path.len() > 2 && path.as_bytes()[1] == b':' && path.as_bytes()[0].is_ascii_alphabetic();
    if path.starts_with('/') {
        return json!({"uri": format!("file://{}", encoded(path))});
    }
    if drive {
        return json!({"uri": format!("file:///{}", encoded(path))});
    }
    json!({"uri": encoded(path), "uriBaseId": "%SRCROOT%"})
}

/// Percent-encodes all but what a path may hold unescaped (RFC 3986, `pchar` and `/`, without `:`, which would
/// make the first part look like a scheme).
pub(super) fn encoded(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

/// Text of the sources in a message, where `[x](1)` would be a link (SARIF 2.1.0, 3.11.6).
fn plain(text: &str) -> Cow<'_, str> {
    if text.contains(['[', ']', '\\']) {
        Cow::Owned(text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]"))
    } else {
        Cow::Borrowed(text)
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// The score by which GitHub sorts: over 9.0 is critical, 7.0 high, 4.0 medium, the rest low.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "very-high",
        Confidence::Medium => "high",
        Confidence::Low => "medium",
    }
}

fn rank(confidence: Confidence) -> f64 {
    match confidence {
        Confidence::High => 95.0,
        Confidence::Medium => 70.0,
        Confidence::Low => 30.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_relative_uri() {
        assert_eq!(encoded("a b/ü#?.js"), "a%20b/%C3%BC%23%3F.js");
        assert_eq!(artifact("src/[id].js")["uri"], "src/%5Bid%5D.js");
        assert_eq!(artifact("/tmp/x")["uri"], "file:///tmp/x");
        assert_eq!(artifact("C:/x y")["uri"], "file:///C%3A/x%20y");
    }

    #[test]
    fn brackets_in_messages_are_no_links() {
        assert_eq!(plain("[a](1)"), "\\[a\\](1)");
    }
}
