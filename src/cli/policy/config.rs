//! `skout config`: is the configuration right, what does it come to, what may stand in it.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::cli::exit::Exit;
use crate::cli::mask::masked;
use crate::cli::project::Project;
use crate::cli::say::say;
use crate::config::{Config, NAMES, SCHEMA};
use crate::detect::{Detector, Settings};
use crate::policy::IGNORE_FILE;
use crate::rule::{Confidence, RuleSet, Selection};

/// `skout config`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Check the configuration, the ignore file and the baseline, without a scan.
    Check(Where),
    /// Show what a scan would go by.
    Show(Where),
    /// Write the JSON schema of skout.toml to standard output, for editors.
    Schema,
}

#[derive(Debug, Args)]
struct Where {
    /// Configuration file; else as a scan would find it.
    #[arg(short, long, value_name = "PATH")]
    config: Option<PathBuf>,
}

/// Runs it.
pub(in crate::cli) fn run(args: &ConfigArgs) -> anyhow::Result<Exit> {
    match &args.command {
        ConfigCommand::Check(place) => check(place.config.as_deref())?,
        ConfigCommand::Show(place) => show(place.config.as_deref())?,
        ConfigCommand::Schema => say(SCHEMA)?,
    }
    Ok(Exit::Clean)
}

/// The project's files, read and checked.
struct Checked {
    project: Project,
    config: Config,
    path: Option<PathBuf>,
    rules: RuleSet,
    ignored: Option<usize>,
}

fn checked(named: Option<&Path>) -> anyhow::Result<Checked> {
    let project = Project::at(Path::new("."));
    let (mut config, path) = project.config(named)?;
    let selection = Selection { only: config.only.clone(), disabled: config.disable.clone() };
    let rules = RuleSet::new(std::mem::take(&mut config.rules), &selection)?;
    let ignored = project.ignore_file()?.map(|file| file.entries().len());
    Ok(Checked { project, config, path, rules, ignored })
}

fn check(named: Option<&Path>) -> anyhow::Result<()> {
    let checked = checked(named)?;
    // Every pattern, not only those that a text asks for.
    Detector::new(&checked.rules, Settings::default())?.check()?;
    let known = checked.project.baseline(None, &checked.config)?;
    let mut text = match &checked.path {
        Some(path) => format!("{}: right.\n", checked.project.name_of(path)),
        None => format!("There is no configuration ({}): the defaults hold.\n", NAMES.join(", ")),
    };
    if let Some(n) = checked.ignored {
        text += &format!("{IGNORE_FILE}: right, entries: {n}.\n");
    }
    if let Some(baseline) = known {
        text += &format!("Baseline: right, secrets: {}.\n", baseline.len());
    }
    say(&text)
}

fn show(named: Option<&Path>) -> anyhow::Result<()> {
    let Checked { project, config, path, rules, ignored } = checked(named)?;
    let all = RuleSet::builtin().len();
    let own = rules.len() - all;
    let confidence = match config.confidence.unwrap_or(Confidence::Medium) {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    };
    let list = |items: &[String]| if items.is_empty() { "none".to_owned() } else { items.join(", ") };
    let lines = [
        ("root", project.root.display().to_string()),
        ("configuration", path.map_or("none".into(), |p| project.name_of(&p))),
        (
            "rules",
            format!(
                "{} ({all} built in, {own} of your own, {} off)",
                rules.count(),
                rules.len() - rules.count()
            ),
        ),
        ("confidence", confidence.to_owned()),
        ("exclude", list(&config.exclude)),
        ("include", list(&config.include)),
        ("disable", list(&config.disable)),
        ("only", list(&config.only)),
        (
            "ignore comments",
            if config.inline_ignore == Some(false) { "not honoured" } else { "honoured" }.into(),
        ),
        ("baseline", config.baseline.clone().unwrap_or_else(|| "none".into())),
        (IGNORE_FILE, ignored.map_or("none".into(), |n| format!("entries: {n}"))),
    ];
    let mut text: String = lines.iter().map(|(name, value)| format!("{name:<16} {value}\n")).collect();
    for allow in &config.allow {
        let until = allow.until.map_or(String::new(), |day| format!(" (until {day})"));
        text += &format!("{:<16} {} at {}{until}\n", "allow", allow.reason, allow.place);
    }
    say(&masked(&text))
}
