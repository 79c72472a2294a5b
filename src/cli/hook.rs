//! `skout hook`: what git calls before it commits, pushes, or takes a push in.
//!
//! In flows what git hands its hooks (githooks(5)): arguments, standard input, the environment. Out flows the
//! report, and for whoever is refused what to do next. It never changes the repository.

use std::env;
use std::ffi::OsString;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, bail};
use clap::Args;

use super::args::CommonArgs;
use super::exit::Exit;
use super::git::explained;
use super::install::HookName;
use super::refusal;
use super::run::notify;
use super::session::Session;
use crate::source::git::{self, Range, Staged};
use crate::source::{Message, Source};

/// `skout hook`.
#[derive(Debug, Args)]
pub(super) struct HookArgs {
    /// Which hook this is.
    hook: HookName,
    /// What git hands to it: the remote and its address, or the file with the message.
    #[arg(value_name = "FROM-GIT")]
    given: Vec<OsString>,
    /// Options that every scan has.
    #[command(flatten)]
    common: CommonArgs,
}

/// Runs it. Any status but 0 makes git stop.
pub(super) fn run(args: &HookArgs) -> anyhow::Result<Exit> {
    if is_skipped(args.hook, env::var("SKIP").ok().as_deref()) {
        notify(&format!("the {} hook was skipped, because SKIP names it", args.hook.name()));
        return Ok(Exit::Clean);
    }
    let here = Path::new(".");
    let root = git::work_dir(here).map_err(explained)?;
    let session = Session::new(&args.common, root.as_deref().unwrap_or(here))?.silent_if_clean();
    let Some(source) = source(args, &session)? else {
        return Ok(Exit::Clean);
    };
    // git(1): the folder in which the command was typed, from the root of the work tree.
    let below = env::var("GIT_PREFIX").unwrap_or_default();
    let mut advice = String::new();
    let exit = session.run_then(source.as_ref(), &mut |report, exit| {
        advice = refusal::advice(args.hook, report, exit, &has_parent, &below);
        Ok(())
    })?;
    if !advice.is_empty() {
        notify(&advice);
    }
    Ok(exit)
}

/// Whether a commit is not the first of its history.
fn has_parent(commit: &str) -> bool {
    git::resolve(Path::new("."), &format!("{commit}^")).is_ok_and(|parent| parent.is_some())
}

/// Whether the variable `SKIP`, which the pre-commit framework made customary, names this hook.
fn is_skipped(hook: HookName, skip: Option<&str>) -> bool {
    let own = format!("skout-{}", hook.name());
    skip.is_some_and(|list| list.split(',').map(str::trim).any(|word| word == "skout" || word == own))
}

/// What the hook is to read; `None` if there is nothing.
fn source(args: &HookArgs, session: &Session<'_>) -> anyhow::Result<Option<Box<dyn Source>>> {
    let here = Path::new(".");
    match args.hook {
        HookName::PreCommit => {
            let staged = Staged::open(here).map_err(explained)?;
            Ok(Some(Box::new(staged.within(session.extent()))))
        }
        HookName::CommitMsg => {
            let [path] = &args.given[..] else {
                bail!("the commit-msg hook needs the file with the message: skout hook commit-msg FILE");
            };
            // githooks(5): git sets GIT_EDITOR to ':' when it opens no editor.
            let edited = env::var("GIT_EDITOR").as_deref() != Ok(":");
            Ok(Some(Box::new(Message::read(Path::new(path), edited).map_err(explained)?)))
        }
        HookName::PrePush | HookName::PreReceive => {
            let push = if args.hook == HookName::PrePush { leaving(&args.given)? } else { arriving()? };
            if push.tips.is_empty() {
                return Ok(None);
            }
            let tips: Vec<&str> = push.tips.iter().map(String::as_str).collect();
            let known: Vec<&str> = push.known.iter().map(String::as_str).collect();
            let range = Range::commits(here, &tips, &known, &push.scope).map_err(explained)?;
            let range = range.within(session.extent()).named(push.names);
            Ok(Some(Box::new(if args.hook == HookName::PrePush { range.leaving() } else { range })))
        }
    }
}

/// The commits of a push.
#[derive(Debug, Default, PartialEq, Eq)]
struct Push {
    /// What is new, as ids.
    tips: Vec<String>,
    /// What the other side has already, as ids.
    known: Vec<String>,
    /// The refs that are made or moved, by their names at the receiving side.
    names: Vec<String>,
    scope: String,
}

/// What is about to leave, as git tells the pre-push hook, or as the pre-commit framework passes it on.
fn leaving(given: &[OsString]) -> anyhow::Result<Push> {
    let variable = |name: &str| env::var(name).ok().filter(|v| !v.is_empty());
    let framework = variable("PRE_COMMIT_REMOTE_NAME");
    let remote = given.first().map(|name| name.to_string_lossy().into_owned()).or(framework.clone());
    let remote = remote.unwrap_or_default();
    let here = Path::new(".");
    let mut push = match framework {
        Some(_) => {
            let tip = variable("PRE_COMMIT_TO_REF").or_else(|| variable("PRE_COMMIT_LOCAL_BRANCH"));
            let tip = tip.context("the pre-commit framework does not say what is pushed")?;
            let tip = git::resolve(here, &tip)
                .map_err(explained)?
                .with_context(|| format!("{tip}: no such commit"))?;
            Push {
                tips: vec![tip],
                known: variable("PRE_COMMIT_FROM_REF").into_iter().collect(),
                names: variable("PRE_COMMIT_REMOTE_BRANCH").into_iter().collect(),
                scope: String::new(),
            }
        }
        None => of_lines(&lines()?, |words| match words {
            [_, new, name, old] => Some([old, new, name]),
            _ => None,
        })?,
    };
    // A remote without a name has no refs here; what another remote has is news to this one.
    if !remote.is_empty() && !remote.contains(['/', ':']) {
        push.known.extend(git::refs_below(here, &format!("refs/remotes/{remote}/")).map_err(explained)?);
    }
    push.scope =
        format!("commits that {} does not have yet", if remote.is_empty() { "the remote" } else { &remote });
    Ok(push)
}

/// What has arrived and waits in quarantine, as git tells the pre-receive hook.
fn arriving() -> anyhow::Result<Push> {
    let mut push = of_lines(&lines()?, |words| match words {
        [old, new, name] => Some([old, new, name]),
        _ => None,
    })?;
    push.known.extend(git::refs_below(Path::new("."), "").map_err(explained)?);
    "pushed commits".clone_into(&mut push.scope);
    Ok(push)
}

fn lines() -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    io::stdin().read_to_end(&mut bytes).context("standard input: cannot be read")?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Reads the lines that git writes for its hooks; `pick` finds the old id, the new id and
/// the name at the receiving side among the words.
fn of_lines<'a>(text: &'a str, pick: impl Fn(&[&'a str]) -> Option<[&'a str; 3]>) -> anyhow::Result<Push> {
    let mut push = Push::default();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let words: Vec<&str> = line.split(' ').collect();
        let Some([old, new, name]) = pick(&words) else {
            bail!("standard input is not what git hands this hook: '{line}'");
        };
        let is_zero = |id: &str| id.bytes().all(|b| b == b'0');
        // All zeros: there is none. A deleted ref brings nothing, a new one replaces nothing.
        if !is_zero(new) {
            push.tips.push(new.to_owned());
            push.names.push(name.to_owned());
        }
        if !is_zero(old) {
            push.known.push(old.to_owned());
        }
    }
    Ok(push)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deleted_refs_bring_nothing_and_new_ones_replace_nothing() {
        let (a, b, zero) = ("a".repeat(40), "b".repeat(40), "0".repeat(40));
        let text = format!(
            "refs/heads/x {a} refs/heads/x {zero}\n(delete) {zero} refs/heads/y {b}\nrefs/tags/t {b} refs/tags/t {a}\n"
        );
        let push = of_lines(&text, |words| match words {
            [_, new, name, old] => Some([old, new, name]),
            _ => None,
        });
        let push = push.unwrap();
        assert_eq!(push.tips, [a.clone(), b.clone()]);
        assert_eq!(push.known, [b, a]);
        assert_eq!(push.names, ["refs/heads/x", "refs/tags/t"]);
    }

    #[test]
    fn a_line_of_another_shape_is_told_and_not_passed_over() {
        assert!(
            of_lines("hello", |words| match words {
                [old, new, name] => Some([old, new, name]),
                _ => None,
            })
            .is_err()
        );
    }

    #[test]
    fn skip_takes_the_program_or_one_of_its_hooks() {
        assert!(is_skipped(HookName::PrePush, Some("flake8, skout")));
        assert!(is_skipped(HookName::PrePush, Some("skout-pre-push")));
        assert!(!is_skipped(HookName::PreCommit, Some("skout-pre-push")));
        assert!(!is_skipped(HookName::PreCommit, None));
    }
}
