//! What `git commit` would record: the index against HEAD.
//!
//! In flows the index; out flow the blobs that the commit adds or changes, never files of the work tree.
//! What HEAD (or the branch that is being merged) holds already is told apart as "before".

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use git2::{Delta, DiffDelta, DiffOptions, FileMode, Oid, Repository};

use super::super::source::{Coverage, Item, Source, SourceError};
use super::emit::Emitter;
use super::read::{self, Wanted};
use super::repo::{Extent, Repo, intact, parse_id, tree_of, trouble};
use super::trees::blob_at;

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

    fn changes(&self, git: &Repository) -> Result<Changes, SourceError> {
        let head = head_tree(git)?;
        let index = git.index().map_err(|error| trouble("the index", &error))?;
        head.map(|id| intact(git, id)).transpose()?;
        let tree = head.map(|id| git.find_tree(id)).transpose().map_err(|e| trouble("HEAD", &e))?;
        let mut options = DiffOptions::new();
        options.include_typechange(true).ignore_submodules(false).skip_binary_check(true);
        let diff = git
            .diff_tree_to_index(tree.as_ref(), Some(&index), Some(&mut options))
            .map_err(|error| trouble("the index", &error))?;
        let merging = merge_trees(git)?;
        let mut changes = Changes::default();
        for delta in diff.deltas() {
            self.change(git, &delta, &merging, &mut changes);
        }
        Ok(changes)
    }

    fn change(&self, git: &Repository, delta: &DiffDelta<'_>, merging: &[Oid], out: &mut Changes) {
        let (old, new) = (delta.old_file(), delta.new_file());
        if old.mode() != FileMode::Commit && !old.id().is_zero() {
            out.before.push(Wanted { id: old.id(), path: String::new() });
        }
        let raw = new.path_bytes().or(old.path_bytes()).unwrap_or_default();
        let path = String::from_utf8_lossy(raw).into_owned();
        if !self.extent.admits(&path) {
            return;
        }
        match delta.status() {
            Delta::Deleted | Delta::Unmodified => return,
            Delta::Conflicted => {
                out.skipped.push((path, "has a merge conflict, so it is not part of the commit yet"));
                return;
            }
            _ => {}
        }
        if new.mode() == FileMode::Commit {
            out.skipped.push((path, "is a submodule, a repository of its own: run `skout git` in it"));
            return;
        }
        let others: Vec<Oid> = merging.iter().filter_map(|tree| blob_at(git, *tree, raw)).collect();
        if delta.status() == Delta::Added && others.is_empty() {
            out.names.push(path.clone());
        }
        // The other side of a merge has recorded it; a change of the mode alone adds nothing.
        if new.id() != old.id() && !others.contains(&new.id()) {
            out.added.push(Wanted { id: new.id(), path });
        }
        out.before.extend(others.into_iter().map(|id| Wanted { id, path: String::new() }));
    }

    fn read(&self, sink: &(dyn Fn(Item<'_>) + Sync)) -> Result<Coverage, SourceError> {
        let git = self.repo.open()?;
        let changes = self.changes(&git)?;
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
            scope: "the index".into(),
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
