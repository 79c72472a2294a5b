//! The object store of a repository: its packs, its loose objects, and the stores it borrows from.
//!
//! In flow folders of objects; out flows every distinct object once. What cannot be opened is reported and
//! the rest is read all the same.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use libdeflater::Decompressor;

use super::super::super::source::SourceError;
use super::entry::Kind;
use super::forest::{Forest, Need, Object, Visit};
use super::index::{Index, IndexError};
use super::loose::{self, Loose};
use super::map::Map;
use super::parts::in_parts;
use crate::blob::ObjectId;

/// How many stores may borrow from each other in a row (git itself stops at five).
const DEEPEST: usize = 5;

/// What to do about a damaged pack.
const DAMAGED: &str = "`git fsck --full` says what is damaged; a fresh clone mends it";

/// Says of an object whether it is known to be clean; asked from several threads.
type Clean<'a> = dyn Fn(&ObjectId) -> bool + Sync + 'a;

/// A pack with its index.
#[derive(Debug)]
pub(super) struct Pack {
    /// The bytes of the pack.
    pub(super) data: Map,
    /// Its index.
    pub(super) index: Index,
}

impl Pack {
    fn open(index: &Path) -> Result<Self, IndexError> {
        let data = Map::open(&index.with_extension("pack"))?;
        let index = Index::open(index)?;
        if data.len() < 32 || data[..4] != *b"PACK" || !matches!(data[4..8], [0, 0, 0, 2 | 3]) {
            return Err(IndexError::Damaged("the pack does not begin as a pack does"));
        }
        if data[8..12] != (index.len() as u32).to_be_bytes() {
            return Err(IndexError::Damaged("the pack and its index do not hold the same number of objects"));
        }
        if data[data.len() - 20..] != *index.pack_checksum() {
            return Err(IndexError::Damaged("the pack does not end with the checksum that its index names"));
        }
        Ok(Self { data, index })
    }

    /// Where the last entry ends.
    pub(super) fn end(&self) -> u64 {
        self.data.len() as u64 - 20
    }

    /// The id of the object at a position of the index.
    pub(super) fn id(&self, position: usize) -> ObjectId {
        ObjectId::from_bytes(self.index.raw_id(position)).expect("an index holds ids of 20 bytes")
    }
}

/// All objects of a repository.
#[derive(Debug, Default)]
pub(in super::super) struct Store {
    packs: Vec<Pack>,
    loose: Vec<Loose>,
    /// What could not be opened.
    pub(in super::super) troubles: Vec<SourceError>,
    /// Whether some of it is in a form that only libgit2 reads.
    pub(in super::super) odd: bool,
}

impl Store {
    /// Opens the store at each of `folders`, and those that they borrow from.
    pub(in super::super) fn open(folders: &[PathBuf]) -> Self {
        let mut store = Self::default();
        let mut seen = HashSet::new();
        folders.iter().for_each(|folder| store.add(folder, 0, &mut seen));
        store.loose.sort_by_key(|loose| loose.id);
        store.loose.dedup_by_key(|loose| loose.id);
        let packs = &store.packs;
        store.loose.retain(|loose| !packs.iter().any(|p| p.index.find(loose.id.as_bytes()).is_some()));
        store
    }

    fn add(&mut self, folder: &Path, depth: usize, seen: &mut HashSet<PathBuf>) {
        let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        if depth > DEEPEST || !seen.insert(real) {
            return;
        }
        match loose::list(folder) {
            Ok(found) => self.loose.extend(found),
            Err(error) => self.troubles.push(
                SourceError::new(
                    folder.to_string_lossy(),
                    format!("the object store cannot be read: {error}"),
                )
                .advise("if it is borrowed (objects/info/alternates), bring it back, or clone afresh"),
            ),
        }
        for index in indexes(&folder.join("pack")) {
            match Pack::open(&index) {
                Ok(pack) => self.packs.push(pack),
                Err(IndexError::Version) => self.odd = true,
                Err(error) => {
                    let place = index.with_extension("pack").to_string_lossy().into_owned();
                    self.troubles.push(SourceError::new(place, error).advise(DAMAGED));
                }
            }
        }
        let alternates = fs::read_to_string(folder.join("info").join("alternates")).unwrap_or_default();
        for line in alternates.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            self.add(&folder.join(line), depth + 1, seen);
        }
    }

    /// How many objects there are, those in two packs counted twice.
    pub(in super::super) fn len(&self) -> usize {
        self.packs.iter().map(|pack| pack.index.len()).sum::<usize>() + self.loose.len()
    }

    /// The number of an object, below [`Store::len`]; `None` if the store does not hold it.
    pub(in super::super) fn number(&self, id: &[u8]) -> Option<u32> {
        let mut first = 0;
        for pack in &self.packs {
            if let Some(position) = pack.index.find(id) {
                return Some((first + position) as u32);
            }
            first += pack.index.len();
        }
        let loose = self.loose.binary_search_by(|loose| loose.id.as_bytes().cmp(id));
        loose.ok().map(|position| (first + position) as u32)
    }

    /// The id of the object of a number.
    pub(in super::super) fn id(&self, number: u32) -> Option<ObjectId> {
        let mut n = number as usize;
        for pack in &self.packs {
            if n < pack.index.len() {
                return Some(pack.id(n));
            }
            n -= pack.index.len();
        }
        self.loose.get(n).map(|loose| loose.id)
    }

    /// Whether the store holds an object.
    pub(in super::super) fn holds(&self, id: &ObjectId) -> bool {
        self.number(id.as_bytes()).is_some()
    }

    /// Tells `part` what the store is known by: the checksum of every pack and the id of every loose object.
    pub(in super::super) fn marks(&self, part: &mut dyn FnMut(&[u8])) {
        self.packs.iter().for_each(|pack| part(pack.index.pack_checksum()));
        self.loose.iter().for_each(|loose| part(loose.id.as_bytes()));
    }

    /// The ids of all objects; those in two packs twice.
    pub(in super::super) fn ids(&self) -> impl Iterator<Item = ObjectId> + '_ {
        let packed = self.packs.iter().flat_map(|pack| (0..pack.index.len()).map(|n| pack.id(n)));
        packed.chain(self.loose.iter().map(|loose| loose.id))
    }

    /// Shows every distinct object of the `wanted` kinds to `visit`, except those that `clean` knows, on
    /// `threads` threads.
    pub(in super::super) fn each(
        &self,
        wanted: &[Kind],
        clean: &Clean<'_>,
        threads: usize,
        visit: &impl Visit,
    ) {
        for n in 0..self.packs.len() {
            if let Some(forest) = self.forest(n, (wanted, clean), threads, visit) {
                forest.read(threads, visit);
            }
        }
        self.each_loose(wanted, clean, threads, visit);
    }

    /// The delta trees of one pack; `None` if there is nothing to read in it.
    fn forest(
        &self,
        n: usize,
        (wanted, clean): (&[Kind], &Clean<'_>),
        threads: usize,
        visit: &impl Visit,
    ) -> Option<Forest<'_>> {
        let pack = &self.packs[n];
        let need = |position| {
            let id = pack.id(position);
            if self.packs[..n].iter().any(|p| p.index.find(id.as_bytes()).is_some()) {
                Need::Elsewhere
            } else if clean(&id) {
                Need::Clean
            } else {
                Need::Read
            }
        };
        let needs = in_parts(pack.index.len(), threads, |range| range.map(need).collect::<Vec<_>>()).concat();
        let first: usize = self.packs[..n].iter().map(|pack| pack.index.len()).sum();
        needs
            .contains(&Need::Read)
            .then(|| Forest::grow((pack, first as u32), needs, (wanted, threads), visit))
    }

    fn each_loose(&self, wanted: &[Kind], clean: &Clean<'_>, threads: usize, visit: &impl Visit) {
        let packed = self.len() - self.loose.len();
        let numbered = self.loose.iter().zip(packed as u32..);
        let list: Vec<(&Loose, u32)> = numbered.filter(|(loose, _)| !clean(&loose.id)).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            let (mut inflater, mut buffer) = (Decompressor::new(), Vec::new());
            while let Some((loose, number)) = list.get(next.fetch_add(1, Relaxed)) {
                match loose.read(&mut inflater, &mut buffer) {
                    Ok((kind, from)) if wanted.contains(&kind) => {
                        let (id, number) = (loose.id, *number);
                        visit.object(&Object { id, number, kind, bytes: &buffer[from..] }, None);
                    }
                    Ok(_) => {}
                    Err(problem) => visit.broken(loose.id, problem),
                }
            }
        };
        std::thread::scope(|scope| {
            (1..threads.min(list.len() / 32)).for_each(|_| drop(scope.spawn(work)));
            work();
        });
    }
}

/// The pack indexes in a folder, by name.
fn indexes(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "idx"))
        .collect();
    found.sort();
    found
}
