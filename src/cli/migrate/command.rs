//! The command: finds the files of other scanners, reads them, writes skout's own, and says what stays behind.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use super::places::{self, Survey};
use super::plan::Plan;
use super::{gitleaks, secretlint, yaml};
use crate::cli::args::{CommonArgs, unreported};
use crate::cli::exit::Exit;
use crate::cli::mask::masked;
use crate::cli::policy::{Extent, survey};
use crate::cli::project::{Project, read_if_there, replace};
use crate::cli::say::say;
use crate::cli::session::Session;
use crate::config;
use crate::policy::{Baseline, Date, IGNORE_FILE, IgnoreFile, with_entry};
use crate::report::Report;

/// `skout migrate`.
#[derive(Debug, Args)]
#[command(mut_args(unreported))]
pub(in crate::cli) struct MigrateArgs {
    /// Files of other scanners; all that are known by name at the root of the repository if none is named.
    files: Vec<PathBuf>,
    /// Only show what would be written.
    #[arg(long)]
    dry_run: bool,
    /// Overwrite a skout.toml that is there.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    common: CommonArgs,
}

/// What a file is, by its name; a YAML file of another name holds rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Gitleaks,
    GitleaksIgnore,
    DetectSecrets,
    Ripsecrets,
    Secretlint,
    SecretlintIgnore,
    SecretlintProgram,
    Rules,
}

/// The names that are looked for.
const KNOWN: &[(&str, Kind)] = &[
    (".gitleaks.toml", Kind::Gitleaks),
    ("gitleaks.toml", Kind::Gitleaks),
    (".github/gitleaks.toml", Kind::Gitleaks),
    (".betterleaks.toml", Kind::Gitleaks),
    ("betterleaks.toml", Kind::Gitleaks),
    ("kingfisher-rules.yml", Kind::Rules),
    ("kingfisher-rules.yaml", Kind::Rules),
    (".trufflehog.yml", Kind::Rules),
    (".trufflehog.yaml", Kind::Rules),
    ("trufflehog.yml", Kind::Rules),
    ("trufflehog.yaml", Kind::Rules),
    (".secretlintrc", Kind::Secretlint),
    (".secretlintrc.json", Kind::Secretlint),
    (".secretlintrc.yml", Kind::Secretlint),
    (".secretlintrc.yaml", Kind::Secretlint),
    (".secretlintrc.js", Kind::SecretlintProgram),
    (".secretlintrc.cjs", Kind::SecretlintProgram),
    (".secretlintignore", Kind::SecretlintIgnore),
    (".gitleaksignore", Kind::GitleaksIgnore),
    (".betterleaksignore", Kind::GitleaksIgnore),
    (".secrets.baseline", Kind::DetectSecrets),
    (".secretsignore", Kind::Ripsecrets),
];

fn kind_of(path: &Path) -> Option<Kind> {
    let name = path.file_name()?.to_str()?;
    let known = KNOWN.iter().find(|(known, _)| known.rsplit('/').next() == Some(name)).map(|(_, kind)| *kind);
    known.or_else(|| {
        if name.ends_with("leaks.toml") {
            Some(Kind::Gitleaks)
        } else if name.ends_with(".yml") || name.ends_with(".yaml") {
            Some(Kind::Rules)
        } else if name.ends_with(".baseline") {
            Some(Kind::DetectSecrets)
        } else {
            None
        }
    })
}

/// Runs it.
pub(in crate::cli) fn run(args: &MigrateArgs) -> anyhow::Result<Exit> {
    args.common.without_report("migrate")?;
    let project = Project::at(Path::new("."));
    let files = found(args, &project)?;
    if files.is_empty() {
        say("There is no file of another scanner at the root of this project. Name one: skout migrate PATH")?;
        return Ok(Exit::Clean);
    }
    let mut plan = Plan::new();
    read_all(&mut plan, &project, &files, args)?;
    if !args.dry_run {
        write(&plan, &project, args.force)?;
    }
    // Patterns and stopwords of others sometimes hold real secrets.
    say(&masked(&told(&plan, args.dry_run)))?;
    Ok(Exit::Clean)
}

fn found(args: &MigrateArgs, project: &Project) -> anyhow::Result<Vec<(PathBuf, Kind)>> {
    if args.files.is_empty() {
        let there = KNOWN.iter().map(|(name, kind)| (project.root.join(name), *kind));
        return Ok(there.filter(|(path, _)| path.is_file()).collect());
    }
    let mut files = Vec::new();
    for path in &args.files {
        if !path.is_file() {
            bail!("{}: there is no such file", path.display());
        }
        let kind = kind_of(path).with_context(|| {
            let names: Vec<&str> = KNOWN.iter().map(|(name, _)| *name).collect();
            format!(
                "{}: skout does not know this kind of file; it knows {}",
                path.display(),
                names.join(", ")
            )
        })?;
        files.push((path.clone(), kind));
    }
    Ok(files)
}

fn read_all(
    plan: &mut Plan,
    project: &Project,
    files: &[(PathBuf, Kind)],
    args: &MigrateArgs,
) -> anyhow::Result<()> {
    let mut later = Vec::new();
    for (path, kind) in files {
        let name = project.name_of(path);
        let bytes = std::fs::read(path).with_context(|| format!("{name} cannot be read"))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        plan.read.push(name.clone());
        match kind {
            Kind::Gitleaks => gitleaks::read(plan, &name, &text, &project.root, 0),
            Kind::Rules => yaml::read(plan, &name, &text),
            Kind::Secretlint => secretlint::read(plan, &name, &text),
            Kind::SecretlintIgnore => secretlint::read_paths(plan, &text),
            Kind::SecretlintProgram => {
                plan.leave(&name, "the whole file", "it is a program; skout runs none")
            }
            Kind::GitleaksIgnore | Kind::DetectSecrets | Kind::Ripsecrets => later.push((name, text, *kind)),
        }
    }
    if later.is_empty() {
        return Ok(());
    }
    // These speak of places: only a scan tells what stands there. What cannot be read is told; nothing is ignored there.
    let common = CommonArgs { allow_incomplete: true, ..args.common.clone() };
    let session = Session::of_project(&common, project)?.ignoring_nothing();
    let reports = survey(&session, project, Extent::Everything)?;
    unread(plan, &reports);
    let rooted = |name: &str| session.policy.base.rooted(name).into_owned();
    let survey = Survey { reports: &reports, rooted: &rooted };
    for (name, text, kind) in later {
        match kind {
            Kind::GitleaksIgnore => places::gitleaks(plan, &name, &text, &survey),
            Kind::DetectSecrets => places::detect_secrets(plan, &name, &text, &survey),
            _ => places::ripsecrets(plan, &name, &text, &survey),
        }
    }
    Ok(())
}

/// Tells of what the scan could not read, so that entries about it were not looked for.
fn unread(plan: &mut Plan, reports: &[Report<'_>]) {
    const MOST: usize = 10;
    let errors = || reports.iter().flat_map(|r| &r.receipt.errors);
    for error in errors().take(MOST) {
        plan.leave(
            &error.place,
            "what the files say of it",
            format!("it could not be read: {}", error.problem),
        );
    }
    let more = errors().count().saturating_sub(MOST);
    if more > 0 {
        plan.leave("more", format!("what the files say of {more} more places"), "they could not be read");
    }
}

fn write(plan: &Plan, project: &Project, force: bool) -> anyhow::Result<()> {
    if plan.configures() {
        let there = config::find(&project.root)?;
        if let Some(path) = there.as_ref().filter(|_| !force) {
            let name = project.name_of(path);
            bail!(
                "{name} is there already; see what would be written with --dry-run, or overwrite it with --force"
            );
        }
        let path = there.unwrap_or_else(|| project.root.join("skout.toml"));
        replace(&path, &plan.text())?;
    }
    if !plan.ignore.is_empty() {
        let path = project.root.join(IGNORE_FILE);
        let mut text = read_if_there(&path)?.unwrap_or_default();
        IgnoreFile::parse(IGNORE_FILE, &text, Date::today())?;
        for entry in &plan.ignore {
            text = with_entry(&text, entry);
        }
        replace(&path, &text)?;
    }
    if !plan.baseline.is_empty() {
        let path = project.root.join(".skout-baseline");
        let mut baseline = match read_if_there(&path)? {
            Some(text) => Baseline::parse(".skout-baseline", &text)?,
            None => Baseline::default(),
        };
        for known in plan.baseline.lines() {
            if let Some(fingerprint) = crate::secret::Fingerprint::parse(&known.fingerprint) {
                baseline.add(fingerprint, &known.rule, &known.path);
            }
        }
        replace(&path, &baseline.text())?;
    }
    Ok(())
}

/// What happened, for a person.
fn told(plan: &Plan, dry_run: bool) -> String {
    let mut text = format!("Read: {}.\n", plan.read.join(", "));
    let verb = if dry_run { "Would write" } else { "Wrote" };
    if plan.configures() {
        let counts = format!(
            "rules: {}, allow entries: {}, excluded paths: {}, disabled: {}",
            plan.rules.len(),
            plan.allow.len(),
            plan.exclude.len(),
            plan.disable.len()
        );
        text += &format!("{verb} skout.toml ({counts}).\n");
        if dry_run {
            text.extend(plan.text().lines().map(|line| format!("    {line}\n")));
        }
    }
    if !plan.ignore.is_empty() {
        text += &format!("{verb} {IGNORE_FILE} (entries: {}).\n", plan.ignore.len());
    }
    if !plan.baseline.is_empty() {
        text += &format!("{verb} .skout-baseline (secrets: {}).\n", plan.baseline.len());
    }
    if !plan.notes.is_empty() {
        text += "\nDifferent from before:\n";
        text.extend(plan.notes.iter().map(|note| format!("  {note}\n")));
    }
    if plan.left.is_empty() {
        text += "\nEverything was carried over.\n";
    } else {
        text += &format!("\nNot carried over ({}):\n", plan.left.len());
        text.extend(plan.left.iter().map(|l| format!("  {}: {}\n      {}\n", l.file, l.what, l.why)));
    }
    text + "\nIgnore comments of other scanners are understood as they are. Check with `skout config check`.\n"
}
