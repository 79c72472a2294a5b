//! `skout ignore`: entries of `.skoutignore`, added, listed and taken out.

use std::path::Path;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use super::last;
use super::survey::{Extent, survey};
use crate::cli::args::{CommonArgs, unreported};
use crate::cli::exit::Exit;
use crate::cli::mask::masked;
use crate::cli::project::{Project, read_if_there, replace};
use crate::cli::say::say;
use crate::cli::session::Session;
use crate::policy::{Date, Entry, IGNORE_FILE, IgnoreFile, Known, Subject, with_entry, without_lines};
use crate::secret::Fingerprint;

/// `skout ignore`.
#[derive(Debug, Args)]
pub(in crate::cli) struct IgnoreArgs {
    #[command(subcommand)]
    command: IgnoreCommand,
}

#[derive(Debug, Subcommand)]
enum IgnoreCommand {
    /// Say that a finding does not count: it is no secret, or it is revoked.
    Add(AddArgs),
    /// List what does not count.
    List,
    /// Take out entries that are expired, repeated or match nothing any more.
    #[command(mut_args(unreported))]
    Prune {
        /// Only show what would be taken out.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        common: Box<CommonArgs>,
    },
}

#[derive(Debug, Args)]
struct AddArgs {
    /// Fingerprints as the report shows them; the first eight digits do for findings of the last scan.
    fingerprints: Vec<String>,
    /// Everything the last scan of this repository found.
    #[arg(long, alias = "last-found")]
    last: bool,
    /// Why it does not count. Whoever reads this in a year will be grateful.
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    /// The last day on which the entry holds.
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Option<String>,
    /// Only in files that match (gitignore syntax); without a fingerprint, everything in these files.
    #[arg(long, value_name = "GLOB")]
    path: Option<String>,
}

/// Runs it.
pub(in crate::cli) fn run(args: &IgnoreArgs) -> anyhow::Result<Exit> {
    let project = Project::at(Path::new("."));
    match &args.command {
        IgnoreCommand::Add(args) => add(&project, args),
        IgnoreCommand::List => list(&project),
        IgnoreCommand::Prune { dry_run, common } => prune(&project, common, *dry_run),
    }
}

/// The day that `--until` names, and whether `--reason` can be written down.
fn checked(args: &AddArgs) -> anyhow::Result<Option<Date>> {
    let until = args.until.as_deref().map(|day| {
        Date::parse(day).with_context(|| format!("--until {day}: this is no date; write YYYY-MM-DD"))
    });
    let until = until.transpose()?;
    if let Some(day) = until.filter(|day| *day < Date::today()) {
        bail!("--until {day}: that day is over, so the entry would never count");
    }
    if args.reason.contains(['\n', '\r']) {
        bail!("--reason: one line, please");
    }
    if masked(&args.reason) != args.reason {
        bail!("--reason: there is a key in it; say it without, because the file is committed");
    }
    Ok(until)
}

fn add(project: &Project, args: &AddArgs) -> anyhow::Result<Exit> {
    let until = checked(args)?;
    let path = project.root.join(IGNORE_FILE);
    let mut text = read_if_there(&path)?.unwrap_or_default();
    let there = IgnoreFile::parse(IGNORE_FILE, &text, Date::today())?;
    let known = last::recall(project)?;
    let mut subjects = Vec::new();
    for text in &args.fingerprints {
        let subject = subject(text, &known, args.path.as_deref());
        // The last scan did not find it, because it is ignored.
        if let (Err(_), Some(line)) = (&subject, line_of(text, &there)) {
            bail!("{text}: it is in {IGNORE_FILE} already, on line {line}");
        }
        subjects.push(subject?);
    }
    if args.last {
        if known.is_empty() {
            bail!("--last: the last scan of this repository found nothing, or there was none");
        }
        for k in &known {
            subjects.push(subject(&k.fingerprint, &known, args.path.as_deref())?);
        }
    }
    match &args.path {
        Some(pattern) if subjects.is_empty() => subjects.push(Subject::Path(pattern.clone())),
        _ if subjects.is_empty() => bail!("name a fingerprint, or --last, or --path"),
        _ => {}
    }
    let mut said = String::new();
    for subject in subjects {
        let entry = Entry { line: 0, subject, until, reason: args.reason.trim().to_owned() };
        text = with_entry(&text, &entry);
        said += &format!("{IGNORE_FILE}: {}\n", entry.text());
    }
    // What was written must be readable, patterns included.
    IgnoreFile::parse(IGNORE_FILE, &text, Date::today()).context("this entry cannot be written")?;
    replace(&path, &text)?;
    said += "Commit the file, so that it holds for everybody. A real key must be revoked all the same.\n";
    say(&masked(&said))?;
    Ok(Exit::Clean)
}

/// The line with the fingerprint that begins so, if there is one.
fn line_of(beginning: &str, file: &IgnoreFile) -> Option<usize> {
    let begins = |entry: &&Entry| match &entry.subject {
        Subject::Fingerprint { fingerprint, .. } => fingerprint.as_str().starts_with(beginning),
        Subject::Path(_) => false,
    };
    (beginning.len() >= 8).then(|| file.entries().iter().find(begins))?.map(|entry| entry.line)
}

/// The entry for a fingerprint, or for the beginning of one that the last scan found.
fn subject(text: &str, known: &[Known], path: Option<&str>) -> anyhow::Result<Subject> {
    let matching: Vec<&Known> = known.iter().filter(|k| k.fingerprint.starts_with(text)).collect();
    let (fingerprint, rule) = match (Fingerprint::parse(text), &matching[..]) {
        (Some(whole), found) => (whole, found.first().map(|k| k.rule.clone())),
        (None, [one]) if text.len() >= 8 => {
            let whole = Fingerprint::parse(&one.fingerprint).context("the last scan's record is damaged")?;
            (whole, Some(one.rule.clone()))
        }
        (None, [_, _, ..]) if text.len() >= 8 => {
            bail!("{text}: several findings begin so; give more digits")
        }
        _ => bail!(
            "{text}: this is no fingerprint. Copy its 32 digits from a report; the first eight do if the last \
             scan of this repository found it"
        ),
    };
    Ok(Subject::Fingerprint { fingerprint, rule, path: path.map(str::to_owned) })
}

fn list(project: &Project) -> anyhow::Result<Exit> {
    let Some(file) = project.ignore_file()? else {
        say(&format!("There is no {IGNORE_FILE}: everything counts."))?;
        return Ok(Exit::Clean);
    };
    let today = Date::today();
    let mut text = String::new();
    for entry in file.entries() {
        let expired = entry.until.is_some_and(|day| day < today);
        let note = if expired { "  (expired: it counts again)" } else { "" };
        text += &format!("{}{note}\n", entry.text());
    }
    let n = file.entries().len();
    text += &format!("{n} {} in {IGNORE_FILE}.\n", if n == 1 { "entry" } else { "entries" });
    say(&masked(&text))?;
    Ok(Exit::Clean)
}

fn prune(project: &Project, common: &CommonArgs, dry_run: bool) -> anyhow::Result<Exit> {
    let path = project.root.join(IGNORE_FILE);
    let Some(text) = read_if_there(&path)? else {
        say(&format!("There is no {IGNORE_FILE}: nothing to take out."))?;
        return Ok(Exit::Clean);
    };
    common.without_report("ignore prune")?;
    let session = Session::of_project(common, project)?;
    survey(&session, project, Extent::Everything)?;
    let file = session.policy.ignore_file.as_ref().context("the ignore file went away during the scan")?;
    let whole = if project.repository { "the working tree and the history" } else { "the working tree" };
    let mut gone = Vec::new();
    let mut said = String::new();
    for stale in file.stale(Some(whole)) {
        let line = stale.place.rsplit(':').next().and_then(|n| n.parse().ok());
        gone.push(line.context("an entry has a line")?);
        said += &format!("{}  {}: {}\n", stale.place, stale.entry, stale.problem);
    }
    let pruned = without_lines(&text, &gone);
    let fewer = text.lines().count() - pruned.lines().count();
    if !dry_run {
        replace(&path, &pruned)?;
    }
    let verb = if dry_run { "would be taken out" } else { "taken out" };
    said += &format!("{fewer} {} {verb}.\n", if fewer == 1 { "line" } else { "lines" });
    say(&masked(&said))?;
    Ok(Exit::Clean)
}
