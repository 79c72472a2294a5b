//! What a scan would go by: the project's rules, its level, and what it sets aside.
//!
//! In flows the options and the files at the root of the project; out flow rules and policy, as every scan
//! has them. It scans nothing.

use std::path::{Path, PathBuf};

use crate::cli::project::Project;
use crate::glob::GlobSet;
use crate::policy::Policy;
use crate::rule::{Confidence, Rule, RuleId, RuleSet, Selection};

/// What a scan here would go by.
pub(super) struct Ground {
    /// All rules, those that the configuration switches off among them.
    pub(super) rules: RuleSet,
    /// The rules of a scan; numbered like `rules`.
    used: RuleSet,
    /// What does not count.
    pub(super) policy: Policy,
    /// Findings count from this level on.
    pub(super) confidence: Confidence,
    /// Files that the configuration leaves out.
    exclude: GlobSet,
    include: GlobSet,
    /// What messages call the configuration.
    pub(super) config: String,
}

impl Ground {
    /// Reads the project of `paths`, or of the working folder.
    pub(super) fn new(
        paths: &[PathBuf],
        config: Option<&Path>,
        baseline: Option<&Path>,
    ) -> anyhow::Result<Self> {
        let project = Project::of_paths(paths);
        let (mut config, path) = project.config(config)?;
        let own: Vec<Rule> = std::mem::take(&mut config.rules);
        let selection = Selection { only: config.only.clone(), disabled: config.disable.clone() };
        let (rules, used) =
            (RuleSet::new(own.clone(), &Selection::default())?, RuleSet::new(own, &selection)?);
        let mut policy = Policy::default();
        policy.no_comments = config.inline_ignore == Some(false);
        policy.ignore_file = project.ignore_file()?;
        policy.baseline = project.baseline(baseline, &config)?;
        policy.allow = std::mem::take(&mut config.allow);
        policy.base = project.base.clone();
        let globs = |list: &[String]| GlobSet::new(list.iter().map(String::as_str));
        Ok(Self {
            policy: policy.prepare(&rules),
            confidence: config.confidence.unwrap_or(Confidence::Medium),
            exclude: globs(&config.exclude)?.based(project.base.clone(), false),
            include: globs(&config.include)?.based(project.base.clone(), false),
            config: path.map_or_else(|| "skout.toml".to_owned(), |path| project.name_of(&path)),
            rules,
            used,
        })
    }

    /// Whether a scan uses the rule.
    pub(super) fn uses(&self, rule: RuleId) -> bool {
        self.used.is_enabled(rule)
    }

    /// The rules of a scan.
    pub(super) fn used(&self) -> &RuleSet {
        &self.used
    }

    /// Why a scan of the project leaves the file out, if the configuration says so.
    pub(super) fn left_out(&self, path: &str) -> Option<String> {
        if let Some(pattern) = self.exclude.matching(path) {
            return Some(format!(
                "{}: scans leave {path} out, because it matches exclude = \"{pattern}\"",
                self.config
            ));
        }
        let out = !self.include.is_empty() && !self.include.matches(path);
        out.then(|| {
            format!("{}: scans leave {path} out, because no pattern of 'include' matches it", self.config)
        })
    }
}
