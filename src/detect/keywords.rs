//! Where keywords stand in one view, found out where somebody asks and once.
//!
//! In flow the bytes, the keyword table and a part of them; out flow the keywords that begin in it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use super::anchors::{Anchors, Hit};
use super::context::stands_alone;

/// The bytes that are searched at a time: of a long file that is only looked at here and there, most is never asked about.
const STRETCH: usize = 4096;

/// No keyword is longer (`anchors::literal::Literal`).
const LONGEST: usize = 60;

/// The keywords that begin in each stretch, by its number.
#[derive(Debug, Default)]
pub(super) struct Keywords(RefCell<BTreeMap<usize, Vec<Hit>>>);

impl Keywords {
    /// Calls `each` with the keywords that begin in `range` and are words of their own, in order.
    pub(super) fn each(
        &self,
        bytes: &[u8],
        table: &Anchors,
        range: &Range<usize>,
        mut each: impl FnMut(&Hit),
    ) {
        let mut known = self.0.borrow_mut();
        for stretch in range.start / STRETCH..range.end.div_ceil(STRETCH) {
            let hits = known.entry(stretch).or_insert_with(|| search(bytes, table, stretch * STRETCH));
            hits.iter().filter(|hit| range.contains(&hit.at)).for_each(&mut each);
        }
    }
}

/// The keywords that begin in the stretch at `from`.
fn search(bytes: &[u8], table: &Anchors, from: usize) -> Vec<Hit> {
    let to = bytes.len().min(from + STRETCH + LONGEST);
    let mut hits = table.search(&bytes[from..to]);
    hits.retain(|hit| hit.at < STRETCH);
    hits.iter_mut().for_each(|hit| hit.at += from);
    hits.retain(|hit| stands_alone(bytes, &hit.span()));
    hits
}
