//! How far a scan of a repository goes: which paths take part, and on how many threads they are read.

use crate::glob::GlobSet;

/// Paths to leave out, paths to keep to, and threads.
#[derive(Debug, Default, Clone)]
pub struct Extent {
    /// Paths to leave out.
    pub exclude: GlobSet,
    /// If not empty, only these paths.
    pub only: GlobSet,
    /// Threads; 0 means one a core.
    pub jobs: usize,
}

impl Extent {
    /// Whether a path takes part.
    pub(super) fn admits(&self, path: &str) -> bool {
        !self.exclude.matches(path) && (self.only.is_empty() || self.only.matches(path))
    }

    /// Threads, at least one.
    pub(super) fn threads(&self) -> usize {
        match self.jobs {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            jobs => jobs,
        }
    }
}
