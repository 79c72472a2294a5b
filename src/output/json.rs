//! The machine's report: schema `skout/v1`. The structs here are the schema and change only by addition.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::write::Options;
use super::{sanitize, story, words};
use crate::finding::{Finding, Place};
use crate::report::{Ignored, Report, Stale};

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: Tool,
    scan: Scan<'a>,
    findings: Vec<Row<'a>>,
    ignored: Vec<IgnoredRow<'a>>,
    stale: Vec<StaleRow<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
    rules: usize,
}

#[derive(Serialize)]
struct Scan<'a> {
    scope: &'a str,
    complete: bool,
    files: u64,
    commits: u64,
    blobs: u64,
    bytes: u64,
    skipped: Vec<Reasoned<'a>>,
    errors: Vec<Reasoned<'a>>,
}

#[derive(Serialize)]
struct Reasoned<'a> {
    path: &'a str,
    reason: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    advice: &'a str,
}

#[derive(Serialize)]
struct Row<'a> {
    rule: &'a str,
    name: &'a str,
    provider: &'a str,
    severity: &'static str,
    confidence: &'static str,
    secret: String,
    fingerprint: &'a str,
    entropy: f64,
    locations: Vec<Location<'a>>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_detail: Option<&'a str>,
    exposure: &'static str,
    impact: &'a str,
    remedy: &'a str,
    docs: &'a str,
    steps: Vec<String>,
    reasons: Vec<ReasonRow<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    linked: Vec<LinkedRow<'a>>,
}

#[derive(Serialize)]
struct ReasonRow<'a> {
    judge: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
struct LinkedRow<'a> {
    kind: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    line: u64,
    column: u64,
    end_line: u64,
    end_column: u64,
    decoded: &'a [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    exposure: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blob: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    committer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_head: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    removed_in: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refs: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pushed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
}

#[derive(Serialize)]
struct IgnoredRow<'a> {
    rule: &'a str,
    fingerprint: &'a str,
    location: Location<'a>,
    reason: &'a str,
}

#[derive(Serialize)]
struct StaleRow<'a> {
    place: &'a str,
    entry: &'a str,
    problem: &'a str,
}

/// Writes one document.
pub(super) fn write(report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        schema: "skout/v1",
        tool: tool(report),
        scan: scan(report),
        findings: report.findings.iter().map(|f| row(report, f, options)).collect(),
        ignored: report.ignored.iter().map(|i| ignored(report, i)).collect(),
        stale: report.stale.iter().map(stale).collect(),
    };
    pretty(&document, out)
}

#[derive(Serialize)]
struct Trailer<'a> {
    schema: &'static str,
    tool: Tool,
    scan: Scan<'a>,
}

/// Writes one line a finding, then one line for the scan.
pub(super) fn write_lines(report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        compact(&row(report, finding, options), out)?;
    }
    let trailer = Trailer { schema: "skout/v1", tool: tool(report), scan: scan(report) };
    compact(&trailer, out)
}

/// Writes an indented document and a line end.
pub(super) fn pretty(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let layout = Escaping(PrettyFormatter::new());
    document.serialize(&mut Serializer::with_formatter(&mut *out, layout)).map_err(io::Error::from)?;
    writeln!(out)
}

/// Writes a document on one line.
fn compact(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let layout = Escaping(CompactFormatter);
    document.serialize(&mut Serializer::with_formatter(&mut *out, layout)).map_err(io::Error::from)?;
    writeln!(out)
}

/// A layout that also escapes what is no control character to JSON but is one to a terminal (C1, bidirectional
/// controls), so that a report can be looked at with `cat`.
struct Escaping<F>(F);

/// Hands the calls that layouts care about on to the layout inside.
macro_rules! hand_on {
    ($($name:ident($($arg:ident: $type:ty),*);)*) => {$(
        fn $name<W: ?Sized + Write>(&mut self, out: &mut W $(, $arg: $type)*) -> io::Result<()> {
            self.0.$name(out $(, $arg)*)
        }
    )*};
}

impl<F: Formatter> Formatter for Escaping<F> {
    hand_on! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        let mut rest = text;
        while let Some(at) = rest.find(sanitize::is_hostile) {
            out.write_all(&rest.as_bytes()[..at])?;
            let c = rest[at..].chars().next().expect("a match holds a character");
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}"))?;
            rest = &rest[at + c.len_utf8()..];
        }
        out.write_all(rest.as_bytes())
    }
}

fn tool(report: &Report<'_>) -> Tool {
    Tool { name: "skout", version: env!("CARGO_PKG_VERSION"), rules: report.receipt.rules }
}

fn scan<'a>(report: &'a Report<'_>) -> Scan<'a> {
    let receipt = &report.receipt;
    let c = &receipt.coverage;
    Scan {
        scope: c.kind,
        complete: receipt.complete(),
        files: c.files,
        commits: c.commits,
        blobs: c.blobs,
        bytes: c.bytes,
        skipped: receipt.skipped.iter().map(|(path, reason)| Reasoned { path, reason, advice: "" }).collect(),
        errors: receipt
            .errors
            .iter()
            .map(|e| Reasoned { path: &e.place, reason: &e.problem, advice: &e.advice })
            .collect(),
    }
}

/// What may be shown of the secret: its mask, or all of it if that is wanted.
pub(super) fn shown(finding: &Finding, options: &Options) -> String {
    if options.show_secrets {
        String::from_utf8_lossy(finding.secret.reveal()).into_owned()
    } else {
        finding.secret.masked()
    }
}

fn row<'a>(report: &'a Report<'_>, finding: &'a Finding, options: &Options) -> Row<'a> {
    let rule = report.rules.get(finding.rule);
    use crate::finding::Status::{Dead, Live, Restricted, Unknown, Unverified};
    let status_detail = match &finding.status {
        Unverified => None,
        Live(text) | Restricted(text) | Dead(text) | Unknown(text) => Some(text.as_str()),
    };
    Row {
        rule: &rule.id,
        name: &rule.name,
        provider: &rule.provider,
        severity: words::severity(finding.severity),
        confidence: words::confidence(finding.confidence),
        secret: shown(finding, options),
        fingerprint: finding.fingerprint.as_str(),
        entropy: finding.secret.entropy(),
        locations: finding.places.iter().map(location).collect(),
        status: finding.status.word(),
        status_detail,
        exposure: story::exposure(report, finding).word(),
        impact: &rule.impact,
        remedy: &rule.remedy,
        docs: rule.references.first().map_or("", AsRef::as_ref),
        steps: story::steps(report, finding),
        reasons: finding.reasons.iter().map(|r| ReasonRow { judge: r.judge, text: &r.text }).collect(),
        linked: finding.linked.iter().map(|l| LinkedRow { kind: &l.kind, text: &l.text }).collect(),
    }
}

fn location(place: &Place) -> Location<'_> {
    let origin = place.origin.as_deref();
    let commit = origin.and_then(|o| o.introduced.as_ref());
    Location {
        path: &place.path,
        line: place.start.line,
        column: place.start.column,
        end_line: place.end.line,
        end_column: place.end.column,
        decoded: &place.decoded,
        exposure: place.exposure,
        blob: place.object.map(|id| id.to_string()),
        commit: commit.map(|c| c.id.to_string()),
        author: commit.map(|c| c.author.as_str()),
        committer: commit.map(|c| c.committer.as_str()),
        date: commit.map(|c| c.date.as_str()),
        in_head: origin.map(|o| o.in_head),
        removed_in: origin.and_then(|o| o.removed.as_ref()).map(|c| c.id.to_string()),
        refs: origin.map(|o| o.refs.as_slice()),
        pushed: origin.and_then(|o| o.pushed),
        link: origin.and_then(|o| o.link.as_deref()),
    }
}

fn ignored<'a>(report: &'a Report<'_>, ignored: &'a Ignored) -> IgnoredRow<'a> {
    IgnoredRow {
        rule: &report.rules.get(ignored.rule).id,
        fingerprint: ignored.fingerprint.as_str(),
        location: location(&ignored.place),
        reason: &ignored.reason,
    }
}

fn stale(entry: &Stale) -> StaleRow<'_> {
    StaleRow { place: &entry.place, entry: &entry.entry, problem: &entry.problem }
}
