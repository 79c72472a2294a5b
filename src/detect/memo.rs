//! What was found out about marks whose neighbourhood has been seen before: in a history the same lines stand in
//! thousands of versions of a file, and most of what a version has anew another one has had.
//!
//! In flow the bytes round a mark and a way to find out; out flows what that said, now or earlier. It holds a fixed
//! number of answers and forgets the older ones.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use foldhash::quality::FixedState;

/// How many bytes before and behind a mark must be the same. Four of five answers depend on no more.
const ROUND: usize = 704;

/// How many answers are kept: half a megabyte. Versions of a file are read one after the other, so few are enough.
const SLOTS: usize = 1 << 16;

/// The bits of a slot that hold an answer; the others hold a part of the key, and the slot's place holds the rest.
const ANSWER: u64 = 0xFFFF;

/// Answers of earlier times. Two neighbourhoods are the same if 64 bits of their keyed hashes are, so that one of 10¹³
/// questions gets the answer to another, and nobody can make a file for which it does: the key is made anew each run.
#[derive(Debug)]
pub(super) struct Memo {
    hash: FixedState,
    slots: Box<[AtomicU64]>,
}

impl Memo {
    /// Knows nothing yet.
    pub(super) fn new() -> Self {
        let slots = (0..SLOTS).map(|_| AtomicU64::new(0)).collect();
        Self { hash: FixedState::with_seed(RandomState::new().hash_one(0)), slots }
    }

    /// How far round the mark at `anchor` the bytes decide that nothing comes of it, for the rule of number `rule`, in
    /// bytes; `None` if something may. `find` finds it out from the same bytes.
    pub(super) fn round(
        &self,
        rule: u16,
        (bytes, anchor): (&[u8], &Range<usize>),
        find: impl FnOnce() -> Option<usize>,
    ) -> Option<usize> {
        let (from, to) = (anchor.start.saturating_sub(ROUND), bytes.len().min(anchor.end + ROUND));
        let mut hasher = self.hash.build_hasher();
        // Where the text ends within reach is a part of what is the same.
        let (before, behind) = (anchor.start - from, to - anchor.end);
        hasher.write_u64(u64::from(rule) << 48 | (before as u64) << 32 | (behind as u64) << 16 | anchor.len() as u64);
        hasher.write(&bytes[from..to]);
        let key = hasher.finish();
        let slot = &self.slots[key as usize & (SLOTS - 1)];
        // No slot that was filled is zero.
        let (known, key) = (slot.load(Relaxed), (key | ANSWER + 1) & !ANSWER);
        if known & !ANSWER == key {
            return Some((known & ANSWER) as usize).filter(|reach| *reach > 0);
        }
        let reach = find();
        if reach.is_none_or(|reach| reach <= ROUND) {
            slot.store(key | reach.unwrap_or(0) as u64, Relaxed);
        }
        reach
    }
}
