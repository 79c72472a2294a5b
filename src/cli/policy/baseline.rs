//! `skout baseline`: secrets that are known already, so that only new ones stop anybody.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use super::known;
use super::survey::{Extent, survey};
use crate::cli::args::{CommonArgs, unreported};
use crate::cli::exit::Exit;
use crate::cli::mask::masked;
use crate::cli::project::{Project, read_if_there, replace};
use crate::cli::say::say;
use crate::cli::session::Session;
use crate::policy::{Baseline, Known};
use crate::secret::Fingerprint;

/// Where a baseline is written if nobody says otherwise, at the root of the repository.
const DEFAULT: &str = ".skout-baseline";

/// `skout baseline`.
#[derive(Debug, Args)]
pub(in crate::cli) struct BaselineArgs {
    #[command(subcommand)]
    command: BaselineCommand,
}

#[derive(Debug, Subcommand)]
enum BaselineCommand {
    /// Write down everything that is there now; from then on only new secrets count.
    Create {
        /// Overwrite the baseline that is there.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        what: What,
    },
    /// Add what is new; nothing is taken away.
    Update(What),
    /// Take out what is not there any more.
    Prune(What),
    /// Show what is new (+) and what is gone (-). Exit status 1 if something is new.
    Diff(What),
}

/// What to compare the baseline with.
#[derive(Debug, Args)]
#[command(mut_args(unreported))]
struct What {
    /// A JSON report of a scan to use instead of scanning; `-` is standard input.
    #[arg(long, value_name = "PATH")]
    from: Option<PathBuf>,
    /// Leave the history of the repository aside.
    #[arg(long)]
    no_history: bool,
    #[command(flatten)]
    common: CommonArgs,
}

/// Runs it.
pub(in crate::cli) fn run(args: &BaselineArgs) -> anyhow::Result<Exit> {
    match &args.command {
        BaselineCommand::Create { force, what } => create(what, *force),
        BaselineCommand::Update(what) => update(what),
        BaselineCommand::Prune(what) => prune(what),
        BaselineCommand::Diff(what) => diff(what),
    }
}

/// A baseline on disk and what is there now.
struct Comparison {
    path: PathBuf,
    name: String,
    old: Option<Baseline>,
    now: Baseline,
    /// Where the configuration names it, nobody has to be told how to use it.
    configured: bool,
}

impl Comparison {
    fn new(what: &What, command: &str) -> anyhow::Result<Self> {
        what.common.without_report(command)?;
        let project = Project::at(std::path::Path::new("."));
        let (config, _) = project.config(what.common.config.as_deref())?;
        let named = project.baseline_path(what.common.baseline.as_deref(), &config);
        let path = named.unwrap_or_else(|| project.root.join(DEFAULT));
        let name = project.name_of(&path);
        let text = read_if_there(&path)?;
        let old = text.map(|text| Baseline::parse(&name, &text)).transpose()?;
        let now = now(what, &project)?;
        Ok(Self { path, name, old, now, configured: config.baseline.is_some() })
    }

    fn old(&self) -> anyhow::Result<&Baseline> {
        let name = &self.name;
        self.old
            .as_ref()
            .with_context(|| format!("{name}: there is no such baseline; `skout baseline create` makes one"))
    }

    fn write(&self, baseline: &Baseline) -> anyhow::Result<()> {
        replace(&self.path, &baseline.text())
    }
}

/// Everything that is there now and is not ignored otherwise.
fn now(what: &What, project: &Project) -> anyhow::Result<Baseline> {
    if let Some(path) = &what.from {
        let text = if path.as_os_str() == "-" {
            std::io::read_to_string(std::io::stdin()).context("standard input")?
        } else {
            read_if_there(path)?.with_context(|| format!("{}: there is no such file", path.display()))?
        };
        // Every report says at least what was scanned; whatever should have written this one has failed.
        if text.trim().is_empty() {
            bail!("--from {}: it is empty, so it is no report; nothing was changed", path.display());
        }
        return Ok(Baseline::parse(&path.display().to_string(), &text)?);
    }
    let session = Session::of_project(&what.common, project)?;
    let extent = if what.no_history { Extent::Tree } else { Extent::Everything };
    let mut now = Baseline::default();
    for report in survey(&session, project, extent)? {
        known::add(&mut now, &report, &session.policy.base);
    }
    Ok(now)
}

fn create(what: &What, force: bool) -> anyhow::Result<Exit> {
    let comparison = Comparison::new(what, "baseline create")?;
    let name = &comparison.name;
    if comparison.old.is_some() && !force {
        bail!("{name} is there already; add to it with `skout baseline update`, or start anew with --force");
    }
    comparison.write(&comparison.now)?;
    let mut text =
        format!("{name}: {} written. From now on only new ones count.\n", secrets(comparison.now.len()));
    if !comparison.configured {
        text += &format!("Use it: skout -b {name}, or put baseline = \"{name}\" into skout.toml.\n");
    }
    if !comparison.now.is_empty() {
        text += "These keys are still leaked. Revoke them one by one, then `skout baseline prune`.\n";
    }
    say(&text)?;
    Ok(Exit::Clean)
}

fn update(what: &What) -> anyhow::Result<Exit> {
    let comparison = Comparison::new(what, "baseline update")?;
    let mut baseline = comparison.old()?.clone();
    let before = baseline.len();
    for known in comparison.now.lines() {
        if let Some(fingerprint) = Fingerprint::parse(&known.fingerprint) {
            baseline.add(fingerprint, &known.rule, &known.path);
        }
    }
    comparison.write(&baseline)?;
    say(&format!("{}: {} added.", comparison.name, secrets(baseline.len() - before)))?;
    Ok(Exit::Clean)
}

fn prune(what: &What) -> anyhow::Result<Exit> {
    let comparison = Comparison::new(what, "baseline prune")?;
    let mut baseline = comparison.old()?.clone();
    let before = baseline.len();
    baseline.keep(&comparison.now);
    comparison.write(&baseline)?;
    say(&format!("{}: {} taken out.", comparison.name, secrets(before - baseline.len())))?;
    Ok(Exit::Clean)
}

fn diff(what: &What) -> anyhow::Result<Exit> {
    let comparison = Comparison::new(what, "baseline diff")?;
    let old = comparison.old()?;
    let in_one = |one: &Baseline, other: &Baseline| -> Vec<Known> {
        let missing = |k: &&Known| Fingerprint::parse(&k.fingerprint).is_some_and(|f| !other.contains(&f));
        one.lines().filter(missing).cloned().collect()
    };
    let (new, gone) = (in_one(&comparison.now, old), in_one(old, &comparison.now));
    let line = |sign: char, k: &Known| format!("{sign} {} {} {}\n", k.fingerprint, k.rule, k.path);
    let mut text: String = new.iter().map(|k| line('+', k)).collect();
    text.extend(gone.iter().map(|k| line('-', k)));
    text += &format!("{} new, {} gone.\n", secrets(new.len()), gone.len());
    say(&masked(&text))?;
    Ok(if new.is_empty() { Exit::Clean } else { Exit::Found(1) })
}

fn secrets(n: usize) -> String {
    if n == 1 { "1 secret".to_owned() } else { format!("{n} secrets") }
}
