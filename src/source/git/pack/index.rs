//! The index of a pack: which objects lie where.
//!
//! In flows an `.idx` file of version 2 (gitformat-pack, "Version 2 pack-*.idx files"); out flow ids,
//! offsets and checksums. Every number is checked before it is used.

use std::path::Path;
use std::sync::OnceLock;

use super::map::Map;

/// The first four bytes of an index of version 2 and later.
const MAGIC: [u8; 4] = [0xFF, b't', b'O', b'c'];

/// The bytes of an id.
const ID: usize = 20;

/// The fan-out table: how many ids begin with a byte up to this one.
const FANOUT: usize = 256 * 4;

/// How many ids are compared one after the other before halving begins.
const NEAR: usize = 8;

/// Two checksums at the end: of the pack, of the index.
const TRAILER: usize = 2 * ID;

/// Why an index cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum IndexError {
    /// It cannot be read at all.
    #[error("the index cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// It is older or newer than what is understood here; libgit2 may read it.
    #[error("the index has a version that is not known here")]
    Version,
    /// It is damaged.
    #[error("the index is damaged: {0}")]
    Damaged(&'static str),
}

/// An index of one pack.
#[derive(Debug)]
pub(super) struct Index {
    map: Map,
    count: usize,
    /// Finer than the file's own first table, so that an id is found with two looks at memory; made when one is sought.
    starts: OnceLock<Vec<u32>>,
}

impl Index {
    /// Maps and checks an index.
    pub(super) fn open(path: &Path) -> Result<Self, IndexError> {
        let map = Map::open(path)?;
        if map.len() < 8 || map[..4] != MAGIC || map[4..8] != [0, 0, 0, 2] {
            return Err(IndexError::Version);
        }
        if map.len() < 8 + FANOUT + TRAILER {
            return Err(IndexError::Damaged("it is too short"));
        }
        let fan = |n: usize| number(&map, 8 + n * 4) as usize;
        if (1..256).any(|n| fan(n) < fan(n - 1)) {
            return Err(IndexError::Damaged("its first table is not in order"));
        }
        let count = fan(255);
        let small = 8 + FANOUT + count * (ID + 4 + 4) + TRAILER;
        if map.len() < small || !(map.len() - small).is_multiple_of(8) {
            return Err(IndexError::Damaged("its length does not fit the number of its objects"));
        }
        let index = Self { map, count, starts: OnceLock::new() };
        if (1..count).any(|n| index.raw_id(n - 1) >= index.raw_id(n)) {
            return Err(IndexError::Damaged("its ids are not in order"));
        }
        Ok(index)
    }

    /// How many objects.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The id of the object at a position, in the order of ids.
    pub(super) fn raw_id(&self, position: usize) -> &[u8] {
        let at = 8 + FANOUT + position * ID;
        &self.map[at..at + ID]
    }

    /// The CRC-32 of the object's bytes in the pack.
    #[inline]
    pub(super) fn crc(&self, position: usize) -> u32 {
        number(&self.map, 8 + FANOUT + self.count * ID + position * 4)
    }

    /// Where the object lies in the pack; `None` if the index is damaged there.
    pub(super) fn offset(&self, position: usize) -> Option<u64> {
        let offset = number(&self.map, 8 + FANOUT + self.count * (ID + 4) + position * 4);
        if offset & 0x8000_0000 == 0 {
            return Some(u64::from(offset));
        }
        let at = 8 + FANOUT + self.count * (ID + 8) + (offset & 0x7FFF_FFFF) as usize * 8;
        let end = self.map.len() - TRAILER;
        (at + 8 <= end).then(|| u64::from(number(&self.map, at)) << 32 | u64::from(number(&self.map, at + 4)))
    }

    /// The position of an id.
    pub(super) fn find(&self, id: &[u8]) -> Option<usize> {
        let starts = self.starts.get_or_init(|| self.starts());
        let prefix = (number(id.get(..4)?, 0) >> self.shift()) as usize;
        let range = starts[prefix] as usize..starts[prefix + 1] as usize;
        let id: &[u8; ID] = id.try_into().ok()?;
        let is_same = |position: &usize| self.raw_id(*position).first_chunk() == Some(id);
        let same = range.clone().take(NEAR).find(is_same);
        if same.is_some() || range.len() <= NEAR {
            return same;
        }
        let (mut from, mut to) = (range.start, range.end);
        while from < to {
            let middle = from + (to - from) / 2;
            match self.raw_id(middle).cmp(&id[..]) {
                std::cmp::Ordering::Less => from = middle + 1,
                std::cmp::Ordering::Greater => to = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// Where the ids begin whose first bits are some number; one more for the end of the last.
    fn starts(&self) -> Vec<u32> {
        let mut starts = vec![0; (1 << (32 - self.shift())) + 1];
        for position in 0..self.count {
            let prefix = (number(self.raw_id(position), 0) >> self.shift()) as usize;
            starts[prefix + 1] = position as u32 + 1;
        }
        // Where no id has a prefix, its range is empty and begins where the one before ends.
        let mut last = 0;
        for start in &mut starts {
            last = last.max(*start);
            *start = last;
        }
        starts
    }

    /// How many of the first 32 bits of an id do not count for [`Index::starts`]: about four ids share the others.
    fn shift(&self) -> u32 {
        32 - (self.count.max(1).ilog2().saturating_sub(2)).clamp(1, 24)
    }

    /// The checksum of the pack that the index belongs to.
    pub(super) fn pack_checksum(&self) -> &[u8] {
        &self.map[self.map.len() - TRAILER..self.map.len() - ID]
    }
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of these ids, which are in order.
    fn index(ids: &[[u8; ID]]) -> Index {
        let mut bytes = [&MAGIC[..], &[0, 0, 0, 2]].concat();
        for first in 0..=255 {
            let count = ids.iter().filter(|id| id[0] <= first).count() as u32;
            bytes.extend(count.to_be_bytes());
        }
        bytes.extend(ids.concat());
        bytes.extend(vec![0; ids.len() * 8 + TRAILER]);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        Index::open(file.path()).unwrap()
    }

    #[test]
    fn every_id_is_found_and_no_other() {
        // Spread evenly; all with the same first bytes; one; none.
        let spread = |n: u32| n.wrapping_mul(0x9E37_79B1).to_be_bytes();
        let of = |head: [u8; 4], n: u32| [&head[..], &[0; 12], &n.to_be_bytes()].concat().try_into().unwrap();
        let mut even: Vec<[u8; ID]> = (1..3000).map(|n| of(spread(n), n)).collect();
        even.sort_unstable();
        let same: Vec<[u8; ID]> = (0..900).map(|n| of([7, 7, 7, 7], n * 2)).collect();
        for ids in [even, same, vec![of([255; 4], 1)], vec![]] {
            let index = index(&ids);
            for (position, id) in ids.iter().enumerate() {
                assert_eq!(index.find(id), Some(position));
            }
            for other in [of([0; 4], 1), of([7, 7, 7, 7], 9), of([255; 4], 0), of([255; 4], 2)] {
                assert_eq!(index.find(&other), None);
            }
            assert_eq!(index.find(&[7; 3]), None);
        }
    }
}
