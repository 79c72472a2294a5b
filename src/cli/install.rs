//! `skout install`, `skout uninstall`, `skout doctor`.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};

use super::exit::Exit;
use super::say::say;
use crate::install::{self, Check, Deed, Done, Hook, Plan, Verdict};

/// `skout install` and `skout uninstall`.
#[derive(Debug, Args)]
pub(super) struct InstallArgs {
    /// All your repositories, not this one alone (sets core.hooksPath in your own git settings).
    #[arg(long)]
    global: bool,
    /// Only this hook; may be given more than once [default: pre-commit, commit-msg and pre-push; in a bare
    /// repository pre-receive].
    #[arg(long = "hook", value_name = "HOOK", conflicts_with = "global")]
    hooks: Vec<HookName>,
}

/// The hooks by git's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum HookName {
    /// Before a commit is made: what is staged.
    PreCommit,
    /// Before a commit is made: its message.
    CommitMsg,
    /// Before commits leave for a remote.
    PrePush,
    /// On a server, before pushed commits are taken.
    PreReceive,
}

impl HookName {
    /// Git's name for it.
    pub(super) fn name(self) -> &'static str {
        self.hook().name()
    }

    fn hook(self) -> Hook {
        match self {
            Self::PreCommit => Hook::PreCommit,
            Self::CommitMsg => Hook::CommitMsg,
            Self::PrePush => Hook::PrePush,
            Self::PreReceive => Hook::PreReceive,
        }
    }
}

/// The program as hooks are to call it: the name a person typed, if it leads here, because an
/// upgrade often changes what is behind a link and not the link.
fn program() -> anyhow::Result<PathBuf> {
    let here = env::current_exe().context("the program does not know where it is")?;
    let typed = env::args_os().next().map(PathBuf::from).filter(|path| path.is_absolute());
    Ok(typed.filter(|path| path.canonicalize().ok() == here.canonicalize().ok()).unwrap_or(here))
}

/// Runs `skout install`.
pub(super) fn install(args: &InstallArgs) -> anyhow::Result<Exit> {
    let program = program()?;
    let done = install::install(&plan(args, &program))?;
    let mut text: String = done.iter().map(|one| told(one) + "\n").collect();
    if !args.global {
        for check in install::examine(Path::new("."), &program)? {
            if check.verdict != Verdict::Good && !check.advice.starts_with("skout install") {
                text += &word(&check);
            }
        }
    }
    let server = done.iter().any(|one| one.hook == Hook::PreReceive.name());
    let what = if server { "Pushes to this repository" } else { "Commits" };
    text += &format!("{what} with a leaked key are refused from now on. To see what runs: skout doctor");
    say(&text)?;
    Ok(Exit::Clean)
}

/// Runs `skout uninstall`.
pub(super) fn uninstall(args: &InstallArgs) -> anyhow::Result<Exit> {
    let program = program()?;
    let done = install::uninstall(&plan(args, &program))?;
    let mut text: String = done.iter().map(|one| told(one) + "\n").collect();
    if done.is_empty() {
        let place = if args.global { "your own settings" } else { "this repository" };
        text += &format!("There was no hook of skout in {place}; nothing was changed.");
    }
    say(&text)?;
    Ok(Exit::Clean)
}

/// Runs `skout doctor`: 0 if all is well, 2 if something is not.
pub(super) fn doctor() -> anyhow::Result<Exit> {
    let mut checks = install::examine(Path::new("."), &program()?)?;
    checks.extend(skipping(std::env::var("SKIP").ok().as_deref()));
    say(&checks.iter().map(word).collect::<String>())?;
    let ill = checks.iter().filter(|check| check.verdict == Verdict::Bad).count();
    Ok(if ill == 0 { Exit::Clean } else { Exit::Trouble })
}

/// Hooks that would run but for the variable `SKIP`.
fn skipping(skip: Option<&str>) -> Option<Check> {
    let ours = |word: &&str| *word == "skout" || word.starts_with("skout-");
    let word = skip?.split(',').map(str::trim).find(ours)?;
    Some(Check {
        verdict: Verdict::Bad,
        what: format!("the variable SKIP holds {word}, so this is skipped in commands that see it"),
        advice: "unset SKIP".to_owned(),
    })
}

fn plan<'a>(args: &InstallArgs, program: &'a Path) -> Plan<'a> {
    let hooks = args.hooks.iter().map(|name| name.hook()).collect();
    Plan { start: Path::new("."), program, hooks, global: args.global }
}

/// One line, and what to do about it in another.
fn word(check: &Check) -> String {
    let word = match check.verdict {
        Verdict::Good => "ok",
        Verdict::Note => "note",
        Verdict::Bad => "trouble",
    };
    let advice = if check.advice.is_empty() { String::new() } else { format!("  to do: {}\n", check.advice) };
    format!("{word}: {}\n{advice}", check.what)
}

fn told(done: &Done) -> String {
    let (hook, path) = (done.hook, done.path.display());
    match &done.deed {
        Deed::Installed => format!("{hook}: installed in {path}"),
        Deed::Chained(kept) => {
            format!(
                "{hook}: installed in {path}; the hook that was there still runs, from {}",
                kept.display()
            )
        }
        Deed::Inserted => format!("{hook}: added to {path}, in front of what was there"),
        Deed::Renewed => format!("{hook}: renewed in {path}"),
        Deed::AlreadyThere => format!("{hook}: already in {path}"),
        Deed::Removed => format!("{hook}: taken out of {path}"),
        Deed::Restored => format!("{hook}: taken out; {path} is as it was before"),
        Deed::SetAside(aside) => {
            format!(
                "{hook}: taken out; {path} had been changed by hand, so it is kept as {}",
                aside.display()
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_that_the_environment_skips_is_no_good_news() {
        assert_eq!(skipping(None), None);
        assert_eq!(skipping(Some("flake8,black")), None);
        for skip in ["skout", "flake8, skout-pre-push"] {
            assert!(skipping(Some(skip)).is_some_and(|check| check.verdict == Verdict::Bad), "{skip}");
        }
    }
}
