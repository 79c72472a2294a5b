//! GitLab's secret detection report, schema 15.1.4 (gitlab-org/security-products/security-report-schemas).
//! In flows a report, out flows one vulnerability a secret; it carries the clock time that the schema asks for.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::finding::Finding;
use crate::output::{Options, calendar, json as layout, story, words};
use crate::report::Report;
use crate::rule::Severity;

/// The commit that GitLab's own analyser names when there is none.
const NO_COMMIT: &str = "0000000";

/// Writes the report.
pub(in crate::output) fn write(
    report: &Report<'_>,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let tool = json!({
        "id": "skout", "name": "skout", "version": env!("CARGO_PKG_VERSION"),
        "vendor": {"name": "skout"},
    });
    let time = calendar::date_time(options.now);
    let messages: Vec<Value> = report
        .receipt
        .errors
        .iter()
        .map(|e| json!({"level": "warn", "value": format!("{}: {}", e.place, e.problem)}))
        .collect();
    let vulnerabilities: Vec<Value> = report.findings.iter().map(|f| vulnerability(report, f)).collect();
    let document = json!({
        "version": "15.1.4",
        "schema": "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v15.1.4/dist/secret-detection-report-format.json",
        "scan": {
            "analyzer": tool, "scanner": tool, "type": "secret_detection",
            "start_time": time, "end_time": time,
            "status": if report.receipt.complete() { "success" } else { "failure" },
            "messages": messages,
        },
        "vulnerabilities": vulnerabilities,
    });
    layout::pretty(&document, out)
}

fn vulnerability(report: &Report<'_>, finding: &Finding) -> Value {
    let rule = report.rules.get(finding.rule);
    let place = story::present_place(finding);
    let commit = place.origin.as_deref().and_then(|o| o.introduced.as_ref());
    let commit = match commit {
        Some(c) => json!({"sha": c.id.to_string(), "author": c.author, "date": c.date, "message": c.summary}),
        None => json!({"sha": NO_COMMIT}),
    };
    let links: Vec<Value> =
        rule.references.iter().filter(|r| r.starts_with("https://")).map(|r| json!({"url": r})).collect();
    json!({
        "id": finding.fingerprint.as_str(),
        "name": rule.name,
        "description": format!(
            "{} {}, {}. {}",
            rule.name, finding.secret.masked(), words::belief(finding.confidence), rule.impact
        ),
        "severity": severity(finding.severity),
        "solution": story::steps(report, finding).join(" "),
        "identifiers": [{"type": "skout_rule_id", "name": format!("skout rule {}", rule.id), "value": rule.id}],
        "links": links,
        "location": {
            "file": place.path, "commit": commit,
            "start_line": place.start.line, "end_line": place.end.line,
        },
        "tracking": {"type": "source", "items": [{
            "file": place.path, "start_line": place.start.line, "end_line": place.end.line,
            "signatures": [{"algorithm": "skout_fingerprint_v1", "value": finding.fingerprint.as_str()}],
        }]},
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
    }
}
