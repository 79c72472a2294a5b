//! What runs, what does not, and why.
//!
//! In flow a repository and the program that asks; out flow checks in words for a person. It changes nothing.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::InstallError;
use super::file::{self, Content, LEGACY, is_executable, look};
use super::folder::{self, HooksFolder, Setting};
use super::global::Home;
use super::neighbour::{self, Neighbour};
use super::script::{ALL_HOOKS, Hook, KEPT, PROGRAM};
use super::setup;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Whether it is well.
    pub verdict: Verdict,
    /// What is the case.
    pub what: String,
    /// What to do about it; empty if nothing.
    pub advice: String,
}

/// Whether something is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Good,
    /// Worth knowing.
    Note,
    /// It is not: a leaked key could pass, or work is held up.
    Bad,
}

fn good(what: impl Into<String>) -> Check {
    Check { verdict: Verdict::Good, what: what.into(), advice: String::new() }
}

fn note(what: impl Into<String>, advice: impl Into<String>) -> Check {
    Check { verdict: Verdict::Note, what: what.into(), advice: advice.into() }
}

fn bad(what: impl Into<String>, advice: impl Into<String>) -> Check {
    Check { verdict: Verdict::Bad, what: what.into(), advice: advice.into() }
}

/// Looks at everything that decides whether skout runs in the repository at `start`.
///
/// # Errors
/// No repository, or settings that cannot be read.
pub fn examine(start: &Path, program: &Path) -> Result<Vec<Check>, InstallError> {
    let folder = match HooksFolder::find(start) {
        Err(error @ InstallError::NoRepository { .. }) => return Ok(everywhere(&error, program)),
        found => found?,
    };
    let mut checks = vec![on_path(program)];
    match folder.hindrance() {
        Some((problem, advice)) => checks.push(bad(format!("{problem}, so git runs no hook"), advice)),
        None => {
            checks.push(hooks_path(&folder));
            checks.extend(setup::usual(&folder).into_iter().flat_map(|hook| one_hook(&folder, hook)));
        }
    }
    checks.extend(out_of_sight(&folder));
    checks.extend(neighbours(&folder));
    checks.extend(history(start));
    Ok(checks)
}

/// Outside of a repository: what counts for all of them.
fn everywhere(error: &InstallError, program: &Path) -> Vec<Check> {
    let mut checks = vec![on_path(program)];
    match Home::from_env().and_then(|home| home.named()) {
        Ok(Some(path)) => {
            let common = path.clone();
            let folder = HooksFolder { path, set_by: Setting::Everywhere, work_tree: None, common };
            checks.push(note("this is no git repository; here is what counts for all of yours", ""));
            checks.push(hooks_path(&folder));
            checks.extend(Hook::CLIENT.into_iter().flat_map(|hook| one_hook(&folder, hook)));
        }
        _ => checks.push(bad(error.to_string(), "skout install in a repository, or skout install --global")),
    }
    checks
}

/// The program that a shell would run.
fn found_on_path() -> Option<PathBuf> {
    let name = format!("{PROGRAM}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&name)).find(|path| is_executable(path))
}

fn on_path(program: &Path) -> Check {
    let same = |a: &Path, b: &Path| a.canonicalize().ok() == b.canonicalize().ok();
    match found_on_path() {
        Some(found) if same(&found, program) => {
            good(format!("{PROGRAM} is on your PATH: {}", found.display()))
        }
        Some(found) => note(
            format!("this is {}, but your PATH leads to {}", program.display(), found.display()),
            "if they differ in version, what the hooks say may differ from what you see here",
        ),
        None => note(
            format!("{PROGRAM} is not on your PATH; this is {}", program.display()),
            "hooks that are shared with others (Husky, .githooks) need it there",
        ),
    }
}

fn hooks_path(folder: &HooksFolder) -> Check {
    let path = folder.path.display();
    match folder.set_by {
        Setting::Default => good(format!("git looks for hooks in {path}")),
        Setting::Repository => {
            good(format!("git looks for hooks in {path} (core.hooksPath of this repository)"))
        }
        Setting::Everywhere => {
            good(format!("git looks for hooks in {path} (core.hooksPath for all your repositories)"))
        }
    }
}

/// Why a hook runs, or does not.
fn one_hook(folder: &HooksFolder, hook: Hook) -> Vec<Check> {
    let name = hook.name();
    let path = folder.path.join(name);
    let shown = path.display();
    if let Some(theirs) = neighbour::husky(folder) {
        let file = theirs.join(name);
        if matches!(look(&file), Ok(Content::Ours(_) | Content::Calls(_))) {
            return vec![husky_check(name, &path, &file)];
        }
    }
    match look(&path) {
        Err(error) => vec![bad(format!("{name}: {error}"), "make the file readable")],
        Ok(Content::Ours(_) | Content::Calls(_)) if !is_executable(&path) => vec![bad(
            format!("{name}: {shown} calls skout, but git skips it because it is not executable"),
            format!("chmod +x {shown}"),
        )],
        Ok(Content::Ours(text)) => {
            let mut checks = vec![program_of(name, &text)];
            checks.extend(kept_hook(folder, name));
            checks.extend(handed_on(folder, name));
            checks
        }
        Ok(Content::Calls(_)) => vec![good(format!("{name}: runs, called from {shown}"))],
        Ok(Content::Foreign(text)) => vec![foreign_hook(folder, hook, &text)],
        Ok(Content::Nothing) => {
            vec![missing(hook, format!("{name}: nothing runs; there is no {shown}"), "skout install")]
        }
    }
}

/// A hook that matters is a trouble when it is not there, the others are worth knowing.
fn missing(hook: Hook, what: String, advice: &str) -> Check {
    match hook {
        Hook::PreCommit | Hook::PreReceive => bad(what, advice),
        Hook::CommitMsg | Hook::PrePush => note(what, advice),
    }
}

fn husky_check(name: &str, generated: &Path, file: &Path) -> Check {
    if is_executable(generated) {
        good(format!("{name}: runs, called by Husky from {}", file.display()))
    } else {
        bad(
            format!("{name}: {} calls skout, but Husky is not set up in this clone", file.display()),
            "run the package manager's install (npm install), which lets Husky write its files",
        )
    }
}

/// Whether the program that a hook of ours names is still there.
fn program_of(name: &str, text: &[u8]) -> Check {
    let text = String::from_utf8_lossy(text);
    let named = text.lines().find_map(|line| line.strip_prefix("skout='")?.strip_suffix('\''));
    let named = named.map(|path| PathBuf::from(path.replace("'\\''", "'")));
    match (named, found_on_path()) {
        (Some(path), _) if is_executable(&path) => good(format!("{name}: runs {}", path.display())),
        (Some(gone), Some(other)) => note(
            format!("{name}: runs {}, because {} is gone", other.display(), gone.display()),
            "skout install",
        ),
        (None, Some(path)) => good(format!("{name}: runs {}", path.display())),
        (_, None) => bad(
            format!("{name}: refuses everything, because the program it calls is gone"),
            "install skout again and run: skout install",
        ),
    }
}

fn kept_hook(folder: &HooksFolder, name: &str) -> Option<Check> {
    let kept = folder.path.join(format!("{name}.{KEPT}"));
    kept.symlink_metadata().ok()?;
    Some(if is_executable(&kept) {
        good(format!("{name}: the hook that was here before runs after skout, from {}", kept.display()))
    } else {
        note(
            format!("{name}: the hook that was here before was not executable and does not run"),
            format!("chmod +x {}", kept.display()),
        )
    })
}

/// The repository's own hook, which the one for all repositories runs.
fn handed_on(folder: &HooksFolder, name: &str) -> Option<Check> {
    let own = folder.common.join("hooks").join(name);
    let hands_on =
        || fs::read_to_string(folder.path.join(name)).is_ok_and(|text| text.contains("--git-common-dir"));
    (folder.set_by == Setting::Everywhere && is_executable(&own) && hands_on()).then(|| {
        good(format!("{name}: the hook of this repository runs after skout, from {}", own.display()))
    })
}

/// Somebody else's hook: it may call skout by its own settings.
fn foreign_hook(folder: &HooksFolder, hook: Hook, text: &[u8]) -> Check {
    let name = hook.name();
    let by = neighbour::author(text);
    if file::is_handed_on(&folder.path, name, text) {
        return good(format!(
            "{name}: runs, called by the pre-commit framework as its older hook {name}.{LEGACY}"
        ));
    }
    let called = by.filter(|&n| folder.work_tree.as_deref().is_some_and(|r| neighbour::names_skout(r, n)));
    match (called, by) {
        (Some(neighbour), _) => {
            good(format!("{name}: {} is called here, and its settings name skout", neighbour.name()))
        }
        (None, Some(neighbour)) => missing(
            hook,
            format!("{name}: {} runs here, without skout", neighbour.name()),
            "skout install (it runs before the other one), or add skout to its settings",
        ),
        (None, None) => missing(
            hook,
            format!("{name}: another hook runs here, without skout"),
            "skout install (the other hook is kept and still runs)",
        ),
    }
}

/// Hooks in the repository that git never looks at, because its settings send it elsewhere.
fn out_of_sight(folder: &HooksFolder) -> Option<Check> {
    let own = folder.common.join("hooks");
    if folder.set_by == Setting::Default || own == folder.path {
        return None;
    }
    let handed_on = |name: &str| {
        fs::read_to_string(folder.path.join(name)).is_ok_and(|text| text.contains("--git-common-dir"))
    };
    let lost: Vec<&str> =
        ALL_HOOKS.into_iter().filter(|name| is_executable(&own.join(name)) && !handed_on(name)).collect();
    if lost.is_empty() {
        return None;
    }
    Some(note(
        format!(
            "hooks in {} do not run, because core.hooksPath names another folder: {}",
            own.display(),
            lost.join(", ")
        ),
        "if they should, move them there or unset core.hooksPath",
    ))
}

fn neighbours(folder: &HooksFolder) -> Vec<Check> {
    let Some(root) = &folder.work_tree else { return Vec::new() };
    let ours = setup::runs(&folder.path.join(Hook::PreCommit.name()));
    let mut checks = Vec::new();
    for neighbour in Neighbour::all(folder) {
        let named = neighbour::names_skout(root, neighbour);
        let name = neighbour.name();
        match neighbour {
            Neighbour::Husky => {}
            _ if named && ours => checks.push(note(
                format!("skout runs twice before a commit: by its own hook and by {name}"),
                "skout uninstall, or take it out of the other's settings",
            )),
            Neighbour::Lefthook if ours => checks.push(note(
                "lefthook writes its hooks anew when its settings change, and may set skout aside",
                "to be safe add to lefthook.yml:  pre-commit: {commands: {skout: {run: skout hook pre-commit}}}",
            )),
            Neighbour::PreCommit if named => checks.extend(framework(folder)),
            _ => checks.push(note(format!("{name} is used here, and its settings do not name skout"), "")),
        }
    }
    checks
}

/// Settings of the pre-commit framework do nothing until it has put its hook in place.
fn framework(folder: &HooksFolder) -> Option<Check> {
    let hook = folder.path.join(Hook::PreCommit.name());
    match look(&hook) {
        Ok(Content::Foreign(text)) if memchr::memmem::find(&text, b"pre-commit").is_some() => None,
        _ => Some(bad(
            "the settings of the pre-commit framework name skout, but its hook is not installed",
            "pre-commit install",
        )),
    }
}

/// Whether the history is whole.
fn history(start: &Path) -> Vec<Check> {
    let Ok(repository) = folder::open(start) else { return Vec::new() };
    let mut checks = Vec::new();
    if repository.is_shallow() {
        checks.push(note(
            "this clone is shallow: older commits are missing, and a scan of the history says so and ends with 2",
            "git fetch --unshallow",
        ));
    }
    let promised = repository.config().and_then(|mut config| config.snapshot()).is_ok_and(|config| {
        config.entries(Some("remote\\..*\\.promisor")).is_ok_and(|mut all| all.next().is_some())
    });
    if promised {
        checks.push(note(
            "this is a partial clone: files of older commits may be missing, and skout never fetches them",
            "git fetch --refetch --no-filter, if you want the whole history scanned",
        ));
    }
    checks
}
