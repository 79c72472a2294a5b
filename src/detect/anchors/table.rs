//! The anchor table: which literals there are and how to spot them, laid out for the search loop.
//!
//! In flow literals, out flow arrays. The build script includes this file to prepare the built-in
//! table before run time, so it imports nothing from the crate.
//!
//! Each literal enters two windows of three bytes at neighbouring offsets, so that looking at every
//! second position is enough: whatever the parity of the literal's place, one of the two windows falls
//! on a position that is looked at. A window is kept as a hash into `mask`, whose byte says which values
//! the *next* byte may have (by its low three bits). The windows are those that are rarest in ordinary
//! code. All case variants of a case-blind literal are entered, so the loop folds nothing.

use std::borrow::Cow;

/// How many entries the hash table has; a power of two.
pub const SLOTS: usize = 1 << 18;

/// How many buckets the candidates are kept in; a power of two.
pub const BUCKETS: usize = 1 << 14;

/// A literal to search for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// Its bytes, 3 to 60 of them; lower case if `caseless`.
    pub bytes: Vec<u8>,
    /// Whether ASCII case is ignored.
    pub caseless: bool,
}

/// One window of a literal: if the three bytes at a position hash into this bucket, the literal may
/// begin `offset` bytes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Which literal.
    pub literal: u16,
    /// How far into the literal the window stands; may be -1 (one byte before it).
    pub offset: i8,
    /// The part of the window's slot that its bucket does not tell, 0 to 15.
    pub check: u8,
}

/// The prepared table.
#[derive(Debug, Clone)]
pub struct Table {
    /// `SLOTS` bytes: which low three bits the byte after a window may have, as a bit set.
    pub mask: Cow<'static, [u8]>,
    /// `BUCKETS + 1` indices into `entries`.
    pub starts: Cow<'static, [u16]>,
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

/// Where the three low bytes of `window` hash to.
#[inline]
pub fn slot(window: u32) -> usize {
    ((window & 0x00ff_ffff).wrapping_mul(0x9E37_79B1) >> 14) as usize
}

/// The bucket of a slot.
#[inline]
pub fn bucket(slot: usize) -> usize {
    slot & (BUCKETS - 1)
}

/// What an entry of the slot's bucket must say to belong to the slot.
#[inline]
pub fn check(slot: usize) -> u8 {
    (slot / BUCKETS) as u8
}

impl Table {
    /// Lays out `literals`.
    ///
    /// # Panics
    /// If a literal is shorter than 3 bytes, or there are more than 65,535 windows.
    pub fn new(literals: &[Literal]) -> Self {
        let mut mask = vec![0u8; SLOTS];
        let mut buckets: Vec<Vec<Entry>> = vec![Vec::new(); BUCKETS];
        let mut pool = Vec::new();
        let mut ends = Vec::new();
        for (n, literal) in literals.iter().enumerate() {
            assert!(literal.bytes.len() >= 3, "a literal needs three bytes");
            ends.push(pool.len() as u32 | if literal.caseless { CASELESS } else { 0 });
            pool.extend_from_slice(&literal.bytes);
            let first = rarest_pair(literal);
            for offset in [first, first + 1] {
                enter(literal, offset, &mut |slot, next| {
                    mask[slot] |= next;
                    let entry = Entry { literal: n as u16, offset, check: check(slot) };
                    let list = &mut buckets[bucket(slot)];
                    if !list.contains(&entry) {
                        list.push(entry);
                    }
                });
            }
        }
        ends.push(pool.len() as u32);
        let mut starts = vec![0u16];
        let mut entries = Vec::new();
        for list in buckets {
            entries.extend(list);
            starts.push(u16::try_from(entries.len()).expect("fewer than 65,536 windows"));
        }
        Self {
            mask: mask.into(),
            starts: starts.into(),
            entries: entries.into(),
            pool: pool.into(),
            literals: ends.into(),
        }
    }
}

/// The offset of the first of the two neighbouring windows that are rarest together; -1 for a literal
/// of three bytes, whose first window begins one byte early.
fn rarest_pair(literal: &Literal) -> i8 {
    let bytes = &literal.bytes;
    if bytes.len() == 3 {
        return -1;
    }
    let last = (bytes.len() - 4).min(50);
    let cost = |at: usize| -> f64 {
        let window = |from: usize| (from..from + 4).map(|i| bytes.get(i)).map(weight).product::<f64>();
        let join = if literal.caseless { 2.0 } else { 1.0 };
        join * (window(at) + window(at + 1))
    };
    (0..=last).min_by(|a, b| cost(*a).total_cmp(&cost(*b))).map_or(0, |at| at as i8)
}

/// Roughly how frequent a byte is in source code, as a probability; a missing byte can be anything.
fn weight(byte: Option<&u8>) -> f64 {
    match byte {
        None => 1.0,
        Some(b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | b' ') => 0.07,
        Some(b'l' | b'c' | b'd' | b'u' | b'p' | b'm' | b'f' | b'h' | b'g') => 0.03,
        Some(b'b' | b'y' | b'v' | b'w' | b'k' | b'x' | b'_' | b'.' | b'-' | b'/') => 0.012,
        Some(b'0' | b'1' | b'"' | b'=' | b':' | b'2') => 0.012,
        Some(b'j' | b'q' | b'z' | b'3'..=b'9') => 0.004,
        Some(b'A'..=b'Z') => 0.004,
        Some(_) => 0.006,
    }
}

/// Calls `add` with the slot and next-byte mask of every variant of the window at `offset`.
fn enter(literal: &Literal, offset: i8, add: &mut impl FnMut(usize, u8)) {
    let variants = |at: i8| -> Vec<u8> {
        match usize::try_from(at).ok().and_then(|at| literal.bytes.get(at)) {
            // Beyond the literal anything may stand, broken UTF-8 too.
            None => (0..=255).collect(),
            Some(&b) if literal.caseless && b.is_ascii_alphabetic() => {
                vec![b.to_ascii_lowercase(), b.to_ascii_uppercase()]
            }
            Some(&b) => vec![b],
        }
    };
    let next = match usize::try_from(offset + 3).ok().and_then(|at| literal.bytes.get(at)) {
        None => 0xff,
        Some(_) => variants(offset + 3).iter().fold(0, |m, b| m | 1 << (b & 7)),
    };
    for a in variants(offset) {
        for b in variants(offset + 1) {
            for c in variants(offset + 2) {
                add(slot(u32::from_le_bytes([a, b, c, 0])), next);
            }
        }
    }
}
