//! `install` and `uninstall`: which folder, which way, for which hooks.
//!
//! In flow a place and a wish; out flows what was done to each hook. It prints nothing.

use std::path::Path;

use super::error::InstallError;
use super::file::{self, Deed, Done};
use super::folder::{HooksFolder, Setting};
use super::global::{self, Home};
use super::neighbour;
use super::script::{self, Hook};

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    /// A folder of the repository.
    pub start: &'a Path,
    /// The program that hooks are to call.
    pub program: &'a Path,
    /// The hooks; the usual ones of the repository if empty.
    pub hooks: Vec<Hook>,
    /// All repositories of the user, not this one alone.
    pub global: bool,
}

/// The hooks that make sense in a repository: where people commit, or on a server.
pub(super) fn usual(folder: &HooksFolder) -> Vec<Hook> {
    if folder.work_tree.is_some() { Hook::CLIENT.to_vec() } else { vec![Hook::PreReceive] }
}

/// Installs hooks beside whatever is there.
///
/// # Errors
/// No repository, a folder that cannot be written, or settings that send git elsewhere.
pub fn install(plan: &Plan<'_>) -> Result<Vec<Done>, InstallError> {
    if plan.global {
        return global::install(&Home::from_env()?, plan.program);
    }
    let folder = HooksFolder::find(plan.start)?;
    if let Some((problem, advice)) = folder.hindrance() {
        return Err(InstallError::NoFolder { problem, advice });
    }
    let hooks = if plan.hooks.is_empty() { usual(&folder) } else { plan.hooks.clone() };
    if folder.set_by == Setting::Everywhere {
        let there = |hook: &Hook| Done {
            hook: hook.name(),
            path: folder.path.join(hook.name()),
            deed: Deed::AlreadyThere,
        };
        let all: Vec<Done> = hooks.iter().map(there).collect();
        return if all.iter().all(|done| runs(&done.path)) {
            Ok(all)
        } else {
            Err(InstallError::Elsewhere { path: folder.path })
        };
    }
    let husky = neighbour::husky(&folder);
    let one = |&hook: &Hook| match &husky {
        Some(theirs) => file::insert(theirs, hook),
        None if folder.is_shared() => file::insert(&folder.path, hook),
        None => file::put(&folder.path, hook.name(), &script::whole(hook, Some(plan.program))),
    };
    hooks.iter().map(one).collect()
}

/// Takes out every hook of ours and puts back what was there before.
///
/// # Errors
/// No repository, or a folder that cannot be written.
pub fn uninstall(plan: &Plan<'_>) -> Result<Vec<Done>, InstallError> {
    if plan.global {
        return global::uninstall(&Home::from_env()?);
    }
    let folder = HooksFolder::find(plan.start)?;
    let all = [Hook::PreCommit, Hook::CommitMsg, Hook::PrePush, Hook::PreReceive];
    let hooks = if plan.hooks.is_empty() { all.to_vec() } else { plan.hooks.clone() };
    // Settings may have changed since: look where hooks would be without them, too.
    let mut places = vec![folder.common.join("hooks")];
    places.extend(neighbour::husky(&folder));
    if folder.set_by == Setting::Repository && folder.hindrance().is_none() {
        places.push(folder.path);
    }
    let mut done = Vec::new();
    for place in places {
        for hook in &hooks {
            done.extend(file::take_out(&place, hook.name())?);
        }
    }
    Ok(done)
}

/// Whether the hook file is one that calls skout and that git runs.
pub(super) fn runs(path: &Path) -> bool {
    let calls = matches!(file::look(path), Ok(file::Content::Ours(_) | file::Content::Calls(_)));
    calls && file::is_executable(path)
}
