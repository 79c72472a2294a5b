//! The delta trees of a pack, and reading them: every object once, each delta applied once.
//!
//! In flow a pack and what is wanted of it; out flow objects, each after its base, from several threads.
//! The buffers alive at one time are those on the way from a root to the object that is being read.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use libdeflater::Decompressor;

use super::delta::{self, Changes};
use super::entry::{self, Entry, Head, Kind};
use super::store::Pack;
use crate::blob::ObjectId;

/// How many bytes of buffers all threads together keep for later use. What is given back to the system comes again filled
/// with zeros: where a repository has many files of some megabytes, that was 3 % of the time.
const KEPT: usize = 4 << 20;

/// No entry.
pub(super) const NONE: u32 = u32::MAX;

/// An object, as a visitor sees it.
#[derive(Debug)]
pub(in super::super) struct Object<'a> {
    /// Its id.
    pub(in super::super) id: ObjectId,
    /// Its number in the store.
    pub(in super::super) number: u32,
    /// What it is.
    pub(in super::super) kind: Kind,
    /// Its content.
    pub(in super::super) bytes: &'a [u8],
}

/// What is done with objects.
pub(in super::super) trait Visit: Sync {
    /// What is remembered of an object for as long as others made from it are read.
    type Note;

    /// Looks at an object. `base` is the note on the object that it was made from, if that was shown, too, and what
    /// the two have in common.
    fn object(&self, object: &Object<'_>, base: Option<(&Self::Note, &Changes)>) -> Self::Note;

    /// An object cannot be read.
    fn broken(&self, id: ObjectId, problem: String);
}

/// Whether an object is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Show it to the visitor.
    Read,
    /// It is known to be clean.
    Clean,
    /// It is read elsewhere, and what comes of it is not known here.
    Elsewhere,
}

/// What the index of a pack says of an entry, kept in the order of the entries: there, every look is a miss of the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Where it begins in the pack.
    pub(super) offset: u64,
    /// The position of its id in the index.
    pub(super) position: u32,
    /// The CRC-32 of its bytes.
    pub(super) crc: u32,
}

/// The delta trees of one pack. Entries are numbered in the order of their offsets.
pub(super) struct Forest<'p> {
    pub(super) pack: &'p Pack,
    /// The number of the pack's first object in the store.
    pub(super) first: u32,
    /// What the index says of each entry.
    pub(super) places: Vec<Place>,
    pub(super) child: Vec<u32>,
    pub(super) sibling: Vec<u32>,
    pub(super) needs: Vec<Need>,
    /// Whether the entry or one that builds on it is to be read.
    pub(super) used: Vec<bool>,
    /// Whole objects with something to read in their trees: trees behind all others, the heaviest first.
    pub(super) roots: Vec<u32>,
}

/// Buffers of one thread.
struct Worker {
    inflater: Decompressor,
    pool: Vec<Vec<u8>>,
    /// How many more bytes of buffers may be kept in the pool.
    room: usize,
    delta: Vec<u8>,
    changes: Changes,
}

/// An object whose children are being read.
struct Frame<N> {
    bytes: Vec<u8>,
    next: u32,
    note: Option<N>,
}

impl<'p> Forest<'p> {
    /// Reads everything, on `threads` threads.
    pub(super) fn read(&self, threads: usize, visit: &impl Visit) {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut worker = Worker {
                inflater: Decompressor::new(),
                pool: Vec::new(),
                room: KEPT / threads.max(1),
                delta: Vec::new(),
                changes: Changes::default(),
            };
            while let Some(root) = self.roots.get(next.fetch_add(1, Relaxed)) {
                self.tree(*root, &mut worker, visit);
            }
        };
        std::thread::scope(|scope| {
            (1..threads.min(self.roots.len())).for_each(|_| drop(scope.spawn(work)));
            work();
        });
    }

    /// Reads one whole object and all that builds on it.
    fn tree<V: Visit>(&self, root: u32, worker: &mut Worker, visit: &V) {
        let mut bytes = worker.buffer();
        let kind = match self.whole(root as usize, worker, &mut bytes) {
            Ok(kind) => kind,
            Err(problem) => return self.broken(root, problem, visit),
        };
        let note = self.show(root, (kind, &bytes), None, visit);
        let mut frames: Vec<Frame<V::Note>> = vec![Frame { bytes, next: self.child[root as usize], note }];
        while let Some(frame) = frames.last_mut() {
            let n = frame.next;
            if n == NONE {
                worker.keep(frames.pop().map(|f| f.bytes).unwrap_or_default());
                continue;
            }
            frame.next = self.sibling[n as usize];
            if !self.used[n as usize] {
                continue;
            }
            let mut bytes = worker.buffer();
            if let Err(problem) = self.changed(n as usize, &frame.bytes, worker, &mut bytes) {
                self.broken(n, problem, visit);
                worker.keep(bytes);
                continue;
            }
            let base = frame.note.as_ref().map(|note| (note, &worker.changes));
            let note = self.show(n, (kind, &bytes), base, visit);
            // The last child needs its base no longer.
            if frame.next == NONE {
                worker.keep(frames.pop().map(|f| f.bytes).unwrap_or_default());
            }
            frames.push(Frame { bytes, next: self.child[n as usize], note });
        }
    }

    /// Shows an object to the visitor if it is wanted.
    fn show<V: Visit>(
        &self,
        n: u32,
        (kind, bytes): (Kind, &[u8]),
        base: Option<(&V::Note, &Changes)>,
        visit: &V,
    ) -> Option<V::Note> {
        match self.need(n as usize) {
            Need::Read => {
                let number = self.first + self.places[n as usize].position;
                Some(visit.object(&Object { id: self.id(n as usize), number, kind, bytes }, base))
            }
            Need::Clean | Need::Elsewhere => None,
        }
    }

    /// Inflates a whole object.
    fn whole(&self, n: usize, worker: &mut Worker, out: &mut Vec<u8>) -> Result<Kind, &'static str> {
        let (entry, data) = self.checked(n)?;
        let size = usize::try_from(entry.size).map_err(|_| "it is larger than memory")?;
        entry::inflate(&mut worker.inflater, data, size, out)?;
        match entry.head {
            Head::Whole(kind) => Ok(kind),
            _ => Err("its head in the pack is damaged"),
        }
    }

    /// Applies a delta to its base.
    fn changed(
        &self,
        n: usize,
        base: &[u8],
        worker: &mut Worker,
        out: &mut Vec<u8>,
    ) -> Result<(), &'static str> {
        let (entry, data) = self.checked(n)?;
        let size = usize::try_from(entry.size).map_err(|_| "it is larger than memory")?;
        entry::inflate(&mut worker.inflater, data, size, &mut worker.delta)?;
        delta::apply(base, &worker.delta, out, &mut worker.changes)
    }

    /// An entry whose bytes agree with the checksum in the index, and its compressed data.
    fn checked(&self, n: usize) -> Result<(Entry<'_>, &[u8]), &'static str> {
        let bytes = self.bytes(n);
        if crc32fast::hash(bytes) != self.places[n].crc {
            return Err("its bytes in the pack do not agree with their checksum");
        }
        let entry = Entry::parse(bytes).ok_or("its head in the pack is damaged")?;
        Ok((entry, &bytes[entry.data..]))
    }

    /// Tells of an object that cannot be read, and of those that build on it.
    fn broken(&self, n: u32, problem: &str, visit: &impl Visit) {
        if self.need(n as usize) == Need::Read {
            visit.broken(self.id(n as usize), problem.to_owned());
        }
        let because = format!("it builds on object {}, which is damaged", self.id(n as usize));
        let mut stack: Vec<u32> = self.children(n).collect();
        while let Some(n) = stack.pop() {
            if self.need(n as usize) == Need::Read {
                visit.broken(self.id(n as usize), because.clone());
            }
            stack.extend(self.children(n));
        }
    }

    pub(super) fn children(&self, n: u32) -> impl Iterator<Item = u32> + '_ {
        let some = |n: u32| (n != NONE).then_some(n);
        std::iter::successors(some(self.child[n as usize]), move |n| some(self.sibling[*n as usize]))
    }

    #[inline]
    pub(super) fn need(&self, n: usize) -> Need {
        self.needs[self.places[n].position as usize]
    }

    pub(super) fn id(&self, n: usize) -> ObjectId {
        self.pack.id(self.places[n].position as usize)
    }

    /// The bytes of an entry, up to the next one.
    pub(super) fn bytes(&self, n: usize) -> &'p [u8] {
        let from = |n: usize| self.places.get(n).map(|place| place.offset);
        let (from, to) = (from(n), from(n + 1).unwrap_or(self.pack.end()));
        from.and_then(|from| self.pack.data.get(from as usize..to as usize)).unwrap_or_default()
    }
}

impl Worker {
    /// A buffer that was used before, or a new one.
    fn buffer(&mut self) -> Vec<u8> {
        let buffer = self.pool.pop().unwrap_or_default();
        self.room += buffer.capacity();
        buffer
    }

    fn keep(&mut self, buffer: Vec<u8>) {
        if let Some(room) = self.room.checked_sub(buffer.capacity()) {
            self.room = room;
            self.pool.push(buffer);
        }
    }
}
