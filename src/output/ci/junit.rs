//! JUnit XML, after the schema of Jenkins' xUnit plugin (`junit-10.xsd`): a failed case a secret, an error for
//! what could not be read, and one passed case when there is neither.

use std::io::{self, Write};

use crate::finding::Finding;
use crate::output::{Options, markup, story, words};
use crate::report::Report;

/// Writes the report.
pub(in crate::output) fn write(
    report: &Report<'_>,
    _options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let failures = report.findings.len();
    let errors = report.receipt.errors.len();
    let tests = (failures + errors).max(1);
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"");
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"skout\" {counts}>")?;
    writeln!(out, "  <testsuite name=\"secrets\" {counts}>")?;
    report.findings.iter().try_for_each(|f| failure(report, f, out))?;
    for error in &report.receipt.errors {
        let text = words::trouble(error);
        writeln!(
            out,
            "    <testcase name=\"{}\" classname=\"skout.read\">\n      <error type=\"unread\" message=\"{}\"/>\n    </testcase>",
            markup::xml(&error.place),
            markup::xml(&text),
        )?;
    }
    if failures + errors == 0 {
        writeln!(out, "    <testcase name=\"no secrets found\" classname=\"skout\"/>")?;
    }
    let receipt = format!("{} {}", words::verdict(report), words::receipt(report));
    writeln!(out, "    <system-out>{}</system-out>", markup::xml(&receipt))?;
    writeln!(out, "  </testsuite>\n</testsuites>")
}

fn failure(report: &Report<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let rule = report.rules.get(finding.rule);
    let mask = finding.secret.masked();
    let spot = story::spot(story::present_place(finding));
    let name = format!("{} {mask} at {spot}", rule.name);
    let message = format!("{}: {} {mask}", words::severity(finding.severity), rule.name);
    writeln!(
        out,
        "    <testcase name=\"{}\" classname=\"skout.{}\">",
        markup::xml(&name),
        markup::xml(&rule.id)
    )?;
    writeln!(
        out,
        "      <failure type=\"{}\" message=\"{}\">",
        words::severity(finding.severity),
        markup::xml(&message)
    )?;
    for step in story::steps(report, finding) {
        writeln!(out, "{}", markup::xml(&step))?;
    }
    for place in &finding.places {
        writeln!(out, "{}", markup::xml(&story::spot(place)))?;
    }
    writeln!(out, "fingerprint {}\n      </failure>\n    </testcase>", finding.fingerprint)
}
