//! Which trees hold some objects, directly or further down.
//!
//! In flow the trees of a store and ids; out flow, for each tree above them, the paths that lead down, and a mark that
//! is the same for trees that hold the same.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use git2::Oid;

use super::super::ids::IdSet;
use super::super::pack::Store;
use super::super::repo::object_id;
use super::super::trees::Change;
use super::grove::Edge;
use super::woods::Woods;

/// No tree is that deep; a damaged store could make a circle.
const DEEPEST: usize = 1000;

/// The longest path that is followed, in bytes, for the same reason.
const LONGEST: usize = 1 << 16;

/// The trees that hold what is wanted.
pub(in super::super) struct Holders<'a> {
    store: &'a Store,
    /// What was wanted, by number.
    wanted: HashMap<u32, Oid>,
    /// The number of each tree's list of edges, by the number of the tree; 0 for what holds nothing.
    trees: Vec<u32>,
    lists: Vec<Vec<Edge>>,
    marks: Vec<Option<u64>>,
    names: Vec<Box<[u8]>>,
}

impl<'a> Holders<'a> {
    /// Finds all trees above `wanted`.
    pub(in super::super) fn find(store: &'a Store, woods: &Woods, wanted: &IdSet) -> Self {
        let number = |id: &Oid| Some((woods.number(store, &object_id(*id)?)?, *id));
        let wanted: HashMap<u32, Oid> = wanted.iter().filter_map(number).collect();
        let mut numbers: Vec<u32> = wanted.keys().copied().collect();
        numbers.sort_unstable();
        let (trees, lists) = woods.above(store, &numbers);
        let marks = vec![None; lists.len()];
        let mut holders = Self { store, wanted, trees, lists, marks, names: woods.names_in_order() };
        for list in 0..holders.lists.len() as u32 {
            holders.mark(list, 0);
        }
        holders
    }

    /// What a tree holds of what is wanted, as a number that is the same for trees that hold the same; `None` if it
    /// holds nothing.
    pub(in super::super) fn holding(&self, tree: Oid) -> Option<u64> {
        self.mark_of(self.number(tree)?)
    }

    /// The number of a tree in the store.
    pub(in super::super) fn number(&self, tree: Oid) -> Option<u32> {
        self.store.number(tree.as_bytes())
    }

    fn mark_of(&self, tree: u32) -> Option<u64> {
        self.list(tree).and_then(|list| self.marks[list as usize])
    }

    /// The number of a tree's list, if it holds anything.
    fn list(&self, tree: u32) -> Option<u32> {
        self.trees.get(tree as usize).copied().filter(|list| *list != 0)
    }

    /// Every path below `tree` that leads to something wanted.
    pub(in super::super) fn paths(&self, tree: Oid) -> Vec<(Vec<u8>, Oid)> {
        let mut found = Vec::new();
        let mut stack: Vec<(Vec<u8>, usize, u32)> = Vec::new();
        stack.extend(self.number(tree).map(|number| (Vec::new(), 0, number)));
        while let Some((path, depth, number)) = stack.pop() {
            found.extend(self.wanted.get(&number).map(|id| (path.clone(), *id)));
            let list = self.list(number).filter(|_| depth < DEEPEST);
            for (child, name) in list.into_iter().flat_map(|list| &self.lists[list as usize]) {
                let slash: &[u8] = if path.is_empty() { b"" } else { b"/" };
                let path = [&path[..], slash, &self.names[*name as usize]].concat();
                stack.push((path, depth + 1, *child));
            }
        }
        found
    }

    /// Tells `visit` every path on which what is wanted differs between `new` and `olds`, root trees of a commit and of
    /// its parents, as numbers of the store; blobs that nobody wants count as absent. What stands on a path as in one of
    /// `olds` does not differ.
    pub(in super::super) fn changes(
        &self,
        new: Option<u32>,
        olds: &[u32],
        visit: &mut dyn FnMut(Change<'_>),
    ) {
        self.differ(new, olds, &mut Vec::new(), visit);
    }

    /// The same for trees at `path`.
    fn differ(&self, new: Option<u32>, olds: &[u32], path: &mut Vec<u8>, visit: &mut dyn FnMut(Change<'_>)) {
        let now = new.and_then(|tree| self.mark_of(tree));
        if olds.iter().all(|old| self.mark_of(*old) == now) && (now.is_none() || !olds.is_empty())
            || path.len() > LONGEST
        {
            return;
        }
        let list = |tree: u32| self.list(tree).map_or(&[][..], |list| &self.lists[list as usize]);
        let before: Vec<Edge> = olds.iter().flat_map(|old| list(*old)).copied().collect();
        let after = new.map_or(&[][..], list);
        let mut names: Vec<u32> = before.iter().chain(after).map(|edge| edge.1).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let depth = path.len();
            if depth > 0 {
                path.push(b'/');
            }
            path.extend_from_slice(&self.names[name as usize]);
            let of = |edges: &[Edge]| -> (Vec<u32>, Vec<u32>) {
                let children = edges.iter().filter(|edge| edge.1 == name).map(|edge| edge.0);
                children.partition(|child| self.wanted.contains_key(child))
            };
            let ((blob, tree), (blobs, trees)) = (of(after), of(&before));
            self.differ(tree.first().copied(), &trees, path, visit);
            let id = |child: &u32| self.wanted[child];
            let differs = blob.len() + blobs.len() > 0 && !blob.iter().any(|child| blobs.contains(child));
            if differs {
                let (new, olds) = (blob.first().map(id), blobs.iter().map(id).collect());
                visit(Change { path, new, submodule: false, olds });
            }
            path.truncate(depth);
        }
    }

    fn mark(&mut self, list: u32, depth: usize) -> u64 {
        if let Some(mark) = self.marks[list as usize] {
            return mark;
        }
        let mut hasher = DefaultHasher::new();
        for (child, name) in self.lists[list as usize].clone() {
            let below = self.list(child).filter(|_| depth < DEEPEST);
            let below = below.map(|list| self.mark(list, depth + 1));
            (name, self.wanted.contains_key(&child).then_some(child), below).hash(&mut hasher);
        }
        self.marks[list as usize] = Some(hasher.finish());
        hasher.finish()
    }
}
