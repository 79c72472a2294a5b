//! The words that all formats share: numbers, levels, and the receipt of what was covered. In flows a
//! report, out flow plain sentences; nothing here is coloured or laid out.

use std::collections::BTreeMap;

use super::sanitize;
use crate::report::Report;
use crate::rule::{Confidence, Severity};
use crate::source::SourceError;

/// The word for a severity.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}

/// The word for a confidence.
pub(super) fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    }
}

/// What a confidence means, for a sentence.
pub(super) fn belief(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "possible, by its surroundings only",
        Confidence::Medium => "likely, by its shape and surroundings",
        Confidence::High => "certain, by its shape",
    }
}

/// `1,234,567`.
pub(super) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 file`, `2,000 files`: the plural of the noun is made with an `s`.
pub(super) fn count(n: u64, noun: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {noun}{s}", number(n))
}

/// `999 bytes`, `1.2 MB`, in powers of 1000.
pub(super) fn bytes(n: u64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match units.iter().find(|(size, _)| n >= *size) {
        Some((size, unit)) => format!("{}.{} {unit}", n / size, n % size * 10 / size),
        None => count(n, "byte"),
    }
}

/// `a, b and c`.
pub(super) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// `3 secrets found: 2 critical, 1 high.`, or that there are none.
pub(super) fn verdict(report: &Report<'_>) -> String {
    let found = report.findings.len() as u64;
    let unread = report.receipt.errors.len() as u64;
    if found > 0 {
        let all = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];
        let parts: Vec<String> = all
            .into_iter()
            .map(|s| (s, report.findings.iter().filter(|f| f.severity == s).count()))
            .filter(|(_, n)| *n > 0)
            .map(|(s, n)| format!("{} {}", number(n as u64), severity(s)))
            .collect();
        return format!("{} found: {}.", count(found, "secret"), parts.join(", "));
    }
    if unread > 0 {
        return format!(
            "INCOMPLETE, so this is no all-clear: no secret found, but {} not be read.",
            if unread == 1 {
                "one thing could".to_owned()
            } else {
                format!("{} things could", number(unread))
            }
        );
    }
    let c = &report.receipt.coverage;
    match (c.nothing_to_do, nothing_read(report)) {
        (true, _) if c.kind == "stdin" => "Nothing to scan: standard input was empty.".to_owned(),
        (true, _) => format!("Nothing to scan: nothing new in {}.", sanitize::line(scope(report))),
        (_, true) => "Nothing was read, so this is no all-clear.".to_owned(),
        _ => "No secrets found.".to_owned(),
    }
}

fn nothing_read(report: &Report<'_>) -> bool {
    let c = &report.receipt.coverage;
    c.files == 0 && c.commits == 0 && c.blobs == 0
}

fn scope<'a>(report: &'a Report<'_>) -> &'a str {
    let c = &report.receipt.coverage;
    match c.scope.as_str() {
        "" => c.kind,
        "." => "this folder",
        named => named,
    }
}

/// The receipt: what was covered, by how many rules, what was left out and why, and whether that is all.
pub(super) fn receipt(report: &Report<'_>) -> String {
    let receipt = &report.receipt;
    let c = &receipt.coverage;
    let mut what = Vec::new();
    if c.commits > 0 {
        what.push(count(c.commits, "commit"));
    }
    if c.files > 0 {
        what.push(count(c.files, "file"));
    } else if c.blobs > 0 {
        what.push(count(c.blobs, "version") + if c.blobs == 1 { " of a file" } else { " of files" });
    }
    let what = match what.is_empty() {
        // What has no file around it is found in a message or a name.
        true if !report.findings.is_empty() => "messages and names".to_owned(),
        true => "nothing".to_owned(),
        false => list(&what),
    };
    let scope = sanitize::line(scope(report));
    let mut text =
        format!("Read {what} ({}) of {scope} with {}", bytes(c.bytes), count(receipt.rules as u64, "rule"));
    let skipped = reasons(receipt.skipped.iter().map(|(_, reason)| reason.as_str()));
    if !skipped.is_empty() {
        text += &format!("; skipped {}", skipped);
    }
    let ignored: Vec<String> = report.ignored.iter().map(|i| set_aside(&i.reason)).collect();
    let ignored = reasons(ignored.iter().map(String::as_str));
    if !ignored.is_empty() {
        text += &format!("; ignored {}", ignored);
    }
    text += if receipt.complete() { ". Complete." } else { ". INCOMPLETE." };
    text
}

/// What is wrong with something that should have been read, and what to do about it.
pub(super) fn trouble(error: &SourceError) -> String {
    match error.advice.as_str() {
        "" => error.problem.clone(),
        advice => format!("{}; {advice}", error.problem),
    }
}

/// For standard error: what could not be read, one line each, then verdict and receipt unless `quiet`.
pub(super) fn short_receipt(report: &Report<'_>, quiet: bool) -> String {
    let mut text = String::new();
    for error in &report.receipt.errors {
        let whole = format!("{}: {}", error.place, trouble(error));
        text += &format!("skout: {}\n", sanitize::line(&whole));
    }
    if !quiet {
        text += &format!("{} {}\n", verdict(report), receipt(report));
    }
    text
}

/// Why something does not count, said behind a number: `known in the baseline`, `by .skoutignore:3: made up`.
fn set_aside(reason: &str) -> String {
    if reason.starts_with("known ") { reason.to_owned() } else { format!("by {reason}") }
}

/// `12 (10 binary, 2 too large)`, the most frequent first; empty if there are none.
fn reasons<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    all.for_each(|reason| *counts.entry(reason).or_default() += 1);
    if counts.is_empty() {
        return String::new();
    }
    let total: u64 = counts.values().sum();
    let mut counts: Vec<(&str, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(reason, n)| (std::cmp::Reverse(*n), *reason));
    let rest: u64 = counts.iter().skip(4).map(|(_, n)| n).sum();
    let mut parts: Vec<String> = counts
        .iter()
        .take(4)
        .map(|(reason, n)| format!("{} {}", number(*n), sanitize::line(&agreeing(reason, *n))))
        .collect();
    if rest > 0 {
        parts.push(format!("{} for other reasons", number(rest)));
    }
    format!("{} ({})", number(total), parts.join(", "))
}

/// The reason, said of one thing, for `n` of them: `is a submodule` for one, `are a submodule` for two.
fn agreeing(reason: &str, n: u64) -> String {
    let verbs = [
        ("is a submodule, a repository of its own", "are submodules, repositories of their own"),
        ("is ", "are "),
        ("has ", "have "),
        ("holds ", "hold "),
    ];
    let verb = verbs.iter().filter(|_| n != 1).find(|(one, _)| reason.starts_with(one));
    verb.map_or_else(|| reason.to_owned(), |(one, many)| format!("{many}{}", &reason[one.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_nouns_agree() {
        assert_eq!(count(1, "file"), "1 file");
        assert_eq!(count(1_234_567, "file"), "1,234,567 files");
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(1_250_000), "1.2 MB");
    }

    #[test]
    fn reasons_are_counted_most_frequent_first() {
        assert_eq!(reasons(["binary", "large", "binary"].into_iter()), "3 (2 binary, 1 large)");
        assert_eq!(reasons(["is odd", "is odd", "has legs"].into_iter()), "3 (2 are odd, 1 has legs)");
        assert_eq!(reasons(std::iter::empty()), "");
    }
}
