//! Policy as a whole: comments, ignore file, baseline and allow entries, asked in that order.
//!
//! In flow findings with their places, out flow decisions, each with a reason. It opens nothing.

use std::sync::Mutex;

use super::allow::Allow;
use super::baseline::Baseline;
use super::date::Date;
use super::ignore_file::IgnoreFile;
use super::inline::Comments;
use crate::blob::Blob;
use crate::finding::{Finding, Place, Stale};
use crate::glob::Base;
use crate::rule::{Rule, RuleSet};
use crate::secret::Fingerprint;
use crate::source::Coverage;

/// What policy decides about one place of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It counts.
    Keep,
    /// It does not, for this reason.
    Ignore(String),
}

/// A line of an ignore file or a baseline that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct PolicyError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub problem: String,
}

impl PolicyError {
    pub(crate) fn at(file: &str, line: usize, problem: String) -> Self {
        Self { file: file.to_owned(), line, problem }
    }
}

/// What does not count in this run.
#[derive(Debug, Default)]
pub struct Policy {
    /// Do not honour ignore comments.
    pub no_comments: bool,
    /// Report ignore comments of ours that cover nothing, in files with findings.
    pub unused_comments: bool,
    /// The day to measure ends against; today if `None`.
    pub today: Option<Date>,
    /// The ignore file.
    pub ignore_file: Option<IgnoreFile>,
    /// Known secrets.
    pub baseline: Option<Baseline>,
    /// Allow entries of the configuration.
    pub allow: Vec<Allow>,
    /// How reported names become paths from the root of the repository.
    pub base: Base,
    /// What is scanned is the whole of `the working tree` or of `the history`, so that an entry without a
    /// match is known to be out of date.
    pub whole: Option<&'static str>,
    /// Families of the rules that entries name: a secret keeps its entry when another rule claims it.
    families: Vec<String>,
    /// Ignore comments that are out of date.
    comments: Mutex<Vec<Stale>>,
}

impl Policy {
    /// Makes ready for a run with these rules.
    #[must_use]
    pub fn prepare(mut self, rules: &RuleSet) -> Self {
        let ignored = self.ignore_file.iter().flat_map(IgnoreFile::rules);
        let known = self.baseline.iter().flat_map(Baseline::lines).map(|k| k.rule.as_str());
        let family = |name: &str| rules.find(name).map_or(name.to_owned(), |(_, r)| r.family.to_string());
        let mut named: Vec<&str> = ignored.chain(known).collect();
        named.sort_unstable();
        named.dedup();
        let mut families: Vec<String> = named.into_iter().map(family).collect();
        families.sort();
        families.dedup();
        self.families = families;
        self
    }

    fn today(&self) -> Date {
        self.today.unwrap_or_else(Date::today)
    }

    /// The ignore comments of a blob that holds `findings`.
    pub fn comments(&self, blob: &Blob<'_>, findings: &[Finding], rules: &RuleSet) -> Comments {
        if self.no_comments || findings.is_empty() {
            return Comments::default();
        }
        Comments::read(blob, findings, rules, self.today())
    }

    /// Takes note of comments that are out of date, once every finding of their blob was decided.
    pub fn close(&self, comments: &Comments) {
        let stale = comments.stale(self.unused_comments);
        if !stale.is_empty() {
            self.comments.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(stale);
        }
    }

    /// Whether the place of a finding counts.
    pub fn decide(&self, finding: &Finding, rule: &Rule, place: &Place) -> Decision {
        let path = self.base.rooted(&place.path);
        let names = || Self::names(finding, &self.families);
        let ignored = self.ignore_file.as_ref().and_then(|file| {
            names().find_map(|print| file.covers(&print, &path)).or_else(|| file.covers_path(&path))
        });
        let known = || {
            let baseline = self.baseline.as_ref()?;
            names().any(|print| baseline.contains(&print)).then(|| "known in the baseline".to_owned())
        };
        let allowed = || {
            let is_its = |print: &Fingerprint| names().any(|own| own == *print);
            let covers = |a: &Allow| a.covers((finding, rule, place), &path, &is_its, self.today());
            self.allow.iter().find_map(covers)
        };
        ignored.or_else(known).or_else(allowed).map_or(Decision::Keep, Decision::Ignore)
    }

    /// Every fingerprint the secret may be known by: its own, those of the other rules that claimed it in
    /// this run, those under the rules that entries name.
    fn names<'f>(finding: &'f Finding, families: &'f [String]) -> impl Iterator<Item = Fingerprint> + 'f {
        let own = std::iter::once(&finding.fingerprint).chain(&finding.aliases).cloned();
        own.chain(families.iter().map(|family| finding.secret.fingerprint(family)))
    }

    /// Entries that are expired or matched nothing, after the scan. Comments are only reported when files
    /// are scanned as they are now, not in old versions.
    pub fn stale(&self, coverage: &Coverage) -> Vec<Stale> {
        let today = self.today();
        let mut stale = Vec::new();
        if matches!(coverage.kind, "tree" | "stdin" | "staged") {
            stale.append(&mut self.comments.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        }
        let kind = if coverage.kind == "tree" { "the working tree" } else { "the history" };
        let whole = self.whole.filter(|whole| *whole == kind && matches!(coverage.kind, "tree" | "history"));
        if let Some(file) = &self.ignore_file {
            stale.extend(file.stale(whole));
        }
        stale.extend(self.allow.iter().filter_map(|a| a.stale(whole, today)));
        stale.sort_by(|a, b| (natural(&a.place), &a.entry).cmp(&(natural(&b.place), &b.entry)));
        stale.dedup();
        stale
    }
}

/// Sorts `a:10` behind `a:9`.
fn natural(place: &str) -> (&str, u64) {
    let (file, line) = place.rsplit_once(':').unwrap_or((place, ""));
    (file, line.parse().unwrap_or(0))
}
