//! What every scan shares: from options to rules, policy and formats, and from a report to an exit status.

use std::path::Path;

use anyhow::{Context, bail};

use super::args::CommonArgs;
use super::exit::Exit;
use super::reports::Reports;
use super::run::complain;
use crate::detect::{Detector, Settings};
use crate::glob::GlobSet;
use crate::policy::Policy;
use crate::report::Report;
use crate::rule::{Confidence, RuleSet, Selection};
use crate::scan::scan;
use crate::source::Source;

/// What a command has to say about a report.
type Then<'a> = dyn FnMut(&Report<'_>, Exit) -> anyhow::Result<()> + 'a;

/// Everything a scan needs but its source.
pub(super) struct Session<'a> {
    args: &'a CommonArgs,
    reports: Reports,
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
    /// Reads the options, and the configuration of the project at `root`.
    pub(super) fn new(args: &'a CommonArgs, _root: &Path) -> anyhow::Result<Self> {
        let confidence = match args.confidence.as_deref().unwrap_or("medium") {
            "low" => Confidence::Low,
            "medium" => Confidence::Medium,
            "high" => Confidence::High,
            other => bail!("--confidence {other}: use low, medium or high"),
        };
        let mut policy = Policy::default();
        policy.no_comments = args.no_inline_ignore;
        let selection = Selection { only: args.rules.clone(), disabled: args.disabled.clone() };
        Ok(Self {
            rules: RuleSet::new(Vec::new(), &selection)?,
            settings: Settings { confidence, ..Settings::default() },
            policy,
            exclude: GlobSet::new(args.exclude.iter().map(String::as_str)).context("--exclude")?,
            include: GlobSet::new(args.include.iter().map(String::as_str)).context("--include")?,
            reports: Reports::new(args)?,
            args,
        })
    }

    /// Scans `source`, writes the report in every format that is wanted, and says how the run ended.
    pub(super) fn run(&self, source: &dyn Source) -> anyhow::Result<Exit> {
        self.run_then(source, &mut |_, _| Ok(()))
    }

    /// The same, and lets `then` say more once the reports are written.
    pub(super) fn run_then(&self, source: &dyn Source, then: &mut Then<'_>) -> anyhow::Result<Exit> {
        let detector = Detector::new(&self.rules, self.settings.clone())?;
        let report = scan(source, &self.rules, &detector, &self.policy, &());
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
            (false, _) if !self.args.exit_zero => Exit::Found(self.args.exit_code),
            (_, true) => Exit::Trouble,
            _ => Exit::Clean,
        }
    }
}
