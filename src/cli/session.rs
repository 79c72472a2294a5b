//! What every scan shares: from options to rules, policy and formats, and from a report to an exit status.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::args::CommonArgs;
use super::exit::Exit;
use super::policy;
use super::progress;
use super::project::Project;
use super::reports::Reports;
use super::run::complain;
use crate::detect::{Detector, Settings};
use crate::glob::GlobSet;
use crate::output::Format;
use crate::policy::Policy;
use crate::report::Report;
use crate::rule::{Confidence, RuleSet, Selection};
use crate::scan::scan;
use crate::source::Source;
use crate::source::git::Extent;

/// What a command has to say about a report.
type Then<'a> = dyn FnMut(&Report<'_>, Exit) -> anyhow::Result<()> + 'a;

/// Everything a scan needs but its source.
pub(super) struct Session<'a> {
    args: &'a CommonArgs,
    reports: Reports,
    project: Project,
    /// The rules of the run.
    pub(super) rules: RuleSet,
    /// What the detector is told.
    pub(super) settings: Settings,
    /// What does not count.
    pub(super) policy: Policy,
    /// Files to leave out.
    pub(super) exclude: GlobSet,
    /// Files to scan only, if not empty.
    pub(super) include: GlobSet,
}

impl<'a> Session<'a> {
    /// Reads the options, and the configuration of the repository at `root`, from which names count.
    pub(super) fn new(args: &'a CommonArgs, root: &Path) -> anyhow::Result<Self> {
        Self::of(args, Project::at(root), true)
    }

    /// The same for files and folders, whose names count from the working folder.
    pub(super) fn of_paths(args: &'a CommonArgs, paths: &[PathBuf]) -> anyhow::Result<Self> {
        Self::of(args, Project::of_paths(paths), true)
    }

    /// The same for everything a project holds, its working tree named by its root. What a baseline knows counts, too,
    /// so none is read: it may be about to be made.
    pub(super) fn of_project(args: &'a CommonArgs, project: &Project) -> anyhow::Result<Self> {
        Self::of(args, project.entire(), false)
    }

    /// The same with nothing ignored but comments: whatever is there counts.
    #[must_use]
    pub(super) fn ignoring_nothing(mut self) -> Self {
        self.policy.ignore_file = None;
        self.policy.allow = Vec::new();
        self
    }

    /// The same for a caller that writes the step summary itself.
    #[must_use]
    pub(super) fn leaving_summary(mut self) -> Self {
        self.reports.leave_summary();
        self
    }

    /// Whether a report in this format goes to standard output.
    pub(super) fn shows(&self, format: Format) -> bool {
        self.reports.shows(format)
    }

    /// The same, and a report for a person is written only if there is something to tell: for hooks, which people
    /// run all day. `--verbose` tells it all the same.
    #[must_use]
    pub(super) fn silent_if_clean(mut self) -> Self {
        self.reports.silent_if_clean = !self.args.verbose;
        self
    }

    /// `baseline` says whether one is read, if one is named.
    fn of(args: &'a CommonArgs, project: Project, baseline: bool) -> anyhow::Result<Self> {
        let reports = Reports::new(args, &project.root)?;
        let (mut config, _) = project.config(args.config.as_deref())?;
        let confidence = match args.confidence.as_deref() {
            None => config.confidence.unwrap_or(Confidence::Medium),
            Some(level) => confidence(level)?,
        };
        let only = if args.rules.is_empty() { config.only.clone() } else { args.rules.clone() };
        let disabled = [&args.disabled[..], &config.disable].concat();
        let rules = RuleSet::new(std::mem::take(&mut config.rules), &Selection { only, disabled })?;
        let everything = (project.whole || !project.tree) && args.rules.is_empty() && args.include.is_empty();
        let mut policy = Policy::default();
        policy.no_comments = args.no_inline_ignore || config.inline_ignore == Some(false);
        policy.unused_comments = args.verbose;
        policy.ignore_file = project.ignore_file()?;
        policy.baseline = if baseline { project.baseline(args.baseline.as_deref(), &config)? } else { None };
        policy.allow = std::mem::take(&mut config.allow);
        policy.base = project.base.clone();
        policy.whole = everything.then_some(if project.tree { "the working tree" } else { "the history" });
        let globs = |typed: &[String], configured: &[String], option: &str| -> anyhow::Result<GlobSet> {
            let set = |list: &[String]| GlobSet::new(list.iter().map(String::as_str));
            let typed = set(typed).with_context(|| option.to_owned())?.based(project.base.clone(), true);
            let configured = set(configured)?.based(project.base.clone(), false);
            Ok(if configured.is_empty() { typed } else { typed.or(configured) })
        };
        let included = if args.include.is_empty() { &config.include[..] } else { &[] };
        Ok(Self {
            policy: policy.prepare(&rules),
            rules,
            settings: Settings { confidence, ..Settings::default() },
            exclude: globs(&args.exclude, &config.exclude, "--exclude")?,
            include: globs(&args.include, included, "--include")?,
            reports,
            project,
            args,
        })
    }

    /// Scans `source`.
    pub(super) fn report(&self, source: &dyn Source) -> anyhow::Result<Report<'_>> {
        let detector = Detector::new(&self.rules, self.settings.clone())?;
        Ok(progress::shown(self.args.quiet, |progress| {
            scan(source, &self.rules, &detector, &self.policy, progress)
        }))
    }

    /// Threads; 0 means one a core.
    pub(super) fn jobs(&self) -> usize {
        self.args.jobs
    }

    /// How far a scan of a repository goes, as options and configuration say.
    pub(super) fn extent(&self) -> Extent {
        Extent { exclude: self.exclude.clone(), only: self.include.clone(), jobs: self.args.jobs }
    }

    /// Whether a scan that could not read everything is no error.
    pub(super) fn allows_incomplete(&self) -> bool {
        self.args.allow_incomplete
    }

    /// Scans `source`, writes the report in every format that is wanted, and says how the run ended.
    pub(super) fn run(&self, source: &dyn Source) -> anyhow::Result<Exit> {
        self.run_then(source, &mut |_, _| Ok(()))
    }

    /// The same, and lets `then` say more once the reports are written.
    pub(super) fn run_then(&self, source: &dyn Source, then: &mut Then<'_>) -> anyhow::Result<Exit> {
        let report = self.report(source)?;
        policy::remember(&self.project, &report);
        let exit = self.exit(&report);
        match self.reports.write(&report).and_then(|()| then(&report, exit)) {
            // Secrets win over trouble, but the trouble is told.
            Err(error) if matches!(exit, Exit::Found(1..)) => {
                complain(&error);
                Ok(exit)
            }
            Err(error) => Err(error),
            Ok(()) => Ok(exit),
        }
    }

    /// Secrets win over trouble; trouble is never 0.
    fn exit(&self, report: &Report<'_>) -> Exit {
        let incomplete = !report.receipt.complete() && !self.args.allow_incomplete;
        match (report.findings.is_empty(), incomplete) {
            (false, _) if !self.args.exit_zero && self.args.exit_code != 0 => {
                Exit::Found(self.args.exit_code)
            }
            (_, true) => Exit::Trouble,
            _ => Exit::Clean,
        }
    }
}

/// A level as a person writes it.
pub(super) fn confidence(level: &str) -> anyhow::Result<Confidence> {
    Ok(match level {
        "low" => Confidence::Low,
        "medium" => Confidence::Medium,
        "high" => Confidence::High,
        other => bail!("--confidence {other}: use low, medium or high"),
    })
}
