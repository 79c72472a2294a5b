//! Policy as a whole: comments, ignore file, baseline and allow entries, asked in that order.

use super::inline::Comments;
use crate::blob::Blob;
use crate::finding::{Finding, Place};
use crate::report::Stale;
use crate::rule::Rule;
use crate::source::Coverage;

/// What policy decides about one place of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It counts.
    Keep,
    /// It does not, for this reason.
    Ignore(String),
}

/// What does not count in this run.
#[derive(Debug, Default)]
pub struct Policy {
    /// Do not honour ignore comments.
    pub no_comments: bool,
}

impl Policy {
    /// The ignore comments of a blob that holds findings.
    pub fn comments(&self, blob: &Blob<'_>) -> Comments {
        if self.no_comments { Comments::none() } else { Comments::read(blob) }
    }

    /// Whether the place of a finding counts.
    pub fn decide(&self, _finding: &Finding, _rule: &Rule, _place: &Place) -> Decision {
        Decision::Keep
    }

    /// Entries that are expired or matched nothing, after the scan.
    pub fn stale(&self, _coverage: &Coverage) -> Vec<Stale> {
        Vec::new()
    }
}
