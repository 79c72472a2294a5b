//! Where git looks for the hooks of a repository, and who decided so.
//!
//! In flows a folder; out flows the hooks folder and what kind it is. It changes nothing.

use std::path::{Path, PathBuf};

use git2::{ConfigLevel, ErrorCode, Repository};

use super::error::InstallError;
use crate::source::git::trust;

/// The folder in which git looks for hooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HooksFolder {
    /// The folder; it may not exist.
    pub path: PathBuf,
    /// Where `core.hooksPath` is set, if it is.
    pub set_by: Setting,
    /// The root of the work tree; `None` in a bare repository.
    pub work_tree: Option<PathBuf>,
    /// The git directory that all worktrees share.
    pub common: PathBuf,
}

/// Who says where hooks are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// Nobody: git's default.
    Default,
    /// This repository (or this worktree of it).
    Repository,
    /// The user's or the system's settings: all repositories.
    Everywhere,
}

impl HooksFolder {
    /// Finds it for the repository at or above `start`.
    ///
    /// # Errors
    /// No repository, or settings that cannot be read.
    pub fn find(start: &Path) -> Result<Self, InstallError> {
        let repository = open(start)?;
        let common = repository.commondir().to_owned();
        let work_tree = repository.workdir().map(Path::to_owned);
        let config = repository.config()?.snapshot()?;
        let level = match config.get_entry("core.hookspath") {
            Ok(entry) if entry.has_value() => Some(entry.level()),
            _ => None,
        };
        let Some(level) = level else {
            return Ok(Self {
                path: native(&common.join("hooks")),
                set_by: Setting::Default,
                work_tree,
                common,
            });
        };
        let set = config.get_path("core.hookspath")?;
        // githooks(5): relative to where the hook runs, the root of the work tree, or the git
        // directory of a bare repository.
        let base = work_tree.clone().unwrap_or_else(|| repository.path().to_owned());
        let set_by = match level {
            ConfigLevel::Local | ConfigLevel::Worktree | ConfigLevel::App => Setting::Repository,
            _ => Setting::Everywhere,
        };
        // Git looks for `/pre-commit` then, and runs nothing.
        let path = if set.as_os_str().is_empty() { PathBuf::new() } else { native(&base.join(set)) };
        Ok(Self { path, set_by, work_tree, common })
    }

    /// What keeps git from finding any hook here, and what to do about it; `None` if nothing does.
    pub(super) fn hindrance(&self) -> Option<(String, String)> {
        let global = if self.set_by == Setting::Everywhere { " --global" } else { "" };
        let unset = format!("git config{global} --unset core.hooksPath, then skout install{global}");
        if self.path.as_os_str().is_empty() {
            return Some(("core.hooksPath is set to nothing".to_owned(), unset));
        }
        if self.path.is_dir() || self.path.symlink_metadata().is_err() {
            return None;
        }
        let path = self.path.display();
        Some(match self.set_by {
            Setting::Default => {
                (format!("{path} is no folder"), "move it away, then skout install".to_owned())
            }
            _ => (format!("core.hooksPath names {path}, which is no folder"), unset),
        })
    }

    /// Whether the folder is part of the project, so that its files may be shared with others.
    pub fn is_shared(&self) -> bool {
        let within = |root: &Path| self.path.starts_with(root) && !self.path.starts_with(&self.common);
        self.set_by == Setting::Repository && self.work_tree.as_deref().is_some_and(within)
    }
}

/// The same path with the separators of this system, where git writes `/` everywhere.
fn native(path: &Path) -> PathBuf {
    path.components().collect()
}

/// The repository that git itself would use: as the environment says inside a hook, else at or above.
pub(super) fn open(start: &Path) -> Result<Repository, InstallError> {
    let told = start == Path::new(".") && std::env::var_os("GIT_DIR").is_some();
    let opened = if told { Repository::open_from_env() } else { Repository::discover(start) };
    opened.map_err(|cause| {
        let path = start.to_owned();
        match cause.code() {
            ErrorCode::Owner => {
                let command = trust(&path.display().to_string(), cause.message());
                InstallError::NotTrusted { path, command }
            }
            ErrorCode::NotFound => InstallError::NoRepository { path },
            _ => InstallError::Unopened { path, problem: cause.message().to_owned() },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_setting_hooks_are_in_the_shared_git_directory() {
        let home = tempfile::tempdir().unwrap();
        Repository::init(home.path()).unwrap();
        let inner = home.path().join("a/b");
        std::fs::create_dir_all(&inner).unwrap();
        let folder = HooksFolder::find(&inner).unwrap();
        assert!(folder.path.ends_with(".git/hooks"), "{folder:?}");
        assert!(!folder.is_shared());
    }

    #[test]
    fn a_relative_setting_counts_from_the_work_tree() {
        let home = tempfile::tempdir().unwrap();
        let repository = Repository::init(home.path()).unwrap();
        repository.config().unwrap().set_str("core.hooksPath", ".githooks").unwrap();
        let inner = home.path().join("a");
        std::fs::create_dir_all(&inner).unwrap();
        let folder = HooksFolder::find(&inner).unwrap();
        assert_eq!(folder.path, repository.workdir().unwrap().join(".githooks"));
        assert!(folder.is_shared());
    }

    #[test]
    fn outside_of_a_repository_the_folder_is_named() {
        let home = tempfile::tempdir().unwrap();
        let error = HooksFolder::find(home.path()).unwrap_err();
        assert!(error.to_string().contains(&home.path().display().to_string()), "{error}");
    }
}
