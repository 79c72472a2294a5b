//! A report: everything one scan has to say, in a fixed order.
//!
//! In flow findings, policy's decisions and the receipt's numbers; out flows what the formats print. It
//! prints nothing itself.

pub use crate::finding::Stale;
use crate::finding::{Finding, Place};
use crate::rule::{RuleId, RuleSet};
use crate::secret::Fingerprint;
use crate::source::{Coverage, SourceError};

/// What one scan has to say.
#[derive(Debug)]
pub struct Report<'r> {
    /// The rules of the run.
    pub rules: &'r RuleSet,
    /// What was found and counts, most severe first.
    pub findings: Vec<Finding>,
    /// What was found and does not count, with the reason.
    pub ignored: Vec<Ignored>,
    /// Ignore entries that are expired or match nothing.
    pub stale: Vec<Stale>,
    /// What was covered.
    pub receipt: Receipt,
}

/// A finding that policy set aside.
#[derive(Debug, Clone)]
pub struct Ignored {
    /// The rule.
    pub rule: RuleId,
    /// What it is known by.
    pub fingerprint: Fingerprint,
    /// Where it stands.
    pub place: Place,
    /// Why it does not count, in words.
    pub reason: String,
}

/// What was covered and what was not.
#[derive(Debug, Clone, Default)]
pub struct Receipt {
    /// What the sources read.
    pub coverage: Coverage,
    /// How many rules took part.
    pub rules: usize,
    /// What was left out on purpose: name and reason.
    pub skipped: Vec<(String, String)>,
    /// What should have been read and was not.
    pub errors: Vec<SourceError>,
}

impl Receipt {
    /// Whether everything that should have been read was read, and there was something to read.
    pub fn complete(&self) -> bool {
        self.errors.is_empty()
    }
}
