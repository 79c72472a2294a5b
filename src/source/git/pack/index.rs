//! The index of a pack: which objects lie where.
//!
//! In flows an `.idx` file of version 2 (gitformat-pack, "Version 2 pack-*.idx files"); out flow ids,
//! offsets and checksums. Every number is checked before it is used.

use std::path::Path;

use super::map::Map;

/// The first four bytes of an index of version 2 and later.
const MAGIC: [u8; 4] = [0xFF, b't', b'O', b'c'];

/// The bytes of an id.
const ID: usize = 20;

/// The fan-out table: how many ids begin with a byte up to this one.
const FANOUT: usize = 256 * 4;

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
        let index = Self { map, count };
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
        let first = usize::from(*id.first()?);
        let fan = |n: usize| number(&self.map, 8 + n * 4) as usize;
        let (mut from, mut to) = (if first == 0 { 0 } else { fan(first - 1) }, fan(first));
        // Ids are spread evenly, so the next bytes tell nearly where one stands.
        let next = id.get(1..5).map_or(0, |bytes| u64::from(number(bytes, 0)));
        let mut middle = from + (((to - from) as u64 * next) >> 32) as usize;
        let mut step = 4;
        while from < to {
            match self.raw_id(middle).cmp(id) {
                std::cmp::Ordering::Less => {
                    from = middle + 1;
                    middle = (from + step).min(from + (to - from) / 2);
                }
                std::cmp::Ordering::Greater => {
                    to = middle;
                    middle = to.saturating_sub(step).max(from + (to - from) / 2);
                }
                std::cmp::Ordering::Equal => return Some(middle),
            }
            step *= 4;
        }
        None
    }

    /// The checksum of the pack that the index belongs to.
    pub(super) fn pack_checksum(&self) -> &[u8] {
        &self.map[self.map.len() - TRAILER..self.map.len() - ID]
    }
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
