//! The search loop: one pass over the bytes, every literal of the table found at every place.
//!
//! In flow bytes, out flow hits. It looks at every second position; see `table.rs` for why that is
//! enough. `gather.rs` holds the same loop for processors with AVX2.

use std::ops::Range;

#[cfg(target_arch = "x86_64")]
use super::gather;
use super::table::{self, CASELESS, Entry, MASK_BYTES, Table};

/// A literal of the table at a place.
pub use crate::blob::Mark as Hit;

impl Table {
    /// How far before the start of a range and behind its end windows must be looked at, so that every literal is found
    /// that reaches into the range, or over it if it is empty.
    pub(crate) fn margins(&self) -> (usize, usize) {
        self.entries.iter().fold((0, 0), |(before, behind), entry| {
            let (offset, last) = (isize::from(entry.offset), isize::from(entry.length) - 1);
            let [to_start, to_end] = [last - offset, offset].map(|far| far.max(0).cast_unsigned());
            (before.max(to_start), behind.max(to_end))
        })
    }

    /// Whether the literal of this number is found without regard to case.
    pub(crate) fn is_caseless(&self, literal: u16) -> bool {
        self.literals[usize::from(literal)] & CASELESS != 0
    }

    /// Finds every literal in `bytes`, each place once, nearly but not strictly in order.
    pub(crate) fn search(&self, bytes: &[u8], hits: &mut Vec<Hit>) {
        self.search_at(bytes, 0..bytes.len(), hits);
    }

    /// Finds every literal both of whose windows begin in `range` of `bytes`, and some of which only one does.
    pub(crate) fn search_at(&self, bytes: &[u8], range: Range<usize>, hits: &mut Vec<Hit>) {
        let literals = self.literals();
        #[cfg(target_arch = "x86_64")]
        let done = gather::search(literals.mask, bytes, &range, &mut |from, steps| {
            literals.pass_all(bytes, (from, steps), hits)
        });
        #[cfg(not(target_arch = "x86_64"))]
        let done = None;
        literals.plain(bytes, done.unwrap_or(range.start)..range.end, hits);
    }

    fn literals(&self) -> Literals<'_> {
        Literals {
            mask: self.mask.as_ref().try_into().expect("the table is made with this many slots"),
            filter: &self.filter,
            starts: &self.starts,
            entries: &self.entries,
            pool: &self.pool,
            places: &self.literals,
        }
    }
}

/// What a passed window is compared with.
struct Literals<'t> {
    mask: &'t [u8; MASK_BYTES],
    filter: &'t [u8],
    starts: &'t [u32],
    entries: &'t [Entry],
    pool: &'t [u8],
    places: &'t [u32],
}

impl Literals<'_> {
    /// Looks at every second position of `range`.
    fn plain(&self, bytes: &[u8], range: Range<usize>, hits: &mut Vec<Hit>) {
        let (mask, done) = (self.mask, range.start);
        // Six bytes a step: positions 0, 2 and 4 of one eight-byte load.
        let steps = range.len().saturating_sub(2) / 6;
        for step in 0..steps {
            let at = done + step * 6;
            let Some(word) = bytes.get(at..at + 8) else { break };
            let word = u64::from_le_bytes(word.try_into().expect("eight bytes"));
            let test = |shift: u32| {
                let window = (word >> shift) as u32;
                mask[table::slot(window)] >> ((word >> (shift + 24)) & 7) & 1
            };
            let passed = test(0) | test(16) << 1 | test(32) << 2;
            for n in (0..3).filter(|n| passed >> n & 1 != 0) {
                self.pass(bytes, at + 2 * n, hits);
            }
        }
        for at in (done + steps * 6..range.end).step_by(2) {
            let window = window(bytes, at);
            if mask[table::slot(window)] >> (window >> 24 & 7) & 1 != 0 {
                self.pass(bytes, at, hits);
            }
        }
    }

    /// Holds the windows which the mask lets pass in steps behind `from` against the filter and the literals.
    #[cfg(target_arch = "x86_64")]
    fn pass_all(&self, bytes: &[u8], (from, steps): (usize, &[gather::Step]), hits: &mut Vec<Hit>) {
        let mut places = [0u16; gather::STEPS * 8];
        let mut kept = 0;
        for step in steps {
            let mut set = step.set;
            while set != 0 {
                let place = step.at + 2 * set.trailing_zeros() as u16;
                // Without a branch: the processor would guess wrong at every fourth.
                places[kept] = place;
                kept += usize::from(self.may_stand(self.key(bytes, from + usize::from(place))));
                set &= set - 1;
            }
        }
        for at in places[..kept].iter().map(|place| from + usize::from(*place)) {
            self.verify(bytes, at, self.key(bytes, at), hits);
        }
    }

    /// Holds a window that the mask lets pass against the filter and the literals.
    #[inline]
    fn pass(&self, bytes: &[u8], at: usize, hits: &mut Vec<Hit>) {
        let key = self.key(bytes, at);
        if self.may_stand(key) {
            self.verify(bytes, at, key, hits);
        }
    }

    /// The key of the window at `at`.
    #[inline]
    fn key(&self, bytes: &[u8], at: usize) -> usize {
        let window = window(bytes, at);
        table::key(window, self.mask[table::slot(window)])
    }

    /// Whether the filter has the key.
    #[inline]
    fn may_stand(&self, key: usize) -> bool {
        let (byte, bit) = table::filter_bit(key);
        self.filter[byte] & bit != 0
    }

    /// Compares the literals whose windows may stand at `at`.
    #[inline(never)]
    fn verify(&self, bytes: &[u8], at: usize, key: usize, hits: &mut Vec<Hit>) {
        let (bucket, check) = (table::bucket(key), table::check(key));
        let range = self.starts[bucket] as usize..self.starts[bucket + 1] as usize;
        for entry in &self.entries[range] {
            if entry.check != check {
                continue;
            }
            let Some(from) = at.checked_add_signed(-isize::from(entry.offset)) else { continue };
            if self.stands(entry, bytes, from) {
                hits.push(Hit { at: from, literal: entry.literal, length: entry.length.into(), quiet: 0 });
            }
        }
    }

    /// Whether the literal of an entry stands at `from`.
    #[inline]
    fn stands(&self, entry: &Entry, bytes: &[u8], from: usize) -> bool {
        let last = from + usize::from(entry.length) - 1;
        if last >= bytes.len()
            || bytes[from] | entry.fold != entry.first
            || bytes[last] | entry.fold != entry.last
        {
            return false;
        }
        let n = usize::from(entry.literal);
        let (start, end) = (self.places[n] & !CASELESS, self.places[n + 1] & !CASELESS);
        let (text, literal) = (&bytes[from..=last], &self.pool[start as usize..end as usize]);
        if entry.fold == 0 { text == literal } else { text.eq_ignore_ascii_case(literal) }
    }
}

/// The four bytes from `at` on, with zeros beyond the end, so that a literal that ends the text is found.
#[inline]
fn window(bytes: &[u8], at: usize) -> u32 {
    if let Some(whole) = bytes[at..].first_chunk() {
        return u32::from_le_bytes(*whole);
    }
    let mut word = [0u8; 4];
    word[..bytes.len() - at].copy_from_slice(&bytes[at..]);
    u32::from_le_bytes(word)
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use proptest::prelude::*;

    use super::super::choice;
    use super::super::literal::Literal;
    use super::*;

    /// The literals, with the tables in which the first 0, 1, 2 … of them were laid out together and the others added.
    fn tables() -> (Vec<Literal>, Vec<Table>) {
        let words: [(&str, bool); 10] = [
            ("keyfile", false),
            ("wordlist", true),
            ("sk-", false),
            ("ghp_", false),
            ("T3BlbkFJ", false),
            ("password", true),
            ("-----BEGIN", false),
            ("AKIA", false),
            ("key", true),
            ("eyJ", false),
        ];
        let literals: Vec<Literal> =
            words.iter().map(|(w, c)| Literal { bytes: w.as_bytes().to_vec(), caseless: *c }).collect();
        let tables = (0..=literals.len()).map(|n| lay(&literals[..n], &literals[n..])).collect();
        (literals, tables)
    }

    /// A table of literals that were laid out together, and of others that were added.
    fn lay(together: &[Literal], added: &[Literal]) -> Table {
        Table::new(together, &choice::together(together)).with(added, &choice::alone(added))
    }

    /// The slow way: compare every literal at every place.
    fn plain(literals: &[Literal], bytes: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for at in 0..bytes.len() {
            for (n, literal) in literals.iter().enumerate() {
                let Some(text) = bytes.get(at..at + literal.bytes.len()) else { continue };
                let same =
                    text == literal.bytes || literal.caseless && text.eq_ignore_ascii_case(&literal.bytes);
                if same {
                    hits.push(Hit { at, literal: n as u16, length: text.len() as u16, quiet: 0 });
                }
            }
        }
        hits
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn finds_what_comparing_everywhere_finds(
            parts in prop::collection::vec(prop_oneof![
                Just("sk-".to_owned()), Just("ghp_".to_owned()), Just("T3BlbkFJ".to_owned()),
                Just("PassWord".to_owned()), Just("-----BEGIN".to_owned()), Just("AKIA".to_owned()),
                Just("kEy".to_owned()), Just("eyJ".to_owned()), Just("keyfile".to_owned()), Just("WordList".to_owned()),
                "[ -~\n]{0,9}", "\\PC{0,3}",
            ], 0..30),
            at_once in 0..11usize,
            cut in (0..100usize, 0..100usize)
        ) {
            static TABLES: OnceLock<(Vec<Literal>, Vec<Table>)> = OnceLock::new();
            let (literals, tables) = TABLES.get_or_init(tables);
            let table = &tables[at_once];
            let text = parts.concat();
            let mut hits = Vec::new();
            table.search(text.as_bytes(), &mut hits);
            hits.sort();
            prop_assert_eq!(&hits, &plain(literals, text.as_bytes()));

            let mut without_vectors = Vec::new();
            table.literals().plain(text.as_bytes(), 0..text.len(), &mut without_vectors);
            without_vectors.sort();
            prop_assert_eq!(&hits, &without_vectors);

            let (from, to) = (cut.0.min(cut.1).min(text.len()), cut.0.max(cut.1).min(text.len()));
            let (mut inside, (before, behind)) = (Vec::new(), table.margins());
            table.search_at(text.as_bytes(), from.saturating_sub(before)..(to + behind).min(text.len()), &mut inside);
            prop_assert!(inside.iter().all(|hit| hits.contains(hit)));
            let stands = |hit: &&Hit| hit.at < to && from < hit.span().end;
            prop_assert!(hits.iter().filter(stands).all(|hit| inside.contains(hit)));
        }
    }
}
