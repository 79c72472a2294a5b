//! The delta trees of a pack, and reading them: every object once, each delta applied once.
//!
//! In flow a pack and what is wanted of it; out flow objects, each after its base, from several threads.
//! The buffers alive at one time are those on the way from a root to the object that is being read.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use libdeflater::Decompressor;

use super::delta::{self, Changes};
use super::entry::{self, Entry, Head, Kind};
use super::parts::in_parts;
use super::store::Pack;
use crate::blob::ObjectId;

/// Buffers beyond this size are given back to the system after use.
const KEPT_BUFFER: usize = 1 << 20;

/// Delta trees below this weight, in bytes, are no reason for one thread to end later than the others.
const EVEN: u64 = 1 << 20;

/// No entry.
const NONE: u32 = u32::MAX;

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

/// The delta trees of one pack. Entries are numbered in the order of their offsets.
pub(super) struct Forest<'p> {
    pack: &'p Pack,
    /// The number of the pack's first object in the store.
    first: u32,
    /// The position of each entry in the index, which says where it begins.
    positions: Vec<u32>,
    child: Vec<u32>,
    sibling: Vec<u32>,
    needs: Vec<Need>,
    /// Whether the entry or one that builds on it is to be read.
    used: Vec<bool>,
    /// Whole objects with something to read in their trees: trees behind all others, the heaviest first.
    roots: Vec<u32>,
}

/// What an entry is made from.
#[derive(Debug, Clone, Copy)]
enum Root {
    /// Nothing: it is whole.
    Whole(Kind),
    /// This entry.
    Base(u32),
    /// Something that is not there.
    None,
}

/// Buffers of one thread.
struct Worker {
    inflater: Decompressor,
    pool: Vec<Vec<u8>>,
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
    /// Reads the heads of all entries, on `threads` threads. What cannot be placed in a tree is told to `visit`.
    pub(super) fn grow(
        (pack, first): (&'p Pack, u32),
        needs: Vec<Need>,
        (wanted, threads): (&[Kind], usize),
        visit: &impl Visit,
    ) -> Self {
        let sorted = |range: Range<usize>| {
            let place = |position: usize| {
                let offset = pack.index.offset(position).filter(|o| (12..pack.end()).contains(o));
                if offset.is_none() {
                    visit.broken(pack.id(position), "its place in the pack is damaged".into());
                }
                Some((offset?, position as u32))
            };
            let mut order: Vec<(u64, u32)> = range.filter_map(place).collect();
            order.sort_unstable();
            order
        };
        let mut order = in_parts(pack.index.len(), threads, sorted).concat();
        // Merges the parts.
        order.sort();
        let positions: Vec<u32> = order.iter().map(|o| o.1).collect();
        let none = vec![NONE; positions.len()];
        let used = vec![false; positions.len()];
        let (child, sibling) = (none.clone(), none);
        let mut forest = Self { pack, first, positions, child, sibling, needs, used, roots: Vec::new() };
        forest.plant(order, (wanted, threads), visit);
        forest
    }

    /// Joins every entry to its base and picks the roots. `order` says where the entries begin.
    fn plant(&mut self, order: Vec<(u64, u32)>, (wanted, threads): (&[Kind], usize), visit: &impl Visit) {
        let numbers = OnceLock::new();
        let parsed = in_parts(order.len(), threads, |range| {
            range.map(|n| self.rooted(n, &order, &numbers, visit)).collect::<Vec<_>>()
        });
        drop(order);
        let mut bases = Vec::with_capacity(self.positions.len());
        let mut weights = Vec::with_capacity(self.positions.len());
        let mut whole: Vec<(u32, Kind)> = Vec::new();
        let mut sure = numbers.get().is_none();
        for (weight, root) in parsed.into_iter().flatten() {
            let base = if let Root::Base(base) = root { base } else { NONE };
            match root {
                Root::Whole(kind) => whole.push((bases.len() as u32, kind)),
                Root::Base(_) => {}
                Root::None => sure = false,
            }
            weights.push(weight);
            bases.push(base);
        }
        self.join(&bases, &mut weights);
        let reached = self.mark(&bases);
        // What is a change of an entry before it, and all of them are, leads to a whole object in the end.
        if !sure {
            self.lost(&whole, &bases, reached, visit);
        }
        whole.retain(|(n, kind)| self.used[*n as usize] && wanted.contains(kind));
        // Trees come last: what leads to a blob that is known to be clean need not be remembered.
        // Of those that are about as heavy each is read where the one before it ends.
        let weight = |n: u32| std::cmp::Reverse((weights[n as usize] / EVEN).checked_ilog2());
        let order = |n: u32, kind| (kind == Kind::Tree, weight(n), n);
        whole.sort_unstable_by_key(|(n, kind)| order(*n, *kind));
        self.roots = whole.into_iter().map(|(n, _)| n).collect();
    }

    /// The size of an entry and what it is made from. `order` says where the entries begin, `numbers` which entry is at
    /// a position of the index, once that is asked for.
    fn rooted(
        &self,
        n: usize,
        order: &[(u64, u32)],
        numbers: &OnceLock<Vec<u32>>,
        visit: &impl Visit,
    ) -> (u64, Root) {
        let Some(entry) = Entry::parse(self.bytes(n)) else {
            visit.broken(self.id(n), "its head in the pack is damaged".into());
            return (0, Root::None);
        };
        let base = match entry.head {
            Head::Whole(kind) => return (entry.size, Root::Whole(kind)),
            Head::Before(back) => order[n].0.checked_sub(back).and_then(|offset| before(&order[..n], offset)),
            Head::Named(id) => {
                let numbers = numbers.get_or_init(|| self.numbers());
                let number = |position: usize| numbers[position] as usize;
                self.pack.index.find(id).map(number).filter(|base| *base < order.len())
            }
        };
        if base.is_none() {
            visit.broken(self.id(n), "the object it is stored as a change of is not in the pack".into());
        }
        (entry.size, base.map_or(Root::None, |base| Root::Base(base as u32)))
    }

    /// Lists the children of every entry, the heaviest last, and adds their weight to it. When the heaviest is read,
    /// its base is needed no longer: so no more objects are held at a time than the weight can be halved.
    fn join(&mut self, bases: &[u32], weights: &mut [u64]) {
        let children = || (0..bases.len()).rev().filter(|n| bases[*n] != NONE);
        let mut heaviest = vec![NONE; bases.len()];
        for n in children() {
            let base = bases[n] as usize;
            weights[base] = weights[base].saturating_add(weights[n]);
            let known = heaviest[base];
            if known == NONE || weights[known as usize] < weights[n] {
                heaviest[base] = n as u32;
            }
        }
        let (last, rest): (Vec<usize>, Vec<usize>) =
            children().partition(|n| heaviest[bases[*n] as usize] == *n as u32);
        for n in last.into_iter().chain(rest) {
            let base = bases[n] as usize;
            self.sibling[n] = self.child[base];
            self.child[base] = n as u32;
        }
    }

    /// Marks what is to be read and everything it builds on; says how many are to be read.
    fn mark(&mut self, bases: &[u32]) -> usize {
        let mut count = 0;
        for n in 0..bases.len() {
            if self.need(n) != Need::Read {
                continue;
            }
            count += 1;
            let mut at = n;
            while !std::mem::replace(&mut self.used[at], true) && bases[at] != NONE {
                at = bases[at] as usize;
            }
        }
        count
    }

    /// Tells of entries that lead to no whole object, as the changes of a damaged pack may in a circle.
    fn lost(&self, whole: &[(u32, Kind)], bases: &[u32], wanted: usize, visit: &impl Visit) {
        let mut reached = vec![false; bases.len()];
        let mut stack: Vec<u32> = whole.iter().map(|(n, _)| *n).collect();
        let mut count = 0;
        while let Some(n) = stack.pop() {
            reached[n as usize] = true;
            count += usize::from(self.need(n as usize) == Need::Read);
            stack.extend(self.children(n));
        }
        if count < wanted {
            let lost =
                (0..bases.len()).filter(|n| !reached[*n] && bases[*n] != NONE && self.need(*n) == Need::Read);
            lost.for_each(|n| {
                visit.broken(self.id(n), "what it is stored as a change of cannot be read".into())
            });
        }
    }

    /// Reads everything, on `threads` threads.
    pub(super) fn read(&self, threads: usize, visit: &impl Visit) {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut worker = Worker {
                inflater: Decompressor::new(),
                pool: Vec::new(),
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
        let mut bytes = worker.pool.pop().unwrap_or_default();
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
            let mut bytes = worker.pool.pop().unwrap_or_default();
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
                let number = self.first + self.positions[n as usize];
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
        if crc32fast::hash(bytes) != self.pack.index.crc(self.positions[n] as usize) {
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

    fn children(&self, n: u32) -> impl Iterator<Item = u32> + '_ {
        let some = |n: u32| (n != NONE).then_some(n);
        std::iter::successors(some(self.child[n as usize]), move |n| some(self.sibling[*n as usize]))
    }

    #[inline]
    fn need(&self, n: usize) -> Need {
        self.needs[self.positions[n] as usize]
    }

    fn id(&self, n: usize) -> ObjectId {
        self.pack.id(self.positions[n] as usize)
    }

    /// The bytes of an entry, up to the next one.
    fn bytes(&self, n: usize) -> &'p [u8] {
        let from =
            |n: usize| self.positions.get(n).and_then(|position| self.pack.index.offset(*position as usize));
        let (from, to) = (from(n), from(n + 1).unwrap_or(self.pack.end()));
        from.and_then(|from| self.pack.data.get(from as usize..to as usize)).unwrap_or_default()
    }

    /// The number of each position in the index.
    fn numbers(&self) -> Vec<u32> {
        let mut numbers = vec![NONE; self.pack.index.len()];
        for (n, position) in self.positions.iter().enumerate() {
            numbers[*position as usize] = n as u32;
        }
        numbers
    }
}

/// Which entry begins at an offset. It is looked for from the last one on, in steps that double: most are near.
fn before(order: &[(u64, u32)], offset: u64) -> Option<usize> {
    let mut step = 1;
    while order.len().checked_sub(step).is_some_and(|n| order[n].0 > offset) {
        step *= 2;
    }
    let from = order.len().saturating_sub(step);
    order[from..].binary_search_by_key(&offset, |entry| entry.0).ok().map(|n| from + n)
}

impl Worker {
    fn keep(&mut self, buffer: Vec<u8>) {
        if buffer.capacity() <= KEPT_BUFFER {
            self.pool.push(buffer);
        }
    }
}
