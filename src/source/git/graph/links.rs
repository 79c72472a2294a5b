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
    /// Takes in the link of the object of this number and id.
    pub(in super::super) fn insert(&mut self, store: &Store, number: u32, id: Oid, link: Link) {
        if let Link::Commit { tree, parents, time } = &link {
            let first = self.parents.len();
            self.parents.extend(parents.iter().filter_map(|id| store.number(id.as_bytes())));
            let count = self.parents.len() - first;
            if let Some(tree) = store.number(tree.as_bytes()).filter(|_| count == parents.len()) {
                let (first, count) = (first as u32, count as u32);
                self.commits.push(Record { number, tree, first, count, time: *time });
                return;
            }
            self.parents.truncate(first);
        }
        self.others.insert(id, link);
    }

    /// Puts the commits in order; before that, none is found.
    pub(in super::super) fn sort(&mut self) {
        self.commits.sort_unstable_by_key(|record| record.number);
    }

    /// Where an object leads, if it is a commit or tag that was taken in.
    pub(in super::super) fn get(&self, store: &Store, id: Oid) -> Option<Link> {
        let Some(record) = store.number(id.as_bytes()).and_then(|number| self.record(number)) else {
            return self.others.get(&id).cloned();
        };
        let id = |number: u32| oid(&store.id(number)?);
        let range = record.first as usize..(record.first + record.count) as usize;
        let parents = self.parents[range].iter().filter_map(|number| id(*number)).collect();
        Some(Link::Commit { tree: id(record.tree)?, parents, time: record.time })
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
