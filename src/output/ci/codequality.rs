//! GitLab's Code Quality report (docs.gitlab.com, "Code Quality report format"): shown on the changed lines of a
//! merge request on every tier. In flows a report, out flows one issue a secret.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::output::{Options, json as layout, story};
use crate::report::Report;
use crate::rule::Severity;

/// Writes the report.
pub(in crate::output) fn write(
    report: &Report<'_>,
    _options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let issues: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            let rule = report.rules.get(finding.rule);
            let place = story::present_place(finding);
            let step = story::steps(report, finding).into_iter().next().unwrap_or_default();
            json!({
                "type": "issue",
                "categories": ["Security"],
                "check_name": rule.id,
                "description": format!("{} {}. {step}", rule.name, finding.secret.masked()),
                "fingerprint": finding.fingerprint.as_str(),
                "severity": severity(finding.severity),
                "location": {
                    "path": place.path,
                    "lines": {"begin": place.start.line, "end": place.end.line},
                },
            })
        })
        .collect();
    layout::pretty(&issues, out)
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
    }
}
