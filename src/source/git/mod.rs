//! Git as a source: the index, ranges of commits, whole histories.

pub(crate) mod tracked;
