//! What a commit changes: its tree against the trees of its parents.
//!
//! In flow ids of trees; out flow changed paths with the blobs before and after. A merge changes only what
//! differs from every parent. No rename is guessed, no line compared.

use git2::{ObjectType, Oid, Repository, Tree};

use super::super::source::SourceError;
use super::repo::{intact, trouble};

/// One path that differs.
#[derive(Debug)]
pub(super) struct Change<'a> {
    /// The path, as git stores it: `/` between parts, any bytes but NUL.
    pub(super) path: &'a [u8],
    /// The blob (or commit of a submodule) that stands there now.
    pub(super) new: Option<Oid>,
    /// Whether that is a submodule.
    pub(super) submodule: bool,
    /// The blobs that the old trees hold there, if any.
    pub(super) olds: Vec<Oid>,
}

/// The mode of a submodule in a tree (gitformat-index, "gitlink"); the enumeration of `git2` holds other numbers.
const SUBMODULE: i32 = 0o160_000;

/// Compares trees.
pub(super) struct Compare<'r> {
    git: &'r Repository,
    path: Vec<u8>,
}

/// The name, id, kind and mode of an entry of one tree.
type Entry = (Vec<u8>, Oid, Option<ObjectType>, i32);

impl<'r> Compare<'r> {
    /// Compares everything.
    pub(super) fn new(git: &'r Repository) -> Self {
        Self { git, path: Vec::new() }
    }

    /// Tells `visit` every path on which `new` differs from all of `olds`.
    pub(super) fn run(
        &mut self,
        new: Option<Oid>,
        olds: &[Oid],
        visit: &mut dyn FnMut(Change<'_>),
    ) -> Result<(), SourceError> {
        if new.is_some_and(|id| olds.contains(&id)) {
            return Ok(());
        }
        let tree = new.map(|id| self.tree(id)).transpose()?;
        let before = olds.iter().map(|id| self.tree(*id)).collect::<Result<Vec<_>, _>>()?;
        for entry in entries(tree.as_ref()) {
            let (name, id, kind, mode) = entry;
            let same: Vec<Entry> = before.iter().filter_map(|old| entry_named(old, &name)).collect();
            if same.iter().any(|(_, old, _, old_mode)| *old == id && *old_mode == mode) {
                continue;
            }
            let depth = self.enter(&name);
            let old_trees = ids(&same, |kind| kind == Some(ObjectType::Tree));
            let old_blobs = ids(&same, |kind| kind == Some(ObjectType::Blob));
            if kind == Some(ObjectType::Tree) {
                self.run(Some(id), &old_trees, visit)?;
                if !old_blobs.is_empty() {
                    visit(Change { path: &self.path, new: None, submodule: false, olds: old_blobs });
                }
            } else {
                visit(Change {
                    path: &self.path,
                    new: Some(id),
                    submodule: mode == SUBMODULE,
                    olds: old_blobs,
                });
                if !old_trees.is_empty() {
                    self.run(None, &old_trees, visit)?;
                }
            }
            self.path.truncate(depth);
        }
        // Gone paths matter only against a single parent: a merge drops what one side has dropped.
        if let [old] = &before[..] {
            self.gone(old, tree.as_ref(), visit)?;
        }
        Ok(())
    }

    /// The paths that `old` has and `new` has not.
    fn gone(
        &mut self,
        old: &Tree<'_>,
        new: Option<&Tree<'_>>,
        visit: &mut dyn FnMut(Change<'_>),
    ) -> Result<(), SourceError> {
        for (name, id, kind, _) in entries(Some(old)) {
            if new.is_some_and(|tree| entry_named(tree, &name).is_some()) {
                continue;
            }
            let depth = self.enter(&name);
            match kind {
                Some(ObjectType::Tree) => self.run(None, &[id], visit)?,
                Some(ObjectType::Blob) => {
                    visit(Change { path: &self.path, new: None, submodule: false, olds: vec![id] });
                }
                _ => {}
            }
            self.path.truncate(depth);
        }
        Ok(())
    }

    fn tree(&self, id: Oid) -> Result<Tree<'r>, SourceError> {
        intact(self.git, id)?;
        self.git.find_tree(id).map_err(|error| trouble(format!("tree {id}"), &error))
    }

    /// Appends a name and returns the length to go back to.
    fn enter(&mut self, name: &[u8]) -> usize {
        let depth = self.path.len();
        if depth > 0 {
            self.path.push(b'/');
        }
        self.path.extend_from_slice(name);
        depth
    }
}

fn entries(tree: Option<&Tree<'_>>) -> Vec<Entry> {
    let list = tree.into_iter().flat_map(|tree| tree.iter());
    list.map(|e| (e.name_bytes().to_vec(), e.id(), e.kind(), e.filemode())).collect()
}

fn entry_named(tree: &Tree<'_>, name: &[u8]) -> Option<Entry> {
    let entry = tree.get_name_bytes(name)?;
    Some((name.to_vec(), entry.id(), entry.kind(), entry.filemode()))
}

fn ids(entries: &[Entry], fits: impl Fn(Option<ObjectType>) -> bool) -> Vec<Oid> {
    let mut ids: Vec<Oid> = entries.iter().filter(|e| fits(e.2)).map(|e| e.1).collect();
    ids.dedup();
    ids
}

/// The blob at `path` in a tree.
pub(super) fn blob_at(git: &Repository, tree: Oid, path: &[u8]) -> Option<Oid> {
    let mut at = tree;
    for name in path.split(|b| *b == b'/') {
        intact(git, at).ok()?;
        at = git.find_tree(at).ok()?.get_name_bytes(name)?.id();
    }
    Some(at)
}
