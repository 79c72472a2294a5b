//! The formats by name, and the one way to write a report in any of them.

use std::io::{self, Write};

use super::{human, json};
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
    /// The format called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "human" => Self::Human,
            "json" => Self::Json,
            "jsonl" => Self::Jsonl,
            _ => return None,
        })
    }
}

/// Writes `report` in `format`.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report<'_>, format: Format, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Human => human::write(report, options, out),
        Format::Json => json::write(report, options, out),
        Format::Jsonl => json::write_lines(report, options, out),
    }
}
