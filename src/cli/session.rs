//! What every scan shares: from options to rules, policy and formats, and from a report to an exit status.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, bail};

use super::args::CommonArgs;
use super::exit::Exit;
use crate::detect::{Detector, Settings};
use crate::glob::GlobSet;
use crate::output::{self, Format, Options};
use crate::policy::Policy;
use crate::report::Report;
use crate::rule::{Confidence, RuleSet, Selection};
use crate::scan::scan;
use crate::source::Source;

/// Everything a scan needs but its source.
pub(super) struct Session<'a> {
    args: &'a CommonArgs,
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
        let selection = Selection { only: args.rules.clone(), disabled: args.disabled.clone() };
        Ok(Self {
            rules: RuleSet::new(Vec::new(), &selection)?,
            settings: Settings { confidence, ..Settings::default() },
            policy: Policy { no_comments: args.no_inline_ignore },
            exclude: GlobSet::new(args.exclude.iter().map(String::as_str)).context("--exclude")?,
            include: GlobSet::new(args.include.iter().map(String::as_str)).context("--include")?,
            args,
        })
    }

    /// Scans `source`, writes the report in every format that is wanted, and says how the run ended.
    pub(super) fn run(&self, source: &dyn Source) -> anyhow::Result<Exit> {
        let detector = Detector::new(&self.rules, self.settings.clone())?;
        let report = scan(source, &self.rules, &detector, &self.policy, &());
        self.write(&report)?;
        Ok(self.exit(&report))
    }

    fn write(&self, report: &Report<'_>) -> anyhow::Result<()> {
        let options = Options {
            show_secrets: self.args.show_secrets,
            colour: false,
            width: 80,
            verbose: self.args.verbose,
            quiet: self.args.quiet,
        };
        let wanted =
            if self.args.formats.is_empty() { &["human".to_owned()][..] } else { &self.args.formats };
        for (n, wish) in wanted.iter().enumerate() {
            let (name, path) =
                wish.split_once('=').map_or((wish.as_str(), None), |(f, p)| (f, Some(Path::new(p))));
            let format = Format::named(name).with_context(|| format!("there is no format '{name}'"))?;
            let last = n + 1 == wanted.len();
            match path.or(self.args.output.as_deref().filter(|_| last)) {
                None => output::write(report, format, &options, &mut io::stdout().lock())?,
                Some(path) => {
                    let mut text = Vec::new();
                    output::write(report, format, &options, &mut text)?;
                    let mut file = std::fs::File::create(path).with_context(|| path.display().to_string())?;
                    file.write_all(&text).with_context(|| path.display().to_string())?;
                }
            }
        }
        Ok(())
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
