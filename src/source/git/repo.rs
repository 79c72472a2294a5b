//! Opening a repository, how far a scan of it goes, and saying in plain words why it cannot be opened.
//!
//! In flows a path; out flows a handle of libgit2, one for each thread that asks, and what is asked of names. It
//! changes nothing in a repository and never talks to a network.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use git2::{ErrorClass, ErrorCode, ObjectFormat, Oid, Repository};

use super::super::source::SourceError;
use super::pack::read_loose;
use super::range::tips_of;
use crate::blob::ObjectId;
use crate::glob::GlobSet;

/// What to do about an object that cannot be read.
const DAMAGED: &str = "the repository is damaged: `git fsck --full` says more, a fresh clone mends it";

/// Paths to leave out, paths to keep to, and threads.
#[derive(Debug, Default, Clone)]
pub struct Extent {
    /// Paths to leave out.
    pub exclude: GlobSet,
    /// If not empty, only these paths.
    pub only: GlobSet,
    /// Threads; 0 means one a core.
    pub jobs: usize,
}

impl Extent {
    /// Whether a path takes part.
    pub(super) fn admits(&self, path: &str) -> bool {
        !self.exclude.matches(path) && (self.only.is_empty() || self.only.matches(path))
    }

    /// Threads, at least one.
    pub(super) fn threads(&self) -> usize {
        super::super::files::threads(self.jobs)
    }
}

/// What the scope of a scan says of changed paths that do not take part in it.
pub(super) fn left_out(paths: usize) -> String {
    match paths {
        0 => String::new(),
        1 => " (1 changed path left out on request)".to_owned(),
        n => format!(" ({n} changed paths left out on request)"),
    }
}

/// A repository that can be opened once more for every thread.
pub(super) struct Repo {
    path: PathBuf,
    /// A handle that waits for the first who needs one: opening costs a third of a hook's time.
    kept: Mutex<Option<Repository>>,
}

impl fmt::Debug for Repo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repo").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Repo {
    /// The repository at `path` or above it, and a first handle. `.` also honours what git tells its hooks through the
    /// environment: `GIT_DIR`, `GIT_INDEX_FILE`, the quarantine of a push.
    pub(super) fn at(path: &Path) -> Result<(Self, Repository), SourceError> {
        let repo = Self { path: path.to_owned(), kept: Mutex::default() };
        let git = repo.open()?;
        Ok((repo, git))
    }

    /// Keeps a handle for the next who needs one.
    pub(super) fn keep(&self, git: Repository) {
        *self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(git);
    }

    /// A handle: the one that was kept, or a new one.
    pub(super) fn open(&self) -> Result<Repository, SourceError> {
        if let Some(git) = self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take() {
            return Ok(git);
        }
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

    /// The file of its index: its own, or the one of which git tells a hook (`GIT_INDEX_FILE`, see git(1)).
    pub(super) fn index_file(&self, git: &Repository) -> PathBuf {
        let told = std::env::var_os("GIT_INDEX_FILE").filter(|_| self.path == Path::new("."));
        told.map_or_else(|| git.path().join("index"), PathBuf::from)
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
    Ok(Repo::at(path)?.1.commondir().to_owned())
}

/// The work tree of the repository at or above `path`; `None` if it is bare.
///
/// # Errors
/// There is no repository, or it cannot be opened.
pub fn work_dir(path: &Path) -> Result<Option<PathBuf>, SourceError> {
    Ok(Repo::at(path)?.1.workdir().map(Path::to_owned))
}

/// The full id of the object that `name` leads to (a tag is not followed to its commit); `None` if there is none.
///
/// # Errors
/// There is no repository, or it cannot be read.
pub fn resolve(path: &Path, name: &str) -> Result<Option<String>, SourceError> {
    let (_, git) = Repo::at(path)?;
    git.revparse_single(name).map_or_else(
        |error| {
            matches!(error.code(), ErrorCode::NotFound | ErrorCode::InvalidSpec)
                .then_some(None)
                .ok_or_else(|| trouble(name, &error))
        },
        |object| Ok(Some(object.id().to_string())),
    )
}

/// The ids that all refs below `prefix` lead to (`refs/remotes/origin/`; empty for every ref).
///
/// # Errors
/// There is no repository, or its refs cannot be read.
pub fn refs_below(path: &Path, prefix: &str) -> Result<Vec<String>, SourceError> {
    let (_, git) = Repo::at(path)?;
    let tips = tips_of(&git, |name| name.starts_with(prefix))?;
    Ok(tips.iter().map(ToString::to_string).collect())
}

/// Whether the clone lacks older commits.
///
/// # Errors
/// There is no repository.
pub fn is_shallow(path: &Path) -> Result<bool, SourceError> {
    Ok(Repo::at(path)?.1.is_shallow())
}

fn unopened(name: &str, error: &git2::Error) -> SourceError {
    match error.code() {
        ErrorCode::NotFound => SourceError::new(name, "there is no git repository here or above")
            .advise("go to the repository, or scan plain files with `skout scan`"),
        ErrorCode::Owner => SourceError::new(
            name,
            "this repository belongs to another user, so the settings in it are not trusted",
        )
        .advise(format!("if you trust it, run: {}", trust(name, error.message()))),
        _ if error.message().contains("extension") => SourceError::new(
            name,
            format!("this repository is of a kind that cannot be read yet: {}", error.message()),
        )
        .advise("scan its work tree with `skout scan`"),
        _ => SourceError::new(name, format!("the repository cannot be opened: {}", error.message())),
    }
}

/// The command by which a person tells git to trust a repository of somebody else (git-config(1), `safe.directory`);
/// libgit2 names its folder in quotes.
pub(crate) fn trust(name: &str, message: &str) -> String {
    let told = message.split_once('\'').and_then(|(_, rest)| rest.rsplit_once('\''));
    let folder = told.map_or(name, |(folder, _)| folder);
    let folder = if folder.len() > 1 { folder.trim_end_matches('/') } else { folder };
    format!("git config --global --add safe.directory '{}'", folder.replace('\'', "'\\''"))
}

/// Trouble that libgit2 reports about `place`, with what to do where that is known.
pub(super) fn trouble(place: impl Into<String>, error: &git2::Error) -> SourceError {
    let trouble = SourceError::new(place, error.message());
    match (error.class(), error.code()) {
        (ErrorClass::Odb, ErrorCode::NotFound) => trouble.advise(
            "an object is missing: fetch the whole history (`git fetch --unshallow`, `git fetch --refetch`; in CI `fetch-depth: 0`)",
        ),
        (ErrorClass::Odb | ErrorClass::Zlib | ErrorClass::Object | ErrorClass::Sha1, _) => {
            trouble.advise(DAMAGED)
        }
        (ErrorClass::Index, _) => trouble.advise("`git status` shows whether git itself can read the index"),
        _ => trouble,
    }
}

/// Checks an object before libgit2 reads it: libgit2 1.9 waits for ever for the rest of one that has a file of its
/// own and is cut short or damaged there.
pub(super) fn intact(git: &Repository, id: Oid) -> Result<(), SourceError> {
    let loose = object_id(id).and_then(|id| read_loose(&git.commondir().join("objects"), id));
    loose.map_or(Ok(()), |read| read.map(drop)).map_err(|problem| damaged(id, problem))
}

/// Trouble with an object that is there and cannot be read.
pub(super) fn damaged(id: Oid, problem: String) -> SourceError {
    SourceError::new(format!("object {id}"), problem).advise(DAMAGED)
}

/// The tree of a commit.
pub(super) fn tree_of(git: &Repository, commit: Oid) -> Result<Oid, SourceError> {
    intact(git, commit)?;
    let found = git.find_object(commit, None).and_then(|object| object.peel_to_commit());
    found.map(|commit| commit.tree_id()).map_err(|error| trouble(format!("commit {commit}"), &error))
}

/// Whether the objects can be read without libgit2: they are named by SHA-1.
pub(super) fn is_sha1(git: &Repository) -> bool {
    git.object_format() == ObjectFormat::Sha1
}

/// The id that hexadecimal digits name: 40 of them by SHA-1, 64 by SHA-256.
pub(super) fn parse_id(digits: &str) -> Option<Oid> {
    let format = match digits.len() {
        40 => ObjectFormat::Sha1,
        64 => ObjectFormat::Sha256,
        _ => return None,
    };
    Oid::from_str_ext(digits, format).ok()
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
    let direct = git.resolve_reference_from_short_name(name).and_then(|r| r.resolve());
    if let Some(id) = direct.ok().and_then(|r| r.target()).or_else(|| parse_id(name)) {
        intact(git, id)?;
    }
    let found = git.revparse_single(name).and_then(|object| object.peel_to_commit());
    found.map(|commit| commit.id()).map_err(|error| {
        let problem = match error.code() {
            ErrorCode::NotFound => "there is no such commit, branch or tag in this repository".to_owned(),
            ErrorCode::Ambiguous => "several objects begin like this; write more digits".to_owned(),
            ErrorCode::InvalidSpec | ErrorCode::Peel if error.class() == ErrorClass::Object => {
                "this names a file or a folder, and no commit".to_owned()
            }
            ErrorCode::InvalidSpec => "this is no name of a commit, branch or tag".to_owned(),
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
