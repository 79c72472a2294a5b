//! Where commits and tags lead, as they are read from a store: some thirty bytes a commit.
//!
//! In flow commits and tags in any order; out flow, once all are there, the links of any of them. What leads out
//! of the store, as the oldest commits of a shallow clone do, is kept with whole ids.

use git2::Oid;

use super::super::ids::IdMap;
use super::super::pack::Store;
use super::super::repo::oid;
use crate::blob::ObjectId;

/// Where an object leads.
#[derive(Debug, Clone)]
pub(in super::super) enum Link {
    /// A commit.
    Commit {
        /// Its root tree.
        tree: Oid,
        /// Its parents, in order.
        parents: Vec<Oid>,
        /// When it was committed, in seconds since 1970.
        time: i64,
    },
    /// A tag leads to this object.
    Tag(Oid),
    /// A tree or blob.
    Other,
}

/// A commit of which everything lies in the store, in the store's numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Commit<'a> {
    /// Its own number.
    pub(super) number: u32,
    /// Its root tree.
    pub(super) tree: u32,
    /// Its parents, in order.
    pub(super) parents: &'a [u32],
    /// When it was committed, in seconds since 1970.
    pub(super) time: i64,
}

/// A link in the form in which it is kept.
#[derive(Debug)]
pub(in super::super) enum Entry {
    /// Of a commit of which everything lies in the store, in the store's numbers.
    Whole {
        /// Its own number.
        number: u32,
        /// Its root tree.
        tree: u32,
        /// Its parents, in order.
        parents: Vec<u32>,
        /// When it was committed, in seconds since 1970.
        time: i64,
    },
    /// Of anything else.
    Other(Oid, Link),
}

impl Entry {
    /// The link of the object of this number and id.
    pub(in super::super) fn of(store: &Store, (number, id): (u32, Oid), link: Link) -> Self {
        let place = |id: &Oid| store.number(id.as_bytes());
        if let Link::Commit { tree, parents, time } = &link
            && let Some(tree) = place(tree)
            && let Some(parents) = parents.iter().map(place).collect()
        {
            return Self::Whole { number, tree, parents, time: *time };
        }
        Self::Other(id, link)
    }
}

/// The same commit as it is kept.
#[derive(Debug, Clone, Copy)]
struct Record {
    number: u32,
    tree: u32,
    /// Where its parents begin in the list of all, and how many they are.
    first: u32,
    count: u32,
    time: i64,
}

/// The links of a store's commits and tags.
#[derive(Debug, Default)]
pub(in super::super) struct Links {
    commits: Vec<Record>,
    parents: Vec<u32>,
    others: IdMap<Link>,
}

impl Links {
    /// Takes in a link.
    pub(in super::super) fn insert(&mut self, entry: Entry) {
        match entry {
            Entry::Whole { number, tree, parents, time } => {
                let (first, count) = (self.parents.len() as u32, parents.len() as u32);
                self.parents.extend(parents);
                self.commits.push(Record { number, tree, first, count, time });
            }
            Entry::Other(id, link) => drop(self.others.insert(id, link)),
        }
    }

    /// Puts the commits in order; before that, none is found.
    pub(in super::super) fn sort(&mut self) {
        self.commits.sort_unstable_by_key(|record| record.number);
    }

    /// The commit of this number, if it was taken in and everything it leads to lies in the store.
    pub(super) fn commit(&self, number: u32) -> Option<Commit<'_>> {
        let Record { tree, first, count, time, .. } = *self.record(number)?;
        let parents = &self.parents[first as usize..(first + count) as usize];
        Some(Commit { number, tree, parents, time })
    }

    /// Where a tag or one of the other commits leads, if it was taken in.
    pub(super) fn other(&self, id: Oid) -> Option<Link> {
        self.others.get(&id).cloned()
    }

    /// Whether an object is a commit or tag that was taken in.
    pub(in super::super) fn holds(&self, store: &Store, id: &ObjectId) -> bool {
        store.number(id.as_bytes()).is_some_and(|number| self.record(number).is_some())
            || oid(id).is_some_and(|id| self.others.contains_key(&id))
    }

    /// All commits and tags.
    pub(in super::super) fn ids(&self, store: &Store) -> impl Iterator<Item = Oid> {
        let commits = self.commits.iter().filter_map(|record| oid(&store.id(record.number)?));
        commits.chain(self.others.keys().copied())
    }

    fn record(&self, number: u32) -> Option<&Record> {
        let found = self.commits.binary_search_by_key(&number, |record| record.number);
        found.ok().map(|n| &self.commits[n])
    }
}
