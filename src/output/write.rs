//! The formats by name, and the one way to write a report in any of them.

use std::io::{self, Write};

use super::{ci, csv, html, human, json, markdown, sarif, scrub, words};
use crate::report::Report;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For a person at a terminal.
    Human,
    /// One JSON document, schema `skout/v1`.
    Json,
    /// One JSON line a finding, then one for the scan.
    Jsonl,
    /// SARIF 2.1.0, for GitHub code scanning and others.
    Sarif,
    /// Workflow annotations of GitHub Actions.
    Github,
    /// GitLab's secret detection report.
    Gitlab,
    /// GitLab's Code Quality report.
    Codequality,
    /// JUnit XML.
    Junit,
    /// Comma-separated values, one row a place.
    Csv,
    /// Markdown.
    Markdown,
    /// One HTML file that needs nothing else.
    Html,
}

/// What a format may want to know about where it goes.
#[derive(Debug, Clone)]
pub struct Options {
    /// Show secrets whole.
    pub show_secrets: bool,
    /// Use colour.
    pub colour: bool,
    /// Columns of the terminal; 80 if it is none.
    pub width: usize,
    /// Say more (ignored findings, skipped files).
    pub verbose: bool,
    /// Say nothing but findings.
    pub quiet: bool,
    /// The time of the scan in seconds since 1970, for formats that must name one.
    pub now: i64,
    /// What was scanned, in a word: the name of the folder. May be empty.
    pub name: String,
}

impl Format {
    /// Every format, in the order of the documentation.
    pub const ALL: &'static [Self] = &[
        Self::Human,
        Self::Json,
        Self::Jsonl,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Codequality,
        Self::Junit,
        Self::Csv,
        Self::Markdown,
        Self::Html,
    ];

    /// What the command line calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Codequality => "codequality",
            Self::Junit => "junit",
            Self::Csv => "csv",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }

    /// The format called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|f| f.name() == name)
    }
}

/// Writes `report` in `format`.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report<'_>, format: Format, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let scrubbed = if options.show_secrets { None } else { scrub::scrub(report) };
    let report = scrubbed.as_ref().unwrap_or(report);
    match format {
        Format::Human => human::write(report, options, out),
        Format::Json => json::write(report, options, out),
        Format::Jsonl => json::write_lines(report, options, out),
        Format::Sarif => sarif::write(report, options, out),
        Format::Github => ci::write_github(report, options, out),
        Format::Gitlab => ci::write_gitlab(report, options, out),
        Format::Codequality => ci::write_codequality(report, options, out),
        Format::Junit => ci::write_junit(report, options, out),
        Format::Csv => csv::write(report, options, out),
        Format::Markdown => markdown::write(report, options, out),
        Format::Html if options.show_secrets => html::write(report, options, out),
        Format::Html => {
            let name = scrub::text(report, &options.name);
            html::write(report, &Options { name, ..options.clone() }, out)
        }
    }
}

/// What standard error says when the report itself goes elsewhere: what could not be read, and the receipt
/// unless `quiet`.
pub fn receipt(report: &Report<'_>, options: &Options) -> String {
    let scrubbed = if options.show_secrets { None } else { scrub::scrub(report) };
    words::short_receipt(scrubbed.as_ref().unwrap_or(report), options.quiet)
}

/// The report as Markdown for the step summary of GitHub Actions, at most about half a megabyte.
pub fn summary(report: &Report<'_>, options: &Options) -> String {
    let scrubbed = if options.show_secrets { None } else { scrub::scrub(report) };
    markdown::summary(scrubbed.as_ref().unwrap_or(report), options)
}
