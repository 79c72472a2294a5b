//! `skout git`: a whole history, what is staged, or some commits.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use sha2::{Digest, Sha256};

use super::args::CommonArgs;
use super::exit::Exit;
use super::session::Session;
use crate::glob::GlobSet;
use crate::source::SourceError;
use crate::source::git::{self, History, HistoryOptions, Include, Range, Staged};

/// `skout git`.
#[derive(Debug, Args)]
pub(super) struct GitArgs {
    /// The repository; the one this folder belongs to if none is named.
    #[arg(default_value = ".")]
    pub(super) repo: PathBuf,
    /// Only what `git commit` would record now.
    #[arg(long, alias = "pre-commit", group = "part")]
    pub(super) staged: bool,
    /// Only the commits of a range: A..B, or A...B for what B has since it left A.
    #[arg(long, value_name = "A..B", alias = "log-opts", allow_hyphen_values = true, group = "part")]
    pub(super) range: Option<String>,
    /// Only commits since a commit, branch, tag or date (2024-05-01, '2 weeks ago').
    #[arg(long, value_name = "REF|DATE", alias = "since-commit", group = "part")]
    pub(super) since: Option<String>,
    /// Only commits that are on no remote-tracking branch.
    #[arg(long, group = "part")]
    pub(super) unpushed: bool,
    /// Only one branch or tag.
    #[arg(long, value_name = "NAME", group = "part")]
    pub(super) branch: Option<String>,
    /// Read everything again, even what an earlier scan found clean.
    #[arg(long)]
    pub(super) no_cache: bool,
    /// Options that every scan has.
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

/// Runs it.
pub(super) fn run(args: &GitArgs) -> anyhow::Result<Exit> {
    if !args.repo.exists() {
        bail!("{}", no_folder(&args.repo.to_string_lossy()));
    }
    if args.repo.is_file() && args.repo.file_name().is_some_and(|name| name != ".git") {
        let name = args.repo.display();
        bail!("{name}: this is a file, no repository; for its history: skout git --include {name}");
    }
    let (include, globs) = includes(args)?;
    let some = args.staged || args.unpushed || args.range.is_some() || args.since.is_some();
    if some && include != Include::default() {
        bail!(
            "--include: reflog, dangling, stash, notes and messages are parts of the whole history, and this reads some of it only"
        );
    }
    let work = git::work_dir(&args.repo).map_err(explained)?;
    let root = work.unwrap_or_else(|| args.repo.clone());
    let session = Session::new(&args.common, &root)?;
    let mut extent = session.extent();
    if !args.common.include.is_empty() {
        extent.only = globs;
    }
    let range = if let Some(spec) = &args.range {
        Some(Range::open(&args.repo, &range_of(spec)?))
    } else if let Some(since) = &args.since {
        Some(Range::since(&args.repo, since))
    } else {
        args.unpushed.then(|| Range::unpushed(&args.repo))
    };
    if let Some(range) = range {
        return session.run(&range.map_err(explained)?.within(extent));
    }
    if args.staged {
        let staged = Staged::open(&args.repo).map_err(explained)?;
        return session.run(&staged.within(extent));
    }
    let cache_key = (!args.no_cache).then(|| cache_key(&session));
    let options = HistoryOptions { include, extent, branch: args.branch.clone(), cache_key };
    session.run(&History::open(&args.repo, options).map_err(explained)?)
}

/// What is said of a name that leads nowhere, and what may have been meant.
fn no_folder(name: &str) -> String {
    let advice = match name {
        _ if name.contains("://") || name.starts_with("git@") => {
            format!("; clone it first: git clone {name}")
        }
        _ if name.contains("..") => format!("; for the commits of a range: skout git --range {name}"),
        _ => String::new(),
    };
    format!("{name}: there is no such folder{advice}")
}

/// What the rules, the settings and the version of this run are known by.
fn cache_key(session: &Session<'_>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(env!("CARGO_PKG_VERSION"));
    hasher.update(format!("{:?}", session.settings));
    hasher.update(session.rules.identity());
    hasher.finalize().into()
}

/// Trouble with what to do about it.
pub(super) fn explained(error: SourceError) -> anyhow::Error {
    let advice = error.advice.clone();
    let error = anyhow::Error::new(error);
    if advice.is_empty() { error } else { anyhow::anyhow!("{error}; {advice}") }
}

/// Splits `--include` into what belongs to a history and path patterns.
fn includes(args: &GitArgs) -> anyhow::Result<(Include, GlobSet)> {
    let mut include = Include::default();
    let mut globs = Vec::new();
    for value in &args.common.include {
        let words: Vec<&str> = value.split(',').map(str::trim).collect();
        let strange: Vec<&&str> = words.iter().filter(|word| !part(&mut include.clone(), word)).collect();
        match strange[..] {
            [] => {}
            [word, ..] if strange.len() < words.len() => bail!(
                "--include {value}: '{word}' is no part of a history; there are reflog, dangling, stash, notes and \
                 messages (paths have an --include of their own)"
            ),
            _ => {
                globs.push(value.as_str());
                continue;
            }
        }
        for word in words {
            part(&mut include, word);
        }
    }
    Ok((include, GlobSet::new(globs).context("--include")?))
}

/// Switches a part of the history on or off; `false` if the word names none.
fn part(include: &mut Include, word: &str) -> bool {
    let (on, name) = word.strip_prefix("no-").map_or((true, word), |name| (false, name));
    let part = match name {
        "reflog" | "reflogs" => &mut include.reflog,
        "dangling" => &mut include.dangling,
        "stash" => &mut include.stash,
        "notes" => &mut include.notes,
        "messages" | "commit-messages" | "tag-messages" => &mut include.messages,
        _ => return false,
    };
    *part = on;
    true
}

/// The revision range in the options for `git log` that other scanners take. Options that only narrow or
/// order what git shows are left aside: more is scanned, never less.
fn range_of(spec: &str) -> anyhow::Result<String> {
    const HARMLESS: [&str; 7] =
        ["-p", "--all", "--no-merges", "--first-parent", "--full-history", "--branches", "--reverse"];
    let (options, revisions): (Vec<&str>, Vec<&str>) =
        spec.split_whitespace().partition(|w| w.starts_with('-'));
    if let Some(option) = options.iter().find(|o| !HARMLESS.contains(o)) {
        bail!("--range {spec}: '{option}' is an option of git log; give a range such as main..HEAD");
    }
    match revisions[..] {
        [range] => Ok(range.to_owned()),
        [] => bail!("--range: give a range such as main..HEAD; the whole history is scanned without --range"),
        _ => bail!("--range {spec}: give one range such as main..HEAD"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_range_of_log_options_counts() {
        assert_eq!(range_of("--all --no-merges main..HEAD").unwrap(), "main..HEAD");
        for wrong in ["", "--all", "-n 3", "--bogus a..b", "a..b c..d"] {
            assert!(range_of(wrong).is_err(), "{wrong}");
        }
    }
}
