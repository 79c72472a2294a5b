//! Opening a repository, and saying in plain words why it cannot be opened.
//!
//! In flows a path; out flows a handle of libgit2, one for each thread that asks. It changes nothing in
//! a repository and never talks to a network.

use std::path::{Path, PathBuf};

use git2::{ErrorClass, ErrorCode, ObjectFormat, Oid, Repository};

use super::super::source::SourceError;
use crate::blob::ObjectId;

/// A repository that can be opened once more for every thread.
#[derive(Debug, Clone)]
pub(super) struct Repo {
    path: PathBuf,
}

impl Repo {
    /// The repository at `path` or above it. `.` also honours what git tells its hooks through the
    /// environment: `GIT_DIR`, `GIT_INDEX_FILE`, the quarantine of a push.
    pub(super) fn at(path: &Path) -> Result<Self, SourceError> {
        let repo = Self { path: path.to_owned() };
        let git = repo.open()?;
        if git.object_format() != ObjectFormat::Sha1 {
            return Err(SourceError::new(
                repo.name(),
                "this repository names its objects by SHA-256, which skout cannot read yet",
            )
            .advise("scan its work tree with `skout scan`"));
        }
        Ok(repo)
    }

    /// A new handle.
    pub(super) fn open(&self) -> Result<Repository, SourceError> {
        let opened = if self.path == Path::new(".") {
            Repository::open_from_env()
        } else {
            let none: [&Path; 0] = [];
            Repository::open_ext(&self.path, git2::RepositoryOpenFlags::empty(), none)
        };
        opened.map_err(|error| unopened(&self.name(), &error))
    }

    /// Where its objects lie: in its own folder, or where git tells a hook (`GIT_OBJECT_DIRECTORY` and
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`, see git(1)).
    pub(super) fn object_folders(&self, git: &Repository) -> Vec<PathBuf> {
        let own = git.commondir().join("objects");
        if self.path != Path::new(".") {
            return vec![own];
        }
        let told = std::env::var_os("GIT_OBJECT_DIRECTORY").map(PathBuf::from);
        let mut folders = vec![told.unwrap_or(own)];
        let others = std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
        folders.extend(std::env::split_paths(&others).filter(|path| path.is_dir()));
        folders
    }

    /// What to call it in messages.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }
}

/// The git directory of the repository at or above `path` (the common one of all its work trees).
///
/// # Errors
/// There is no repository, or it cannot be opened.
pub fn git_dir(path: &Path) -> Result<PathBuf, SourceError> {
    Ok(Repo::at(path)?.open()?.commondir().to_owned())
}

/// The work tree of the repository at or above `path`; `None` if it is bare.
///
/// # Errors
/// There is no repository, or it cannot be opened.
pub fn work_dir(path: &Path) -> Result<Option<PathBuf>, SourceError> {
    Ok(Repo::at(path)?.open()?.workdir().map(Path::to_owned))
}

fn unopened(name: &str, error: &git2::Error) -> SourceError {
    match error.code() {
        ErrorCode::NotFound => SourceError::new(name, "there is no git repository here or above")
            .advise("go to the repository, or scan plain files with `skout scan`"),
        ErrorCode::Owner => SourceError::new(
            name,
            "this repository belongs to another user, so git settings in it are not trusted",
        )
        .advise("if you trust it: git config --global --add safe.directory '<its full path>'"),
        _ if error.class() == ErrorClass::Repository && error.message().contains("sha256") => {
            SourceError::new(
                name,
                "this repository names its objects by SHA-256, which skout cannot read yet",
            )
            .advise("scan its work tree with `skout scan`")
        }
        _ => SourceError::new(name, format!("the repository cannot be opened: {}", error.message())),
    }
}

/// Trouble that libgit2 reports about `place`, with what to do where that is known.
pub(super) fn trouble(place: impl Into<String>, error: &git2::Error) -> SourceError {
    let trouble = SourceError::new(place, error.message());
    match (error.class(), error.code()) {
        (ErrorClass::Odb, ErrorCode::NotFound) => trouble.advise(
            "an object is missing: fetch the whole history (`git fetch --unshallow`, `git fetch --refetch`; in CI `fetch-depth: 0`)",
        ),
        (ErrorClass::Odb | ErrorClass::Zlib | ErrorClass::Object | ErrorClass::Sha1, _) => {
            trouble.advise("the repository is damaged: `git fsck --full` says more, a fresh clone mends it")
        }
        (ErrorClass::Index, _) => trouble.advise("`git status` shows whether git itself can read the index"),
        _ => trouble,
    }
}

/// An id of libgit2 as one of ours.
pub(super) fn object_id(oid: Oid) -> Option<ObjectId> {
    ObjectId::from_bytes(oid.as_bytes())
}

/// One of our ids as one of libgit2.
pub(super) fn oid(id: &ObjectId) -> Option<Oid> {
    Oid::from_bytes(id.as_bytes()).ok()
}

/// The commit that a name means.
pub(super) fn revision(git: &Repository, name: &str) -> Result<Oid, SourceError> {
    let found = git.revparse_single(name).and_then(|object| object.peel_to_commit());
    found.map(|commit| commit.id()).map_err(|error| {
        let problem = match error.code() {
            ErrorCode::NotFound => "there is no such commit, branch or tag in this repository".to_owned(),
            ErrorCode::Ambiguous => "several objects begin like this; write more digits".to_owned(),
            _ => error.message().to_owned(),
        };
        let trouble = SourceError::new(name, problem);
        if git.is_shallow() {
            return trouble
                .advise("this is a shallow clone: fetch the rest with `git fetch --unshallow`; in CI set `fetch-depth: 0`");
        }
        trouble.advise("`git branch -a` and `git tag` list the names; `git fetch` may bring it")
    })
}
