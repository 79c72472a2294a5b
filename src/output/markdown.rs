//! Markdown for pull requests, wikis and the step summary of GitHub Actions. In flows a report, out flow a table to
//! decide by and one section a secret; text of the sources is never markup.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::markup::{code, markdown};
use super::write::Options;
use super::{json, story, words};
use crate::finding::Finding;
use crate::report::Report;

/// Secrets in a step summary, which may hold one megabyte.
const IN_SUMMARY: usize = 100;

/// Places listed of one secret.
const PLACES: usize = 20;

/// Writes the whole report.
pub(super) fn write(report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(text(report, options, usize::MAX).as_bytes())
}

/// The report for a step summary, shortened to what may be shown there.
pub(super) fn summary(report: &Report<'_>, options: &Options) -> String {
    text(report, options, IN_SUMMARY)
}

fn text(report: &Report<'_>, options: &Options, most: usize) -> String {
    let mut text = format!("## skout: {}\n\n", words::verdict(report));
    let shown = &report.findings[..report.findings.len().min(most)];
    if !shown.is_empty() {
        text += "| | Secret | Where | Exposure | Do now |\n|---|---|---|---|---|\n";
        shown.iter().for_each(|f| row(report, f, options, &mut text));
        text.push('\n');
    }
    if report.findings.len() > shown.len() {
        let more = words::count((report.findings.len() - shown.len()) as u64, "more secret");
        let _ = writeln!(text, "and {more}; see the full report.\n");
    }
    shown.iter().for_each(|f| section(report, f, options, &mut text));
    if !report.receipt.errors.is_empty() {
        text += "### Could not be read\n\n";
        for e in report.receipt.errors.iter().take(most) {
            let _ = writeln!(text, "* {}: {}", code(&e.place), markdown(&words::trouble(e)));
        }
        text.push('\n');
    }
    let _ = writeln!(text, "{}", markdown(&words::receipt(report)));
    text
}

fn row(report: &Report<'_>, finding: &Finding, options: &Options, text: &mut String) {
    let rule = report.rules.get(finding.rule);
    let places = finding.places.len();
    let more = if places > 1 { format!(" and {} more", places - 1) } else { String::new() };
    let step = story::steps(report, finding).into_iter().next().unwrap_or_default();
    let _ = writeln!(
        text,
        "| **{}** | {} {} | {}{more} | {} | {} |",
        words::severity(finding.severity),
        markdown(&rule.name),
        code(&json::shown(finding, options)),
        code(&story::spot(story::present_place(finding))),
        story::exposure(report, finding).word(),
        own(&step),
    );
}

fn section(report: &Report<'_>, finding: &Finding, options: &Options, text: &mut String) {
    let rule = report.rules.get(finding.rule);
    let mask = code(&json::shown(finding, options));
    let severity = words::severity(finding.severity);
    let _ =
        writeln!(text, "<details><summary><b>{severity}</b>: {} {mask}</summary>\n", markdown(&rule.name));
    for step in story::steps(report, finding) {
        let _ = writeln!(text, "- [ ] {}", own(&step));
    }
    text.push('\n');
    for place in finding.places.iter().take(PLACES) {
        let _ = write!(text, "* {}", code(&story::spot(place)));
        if let Some(origin) = place.origin.as_deref() {
            let since =
                story::introduced(origin).map_or_else(String::new, |s| format!("since {}; ", markdown(&s)));
            let _ = write!(text, ", {since}{}", markdown(&story::whereabouts(origin)));
        }
        if !place.frame.text.trim().is_empty() {
            let _ = write!(text, "<br>{}", code(place.frame.text.trim()));
        }
        text.push('\n');
    }
    if finding.places.len() > PLACES {
        let _ = writeln!(text, "* and {} more places", finding.places.len() - PLACES);
    }
    let _ = writeln!(
        text,
        "\n{}. {} Rule {}, fingerprint {}.\n\n</details>\n",
        words::belief(finding.confidence),
        own(&rule.impact),
        code(&rule.id),
        code(finding.fingerprint.as_str()),
    );
}

/// A rule's or skout's own sentence: its links stay links.
fn own(text: &str) -> String {
    text.split(' ')
        .map(|word| {
            let link = word.starts_with("https://") && !word.contains(['<', '>', '|', '"', '`', '(', ')']);
            if link { word.to_owned() } else { markdown(word) }
        })
        .collect::<Vec<_>>()
        .join(" ")
}
