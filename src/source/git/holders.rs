//! Which trees hold some objects, directly or further down.
//!
//! In flow ids; out flow the trees above them. The packs are read once for each level of folders, trees
//! only, and in a tree whose base holds nothing only what is new is looked at: so the cost does not grow
//! with the number of commits that carry the same tree along.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;

use git2::Oid;

use super::pack::{Changes, Kind, Object, Store, Visit};
use super::reading::entry;
use super::repo::{object_id, oid};
use crate::blob::ObjectId;

/// The bytes of an id.
const ID: usize = 20;

/// The size of the filter, as a power of two: a quarter of a megabyte stays in the cache of a core.
const FILTER: u32 = 18;

/// An entry of a tree that leads to what is wanted.
type Edge = (Vec<u8>, Oid);

/// The trees that hold what is wanted.
#[derive(Debug, Default)]
pub(super) struct Holders {
    edges: HashMap<Oid, Vec<Edge>>,
    marks: HashMap<Oid, u64>,
}

impl Holders {
    /// Finds all trees of `store` above `wanted`.
    pub(super) fn find(store: &Store, wanted: &HashSet<Oid>, threads: usize) -> Self {
        let mut holders = Self::default();
        let level: HashSet<ObjectId> = wanted.iter().filter_map(|id| object_id(*id)).collect();
        let mut known = level.clone();
        store.passes(&[Kind::Tree], threads, Pass::new(level), |pass| {
            let mut level = HashSet::new();
            for (tree, edges) in pass.finish() {
                let Some(id) = oid(&tree) else { continue };
                holders.edges.entry(id).or_default().extend(edges);
                if known.insert(tree) {
                    level.insert(tree);
                }
            }
            (!level.is_empty()).then(|| Pass::new(level))
        });
        let trees: Vec<Oid> = holders.edges.keys().copied().collect();
        for tree in trees {
            holders.mark(tree, 0);
        }
        holders
    }

    /// What a tree holds of what is wanted, as a number that is the same for trees that hold the same; `None` if it
    /// holds nothing.
    pub(super) fn holding(&self, tree: Oid) -> Option<u64> {
        self.marks.get(&tree).copied()
    }

    /// Every path below `tree` that leads to something wanted.
    pub(super) fn paths(&self, tree: Oid) -> Vec<(Vec<u8>, Oid)> {
        let mut found = Vec::new();
        let mut stack = vec![(Vec::new(), tree)];
        while let Some((path, id)) = stack.pop() {
            match self.edges.get(&id) {
                None => found.push((path, id)),
                Some(edges) => stack.extend(edges.iter().map(|(name, child)| {
                    let slash: &[u8] = if path.is_empty() { b"" } else { b"/" };
                    ([&path[..], slash, name].concat(), *child)
                })),
            }
        }
        found
    }

    fn mark(&mut self, id: Oid, depth: usize) -> u64 {
        if let Some(mark) = self.marks.get(&id) {
            return *mark;
        }
        let mut hasher = DefaultHasher::new();
        match self.edges.get(&id).cloned() {
            // No tree is that deep; a damaged store could make a circle.
            Some(mut edges) if depth < 1000 => {
                edges.sort();
                for (name, child) in edges {
                    (name, self.mark(child, depth + 1)).hash(&mut hasher);
                }
                self.marks.insert(id, hasher.finish());
            }
            _ => id.as_bytes().hash(&mut hasher),
        }
        hasher.finish()
    }
}

/// One reading of all trees.
struct Pass {
    wanted: HashSet<ObjectId>,
    /// Which of the hashed first four bytes the wanted ids have: most bytes of a tree fail this, and are
    /// done with.
    first: Vec<bool>,
    found: Mutex<Vec<(ObjectId, Vec<Edge>)>>,
}

impl Pass {
    fn new(wanted: HashSet<ObjectId>) -> Self {
        let mut first = vec![false; 1 << FILTER];
        let ids: Vec<&ObjectId> = wanted.iter().collect();
        ids.into_iter().for_each(|id| first[slot(id.as_bytes())] = true);
        Self { wanted, first, found: Mutex::default() }
    }

    /// What was found, in a fixed order.
    fn finish(self) -> Vec<(ObjectId, Vec<Edge>)> {
        let mut found = self.found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        found.sort();
        found
    }

    fn stands_in(&self, bytes: &[u8]) -> bool {
        bytes.windows(ID).any(|at| self.wants(at).is_some())
    }

    fn wants(&self, id: &[u8]) -> Option<ObjectId> {
        if !self.first[slot(id)] {
            return None;
        }
        ObjectId::from_bytes(id).filter(|id| self.wanted.contains(id))
    }
}

/// The place of an id in the filter: its first four bytes, mixed by an odd number near 2^32 / φ.
fn slot(id: &[u8]) -> usize {
    let first = u32::from_le_bytes([id[0], id[1], id[2], id[3]]);
    (first.wrapping_mul(0x9E37_79B1) >> (32 - FILTER)) as usize
}

impl Visit for Pass {
    /// Whether it holds nothing that is wanted.
    type Note = bool;

    fn object(&self, object: &Object<'_>, base: Option<(&bool, &Changes)>) -> bool {
        let bytes = object.bytes;
        let near = |seam: &std::ops::Range<usize>| {
            self.stands_in(&bytes[seam.start.saturating_sub(ID - 1)..(seam.end + ID - 1).min(bytes.len())])
        };
        if base.is_some_and(|(nothing, changes)| *nothing && !changes.seams().any(|seam| near(&seam))) {
            return true;
        }
        let (mut at, mut edges) = (0, Vec::new());
        while let Some((name, end, _)) = entry(bytes, at) {
            let id = self.wants(&bytes[end - ID..end]);
            edges.extend(id.as_ref().and_then(oid).map(|id| (bytes[name].to_vec(), id)));
            at = end;
        }
        if edges.is_empty() {
            return true;
        }
        self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((object.id, edges));
        false
    }

    /// The scan before has told of it.
    fn broken(&self, _: ObjectId, _: String) {}
}
