//! The anchor table: which literals there are and how to spot them, laid out for the search loop.
//!
//! In flow literals, out flow arrays. The build script includes this file to prepare the built-in
//! table before run time, so it imports nothing from the crate.
//!
//! Each literal enters two windows of three bytes at neighbouring offsets, so that looking at every
//! second position is enough: whatever the parity of the literal's place, one of the two windows falls
//! on a position that is looked at. Which two is chosen in `choice.rs`. A window is kept as a hash into `mask`, whose byte says which values
//! the *next* byte may have (by its low three bits). What passes the mask
//! is held against a filter over all four bytes.
//! All case variants of a case-blind literal are entered, so the loop folds nothing.

use std::borrow::Cow;

use super::literal::Literal;

/// How many entries the hash table has; a power of two.
pub const SLOTS: usize = 1 << 18;

/// How many bytes the mask has: three more than slots, so that four can be loaded from any slot on.
pub const MASK_BYTES: usize = SLOTS + 3;

/// How many bits the filter has; a power of two.
pub const FILTER_BITS: usize = 1 << 20;

/// How many buckets the candidates are kept in; a power of two.
pub const BUCKETS: usize = 1 << 14;

/// One window of a literal: if the three bytes at a position hash into this bucket, the literal may
/// begin `offset` bytes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Which literal.
    pub literal: u16,
    /// How far into the literal the window stands; may be -1 (one byte before it).
    pub offset: i8,
    /// The part of the window's key that its bucket does not tell, 0 to 63.
    pub check: u8,
    /// The length of the literal in bytes.
    pub length: u8,
    /// Its first and its last byte, with the bits of `fold` set: they are what differs most, and stand here so that
    /// most literals are refused without a look at them.
    pub first: u8,
    /// See `first`.
    pub last: u8,
    /// The bit in which letters differ that are compared without case, or 0.
    pub fold: u8,
}

impl Entry {
    /// What an entry says of the literal of this number.
    fn of(literal: &Literal, number: u16) -> Self {
        let bytes = &literal.bytes;
        let fold = if literal.caseless { 0x20 } else { 0 };
        Self {
            literal: number,
            offset: 0,
            check: 0,
            length: u8::try_from(bytes.len()).expect("a literal has at most 60 bytes"),
            first: bytes[0] | fold,
            last: bytes[bytes.len() - 1] | fold,
            fold,
        }
    }
}

/// The prepared table.
#[derive(Debug, Clone)]
pub struct Table {
    /// For each slot which low three bits the byte after a window may have, as a bit set; `MASK_BYTES` bytes.
    pub mask: Cow<'static, [u8]>,
    /// Which hashes of a window with the byte after it there are, as a bit set; `FILTER_BITS / 8` bytes.
    pub filter: Cow<'static, [u8]>,
    /// `BUCKETS + 1` indices into `entries`.
    pub starts: Cow<'static, [u32]>,
    /// The windows, by bucket.
    pub entries: Cow<'static, [Entry]>,
    /// The literals' bytes, one after the other.
    pub pool: Cow<'static, [u8]>,
    /// For each literal, where it begins in `pool` (plus one final end) with the top bit set if case
    /// is ignored.
    pub literals: Cow<'static, [u32]>,
}

/// The bit of [`Table::literals`] that says that case is ignored.
pub const CASELESS: u32 = 1 << 31;

/// The factor of the multiplicative hashes: 2^32 divided by the golden ratio.
pub const HASH: u32 = 0x9E37_79B1;

/// What is left of a product of 32 bits for a slot, counted from the right.
pub const SLOT_SHIFT: u32 = 32 - SLOTS.ilog2();

/// The bit of the mask that lets `window` pass: its slot's byte and which of the eight.
#[inline]
pub fn mask_bit(window: u32) -> usize {
    slot(window) * 8 + (window >> 24 & 7) as usize
}

/// Where the three low bytes of `window` hash to.
#[inline]
pub fn slot(window: u32) -> usize {
    ((window & 0x00ff_ffff).wrapping_mul(HASH) >> SLOT_SHIFT) as usize
}

/// What a window that the mask lets pass hashes to in the filter and among the buckets. What counts is all four
/// bytes, or the first three if `next`, the slot's byte of the mask, lets any fourth pass.
#[inline]
pub fn key(window: u32, next: u8) -> usize {
    let window = if next == u8::MAX { window & 0x00ff_ffff } else { window };
    (window.wrapping_mul(HASH) >> (32 - FILTER_BITS.ilog2())) as usize
}

/// The filter's bit of a key: its byte and the bit in it.
#[inline]
pub fn filter_bit(key: usize) -> (usize, u8) {
    (key / 8, 1 << (key % 8))
}

/// The bucket of a key.
#[inline]
pub fn bucket(key: usize) -> usize {
    key & (BUCKETS - 1)
}

/// What an entry of the key's bucket must say to belong to the key.
#[inline]
pub fn check(key: usize) -> u8 {
    (key / BUCKETS) as u8
}

impl Table {
    /// Lays out `literals`; the first window of each begins so far into it.
    ///
    /// # Panics
    /// If a literal is shorter than 3 bytes.
    #[allow(dead_code, reason = "the build script lays out what is built in, and tests do")]
    pub fn new(literals: &[Literal], firsts: &[i8]) -> Self {
        let empty = Self {
            mask: vec![0; MASK_BYTES].into(),
            filter: vec![0; FILTER_BITS / 8].into(),
            starts: vec![0; BUCKETS + 1].into(),
            entries: Vec::new().into(),
            pool: Vec::new().into(),
            literals: vec![0].into(),
        };
        empty.with(literals, firsts)
    }

    /// The table with further literals, whose numbers go on from those it has. What was laid out stays, so that a few
    /// are added in no time.
    ///
    /// # Panics
    /// If a literal is shorter than 3 bytes.
    pub fn with(&self, more: &[Literal], firsts: &[i8]) -> Self {
        let mut mask = self.mask.to_vec();
        let (mut pool, mut ends) = (self.pool.to_vec(), self.literals.to_vec());
        ends.pop();
        let mut windows = Vec::new();
        for (literal, &first) in more.iter().zip(firsts) {
            assert!(literal.bytes.len() >= 3, "a literal needs three bytes");
            let named = Entry::of(literal, ends.len() as u16);
            ends.push(pool.len() as u32 | if literal.caseless { CASELESS } else { 0 });
            pool.extend_from_slice(&literal.bytes);
            for offset in [first, first + 1] {
                literal.windows(offset, &mut |window| {
                    mask[slot(window)] |= 1 << (window >> 24 & 7);
                    windows.push((window, Entry { offset, ..named }));
                });
            }
        }
        ends.push(pool.len() as u32);
        windows.extend(self.shortened(&mask));
        let mut filter = self.filter.to_vec();
        let mut added: Vec<(usize, Entry)> = Vec::new();
        for (window, entry) in windows {
            let key = key(window, mask[slot(window)]);
            let (byte, bit) = filter_bit(key);
            filter[byte] |= bit;
            added.push((bucket(key), Entry { check: check(key), ..entry }));
        }
        added.sort_unstable();
        added.dedup();
        let (mut starts, mut entries) = (vec![0u32], Vec::new());
        let mut added = added.into_iter().peekable();
        for bucket in self.starts.windows(2) {
            entries.extend_from_slice(&self.entries[bucket[0] as usize..bucket[1] as usize]);
            let number = starts.len() - 1;
            entries
                .extend(std::iter::from_fn(|| added.next_if(|(n, _)| *n == number)).map(|(_, entry)| entry));
            starts.push(entries.len() as u32);
        }
        Self {
            mask: mask.into(),
            filter: filter.into(),
            starts: starts.into(),
            entries: entries.into(),
            pool: pool.into(),
            literals: ends.into(),
        }
    }

    /// The windows that were laid out by all four bytes, and in whose slots `mask`, which has more literals, lets any
    /// fourth byte pass: there, three count.
    fn shortened(&self, mask: &[u8]) -> Vec<(u32, Entry)> {
        let turned = |slot: usize| mask[slot] == u8::MAX && self.mask[slot] != u8::MAX;
        let mut windows = Vec::new();
        if (0..SLOTS).any(turned) {
            for entry in self.entries.iter() {
                self.literal(entry.literal).windows(entry.offset, &mut |window| {
                    if turned(slot(window)) {
                        windows.push((window, *entry));
                    }
                });
            }
        }
        windows
    }

    /// The literal of this number.
    fn literal(&self, number: u16) -> Literal {
        let n = usize::from(number);
        let [from, to] = [self.literals[n], self.literals[n + 1]].map(|place| (place & !CASELESS) as usize);
        Literal { bytes: self.pool[from..to].to_vec(), caseless: self.literals[n] & CASELESS != 0 }
    }
}
