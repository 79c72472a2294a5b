//! Commits: where each leads, and who descends from whom.

#[allow(clippy::module_inception, reason = "a file is named after its one main type")]
mod graph;
mod links;
mod numbered;

pub(super) use graph::{Graph, Lists, shallow_commits};
pub(super) use links::{Entry, Link, Links};
