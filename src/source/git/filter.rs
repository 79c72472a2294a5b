//! Which paths of a repository take part.

use crate::glob::GlobSet;

/// Paths to leave out, and paths to keep to.
#[derive(Debug, Default, Clone)]
pub(super) struct Filter {
    exclude: GlobSet,
    include: GlobSet,
}

impl Filter {
    /// Leaves out what matches `exclude` and, if `include` is not empty, what does not match it.
    pub(super) fn new(exclude: GlobSet, include: GlobSet) -> Self {
        Self { exclude, include }
    }

    /// Whether a path takes part.
    pub(super) fn admits(&self, path: &str) -> bool {
        !self.exclude.matches(path) && (self.include.is_empty() || self.include.matches(path))
    }
}
