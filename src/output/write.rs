//! The formats by name, and the one way to write a report in any of them.

use std::io::{self, Write};

use super::{human, json, scrub, words};
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
}

impl Format {
    /// Every format, in the order of the documentation.
    pub const ALL: &'static [Self] = &[Self::Human, Self::Json, Self::Jsonl];

    /// What the command line calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
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
    }
}

/// What standard error says when the report itself goes elsewhere: what could not be read, and the receipt
/// unless `quiet`.
pub fn receipt(report: &Report<'_>, options: &Options) -> String {
    let scrubbed = if options.show_secrets { None } else { scrub::scrub(report) };
    words::short_receipt(scrubbed.as_ref().unwrap_or(report), options.quiet)
}
