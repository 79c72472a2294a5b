//! Lists of object ids, in the numbers of a store as far as it holds them: four bytes an id instead of 33.
//!
//! In flow ids of libgit2, out flow the same, and the place that each has in a list.

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

    /// Adds the object of this number in the store at the end.
    pub(super) fn push_number(&mut self, number: u32) {
        self.numbers.push(number);
    }

    /// The number in the store of the id at a place; `None` if the store does not hold it.
    ///
    /// # Panics
    /// If the list is not that long.
    pub(super) fn number(&self, place: usize) -> Option<u32> {
        Some(self.numbers[place]).filter(|number| (*number as usize) < self.known())
    }

    /// What the store does not hold.
    pub(super) fn others(&self) -> &[Oid] {
        &self.others
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
    /// One more than the place of each number of the store, 0 for those that have none; as long as it must be.
    numbers: Vec<u32>,
    others: IdMap<u32>,
}

impl Places {
    /// No places, in the numbers of a store if there is one.
    pub(super) fn of(store: Option<&Arc<Store>>) -> Self {
        let objects = store.map_or(0, |store| store.len());
        Self { store: store.cloned(), numbers: vec![0; objects], ..Self::default() }
    }

    /// Notes the place of an id.
    pub(super) fn insert(&mut self, id: Oid, place: u32) {
        match self.number(&id) {
            Some(number) => self.insert_number(number, place),
            None => drop(self.others.insert(id, place)),
        }
    }

    /// Notes the place of the object of this number in the store.
    pub(super) fn insert_number(&mut self, number: u32, place: u32) {
        self.numbers[number as usize] = place + 1;
    }

    /// The place of the object of this number in the store.
    pub(super) fn of_number(&self, number: u32) -> Option<u32> {
        self.numbers.get(number as usize)?.checked_sub(1)
    }

    /// The place of an id.
    pub(super) fn get(&self, id: &Oid) -> Option<u32> {
        match self.number(id) {
            Some(number) => self.of_number(number),
            None => self.others.get(id).copied(),
        }
    }

    fn number(&self, id: &Oid) -> Option<u32> {
        self.store.as_ref()?.number(id.as_bytes())
    }
}
