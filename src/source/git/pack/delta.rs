//! Deltas: an object as copies from another and bytes of its own.
//!
//! In flow the base and the delta (gitformat-pack, "Deltified representation"); out flow the object and its
//! seams: where bytes stand that the base does not hold next to each other.

use std::ops::Range;

/// What of an object is not simply taken over from its base: inserted bytes, and the empty ranges where
/// two copies meet that are no neighbours in the base. In the order of the object.
#[derive(Debug, Default, Clone)]
pub(in super::super) struct Seams {
    /// The ranges, in bytes of the object.
    pub(in super::super) ranges: Vec<Range<usize>>,
}

/// Applies `delta` to `base` into `out`, and notes the seams.
pub(super) fn apply(
    base: &[u8],
    delta: &[u8],
    out: &mut Vec<u8>,
    seams: &mut Seams,
) -> Result<(), &'static str> {
    const SHORT: &str = "its changes are cut short";
    seams.ranges.clear();
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
    out.reserve_exact(to.min(out.capacity().max(1 << 26)));
    let mut copied_to = 0;
    while let Some((&op, after)) = rest.split_first() {
        rest = after;
        if op & 0x80 != 0 {
            let (at, length, after) = copy(op, rest).ok_or(SHORT)?;
            rest = after;
            let piece = base.get(at..at + length).ok_or("it copies from beyond its base")?;
            if copied_to != at {
                seams.ranges.push(out.len()..out.len());
            }
            copied_to = at + length;
            out.extend_from_slice(piece);
        } else if op != 0 {
            let (piece, after) = rest.split_at_checked(usize::from(op)).ok_or(SHORT)?;
            rest = after;
            let start = out.len();
            match seams.ranges.last_mut().filter(|last| last.end == start) {
                Some(last) => last.end = start + piece.len(),
                None => seams.ranges.push(start..start + piece.len()),
            }
            out.extend_from_slice(piece);
            copied_to = usize::MAX;
        } else {
            return Err("its changes hold an unknown instruction");
        }
        if out.len() > to {
            return Err("its changes give more than it says");
        }
    }
    // The end is a seam unless the base ends there, too.
    if copied_to != base.len() && copied_to != usize::MAX {
        seams.ranges.push(out.len()..out.len());
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
        let (mut out, mut seams) = (Vec::new(), Seams::default());
        apply(base, delta, &mut out, &mut seams)?;
        Ok((out, seams.ranges))
    }

    #[test]
    fn copies_and_insertions_make_the_object() {
        let delta = [6, 8, 0x90, 3, 2, b'x', b'y', 0x91, 3, 3];
        assert_eq!(run(b"abcdef", &delta).unwrap(), (b"abcxydef".to_vec(), vec![3..5, 5..5]));
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
}
