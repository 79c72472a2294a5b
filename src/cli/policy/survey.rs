//! Everything a project holds, for commands that need to know what is there and not only what is new: the
//! working tree and, in a repository, the whole history.

use anyhow::bail;

use crate::cli::project::Project;
use crate::cli::session::Session;
use crate::report::Report;
use crate::source::git::{History, HistoryOptions};
use crate::source::{FileOptions, Files};

/// Which parts to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Extent {
    /// Files as they are now.
    Tree,
    /// Files as they are now and were in any commit.
    Everything,
}

/// Reads the project and returns a report for each part.
///
/// # Errors
/// Something could not be read, so that nobody could say what is gone.
pub(in crate::cli) fn survey<'s>(
    session: &'s Session<'_>,
    project: &Project,
    extent: Extent,
) -> anyhow::Result<Vec<Report<'s>>> {
    let options = FileOptions {
        gitignore: true,
        exclude: session.exclude.clone(),
        include: session.include.clone(),
        jobs: session.jobs(),
    };
    let mut reports = vec![session.report(&Files::new(vec![project.root.clone()], options))?];
    if extent == Extent::Everything && project.repository {
        let options = HistoryOptions { extent: session.extent(), ..HistoryOptions::default() };
        reports.push(session.report(&History::open(&project.root, options)?)?);
    }
    let errors: Vec<String> =
        reports.iter().flat_map(|r| &r.receipt.errors).map(ToString::to_string).collect();
    if let Some(first) = errors.first().filter(|_| !session.allows_incomplete()) {
        let more = if errors.len() > 1 { format!(" (and {} more)", errors.len() - 1) } else { String::new() };
        bail!("{first}{more}; mend it, or go on without it: --allow-incomplete");
    }
    Ok(reports)
}
