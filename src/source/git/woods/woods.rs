//! What every tree of a store holds, in memory: each tree as what it has that its base has not, and the other way
//! round, in numbers of one to five bytes. What leads to a blob that is known to be clean is left out.
//!
//! In flow trees as they are read, each after its base; out flow ids that trees name and the store does not hold,
//! and, later, which trees hold some objects (`holders`). No tree is inflated a second time for that.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use super::super::pack::{Changes, Kind, Object, Store, Visit};
use super::grove::{Edge, Grove, NONE, Tree, put};
use crate::blob::ObjectId;

/// How many threads can write trees down at once.
const GROVES: usize = 8;

/// An entry of a tree as long as others made from the tree are read.
#[derive(Debug, Clone, Copy)]
struct Leaf {
    at: u32,
    end: u32,
    edge: Edge,
}

/// The entries of a tree, in order, remembered as long as others made from it are read.
#[derive(Debug, Default)]
pub(in super::super) struct Leaves {
    /// Where the tree was written down.
    grove: usize,
    record: u32,
    list: Vec<Leaf>,
    /// How many of the entries lead to something that is not there.
    pub(in super::super) absent: usize,
}

/// All trees that were read.
#[derive(Debug, Default)]
pub(in super::super) struct Woods {
    /// More than one, so that threads seldom wait for each other.
    groves: [Mutex<Grove>; GROVES],
    /// The names of all entries, and their numbers.
    names: RwLock<HashMap<Box<[u8]>, u32>>,
    /// What trees name and the store does not hold, numbered behind the store's own.
    absent: Mutex<HashMap<ObjectId, u32>>,
    /// One bit an object of the store: whether it is a blob that nobody will ask for.
    clean: Vec<AtomicU64>,
}

impl Woods {
    /// No trees yet, of a store of so many objects.
    pub(in super::super) fn of(objects: usize) -> Self {
        let clean = (0..objects.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        Self { clean, ..Self::default() }
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

    /// The place where a tree is written down: that of its base, or else one that nobody is writing to.
    fn grove(&self, base: Option<&Leaves>) -> (usize, MutexGuard<'_, Grove>) {
        let mut free =
            self.groves.iter().enumerate().filter_map(|(n, grove)| Some((n, grove.try_lock().ok()?)));
        let free = if base.is_none() { free.next() } else { None };
        free.unwrap_or_else(|| {
            let n = base.map_or(0, |base| base.grove);
            (n, locked(&self.groves[n]))
        })
    }

    fn names(&self) -> RwLockReadGuard<'_, HashMap<Box<[u8]>, u32>> {
        self.names.read().unwrap_or_else(PoisonError::into_inner)
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
            let wanted = |number| if self.is_forgotten(number) { NONE } else { number };
            let child = if file { store.number(id).map(wanted) } else { Some(NONE) };
            growth.fresh.push(Entry { end: end as u32, name, child });
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
        let may_lack =
            fresh.iter().any(|entry| entry.child.is_none()) || base.is_some_and(|base| base.absent > 0);
        let (own, names) = self.number_all(store, object.bytes, fresh);
        let fresh = leaves.list.iter_mut().filter(|leaf| leaf.edge.1 == NONE);
        fresh.zip(&own).for_each(|(leaf, edge)| leaf.edge = *edge);

        let all = base.map_or(&[][..], |leaves| &leaves.list);
        let mut new: Vec<u32> = own.iter().filter(|edge| edge.0 != NONE).map(|edge| edge.1).collect();
        new.sort_unstable();
        let (place, mut grove) = self.grove(base);
        let start = grove.edges.len() as u32;
        for (child, name) in own.into_iter().filter(|edge| edge.0 != NONE) {
            put(&mut grove.edges, child);
            put(&mut grove.edges, name);
        }
        let lacks = grove.edges.len() as u32;
        kept.sort_unstable_by_key(|range| range.start);
        let mut next = 0;
        for range in kept.into_iter().chain(std::iter::once(all.len()..all.len())) {
            let gone = all.get(next..range.start).unwrap_or_default();
            // What has an entry of its own under the same name need not be told to be gone.
            let gone = gone.iter().map(|leaf| leaf.edge).filter(|edge| edge.0 != NONE);
            gone.filter(|edge| new.binary_search(&edge.1).is_err()).for_each(|e| put(&mut grove.edges, e.1));
            next = next.max(range.end);
        }
        (leaves.grove, leaves.record) = (place, grove.trees.len() as u32);
        let base = base.map_or(NONE, |leaves| leaves.record);
        grove.trees.push(Tree { number: object.number, base, fresh: start, lacks });
        drop(grove);
        let known = store.len();
        let absent = |leaf: &&Leaf| leaf.edge.0 != NONE && leaf.edge.0 as usize >= known;
        leaves.absent = if may_lack { leaves.list.iter().filter(absent).count() } else { 0 };
        (leaves, names)
    }

    /// Numbers what the entries of a tree lead to and their names; out come the names that no tree before had, too.
    fn number_all(&self, store: &Store, tree: &[u8], entries: Vec<Entry>) -> (Vec<Edge>, Vec<Vec<u8>>) {
        let mut new = Vec::new();
        let mut names = self.names();
        let mut edges = Vec::with_capacity(entries.len());
        for Entry { end, name, child } in entries {
            let name = &tree[name];
            let number = match names.get(name) {
                Some(number) => *number,
                None => {
                    drop(names);
                    let number = self.name(name, &mut new);
                    names = self.names();
                    number
                }
            };
            let id = &tree[end as usize - 20..end as usize];
            edges.push((child.unwrap_or_else(|| self.lacking(store, id)), number));
        }
        (edges, new)
    }

    /// Numbers a name; one that no other thread has numbered meanwhile is `new`.
    fn name(&self, name: &[u8], new: &mut Vec<Vec<u8>>) -> u32 {
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        let next = names.len() as u32;
        *names.entry(name.into()).or_insert_with(|| {
            new.push(name.to_vec());
            next
        })
    }

    /// Numbers an object that the store does not hold.
    fn lacking(&self, store: &Store, id: &[u8]) -> u32 {
        let mut absent = locked(&self.absent);
        let next = (store.len() + absent.len()) as u32;
        ObjectId::from_bytes(id).map_or(NONE, |id| *absent.entry(id).or_insert(next))
    }
    /// What trees name and the store does not hold.
    pub(in super::super) fn absent(&self) -> HashSet<ObjectId> {
        locked(&self.absent).keys().copied().collect()
    }

    /// The number of an object of the store or of one that it lacks.
    pub(in super::super) fn number(&self, store: &Store, id: &ObjectId) -> Option<u32> {
        store.number(id.as_bytes()).or_else(|| locked(&self.absent).get(id).copied())
    }

    /// The names, by number.
    pub(in super::super) fn names_in_order(&self) -> Vec<Box<[u8]>> {
        let names = self.names();
        let mut names: Vec<(&Box<[u8]>, u32)> = names.iter().map(|(name, n)| (name, *n)).collect();
        names.sort_unstable_by_key(|(_, n)| *n);
        names.into_iter().map(|(name, _)| name.clone()).collect()
    }

    /// For every tree that holds something of `wanted` (numbers), directly or further down, what leads there: by the
    /// tree's number the number of its list, and the lists. The first list is empty, and that of all that hold nothing.
    pub(in super::super) fn above(&self, store: &Store, wanted: &[u32]) -> (Vec<u32>, Vec<Vec<Edge>>) {
        let mut holds = vec![false; store.len() + locked(&self.absent).len()];
        wanted.iter().for_each(|n| holds[*n as usize] = true);
        loop {
            let (mut trees, mut more) = (vec![0; holds.len()], false);
            let mut lists: Vec<Vec<Edge>> = vec![Vec::new()];
            for grove in &self.groves {
                let grove = locked(grove);
                let of = grove.lists(&holds, &mut lists);
                for (tree, list) in grove.trees.iter().zip(of).filter(|(_, list)| *list != 0) {
                    trees[tree.number as usize] = list;
                    more |= !holds[tree.number as usize];
                }
            }
            trees.iter().zip(&mut holds).filter(|(list, _)| **list != 0).for_each(|(_, holds)| *holds = true);
            if !more {
                return (trees, lists);
            }
        }
    }
}

fn locked<T>(part: &Mutex<T>) -> MutexGuard<'_, T> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
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

/// An entry of its own of a tree that is read.
struct Entry {
    end: u32,
    name: Range<usize>,
    /// What it leads to; `None` if that is not there.
    child: Option<u32>,
}

/// A tree while it is read.
#[derive(Default)]
struct Growth {
    leaves: Leaves,
    fresh: Vec<Entry>,
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
