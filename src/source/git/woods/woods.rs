//! What every tree of a store holds, in memory: each tree as what it has that its base has not, and the other way
//! round, in numbers of one to five bytes. What leads to a blob that is known to be clean is left out.
//!
//! In flow trees as they are read, each after its base; out flow ids that trees name and the store does not hold,
//! and, later, which trees hold some objects (`holders`). No tree is inflated a second time for that.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::pack::{Changes, Kind, Object, Store, Visit};
use crate::blob::ObjectId;

/// No tree, or an object that nobody asks for: a clean blob, or that of another repository.
const NONE: u32 = u32::MAX;

/// An entry of a tree as long as others made from the tree are read.
#[derive(Debug, Clone, Copy)]
struct Leaf {
    at: u32,
    end: u32,
    edge: Edge,
}

/// What an entry leads to, and the number of its name.
pub(in super::super) type Edge = (u32, u32);

/// The entries of a tree, in order, remembered as long as others made from it are read.
#[derive(Debug, Default)]
pub(in super::super) struct Leaves {
    record: u32,
    list: Vec<Leaf>,
    /// How many of the entries lead to something that is not there.
    pub(in super::super) absent: usize,
}

/// A tree: entries of its own, and those of its base whose names it neither has itself nor lacks.
#[derive(Debug, Clone, Copy)]
struct Tree {
    number: u32,
    base: u32,
    /// Where its own edges begin, and the names of its base that it lacks; they end where the next tree's begin.
    fresh: u32,
    lacks: u32,
}

#[derive(Debug, Default)]
struct Grown {
    trees: Vec<Tree>,
    /// The edges and names of all trees, each number in groups of seven bits, the lowest first.
    edges: Vec<u8>,
    names: HashMap<Box<[u8]>, u32>,
    /// What trees name and the store does not hold, numbered behind the store's own.
    absent: HashMap<ObjectId, u32>,
}

/// All trees that were read.
#[derive(Debug, Default)]
pub(in super::super) struct Woods {
    grown: Mutex<Grown>,
    /// One bit an object of the store: whether it is a blob that nobody will ask for.
    clean: Vec<AtomicU64>,
}

impl Woods {
    /// No trees yet, of a store of so many objects.
    pub(in super::super) fn of(objects: usize) -> Self {
        let clean = (0..objects.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        Self { grown: Mutex::default(), clean }
    }

    /// Notes that nobody will ask where the blob of this number stands. What leads there from trees that are taken in
    /// from now on is not written down.
    pub(in super::super) fn forget(&self, number: u32) {
        if let Some(bits) = self.clean.get(number as usize / 64) {
            bits.fetch_or(1 << (number % 64), Relaxed);
        }
    }

    fn is_forgotten(&self, number: u32) -> bool {
        let bits = self.clean.get(number as usize / 64);
        bits.is_some_and(|bits| bits.load(Relaxed) >> (number % 64) & 1 == 1)
    }

    /// Reads all trees of a store.
    pub(in super::super) fn plant(store: &Store, threads: usize) -> Self {
        let planting = Planting { store, woods: Self::default() };
        store.each(&[Kind::Tree], &|_| false, threads, &planting);
        planting.woods
    }

    fn grown(&self) -> MutexGuard<'_, Grown> {
        self.grown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a tree in; `base` says what it was made from and how. Out come its entries and the names that no tree
    /// before had; `None` if the bytes are no tree.
    pub(in super::super) fn grow(
        &self,
        store: &Store,
        object: &Object<'_>,
        base: Option<(&Leaves, &Changes)>,
    ) -> Option<(Leaves, Vec<Vec<u8>>)> {
        let bytes = object.bytes;
        u32::try_from(bytes.len()).ok()?;
        let mut growth = Growth::default();
        let mut copies = base.map_or(&[][..], |(_, changes)| &changes.copies).iter().peekable();
        let mut at = 0;
        while at < bytes.len() {
            while copies.next_if(|copy| copy.at + copy.length <= at).is_some() {}
            if let (Some((leaves, _)), Some(copy)) = (base, copies.peek().filter(|copy| copy.at <= at)) {
                let end = growth.carry(leaves, (copy.from + (at - copy.at), copy.from + copy.length), at);
                if end > at {
                    at = end;
                    continue;
                }
            }
            let (name, end, file) = entry(bytes, at)?;
            let id = &bytes[end - 20..end];
            growth.fresh.push((
                at as u32,
                end as u32,
                name,
                if file {
                    store.number(id).map(|number| if self.is_forgotten(number) { NONE } else { number })
                } else {
                    Some(NONE)
                },
            ));
            growth.leaves.list.push(Leaf { at: at as u32, end: end as u32, edge: (NONE, NONE) });
            at = end;
        }
        Some(self.enter(store, object, base.map(|(leaves, _)| leaves), growth))
    }

    /// Writes a tree down.
    fn enter(
        &self,
        store: &Store,
        object: &Object<'_>,
        base: Option<&Leaves>,
        growth: Growth,
    ) -> (Leaves, Vec<Vec<u8>>) {
        let Growth { mut leaves, fresh, mut kept, .. } = growth;
        let mut grown = self.grown();
        let grown = &mut *grown;
        let (start, mut new) = (grown.edges.len() as u32, Vec::new());
        let (mut own, mut names) = (fresh.into_iter(), Vec::new());
        for leaf in leaves.list.iter_mut().filter(|leaf| leaf.edge.1 == NONE) {
            let Some((_, end, name, child)) = own.next() else { break };
            let child = child.unwrap_or_else(|| {
                let next = (store.len() + grown.absent.len()) as u32;
                let id = ObjectId::from_bytes(&object.bytes[end as usize - 20..end as usize]);
                id.map_or(NONE, |id| *grown.absent.entry(id).or_insert(next))
            });
            let name = &object.bytes[name];
            let known = grown.names.get(name).copied();
            let name = known.unwrap_or_else(|| {
                names.push(name.to_vec());
                let next = grown.names.len() as u32;
                grown.names.insert(name.into(), next);
                next
            });
            leaf.edge = (child, name);
            if child != NONE {
                put(&mut grown.edges, child);
                put(&mut grown.edges, name);
                new.push(name);
            }
        }
        new.sort_unstable();
        let lacks = grown.edges.len() as u32;
        kept.sort_unstable_by_key(|range| range.start);
        let mut next = 0;
        let all = base.map_or(&[][..], |leaves| &leaves.list);
        for range in kept.into_iter().chain(std::iter::once(all.len()..all.len())) {
            let gone = all.get(next..range.start).unwrap_or_default();
            // What has an entry of its own under the same name need not be told to be gone.
            let gone = gone.iter().map(|leaf| leaf.edge).filter(|edge| edge.0 != NONE);
            gone.filter(|edge| new.binary_search(&edge.1).is_err()).for_each(|e| put(&mut grown.edges, e.1));
            next = next.max(range.end);
        }
        let known = store.len();
        let absent = |leaf: &&Leaf| leaf.edge.0 != NONE && leaf.edge.0 as usize >= known;
        if !grown.absent.is_empty() {
            leaves.absent = leaves.list.iter().filter(absent).count();
        }
        leaves.record = grown.trees.len() as u32;
        let base = base.map_or(NONE, |leaves| leaves.record);
        grown.trees.push(Tree { number: object.number, base, fresh: start, lacks });
        (leaves, names)
    }

    /// What trees name and the store does not hold.
    pub(in super::super) fn absent(&self) -> HashSet<ObjectId> {
        self.grown().absent.keys().copied().collect()
    }

    /// The number of an object of the store or of one that it lacks.
    pub(in super::super) fn number(&self, store: &Store, id: &ObjectId) -> Option<u32> {
        store.number(id.as_bytes()).or_else(|| self.grown().absent.get(id).copied())
    }

    /// The names, by number.
    pub(in super::super) fn names(&self) -> Vec<Box<[u8]>> {
        let grown = self.grown();
        let mut names: Vec<(&Box<[u8]>, u32)> = grown.names.iter().map(|(name, n)| (name, *n)).collect();
        names.sort_unstable_by_key(|(_, n)| *n);
        names.into_iter().map(|(name, _)| name.clone()).collect()
    }

    /// For every tree that holds something of `wanted` (numbers), directly or further down, what leads there.
    /// Trees with the same number of a list in the second answer hold the same.
    pub(in super::super) fn above(
        &self,
        store: &Store,
        wanted: &[u32],
    ) -> (HashMap<u32, u32>, Vec<Vec<Edge>>) {
        let grown = self.grown();
        let mut holds = vec![false; store.len() + grown.absent.len()];
        wanted.iter().for_each(|n| holds[*n as usize] = true);
        loop {
            let (lists, of) = grown.lists(&holds);
            let (mut trees, mut more) = (HashMap::new(), false);
            for (tree, list) in grown.trees.iter().zip(of).filter(|(_, list)| *list != 0) {
                trees.insert(tree.number, list);
                more |= !std::mem::replace(&mut holds[tree.number as usize], true);
            }
            if !more {
                return (trees, lists);
            }
        }
    }
}

impl Grown {
    /// The edges of every tree that lead to what `holds` says, as lists and the number of each tree's list; the
    /// first list is empty.
    fn lists(&self, holds: &[bool]) -> (Vec<Vec<Edge>>, Vec<u32>) {
        let mut lists: Vec<Vec<Edge>> = vec![Vec::new()];
        let mut of: Vec<u32> = Vec::with_capacity(self.trees.len());
        for (n, tree) in self.trees.iter().enumerate() {
            let end = self.trees.get(n + 1).map_or(self.edges.len(), |next| next.fresh as usize);
            let own = &self.edges[tree.fresh as usize..tree.lacks as usize];
            let lacks = &self.edges[tree.lacks as usize..end];
            let base = if tree.base == NONE { 0 } else { of[tree.base as usize] };
            let old = &lists[base as usize];
            let mut new = edges(own).filter(|edge| holds[edge.0 as usize]).peekable();
            let goes = |edge: &Edge| {
                edges(own).any(|other| other.1 == edge.1) || numbers(lacks).any(|name| name == edge.1)
            };
            if new.peek().is_none() && !old.iter().any(goes) {
                of.push(base);
                continue;
            }
            let mut list: Vec<Edge> = old.iter().filter(|edge| !goes(edge)).copied().collect();
            list.extend(new);
            list.sort_unstable();
            list.dedup();
            of.push(if list.is_empty() { 0 } else { lists.len() as u32 });
            lists.extend((!list.is_empty()).then_some(list));
        }
        (lists, of)
    }
}

/// Writes a number down in groups of seven bits, the lowest first.
fn put(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// The numbers that were written down.
fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let mut rest = bytes.iter();
    std::iter::from_fn(move || {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = *rest.next()?;
            number |= u32::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(number);
            }
            shift += 7;
        }
    })
}

/// The edges that were written down, each as two numbers.
fn edges(bytes: &[u8]) -> impl Iterator<Item = Edge> + '_ {
    let mut all = numbers(bytes);
    std::iter::from_fn(move || Some((all.next()?, all.next()?)))
}

/// Reads trees and nothing else.
struct Planting<'a> {
    store: &'a Store,
    woods: Woods,
}

impl Visit for Planting<'_> {
    type Note = Option<Leaves>;

    fn object(&self, object: &Object<'_>, base: Option<(&Self::Note, &Changes)>) -> Self::Note {
        let base = base.and_then(|(leaves, changes)| Some((leaves.as_ref()?, changes)));
        Some(self.woods.grow(self.store, object, base)?.0)
    }

    /// The scan before has told of it.
    fn broken(&self, _: ObjectId, _: String) {}
}

/// A tree while it is read.
#[derive(Default)]
struct Growth {
    leaves: Leaves,
    /// Its own entries: where they begin and end, their names, and the numbers of their objects, if they have any.
    fresh: Vec<(u32, u32, Range<usize>, Option<u32>)>,
    /// Which entries of the base it has.
    kept: Vec<Range<usize>>,
}

impl Growth {
    /// Takes over the entries of the base that lie in `span` of it one after the other from its start, to `at`; says
    /// where they end. Only a start that is one of an entry counts.
    fn carry(&mut self, base: &Leaves, span: (usize, usize), at: usize) -> usize {
        let expected = self.kept.last().map_or(0, |range| range.end);
        let starts = |n: usize| base.list.get(n).is_some_and(|leaf| leaf.at as usize == span.0);
        let first = match (starts(expected), starts(expected + 1)) {
            (true, _) => expected,
            (_, true) => expected + 1,
            _ => match base.list.binary_search_by_key(&span.0, |leaf| leaf.at as usize) {
                Ok(first) => first,
                Err(_) => return at,
            },
        };
        let mut end = at;
        let count = base.list[first..].iter().take_while(|leaf| leaf.end as usize <= span.1).count();
        let shift = (at as u32).wrapping_sub(span.0 as u32);
        self.leaves.list.extend(base.list[first..first + count].iter().map(|leaf| Leaf {
            at: leaf.at.wrapping_add(shift),
            end: leaf.end.wrapping_add(shift),
            edge: leaf.edge,
        }));
        if let Some(last) = self.leaves.list.last().filter(|_| count > 0) {
            end = last.end as usize;
            self.kept.push(first..first + count);
        }
        end
    }
}

/// Name and end of the tree entry at `at`, and whether its object belongs to this repository (a commit of a
/// submodule does not). An entry is a mode, a space, a name, NUL and 20 bytes of id.
fn entry(tree: &[u8], at: usize) -> Option<(Range<usize>, usize, bool)> {
    let rest = tree.get(at..)?;
    let nul = memchr::memchr(0, rest)?;
    let space = memchr::memchr(b' ', &rest[..nul.min(8)])?;
    let end = nul + 21;
    (end <= rest.len()).then(|| (at + space + 1..at + nul, at + end, &rest[..space] != b"160000"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_read_as_they_were_written() {
        let all = [(0, 127), (128, 16_383), (16_384, 2_097_152), (u32::MAX - 1, u32::MAX)];
        let mut bytes = Vec::new();
        all.iter().for_each(|(child, name)| [child, name].iter().for_each(|n| put(&mut bytes, **n)));
        assert_eq!(edges(&bytes).collect::<Vec<_>>(), all);
    }

    #[test]
    fn entries_of_a_tree_are_told_apart() {
        let mut tree = b"100644 a b\0".to_vec();
        tree.extend([7; 20]);
        tree.extend(b"160000 sub\0");
        tree.extend([8; 20]);
        assert_eq!(entry(&tree, 0), Some((7..10, 31, true)));
        assert_eq!(entry(&tree, 31), Some((38..41, tree.len(), false)));
        assert_eq!(entry(&tree[..40], 31), None);
    }
}
