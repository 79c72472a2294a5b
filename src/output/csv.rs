//! Comma-separated values (RFC 4180) for spreadsheets: one row a place. In flows a report, out flow rows in which
//! no cell is a formula, whatever a file is called.

use std::io::{self, Write};

use super::write::Options;
use super::{json, sanitize, story, words};
use crate::finding::{Finding, Place};
use crate::report::Report;

const HEAD: &[&str] = &[
    "severity",
    "confidence",
    "rule",
    "name",
    "provider",
    "secret",
    "fingerprint",
    "path",
    "line",
    "column",
    "end_line",
    "end_column",
    "decoded",
    "commit",
    "author",
    "date",
    "in_head",
    "pushed",
    "exposure",
    "status",
    "next_step",
];

/// Writes the head and the rows.
pub(super) fn write(report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let head: Vec<String> = HEAD.iter().map(|&h| h.to_owned()).collect();
    row(&head, out)?;
    for finding in &report.findings {
        for place in &finding.places {
            row(&cells(report, finding, place, options), out)?;
        }
    }
    Ok(())
}

fn cells(report: &Report<'_>, finding: &Finding, place: &Place, options: &Options) -> Vec<String> {
    let rule = report.rules.get(finding.rule);
    let origin = place.origin.as_deref();
    let commit = origin.and_then(|o| o.introduced.as_ref());
    let yes = |b: bool| if b { "yes" } else { "no" }.to_owned();
    vec![
        words::severity(finding.severity).to_owned(),
        words::confidence(finding.confidence).to_owned(),
        rule.id.to_string(),
        rule.name.to_string(),
        rule.provider.to_string(),
        json::shown(finding, options),
        finding.fingerprint.to_string(),
        place.path.clone(),
        place.start.line.to_string(),
        place.start.column.to_string(),
        place.end.line.to_string(),
        place.end.column.to_string(),
        place.decoded.join(" "),
        commit.map_or_else(String::new, |c| c.id.to_string()),
        commit.map_or_else(String::new, |c| c.author.clone()),
        commit.map_or_else(String::new, |c| c.date.clone()),
        origin.map_or_else(String::new, |o| yes(o.in_head)),
        origin.and_then(|o| o.pushed).map_or_else(String::new, yes),
        story::exposure(report, finding).word().to_owned(),
        finding.status.word().to_owned(),
        story::steps(report, finding).into_iter().next().unwrap_or_default(),
    ]
}

fn row(cells: &[String], out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<String> = cells.iter().map(|c| cell(c)).collect();
    write!(out, "{}\r\n", cells.join(","))
}

/// One cell. What a spreadsheet would take for a formula (OWASP, "CSV Injection") gets an apostrophe in front.
fn cell(text: &str) -> String {
    let text = sanitize::line(text);
    let first = text.trim_start().chars().next();
    let formula = matches!(first, Some('=' | '+' | '-' | '@' | '|' | '%' | '＝' | '＋' | '－' | '＠'));
    let safe = if formula { format!("'{text}") } else { text.into_owned() };
    if safe.contains(['"', ',', ';', '\'']) || safe.trim() != safe {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_text() {
        assert_eq!(cell("=cmd|' /C calc'!A0"), "\"'=cmd|' /C calc'!A0\"");
        assert_eq!(cell("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(cell("plain"), "plain");
    }
}
