//! Lists of object ids, in the numbers of a store as far as it holds them: four bytes an id instead of 33.
//!
//! In flow ids of libgit2, out flow the same, and the place that each has in a list.

use std::collections::HashMap;
use std::sync::Arc;

use git2::Oid;

use super::super::ids::IdMap;
use super::super::pack::Store;
use super::super::repo::oid;

/// A list of ids, which only grows.
#[derive(Debug, Default)]
pub(super) struct Ids {
    store: Option<Arc<Store>>,
    /// Numbers of the store, and behind these places in `others`.
    numbers: Vec<u32>,
    others: Vec<Oid>,
}

impl Ids {
    /// An empty list, in the numbers of a store if there is one.
    pub(super) fn of(store: Option<&Arc<Store>>) -> Self {
        Self { store: store.cloned(), ..Self::default() }
    }

    /// An empty list in the same numbers.
    pub(super) fn another(&self) -> Self {
        Self::of(self.store.as_ref())
    }

    /// How many ids.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Adds an id at the end.
    pub(super) fn push(&mut self, id: Oid) {
        let known = self.store.as_ref().and_then(|store| store.number(id.as_bytes()));
        let number = known.unwrap_or_else(|| {
            self.others.push(id);
            (self.known() + self.others.len() - 1) as u32
        });
        self.numbers.push(number);
    }

    /// The id at a place.
    ///
    /// # Panics
    /// If the list is not that long.
    pub(super) fn get(&self, place: usize) -> Oid {
        let number = self.numbers[place];
        match (number as usize).checked_sub(self.known()) {
            Some(other) => self.others[other],
            None => {
                let id = self.store.as_ref().and_then(|store| store.id(number));
                id.as_ref().and_then(oid).expect("a store does not change, and its ids are whole")
            }
        }
    }

    /// How many ids the store knows.
    fn known(&self) -> usize {
        self.store.as_ref().map_or(0, |store| store.len())
    }
}

/// The place of each id in a list.
#[derive(Debug, Default)]
pub(super) struct Places {
    store: Option<Arc<Store>>,
    numbers: HashMap<u32, u32>,
    others: IdMap<u32>,
}

impl Places {
    /// No places, in the numbers of a store if there is one.
    pub(super) fn of(store: Option<&Arc<Store>>) -> Self {
        Self { store: store.cloned(), ..Self::default() }
    }

    /// Notes the place of an id.
    pub(super) fn insert(&mut self, id: Oid, place: u32) {
        match self.number(&id) {
            Some(number) => self.numbers.insert(number, place),
            None => self.others.insert(id, place),
        };
    }

    /// The place of an id.
    pub(super) fn get(&self, id: &Oid) -> Option<u32> {
        match self.number(id) {
            Some(number) => self.numbers.get(&number).copied(),
            None => self.others.get(id).copied(),
        }
    }

    fn number(&self, id: &Oid) -> Option<u32> {
        self.store.as_ref()?.number(id.as_bytes())
    }
}
