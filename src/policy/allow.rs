//! Allow entries: findings that a project's configuration sets aside, each with its reason.
//!
//! In flow conditions that the configuration has checked, out flows whether a finding meets all of them.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use regex::bytes::Regex;

use super::date::Date;
use super::selector::Selector;
use crate::finding::{Finding, Place, Stale};
use crate::glob::GlobSet;
use crate::rule::Rule;
use crate::secret::Fingerprint;

/// One entry. Every condition that is given must hold; of the values of one condition, one.
#[derive(Debug, Default)]
pub struct Allow {
    /// Why. Mandatory where entries are written.
    pub reason: String,
    /// Where it is written (`skout.toml:12`).
    pub place: String,
    /// Names of rules; a `*` at the end means ids that begin so.
    pub rules: Vec<String>,
    /// Files, in gitignore syntax from the root of the repository.
    pub paths: GlobSet,
    /// Files, as regular expressions that are searched in the path from the root of the repository.
    pub path_patterns: Vec<Regex>,
    /// Regular expressions that are searched in the secret.
    pub secrets: Vec<Regex>,
    /// Words that stand in the secret, compared without case.
    pub stopwords: Vec<String>,
    /// Fingerprints.
    pub fingerprints: Vec<Fingerprint>,
    /// Ids of commits that introduced the secret, or their beginnings of at least seven digits.
    pub commits: Vec<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Whether it has set something aside in this run.
    pub used: AtomicBool,
}

impl Allow {
    /// Why the finding does not count at this place, if it does not. `path` counts from the root of the
    /// repository; `known` says whether a fingerprint is the finding's.
    pub(crate) fn covers(
        &self,
        (finding, rule, place): (&Finding, &Rule, &Place),
        path: &str,
        known: &dyn Fn(&Fingerprint) -> bool,
        today: Date,
    ) -> Option<String> {
        let secret = finding.secret.reveal();
        let commit = place.origin.as_ref().and_then(|o| o.introduced.as_ref()).map(|c| c.id.to_string());
        let any = |list_empty: bool, holds: &dyn Fn() -> bool| list_empty || holds();
        let lowered = || String::from_utf8_lossy(secret).to_lowercase();
        let path_fits =
            || self.paths.matches(path) || self.path_patterns.iter().any(|p| p.is_match(path.as_bytes()));
        let fits = !self.expired(today)
            && any(self.rules.is_empty(), &|| self.rules.iter().any(|n| Selector::new(n).means(rule)))
            && any(self.paths.is_empty() && self.path_patterns.is_empty(), &path_fits)
            && any(self.fingerprints.is_empty(), &|| self.fingerprints.iter().any(known))
            && any(self.stopwords.is_empty(), &|| {
                let lowered = lowered();
                self.stopwords.iter().any(|w| lowered.contains(&w.to_lowercase()))
            })
            && any(self.commits.is_empty(), &|| {
                commit.as_ref().is_some_and(|id| self.commits.iter().any(|c| id.starts_with(c.as_str())))
            })
            && any(self.secrets.is_empty(), &|| self.secrets.iter().any(|s| s.is_match(secret)));
        fits.then(|| {
            self.used.store(true, Relaxed);
            format!("{}: {}", self.place, self.reason)
        })
    }

    fn expired(&self, today: Date) -> bool {
        self.until.is_some_and(|day| day < today)
    }

    /// What is the matter with the entry after the scan: expired, or, with `scope`, without a match.
    pub(crate) fn stale(&self, scope: Option<&str>, today: Date) -> Option<Stale> {
        let problem = match (self.until.filter(|_| self.expired(today)), scope) {
            (Some(day), _) => format!("expired on {day}"),
            (None, Some(scope)) if !self.used.load(Relaxed) => format!("matches nothing in {scope}"),
            _ => return None,
        };
        Some(Stale { place: self.place.clone(), entry: "[[allow]]".into(), problem })
    }
}
