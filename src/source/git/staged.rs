//! What `git commit` would record: the index against HEAD.
//!
//! In flows the index; out flow the blobs that the commit adds or changes, never files of the work tree.
//! What HEAD (or the branch that is being merged) holds already is told apart as "before".

use std::fs;
use std::path::Path;
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use git2::{Delta, DiffOptions, FileMode, ObjectType, Oid, Repository};

use super::super::source::{Coverage, Item, Source, SourceError};
use super::emit::Emitter;
use super::index;
use super::read::{self, Wanted};
use super::repo::{Extent, Repo, intact, left_out, parse_id, tree_of, trouble};
use super::trees::blob_at;

/// How long libgit2 may take to compare HEAD with the index before somebody looks whether it waits in vain.
const PATIENCE: Duration = Duration::from_secs(2);

/// One path on which the index and HEAD differ.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// How.
    pub(super) status: Delta,
    /// The path, as git stores it.
    pub(super) path: Vec<u8>,
    /// What HEAD has there; zeros if nothing.
    pub(super) old: (Oid, FileMode),
    /// What the index has there; zeros if nothing.
    pub(super) new: (Oid, FileMode),
}

/// The changes in the index of one repository.
#[derive(Debug)]
pub struct Staged {
    repo: Repo,
    extent: Extent,
    before: Mutex<Vec<Wanted>>,
}

/// What the index adds to HEAD.
#[derive(Debug, Default)]
struct Changes {
    added: Vec<Wanted>,
    names: Vec<String>,
    before: Vec<Wanted>,
    skipped: Vec<(String, &'static str)>,
    /// How many changed paths do not take part.
    left_out: usize,
}

impl Staged {
    /// The index of the repository at or above `path`; `.` honours the environment that git gives hooks.
    ///
    /// # Errors
    /// There is no repository, it cannot be opened, or it has no index.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let (repo, git) = Repo::at(path)?;
        if git.is_bare() && !git.path().join("index").exists() && std::env::var_os("GIT_INDEX_FILE").is_none()
        {
            let problem = "a bare repository has no index, so nothing can be staged in it";
            return Err(SourceError::new(repo.name(), problem).advise("scan its history with `skout git`"));
        }
        repo.keep(git);
        Ok(Self { repo, extent: Extent::default(), before: Mutex::default() })
    }

    /// Keeps to these paths and threads.
    #[must_use]
    pub fn within(self, extent: Extent) -> Self {
        Self { extent, ..self }
    }

    fn changes(&self, git: Repository) -> Result<(Repository, Changes), SourceError> {
        let head = head_tree(&git)?;
        head.map(|id| intact(&git, id)).transpose()?;
        let (git, differences) = self.compare(git, head)?;
        let merging = merge_trees(&git)?;
        let mut changes = Changes::default();
        for difference in &differences {
            self.change(&git, difference, &merging, &mut changes);
        }
        Ok((git, changes))
    }

    /// Compares HEAD with the index, on a thread of its own: libgit2 waits for ever for the rest of a damaged tree that
    /// has a file of its own. If it takes long, such a tree is looked for.
    fn compare(
        &self,
        git: Repository,
        head: Option<Oid>,
    ) -> Result<(Repository, Vec<Difference>), SourceError> {
        let (done, waiting) = mpsc::channel();
        let file = self.repo.index_file(&git);
        std::thread::spawn(move || {
            let found = differences(&git, head, &file);
            // Nobody listens any more if a damaged tree was found.
            drop(done.send((git, found)));
        });
        let mut looked = false;
        loop {
            match waiting.recv_timeout(PATIENCE) {
                Ok((git, found)) => return Ok((git, found?)),
                Err(mpsc::RecvTimeoutError::Timeout) if !looked => {
                    looked = true;
                    head.map(|tree| sound(&self.repo.open()?, tree)).transpose()?;
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    return Err(SourceError::new("the index", "cannot be compared with HEAD"));
                }
            }
        }
    }

    fn change(&self, git: &Repository, difference: &Difference, merging: &[Oid], out: &mut Changes) {
        let Difference { status, path: raw, old, new } = difference;
        if old.1 != FileMode::Commit && !old.0.is_zero() {
            out.before.push(Wanted { id: old.0, path: String::new() });
        }
        let path = String::from_utf8_lossy(raw).into_owned();
        if matches!(status, Delta::Deleted | Delta::Unmodified) {
            return;
        }
        if !self.extent.admits(&path) {
            out.left_out += 1;
            return;
        }
        if *status == Delta::Conflicted {
            out.skipped.push((path, "has a merge conflict, so it is not part of the commit yet"));
            return;
        }
        if new.1 == FileMode::Commit {
            out.skipped.push((path, "is a submodule, a repository of its own: run `skout git` in it"));
            return;
        }
        let others: Vec<Oid> = merging.iter().filter_map(|tree| blob_at(git, *tree, raw)).collect();
        if *status == Delta::Added && others.is_empty() {
            out.names.push(path.clone());
        }
        // The other side of a merge has recorded it; a change of the mode alone adds nothing.
        if new.0 != old.0 && !others.contains(&new.0) {
            out.added.push(Wanted { id: new.0, path });
        }
        out.before.extend(others.into_iter().map(|id| Wanted { id, path: String::new() }));
    }

    fn read(&self, sink: &(dyn Fn(Item<'_>) + Sync)) -> Result<Coverage, SourceError> {
        let git = self.repo.open()?;
        let (git, changes) = self.changes(git)?;
        let emitter = Emitter::new(git.commondir(), sink);
        for (path, reason) in &changes.skipped {
            emitter.skipped(path, *reason);
        }
        for name in &changes.names {
            emitter.name(name, None);
        }
        read::push_all(&self.repo, &git, &changes.added, &emitter, self.extent.jobs);
        *self.before.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = changes.before;
        let (blobs, bytes) = emitter.counts();
        Ok(Coverage {
            kind: "staged",
            scope: format!("the index{}", left_out(changes.left_out)),
            files: changes.added.len() as u64,
            blobs,
            bytes,
            nothing_to_do: changes.added.is_empty() && changes.names.is_empty(),
            ..Coverage::default()
        })
    }
}

impl Source for Staged {
    fn each(&self, sink: &(dyn Fn(Item<'_>) + Sync)) -> Coverage {
        self.read(sink).unwrap_or_else(|error| {
            sink(Item::Trouble(error));
            Coverage { kind: "staged", scope: "the index".into(), ..Coverage::default() }
        })
    }

    fn before(&self, sink: &(dyn Fn(Item<'_>) + Sync)) {
        let list = self.before.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        read::push_listed(&self.repo, &list, sink, self.extent.jobs);
    }
}

/// Where the tree of HEAD and the index differ.
fn differences(git: &Repository, head: Option<Oid>, file: &Path) -> Result<Vec<Difference>, SourceError> {
    let index = match git.index() {
        // libgit2 1.9 knows neither the split nor the sparse index.
        Err(error) if error.message().contains("mandatory extension") => {
            return index::differences(git, head, file);
        }
        index => index.map_err(|error| trouble("the index", &error))?,
    };
    let tree = head.map(|id| git.find_tree(id)).transpose().map_err(|e| trouble("HEAD", &e))?;
    let mut options = DiffOptions::new();
    options.include_typechange(true).ignore_submodules(false).skip_binary_check(true);
    let diff = git
        .diff_tree_to_index(tree.as_ref(), Some(&index), Some(&mut options))
        .map_err(|error| trouble("the index", &error))?;
    let deltas = diff.deltas().map(|delta| {
        let (old, new) = (delta.old_file(), delta.new_file());
        let path = new.path_bytes().or(old.path_bytes()).unwrap_or_default().to_vec();
        let side = |file: git2::DiffFile<'_>| (file.id(), file.mode());
        Difference { status: delta.status(), path, old: side(old), new: side(new) }
    });
    Ok(deltas.collect())
}

/// Looks whether all trees below `tree` can be read.
fn sound(git: &Repository, tree: Oid) -> Result<(), SourceError> {
    let mut stack = vec![tree];
    while let Some(id) = stack.pop() {
        intact(git, id)?;
        let tree = git.find_tree(id).map_err(|error| trouble(format!("tree {id}"), &error))?;
        stack.extend(tree.iter().filter(|e| e.kind() == Some(ObjectType::Tree)).map(|e| e.id()));
    }
    Ok(())
}

/// The tree of HEAD; `None` before the first commit.
fn head_tree(git: &Repository) -> Result<Option<Oid>, SourceError> {
    match git.head() {
        Ok(head) => {
            let target = head.target().ok_or_else(|| SourceError::new("HEAD", "leads to no commit"))?;
            Ok(Some(tree_of(git, target)?))
        }
        Err(error) if error.code() == git2::ErrorCode::UnbornBranch => Ok(None),
        Err(error) => Err(trouble("HEAD", &error)),
    }
}

/// The trees of the branches that are being merged (gitrepository-layout, "MERGE_HEAD").
fn merge_trees(git: &Repository) -> Result<Vec<Oid>, SourceError> {
    let Ok(text) = fs::read_to_string(git.path().join("MERGE_HEAD")) else { return Ok(Vec::new()) };
    let ids = text.lines().filter_map(|line| parse_id(line.trim()));
    ids.map(|id| tree_of(git, id)).collect()
}
