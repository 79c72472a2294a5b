//! What the last scan of a repository found, so that `skout ignore add` can speak of it.
//!
//! In flows a report, out flow fingerprints with rule and first place, kept in git's own folder beside
//! what is not versioned. No secret and no mask of one is written.

use std::io;
use std::path::PathBuf;

use super::known;
use crate::cli::project::{Project, read_if_there};
use crate::policy::{Baseline, Known};
use crate::report::Report;

fn file(project: &Project) -> Option<PathBuf> {
    Some(project.git_folder()?.join("skout").join("last"))
}

/// Writes down what was found. A folder that cannot be written to is no trouble: only `--last` needs it.
pub(in crate::cli) fn remember(project: &Project, report: &Report<'_>) {
    let Some(path) = file(project) else { return };
    if report.findings.is_empty() {
        let _gone_or_never_there = std::fs::remove_file(path);
        return;
    }
    let mut found = Baseline::default();
    known::add(&mut found, report, &project.base);
    let _only_a_convenience = write(path, &found.text());
}

fn write(path: PathBuf, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}

/// What the last scan of the project found; nothing if there was none.
///
/// # Errors
/// The file is there and cannot be read.
pub(in crate::cli) fn recall(project: &Project) -> anyhow::Result<Vec<Known>> {
    let Some(path) = file(project) else { return Ok(Vec::new()) };
    let text = read_if_there(&path)?.unwrap_or_default();
    Ok(Baseline::parse(&path.display().to_string(), &text)?.lines().cloned().collect())
}
