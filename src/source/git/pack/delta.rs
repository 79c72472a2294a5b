//! Deltas: an object as copies from another and bytes of its own.
//!
//! In flow the base and the delta (gitformat-pack, "Deltified representation"); out flow the object and what
//! it took over from its base, so that what is known of the base is known of the copies.

use std::ops::Range;

/// A part of an object that was taken over from its base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Copied {
    /// Where it begins in the base.
    pub(in super::super) from: usize,
    /// Where it begins in the object.
    pub(in super::super) at: usize,
    /// Its length in bytes, not 0.
    pub(in super::super) length: usize,
}

/// What an object has of its base, and what it has not.
#[derive(Debug, Default, Clone)]
pub(in super::super) struct Changes {
    /// What was taken over, in the order of the object; parts that are neighbours in both are one.
    pub(in super::super) copies: Vec<Copied>,
    /// The lengths of the base and of the object in bytes.
    lengths: (usize, usize),
}

impl Changes {
    /// The seams: inserted bytes, and the empty ranges where copies meet that are no neighbours in the
    /// base, or where one of the two ends and the other does not. In the order of the object.
    pub(in super::super) fn seams(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let (base, end) = self.lengths;
        let starts = self.copies.iter().map(|copy| (copy.at, copy.from == 0 && copy.at == 0));
        let starts = starts.chain([(
            end,
            self.copies.last().is_some_and(|c| c.from + c.length == base && c.at + c.length == end),
        )]);
        let ends = std::iter::once(0).chain(self.copies.iter().map(|copy| copy.at + copy.length));
        ends.zip(starts).filter(|(_, (_, whole))| !whole).map(|(from, (to, _))| from..to)
    }

    /// Tells `put` of everything in `known` that stands in the object, too, and where. `place` says which bytes of
    /// the base it stands on; `known` is in the order of their starts.
    pub(in super::super) fn carry<T>(
        &self,
        known: &[T],
        place: impl Fn(&T) -> Range<usize>,
        mut put: impl FnMut(&T, usize),
    ) {
        let mut next = 0;
        let places = Blocks::of(self.lengths.0, known.iter().map(|item| place(item).start));
        let may_hold = |copy: &&Copied| !known.is_empty() && places.any(copy.from..copy.from + copy.length);
        for copy in self.copies.iter().filter(may_hold) {
            let before = |item: &T| place(item).start < copy.from;
            // Most copies follow each other in the base as well; some go back.
            if next > 0 && !before(&known[next - 1]) {
                next = known[..next].partition_point(before);
            }
            let mut step = 4;
            while known.get(next + step).is_some_and(before) {
                next += step;
                step *= 2;
            }
            next += known[next..known.len().min(next + step + 1)].partition_point(before);
            let end = copy.from + copy.length;
            for item in &known[next..] {
                let place = place(item);
                if place.start >= end {
                    break;
                }
                next += 1;
                if place.end <= end {
                    put(item, place.start - copy.from + copy.at);
                }
            }
        }
    }

    fn take(&mut self, copy: Copied) {
        match self.copies.last_mut() {
            Some(last) if last.at + last.length == copy.at && last.from + last.length == copy.from => {
                last.length += copy.length;
            }
            _ => self.copies.push(copy),
        }
    }
}

/// Which blocks of 64 bytes of a text hold a place, one bit each: most copies hold none, and this says so sooner than a
/// search.
struct Blocks(Vec<u64>);

impl Blocks {
    /// The blocks that hold `places`, all below `length`.
    fn of(length: usize, places: impl Iterator<Item = usize>) -> Self {
        let mut words = vec![0_u64; (length >> 12) + 1];
        places.for_each(|at| words[at >> 12] |= 1 << (at >> 6 & 63));
        Self(words)
    }

    /// Whether a block that lies in `range`, wholly or partly, holds one; it is not empty.
    fn any(&self, range: Range<usize>) -> bool {
        let (first, last) = (range.start >> 6, (range.end - 1) >> 6);
        let (from, to) = (u64::MAX << (first & 63), u64::MAX >> (63 - (last & 63)));
        match (first >> 6, last >> 6) {
            (one, other) if one == other => self.0[one] & from & to != 0,
            (one, other) => {
                self.0[one] & from != 0
                    || self.0[other] & to != 0
                    || self.0[one + 1..other].iter().any(|word| *word != 0)
            }
        }
    }
}

/// Applies `delta` to `base` into `out`, and notes what was taken over.
pub(super) fn apply(
    base: &[u8],
    delta: &[u8],
    out: &mut Vec<u8>,
    changes: &mut Changes,
) -> Result<(), &'static str> {
    const SHORT: &str = "its changes are cut short";
    changes.copies.clear();
    out.clear();
    let (from, rest) = size(delta).ok_or(SHORT)?;
    let (to, mut rest) = size(rest).ok_or(SHORT)?;
    if from != base.len() as u64 {
        return Err("its changes belong to another object");
    }
    let to = usize::try_from(to).map_err(|_| "it is larger than memory")?;
    // A copy of two bytes gives at most 64 KiB of bytes, seven bytes at most 16 MiB: more is a lie.
    if to as u64 > (rest.len() as u64).saturating_mul(1 << 24) {
        return Err("it says a size that it cannot have");
    }
    changes.lengths = (base.len(), to);
    out.reserve_exact(to.min(out.capacity().max(1 << 26)));
    while let Some((&op, after)) = rest.split_first() {
        rest = after;
        if op & 0x80 != 0 {
            let (from, length, after) = copy(op, rest).ok_or(SHORT)?;
            rest = after;
            let piece = base.get(from..from + length).ok_or("it copies from beyond its base")?;
            changes.take(Copied { from, at: out.len(), length });
            out.extend_from_slice(piece);
        } else if op != 0 {
            let (piece, after) = rest.split_at_checked(usize::from(op)).ok_or(SHORT)?;
            rest = after;
            out.extend_from_slice(piece);
        } else {
            return Err("its changes hold an unknown instruction");
        }
        if out.len() > to {
            return Err("its changes give more than it says");
        }
    }
    if out.len() == to { Ok(()) } else { Err("its changes give less than it says") }
}

/// A size: seven bits a byte, the lowest first.
fn size(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (n, byte) in bytes.iter().take(9).enumerate() {
        value |= u64::from(byte & 0x7F) << (7 * n);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[n + 1..]));
        }
    }
    None
}

/// Offset and length of a copy: the bits of `op` say which of their bytes are there.
fn copy(op: u8, rest: &[u8]) -> Option<(usize, usize, &[u8])> {
    let mut bytes = rest.iter();
    let (mut at, mut length) = (0_usize, 0_usize);
    for bit in 0..4 {
        if op & 1 << bit != 0 {
            at |= usize::from(*bytes.next()?) << (8 * bit);
        }
    }
    for bit in 0..3 {
        if op & 0x10 << bit != 0 {
            length |= usize::from(*bytes.next()?) << (8 * bit);
        }
    }
    Some((at, if length == 0 { 0x10000 } else { length }, bytes.as_slice()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(base: &[u8], delta: &[u8]) -> Result<(Vec<u8>, Vec<Range<usize>>), &'static str> {
        let (mut out, mut changes) = (Vec::new(), Changes::default());
        apply(base, delta, &mut out, &mut changes)?;
        Ok((out, changes.seams().collect()))
    }

    #[test]
    #[allow(clippy::single_range_in_vec_init, reason = "one seam is meant")]
    fn copies_and_insertions_make_the_object() {
        let delta = [6, 8, 0x90, 3, 2, b'x', b'y', 0x91, 3, 3];
        assert_eq!(run(b"abcdef", &delta).unwrap(), (b"abcxydef".to_vec(), vec![3..5]));
    }

    #[test]
    #[allow(clippy::single_range_in_vec_init, reason = "one seam is meant")]
    fn a_deletion_leaves_a_seam_and_neighbours_none() {
        assert_eq!(run(b"abcdef", &[6, 4, 0x90, 2, 0x91, 4, 2]).unwrap().1, vec![2..2]);
        assert_eq!(run(b"abcdef", &[6, 6, 0x90, 2, 0x91, 2, 4]).unwrap().1.len(), 0);
        assert_eq!(run(b"abcdef", &[6, 2, 0x90, 2]).unwrap().1, vec![2..2]);
        assert_eq!(run(b"abcdef", &[6, 5, 0x91, 1, 5]).unwrap().1, vec![0..0]);
    }

    #[test]
    fn every_lie_is_an_error() {
        let lies: [&[u8]; 9] = [
            b"",
            &[6],
            &[5, 1, 1, b'x'],
            &[6, 2, 1, b'x'],
            &[6, 1, 2, b'x', b'y'],
            &[6, 9, 0x91, 3, 9],
            &[6, 1, 0],
            &[6, 3, 0x91],
            &[6, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1, b'x'],
        ];
        for lie in lies {
            assert!(run(b"abcdef", lie).is_err(), "{lie:?}");
        }
    }

    #[test]
    fn what_stands_in_a_copy_is_carried_and_what_is_cut_is_not() {
        let base = b"..abc..def..ghi..";
        let words = [2..5, 7..10, 12..15];
        let mut changes = Changes::default();
        // The last word, then the first one twice, then a cut one.
        let delta = [17, 16, 0x91, 11, 6, 0x90, 5, 0x91, 2, 3, 0x91, 8, 2];
        let mut out = Vec::new();
        apply(base, &delta, &mut out, &mut changes).unwrap();
        assert_eq!(out, b".ghi....abcabcef");
        let mut carried = Vec::new();
        changes.carry(&words, Clone::clone, |word, at| carried.push((base[word.clone()].to_vec(), at)));
        assert_eq!(carried, [(b"ghi".to_vec(), 1), (b"abc".to_vec(), 8), (b"abc".to_vec(), 11)]);
    }
}
