//! How the delta trees of a pack are found: the head of every entry says what it is made from.
//!
//! In flow a pack and what is wanted of it; out flows a forest, with the trees in the order in which they are best read.
//! Nothing is inflated. What cannot be placed in a tree is told to the visitor.

use std::ops::Range;
use std::sync::OnceLock;

use super::entry::{Entry, Head, Kind};
use super::forest::{Forest, NONE, Need, Place, Visit};
use super::parts::in_parts;
use super::store::Pack;

/// Delta trees below this weight, in bytes, are no reason for one thread to end later than the others.
const EVEN: u64 = 1 << 20;

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
                Some(Place { offset: offset?, position: position as u32, crc: pack.index.crc(position) })
            };
            let mut places: Vec<Place> = range.filter_map(place).collect();
            places.sort_unstable();
            places
        };
        let mut places = in_parts(pack.index.len(), threads, sorted).concat();
        // Merges the parts.
        places.sort();
        let none = vec![NONE; places.len()];
        let used = vec![false; places.len()];
        let (child, sibling) = (none.clone(), none);
        let mut forest = Self { pack, first, places, child, sibling, needs, used, roots: Vec::new() };
        forest.plant((wanted, threads), visit);
        forest
    }

    /// Joins every entry to its base and picks the roots.
    fn plant(&mut self, (wanted, threads): (&[Kind], usize), visit: &impl Visit) {
        let numbers = OnceLock::new();
        let parsed = in_parts(self.places.len(), threads, |range| {
            range.map(|n| self.rooted(n, &numbers, visit)).collect::<Vec<_>>()
        });
        let mut bases = Vec::with_capacity(self.places.len());
        let mut weights = Vec::with_capacity(self.places.len());
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

    /// The size of an entry and what it is made from. `numbers` says which entry is at a position of the index, once that
    /// is asked for.
    fn rooted(&self, n: usize, numbers: &OnceLock<Vec<u32>>, visit: &impl Visit) -> (u64, Root) {
        let Some(entry) = Entry::parse(self.bytes(n)) else {
            visit.broken(self.id(n), "its head in the pack is damaged".into());
            return (0, Root::None);
        };
        let base = match entry.head {
            Head::Whole(kind) => return (entry.size, Root::Whole(kind)),
            Head::Before(back) => {
                let offset = self.places[n].offset.checked_sub(back);
                offset.and_then(|offset| before(&self.places[..n], offset))
            }
            Head::Named(id) => {
                let numbers = numbers.get_or_init(|| self.numbers());
                let number = |position: usize| numbers[position] as usize;
                self.pack.index.find(id).map(number).filter(|base| *base < self.places.len())
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

    /// The number of each position in the index.
    fn numbers(&self) -> Vec<u32> {
        let mut numbers = vec![NONE; self.pack.index.len()];
        for (n, place) in self.places.iter().enumerate() {
            numbers[place.position as usize] = n as u32;
        }
        numbers
    }
}

/// Which entry begins at an offset. It is looked for from the last one on, in steps that double: most are near.
fn before(places: &[Place], offset: u64) -> Option<usize> {
    let mut step = 1;
    while places.len().checked_sub(step).is_some_and(|n| places[n].offset > offset) {
        step *= 2;
    }
    let from = places.len().saturating_sub(step);
    places[from..].binary_search_by_key(&offset, |place| place.offset).ok().map(|n| from + n)
}
