//! What can go wrong with hooks, each with the path and with what to do about it.

use std::io;
use std::path::{Path, PathBuf};

/// A hook could not be put in place or taken out.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// There is no repository at or above the folder.
    #[error("{path} is in no git repository; run this inside one, or use --global for all your repositories")]
    NoRepository {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// There is a repository, of a kind that libgit2 does not read.
    #[error("the repository at {path} cannot be opened: {problem}")]
    Unopened {
        /// Where it was looked for.
        path: PathBuf,
        /// What libgit2 said.
        problem: String,
    },
    /// Where git looks for hooks there can be none.
    #[error("{problem}, so git runs no hook; to change that: {advice}")]
    NoFolder {
        /// What is there instead.
        problem: String,
        /// What to do about it.
        advice: String,
    },
    /// The repository is somebody else's.
    #[error(
        "{path} belongs to another user, so the settings in it are not trusted; if you trust it, run: {command}"
    )]
    NotTrusted {
        /// Where it was looked for.
        path: PathBuf,
        /// How to trust it.
        command: String,
    },
    /// The repository's settings cannot be read.
    #[error("the git settings cannot be read")]
    Settings(#[from] git2::Error),
    /// A file of the hooks folder cannot be read or written.
    #[error("{path}: {doing} failed; is the folder writable for you?")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The user's settings send git to a folder of hooks for all repositories.
    #[error(
        "git looks for hooks in {path} for all your repositories (core.hooksPath in your own settings), \
         so a hook in this repository alone would never run; use: skout install --global"
    )]
    Elsewhere {
        /// Where git looks.
        path: PathBuf,
    },
    /// The place of a hook is taken twice: by a kept hook and by a new one.
    #[error(
        "{kept} is already there, so {hook} cannot be set aside; look at both, delete the one you do not \
         need, and run this again"
    )]
    Taken {
        /// The hook that would be set aside.
        hook: PathBuf,
        /// The name it would get.
        kept: PathBuf,
    },
    /// The home folder is not known.
    #[error("your home folder is not known; set HOME and run this again")]
    NoHome,
}

impl InstallError {
    /// Turns the trouble with a file into one that names it.
    pub(super) fn file(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::File { path, doing, cause }
    }
}
