//! What was found out about marks, for all others that stand between the same bytes: in a history the same lines come
//! again in thousands of versions of a file, and most of what a version has anew another one has had.
//!
//! In flow a mark and a way to find out how much round it decides that nothing comes of it; out flows what that says, or
//! said earlier. A fixed number of answers is held, and the older ones are forgotten.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use foldhash::quality::FixedState;

use super::anchors::Hit;

/// How many bytes before and behind a mark decide about most words of code.
const NEAR: usize = 128;

/// The same for most assignments, which are followed to the end of their lines.
const FAR: usize = 704;

/// How many answers are held for each of the two: a quarter of a megabyte, which a processor has at hand. Versions of a
/// file are read one after the other, so that few are enough.
const SLOTS: usize = 1 << 15;

/// The bits of a slot that hold an answer: 0 says that something may come of the mark.
const ANSWER: u64 = 0xFFFF;

/// The answers of bytes near by that were seen, and no more, and of those that were asked about and do not decide; no
/// answer near by is as large.
const SEEN: u16 = u16::MAX;
const ASKED: u16 = u16::MAX - 1;

/// The bit that tells a slot that was filled from an empty one.
const FILLED: u64 = ANSWER + 1;

/// Answers of earlier times. Marks stand between the same bytes if 62 bits of the hashes of these are the same. One of
/// 10¹⁴ questions gets the answer to another, then; nobody can make a file for which it does, as the key of the hashes is
/// made anew in each run.
#[derive(Debug)]
pub(super) struct Memo {
    hash: FixedState,
    near: Box<[AtomicU64]>,
    far: Box<[AtomicU64]>,
}

impl Memo {
    /// Knows nothing yet.
    pub(super) fn new() -> Self {
        let slots = || (0..SLOTS).map(|_| AtomicU64::new(0)).collect();
        Self { hash: FixedState::with_seed(RandomState::new().hash_one(0)), near: slots(), far: slots() }
    }

    /// How many bytes before and behind a mark decide that nothing comes of it; `None` if something may. `find` finds it
    /// out, from these bytes and no others.
    pub(super) fn round(&self, bytes: &[u8], mark: &Hit, find: impl FnOnce() -> Option<u16>) -> Option<u16> {
        let near = Slot::of(&self.near, self.key::<NEAR>(bytes, mark));
        if let Some(known) = near.answer() {
            return Some(known);
        }
        let far = Slot::of(&self.far, self.key::<FAR>(bytes, mark));
        let reach = if far.is_known() { far.answer() } else { find() };
        match reach.map(usize::from) {
            Some(..=NEAR) => near.fill(reach),
            // That nothing near by decides is true wherever the mark stands between the same bytes.
            None | Some(..=FAR) => far.fill(reach),
            Some(_) => {}
        }
        reach
    }

    /// The same for a text of which nothing is known, where most marks stand between bytes that come once: what decides is
    /// found out only where the bytes near by are seen again, and once for them. `find` may look far.
    pub(super) fn again(&self, bytes: &[u8], mark: &Hit, find: impl FnOnce() -> Option<u16>) -> Option<u16> {
        let near = Slot::of(&self.near, self.key::<NEAR>(bytes, mark));
        if !near.is_known() {
            near.fill(Some(SEEN));
            return None;
        }
        if let Some(known) = near.answer() {
            return Some(known);
        }
        let far = Slot::of(&self.far, self.key::<FAR>(bytes, mark));
        if far.is_known() || near.holds(ASKED) {
            return far.answer();
        }
        let reach = find();
        let is_near = reach.is_some_and(|reach| usize::from(reach) <= NEAR);
        near.fill(if is_near { reach } else { Some(ASKED) });
        if !is_near && reach.is_none_or(|reach| usize::from(reach) <= FAR) {
            far.fill(reach);
        }
        reach
    }

    /// A hash of a mark's literal and of what stands so far round it. Where the text ends there is a part of that.
    fn key<const ROUND: usize>(&self, bytes: &[u8], mark: &Hit) -> u64 {
        let span = mark.span();
        let (from, to) = (span.start.saturating_sub(ROUND), bytes.len().min(span.end + ROUND));
        let mut hasher = self.hash.build_hasher();
        let (before, behind) = (span.start - from, to - span.end);
        hasher.write_u64((before as u64) << 32 | (behind as u64) << 16 | u64::from(mark.literal));
        hasher.write(&bytes[from..to]);
        hasher.finish()
    }
}

/// The place where the answer for a key is held, if it is.
struct Slot<'m> {
    place: &'m AtomicU64,
    known: u64,
    key: u64,
}

impl<'m> Slot<'m> {
    fn of(slots: &'m [AtomicU64], key: u64) -> Self {
        let place = &slots[key as usize % slots.len()];
        Self { place, known: place.load(Relaxed), key: key & !ANSWER | FILLED }
    }

    fn is_known(&self) -> bool {
        self.known & !ANSWER == self.key
    }

    /// The answer; `None` if there is none or it says that something may come of the mark.
    fn answer(&self) -> Option<u16> {
        let answer = (self.known & ANSWER) as u16;
        (self.is_known() && answer > 0 && answer < ASKED).then_some(answer)
    }

    /// Whether this is what it says of the key.
    fn holds(&self, answer: u16) -> bool {
        self.known == self.key | u64::from(answer)
    }

    fn fill(&self, answer: Option<u16>) {
        self.place.store(self.key | u64::from(answer.unwrap_or(0)), Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(memo: &Memo, text: &str, reach: Option<u16>) -> (Option<u16>, bool) {
        let mark = Hit { at: text.find("key").unwrap(), literal: 7, length: 3, quiet: 0 };
        let mut asked = false;
        let answer = memo.round(text.as_bytes(), &mark, || {
            asked = true;
            reach
        });
        (answer, asked)
    }

    #[test]
    fn an_answer_holds_where_the_bytes_that_decide_are_the_same() {
        for reach in [1, NEAR, NEAR + 1, FAR] {
            let memo = Memo::new();
            let (round, reach) = (if reach > NEAR { FAR } else { NEAR }, Some(reach as u16));
            let text = |first: &str, before: usize, behind: usize, last: &str| {
                format!("{first}{}key{}{last}", "x".repeat(before), "y".repeat(behind))
            };
            assert_eq!(ask(&memo, &text("a", round, round, "b"), reach), (reach, true));
            assert_eq!(ask(&memo, &text("other", round, round, "text"), None), (reach, false));
            assert_eq!(ask(&memo, &text("other", round - 1, round, "text"), reach), (reach, true));
            assert_eq!(ask(&memo, &text("", round, round - 1, "text"), reach), (reach, true));
            assert_eq!(ask(&memo, &text("", 2, 2, ""), reach), (reach, true), "the text ends");
        }
    }

    #[test]
    fn what_comes_once_is_not_asked_about() {
        let (memo, text) = (Memo::new(), "a key = b");
        let mark = Hit { at: 2, literal: 7, length: 3, quiet: 0 };
        let again = |text: &str, reach| memo.again(text.as_bytes(), &mark, || reach);
        assert_eq!(again(text, Some(3)), None);
        assert_eq!(again("a key = c", Some(4)), None);
        assert_eq!(again(text, Some(5)), Some(5));
        assert_eq!(again(text, None), Some(5));
        assert_eq!(ask(&memo, "a key = c", Some(6)), (Some(6), true));
    }

    #[test]
    fn what_is_decided_far_away_is_found_out_once() {
        for reach in [None, Some(NEAR as u16 + 1), Some(FAR as u16 + 1)] {
            let (memo, mut asked) = (Memo::new(), 0);
            let text = |n: usize| format!("{}key{}", "x".repeat(FAR + n), "y".repeat(FAR + n));
            let mut again = |n: usize| {
                let (text, literal) = (text(n), 7);
                let mark = Hit { at: FAR + n, literal, length: 3, quiet: 0 };
                memo.again(text.as_bytes(), &mark, || {
                    asked += 1;
                    reach
                })
            };
            let known = reach.filter(|reach| usize::from(*reach) <= FAR);
            assert_eq!([again(0), again(0), again(0), again(9)], [None, reach, known, known], "{reach:?}");
            assert_eq!(asked, 1);
        }
    }

    #[test]
    fn what_may_come_is_remembered_and_what_is_decided_further_away_is_not() {
        let memo = Memo::new();
        assert_eq!(ask(&memo, "a key = b", None), (None, true));
        assert_eq!(ask(&memo, "a key = b", Some(5)), (None, false));
        let far = Some(FAR as u16 + 1);
        assert_eq!(ask(&memo, "a key = c", far), (far, true));
        assert_eq!(ask(&memo, "a key = c", far), (far, true));
    }
}
