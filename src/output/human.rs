//! The report for a person at a terminal.

use std::io::{self, Write};

use super::write::Options;
use crate::report::Report;

/// Writes the report.
pub(super) fn write(report: &Report<'_>, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        let rule = report.rules.get(finding.rule);
        let place = finding.first_place();
        writeln!(
            out,
            "{}:{}:{} {} {}",
            place.path,
            place.start.line,
            place.start.column,
            rule.name,
            finding.secret.masked()
        )?;
    }
    let c = &report.receipt.coverage;
    writeln!(
        out,
        "{} files, {} bytes, {} rules, {} findings",
        c.files,
        c.bytes,
        report.receipt.rules,
        report.findings.len()
    )
}
