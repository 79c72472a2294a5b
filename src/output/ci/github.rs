//! GitHub workflow annotations: one line a secret, shown on the line it stands on. In flows a report, out flow
//! at most as many commands as GitHub shows, the most severe first, and a notice that counts the rest.

use std::io::{self, Write};

use crate::finding::Finding;
use crate::output::{Options, sanitize, story, words};
use crate::report::Report;
use crate::rule::Severity;

/// GitHub shows ten errors, ten warnings and ten notices of a step, and drops the rest without a word
/// (docs.github.com, "Workflow commands", limits of annotations).
const SHOWN: usize = 10;

/// Writes the annotations, then the receipt as a plain line.
pub(in crate::output) fn write(
    report: &Report<'_>,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (errors, warnings): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(|f| f.severity >= Severity::High);
    // Trouble takes an error's place of its own: a scan that is not complete must be seen.
    let room = SHOWN - usize::from(!report.receipt.errors.is_empty());
    for finding in errors.iter().take(room) {
        annotate(report, finding, "error", out)?;
    }
    for finding in warnings.iter().take(SHOWN) {
        annotate(report, finding, "warning", out)?;
    }
    if let Some(first) = report.receipt.errors.first() {
        let more = report.receipt.errors.len() - 1;
        let more = if more > 0 {
            format!(" and {}", words::count(more as u64, "more thing"))
        } else {
            String::new()
        };
        let text = format!("{}: {}{more}. {}", first.place, first.problem, first.advice);
        writeln!(out, "::error title=skout could not read everything::{}", data(&text))?;
    }
    let hidden = errors.len().saturating_sub(room) + warnings.len().saturating_sub(SHOWN);
    if hidden > 0 {
        let text = format!(
            "{} not shown here; see the summary or the full report.",
            words::count(hidden as u64, "more secret")
        );
        writeln!(out, "::notice title=skout found more::{}", data(&text))?;
    }
    if options.quiet {
        return Ok(());
    }
    writeln!(out, "skout: {} {}", words::verdict(report), words::receipt(report))
}

fn annotate(report: &Report<'_>, finding: &Finding, level: &str, out: &mut dyn Write) -> io::Result<()> {
    let rule = report.rules.get(finding.rule);
    let place = story::present_place(finding);
    let mut at =
        format!("file={},line={},endLine={}", property(&place.path), place.start.line, place.end.line);
    if place.start.line == place.end.line {
        at += &format!(",col={},endColumn={}", place.start.column, place.end.column);
    }
    let title = format!("{}: {}", words::severity(finding.severity), rule.name);
    let mut text = format!("{} {}.", rule.name, finding.secret.masked());
    if finding.places.len() > 1 {
        text += &format!(" It stands in {}.", words::count(finding.places.len() as u64, "place"));
    }
    story::steps(report, finding).iter().take(2).for_each(|step| text += &format!("\n{step}"));
    writeln!(out, "::{level} {at},title={}::{}", property(&title), data(&text))
}

/// The message of a command; `%`, CR and LF are escaped as the runner expects (actions/toolkit, `command.ts`).
fn data(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(|line| sanitize::line(line).replace('%', "%25")).collect();
    lines.join("%0A")
}

/// A property of a command, where `:` and `,` would end it.
fn property(text: &str) -> String {
    sanitize::line(text).replace('%', "%25").replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_command_early() {
        assert_eq!(data("a\nb%\r"), "a%0Ab%25\\r");
        assert_eq!(property("a:b,c\n::error::x"), "a%3Ab%2Cc\\n%3A%3Aerror%3A%3Ax");
    }
}
