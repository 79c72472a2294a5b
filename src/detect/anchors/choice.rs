//! Which two neighbouring windows of each literal are looked for.
//!
//! In flow literals, out flows for each how far into it the first of its windows begins. What a window costs is the text
//! that the mask lets pass for it: its own bytes, and whatever else has the same bit. A bit that another literal has set
//! already costs nothing more. So the literals are placed one after the other, those first that have no choice, and once
//! more when all have their place. The build script includes this file too, so it imports nothing from the crate.

use super::frequency::Frequencies;
use super::literal::Literal;
use super::table::{SLOTS, mask_bit};

/// How far before the last byte of a literal its first window may begin at most, and how far behind its first byte, if it
/// has no more than 16 bytes. Round every seam of a delta windows are looked at so far. With 10 and 6 half as much text
/// again passes the mask, because longer literals have no choice.
const BEFORE: i8 = 12;

/// See [`BEFORE`].
const BEHIND: i8 = 9;

/// How much more rarely, in 256 MB, a literal must be looked for in vain to begin its first window one byte before it, where
/// any byte may stand, for each of the ways in which the rest of the window may be written: each takes 256 entries.
const EARLY: f64 = 10000.0;

/// What a bit costs through which none of the counted text passes: there is other text, too.
const ANY_BIT: f32 = 50.0;

/// What it costs to be compared with text that another literal has let pass, beside what it costs to let it pass. Where a slot
/// lets any fourth byte pass, as `key` makes its own do, whatever is looked for there is compared with all of it.
const COMPARED: f64 = 0.3;

/// How often the choice is made for each literal, the others standing where they were put last. A third time changes
/// hardly one.
const ROUNDS: usize = 2;

/// Where a literal's windows may begin, with what each place costs.
struct Place {
    first: i8,
    /// How often its windows stand in 256 MB, and what its entries cost.
    own: f64,
    /// The bits it sets in the mask, each once.
    bits: Vec<usize>,
}

/// The choice for literals that are laid out together.
#[allow(dead_code, reason = "the build script chooses for what is built in, and tests do")]
pub fn together(literals: &[Literal]) -> Vec<i8> {
    let frequencies = Frequencies::new();
    let traffic: Vec<f32> =
        frequencies.traffic(SLOTS * 8, mask_bit).into_iter().map(|often| often + ANY_BIT).collect();
    let places: Vec<Vec<Place>> = literals.iter().map(|literal| places(literal, &frequencies)).collect();
    let mut order: Vec<usize> = (0..literals.len()).collect();
    order.sort_by_key(|n| places[*n].len());
    let mut uses = vec![0u32; SLOTS * 8];
    let mut chosen: Vec<Option<&Place>> = vec![None; literals.len()];
    for n in (0..ROUNDS).flat_map(|_| &order).copied() {
        for bit in chosen[n].iter().flat_map(|place| &place.bits) {
            uses[*bit] -= 1;
        }
        let cost = |place: &Place| {
            let new = place.bits.iter().filter(|bit| uses[**bit] == 0).map(|bit| f64::from(traffic[*bit]));
            let slots = place.bits.chunk_by(|a, b| a / 8 == b / 8);
            let full = slots.filter_map(|bits| {
                let all = bits[0] / 8 * 8..bits[0] / 8 * 8 + 8;
                let is_full = all.clone().all(|bit| uses[bit] > 0 || bits.contains(&bit));
                is_full.then(|| traffic[all].iter().copied().map(f64::from).sum::<f64>())
            });
            place.own + new.sum::<f64>() + COMPARED * full.sum::<f64>()
        };
        chosen[n] = places[n].iter().min_by(|a, b| cost(a).total_cmp(&cost(b)));
        for bit in chosen[n].iter().flat_map(|place| &place.bits) {
            uses[*bit] += 1;
        }
    }
    chosen.into_iter().map(|place| place.map_or(0, |place| place.first)).collect()
}

/// The choice for a few literals that are added to others: the windows that are rarest by themselves.
pub fn alone(literals: &[Literal]) -> Vec<i8> {
    let frequencies = Frequencies::new();
    let rarest = |literal| {
        offsets(literal)
            .min_by(|a, b| own(literal, *a, &frequencies).total_cmp(&own(literal, *b, &frequencies)))
    };
    literals.iter().map(|literal| rarest(literal).unwrap_or(0)).collect()
}

/// Where the windows of a literal may begin.
fn places(literal: &Literal, frequencies: &Frequencies) -> Vec<Place> {
    let place = |first: i8| {
        let mut bits = Vec::new();
        for offset in [first, first + 1] {
            literal.windows(offset, &mut |window| bits.push(mask_bit(window)));
        }
        bits.sort_unstable();
        bits.dedup();
        Place { first, own: own(literal, first, frequencies), bits }
    };
    offsets(literal).map(place).collect()
}

/// The offsets at which the first window of a literal may begin: -1 is one byte early, for a literal of three bytes the
/// only one.
fn offsets(literal: &Literal) -> impl Iterator<Item = i8> + Clone {
    let length = literal.bytes.len() as i8;
    let last = (length - 4).min(BEHIND);
    (length - 1 - BEFORE).clamp(-1, last)..=last
}

/// How often the windows at `first` and behind it stand in 256 MB, and what their entries cost.
fn own(literal: &Literal, first: i8, frequencies: &Frequencies) -> f64 {
    let window = |from: i8| {
        let bytes = [0, 1, 2, 3].map(|n| literal.variants(from + n));
        frequencies.of([&bytes[0], &bytes[1], &bytes[2], &bytes[3]])
    };
    let ways: usize = (0..2).map(|at| literal.variants(at).len()).product();
    window(first) + window(first + 1) + if first < 0 { EARLY * ways as f64 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_begun_where_little_text_passes_the_mask() {
        let literal = |text: &str| Literal { bytes: text.into(), caseless: false };
        let literals = ["password_qzx", "key", "an_api_token_abc"].map(literal);
        let chosen = together(&literals);
        assert_eq!(chosen[1], -1);
        assert!((6..=8).contains(&chosen[0]), "{chosen:?}");
        for (literal, first) in literals.iter().zip(&chosen) {
            assert!(literal.bytes.len() as i8 - 1 - first <= BEFORE && *first <= BEHIND);
        }
    }
}
