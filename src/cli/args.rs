//! The arguments, as clap reads them. Each option's help line is what a person reads when frightened:
//! plain words, no jargon that the documentation does not explain.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Arg, Args, Parser, Subcommand};

use super::ci::CiArgs;
use super::completions::CompletionsArgs;
use super::explain::ExplainArgs;
use super::git::GitArgs;
use super::hook::HookArgs;
use super::install::InstallArgs;
use super::migrate::MigrateArgs;
use super::policy::{BaselineArgs, ConfigArgs, IgnoreArgs};
use super::redact::RedactArgs;
use super::rules::RulesArgs;

/// What stands below the help: where to begin, and what the exit status says.
const NEXT: &str = "\
You have leaked a key? Revoke it now, on the provider's page; then:
  skout git      where it stands, since when, and whether it was pushed
  skout install  git refuses the next one
  skout explain  why something is reported, or is not

Exit status: 0 everything was read, nothing was found; 1 secrets were found; 2 something could not be read, or was wrong \
on the command line.";

/// Finds leaked API keys and credentials in working trees and git history.
#[derive(Debug, Parser)]
#[command(name = "skout", version, args_conflicts_with_subcommands = true, after_help = NEXT)]
pub(super) struct Cli {
    /// What to do; scan a working tree if nothing is said.
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// Options of `skout scan`.
    #[command(flatten)]
    pub(super) scan: ScanArgs,
}

/// The commands.
#[allow(clippy::large_enum_variant, reason = "there is one in the life of the program")]
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Scan files, folders or standard input.
    #[command(aliases = ["dir", "directory", "fs", "filesystem"])]
    Scan(ScanArgs),
    /// Scan a git repository: its whole history, what is staged, or some commits.
    Git(GitArgs),
    /// Let git refuse commits and pushes with leaked keys, in this repository or in all of yours.
    Install(InstallArgs),
    /// Take the hooks out again; what was there before comes back as it was.
    Uninstall(InstallArgs),
    /// Say which hooks run here, which do not, and why.
    Doctor,
    /// Say why something is found, or why it is not.
    Explain(ExplainArgs),
    /// Say which findings do not count, list what was said, take out what is out of date.
    Ignore(IgnoreArgs),
    /// Keep a list of secrets that are known already, so that only new ones count.
    Baseline(BaselineArgs),
    /// Copy standard input to standard output with secrets masked.
    Redact(RedactArgs),
    /// Scan what a build is about: a pull request, a push, a merge queue, or everything.
    Ci(CiArgs),
    /// Move over from another scanner: reads its files, writes skout's own, says what stays behind.
    Migrate(MigrateArgs),
    /// What git calls: refuse a commit or a push with a leaked key. See `skout install`.
    Hook(HookArgs),
    /// Check or show the configuration, or write its schema.
    Config(ConfigArgs),
    /// List, show or prove the rules.
    Rules(RulesArgs),
    /// Write completions for a shell to standard output.
    Completions(CompletionsArgs),
    /// Write the manual page to standard output.
    Man,
}

/// `skout scan`.
#[derive(Debug, Args)]
pub(super) struct ScanArgs {
    /// Files and folders; `-` is standard input. This folder if none is named.
    pub(super) paths: Vec<PathBuf>,
    /// The name to report for standard input, which rules that depend on a file name go by [default: stdin].
    #[arg(long, value_name = "NAME")]
    pub(super) stdin_filename: Option<String>,
    /// Scan files that .gitignore names, too (a file that git tracks is always scanned).
    #[arg(long)]
    pub(super) no_gitignore: bool,
    /// Options that every scan has.
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

/// Options that every scan has.
#[derive(Debug, Clone, Args)]
pub(super) struct CommonArgs {
    /// human, json, jsonl, sarif, github, gitlab, codequality, junit, csv, markdown or html; after `=` a file for
    /// it; may be given more than once.
    #[arg(short, long = "format", value_name = "FMT[=PATH]")]
    pub(super) formats: Vec<String>,
    /// File for the last format that has none of its own.
    #[arg(short, long, value_name = "PATH")]
    pub(super) output: Option<PathBuf>,
    /// Configuration file; else skout.toml, .skout.toml or .config/skout.toml at the repository root.
    #[arg(short, long, value_name = "PATH")]
    pub(super) config: Option<PathBuf>,
    /// Report from this level on: low, medium or high [default: medium].
    #[arg(long, value_name = "LEVEL")]
    pub(super) confidence: Option<String>,
    /// Use only this rule; may be given more than once, and end in `*` for a family.
    #[arg(long = "rule", value_name = "ID")]
    pub(super) rules: Vec<String>,
    /// Do not use this rule; may be given more than once, and end in `*` for a family.
    #[arg(long = "disable-rule", value_name = "ID")]
    pub(super) disabled: Vec<String>,
    /// Findings in this baseline do not count.
    #[arg(short, long, value_name = "PATH")]
    pub(super) baseline: Option<PathBuf>,
    /// Leave out files that match (gitignore syntax); may be given more than once.
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,
    /// Only files that match (gitignore syntax); may be given more than once. `skout git` also takes reflog,
    /// dangling (what no branch reaches any more), no-messages, no-notes and no-stash.
    #[arg(long, value_name = "GLOB")]
    pub(super) include: Vec<String>,
    /// Do not honour ignore comments.
    #[arg(long)]
    pub(super) no_inline_ignore: bool,
    /// Exit status when secrets are found.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) exit_code: u8,
    /// Exit with 0 even when secrets are found.
    #[arg(long)]
    pub(super) exit_zero: bool,
    /// A scan that could not read everything is not an error.
    #[arg(long)]
    pub(super) allow_incomplete: bool,
    /// Show secrets whole; github, gitlab, codequality and junit mask them all the same. Mind who can see the output.
    #[arg(long)]
    pub(super) show_secrets: bool,
    /// Threads; 0 means one a core.
    #[arg(short, long, default_value_t = 0, value_name = "N", value_parser = threads)]
    pub(super) jobs: usize,
    /// Say nothing but findings and errors.
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// Say more: why each finding is believed, what was ignored and skipped.
    #[arg(short, long)]
    pub(super) verbose: bool,
    /// When to use colour: auto, always or never.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(super) color: String,
}

/// More threads than this help nobody, and a few billion of them would not find room in memory.
const MOST_THREADS: usize = 256;

/// The number of threads as typed, at most [`MOST_THREADS`].
fn threads(text: &str) -> Result<usize, String> {
    let number = text.parse::<u128>().map_err(|_| "write a whole number, such as 4".to_owned())?;
    Ok(usize::try_from(number).unwrap_or(usize::MAX).min(MOST_THREADS))
}

/// Keeps an option of a report out of the help of a command that writes none; see [`CommonArgs::without_report`].
pub(super) fn unreported(arg: Arg) -> Arg {
    let report = ["formats", "output", "show_secrets", "exit_zero", "exit_code"];
    if report.contains(&arg.get_id().as_str()) { arg.hide(true) } else { arg }
}

impl CommonArgs {
    /// Holds the options of a report against a command that writes none.
    ///
    /// # Errors
    /// One of them was given: it would be passed over in silence.
    pub(super) fn without_report(&self, command: &str) -> anyhow::Result<()> {
        let given = [
            ("--format", !self.formats.is_empty()),
            ("--output", self.output.is_some()),
            ("--show-secrets", self.show_secrets),
            ("--exit-zero", self.exit_zero),
            ("--exit-code", self.exit_code != 1),
        ];
        match given.iter().find(|(_, given)| *given) {
            Some((option, _)) => {
                bail!("{option}: `skout {command}` writes no report, so this would do nothing")
            }
            None => Ok(()),
        }
    }
}
