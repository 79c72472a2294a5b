//! What a service wants beside the report: annotations, a summary, and values for the steps that follow.
//!
//! In flows a report; out flow lines in the files that the service names in its environment
//! (docs.github.com, "Workflow commands for GitHub Actions"). It never shows a secret.

use std::fs::OpenOptions;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::path::Path;

use anyhow::Context;

use super::service::Lookup;
use crate::cli::say::pass;
use crate::output::{self, Format, Options};
use crate::report::Report;

const PLAIN: Options = Options {
    show_secrets: false,
    colour: false,
    width: 80,
    verbose: false,
    quiet: true,
    now: 0,
    name: String::new(),
};

/// Keeps GitHub from taking a line of the report for a workflow command: between the two lines that this
/// returns, it obeys none. The word is new each time, so that no scanned file can hold it.
pub(super) fn silence() -> (String, String) {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    let word = format!("skout-{:016x}", hasher.finish());
    (format!("::stop-commands::{word}"), format!("::{word}::"))
}

/// Writes a line to standard output.
pub(super) fn line(text: &str) -> anyhow::Result<()> {
    pass(format!("{text}\n").as_bytes())
}

/// GitHub reads workflow commands from standard output: one annotation a finding.
pub(super) fn annotations(report: &Report<'_>) -> anyhow::Result<()> {
    let Some(format) = Format::named("github") else { return Ok(()) };
    let mut text = Vec::new();
    output::write(report, format, &PLAIN, &mut text).context("annotations")?;
    pass(&text)
}

/// The summary that GitHub shows on the page of the run.
pub(super) fn summary(report: &Report<'_>, what: &str, get: Lookup<'_>) -> anyhow::Result<()> {
    let Some(path) = get("GITHUB_STEP_SUMMARY") else { return Ok(()) };
    // Shortened to what GitHub shows: it drops a summary of more than a megabyte as a whole.
    let what = output::unmarked(what);
    let text = format!("{}\nScanned: {what}\n\n", output::summary(report, &PLAIN));
    append(Path::new(&path), text.as_bytes())
}

/// Values for the steps that follow, in `GITHUB_OUTPUT`. Every value is one line, so that nothing in it can
/// become a value of its own.
pub(super) fn values(pairs: &[(&str, String)], get: Lookup<'_>) -> anyhow::Result<()> {
    let Some(path) = get("GITHUB_OUTPUT") else { return Ok(()) };
    let lines: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{name}={}\n", value.replace(['\n', '\r'], " "))).collect();
    append(Path::new(&path), lines.concat().as_bytes())
}

fn append(path: &Path, text: &[u8]) -> anyhow::Result<()> {
    let file = OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(text))
        .with_context(|| format!("{}: cannot be written", path.display()))
}
