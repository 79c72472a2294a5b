//! How frequent a window of four bytes is in ordinary files, for choosing where to look for a literal.
//!
//! In flow the values each byte of a window may have, out flows roughly how often one of them turns up: as counted, if
//! it is among the most frequent ones (`sse` of `passed`, ` = `), else what a chain of pairs gives, which tells
//! `http` from `qzjx`. The build script includes this file too, so it imports nothing from the crate.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;

/// How often one byte follows another in about 150 MB of source code, documentation and test data of six
/// projects; `benches/bigrams.py` makes it and says how to read it.
const PAIRS: &str = include_str!("bigrams.txt");

/// The most frequent grams of three and four bytes in about 250 MB of source code and documentation of thirty-four other
/// projects; `benches/grams.py` makes it and says how to read it.
const GRAMS: &str = include_str!("grams.txt");

/// Tab, line end, the 95 bytes that can be printed, and all others.
const CLASSES: usize = 98;

/// How many bytes the class of all others has.
const OTHERS: f64 = 159.0;

/// How many times more text the grams were counted in than the pairs.
const MORE: f64 = 256.0 / 150.0;

/// The counts of pairs and grams, ready for asking.
pub(crate) struct Frequencies {
    /// How often the column's class follows the row's.
    pairs: Vec<f64>,
    /// The sum of each row.
    rows: Vec<f64>,
    /// How often each of the listed grams stands in 256 MB; those of three bytes end in a zero.
    grams: HashMap<[u8; 4], f64, FixedState>,
    /// How often the least frequent of the listed grams of three and of four bytes stands there.
    least: [f64; 2],
}

impl Frequencies {
    /// Reads the counts.
    pub(crate) fn new() -> Self {
        let pairs: Vec<f64> = PAIRS.lines().flat_map(|row| row.bytes().map(count)).collect();
        let rows = pairs.chunks(CLASSES).map(|row| row.iter().sum()).collect();
        let mut grams = HashMap::with_capacity_and_hasher(GRAMS.len() / 8, FixedState::default());
        grams.extend(GRAMS.lines().filter_map(gram));
        let least = [true, false].map(|three| {
            let of_length = grams.iter().filter(|(gram, _)| (gram[3] == 0) == three);
            of_length.map(|(_, often)| *often).fold(f64::INFINITY, f64::min)
        });
        Self { pairs, rows, grams, least }
    }

    /// Roughly how often a window stands in 256 MB of text whose bytes may have these values; an empty list stands for
    /// any, and may be the first or the last.
    pub(crate) fn of(&self, window: [&[u8]; 4]) -> f64 {
        let any = [None];
        let [first, second, third, fourth] =
            window.map(|list| list.iter().copied().map(Some).collect::<Vec<_>>());
        let or_any = |list: Vec<Option<u8>>| if list.is_empty() { any.to_vec() } else { list };
        let (first, fourth) = (or_any(first), or_any(fourth));
        let mut sum = 0.0;
        for a in &first {
            for (b, c) in second.iter().flat_map(|b| third.iter().map(move |c| (b, c))) {
                for d in &fourth {
                    sum += self.one([*a, *b, *c, *d]);
                }
            }
        }
        sum
    }

    /// How often one window stands there.
    fn one(&self, window: [Option<u8>; 4]) -> f64 {
        let known: Vec<u8> = window.into_iter().flatten().collect();
        let three = known.len() < 4;
        let mut gram = [0; 4];
        gram[..known.len()].copy_from_slice(&known);
        self.grams.get(&gram).copied().unwrap_or_else(|| {
            let chain: f64 = known[1..].windows(2).map(|pair| self.follows(pair[0], pair[1])).product();
            (MORE * self.pair(known[0], known[1]) * chain).min(self.least[usize::from(!three)])
        })
    }

    /// How often the windows that fall on the same place stand in 256 MB, for each of `size` places, as far as one knows:
    /// those counted, and of the counted grams of three bytes what no counted gram of four begins with.
    pub(crate) fn traffic(&self, size: usize, place: impl Fn(u32) -> usize) -> Vec<f32> {
        let mut traffic = vec![0f32; size];
        // In order, so that the sums come out the same each time.
        let (mut rest, grams) = (BTreeMap::<[u8; 3], f64>::new(), BTreeMap::from_iter(&self.grams));
        for ([a, b, c, d], often) in grams {
            let three = rest.entry([*a, *b, *c]).or_default();
            if *d == 0 {
                *three += often;
            } else {
                *three -= often;
                traffic[place(u32::from_le_bytes([*a, *b, *c, *d]))] += *often as f32;
            }
        }
        for ([a, b, c], often) in rest.into_iter().filter(|(_, often)| *often > 0.0) {
            for d in (0..128).filter(|d| class(*d) != CLASSES - 1 && !self.grams.contains_key(&[a, b, c, *d]))
            {
                traffic[place(u32::from_le_bytes([a, b, c, d]))] += (often * self.follows(c, d)) as f32;
            }
        }
        traffic
    }

    /// How often `b` stands after `a`.
    fn pair(&self, a: u8, b: u8) -> f64 {
        let share = |byte: u8| if class(byte) == CLASSES - 1 { 1.0 / OTHERS } else { 1.0 };
        self.pairs[class(a) * CLASSES + class(b)] * share(a) * share(b)
    }

    /// How likely `b` is after `a`.
    fn follows(&self, a: u8, b: u8) -> f64 {
        let share = if class(a) == CLASSES - 1 { 1.0 / OTHERS } else { 1.0 };
        self.pair(a, b) / (self.rows[class(a)] * share)
    }
}

/// What a character of the two lists says: twice the binary logarithm.
fn count(level: u8) -> f64 {
    (f64::from(level - b'0') / 2.0).exp2()
}

/// The gram of a line, with how often it stands in the text.
fn gram(line: &str) -> Option<([u8; 4], f64)> {
    let (level, rest) = line.as_bytes().split_first()?;
    let (mut gram, mut length, mut rest) = ([0; 4], 0, rest.iter());
    while let Some(&byte) = rest.next() {
        *gram.get_mut(length)? = match byte {
            b'\\' => match rest.next()? {
                b'n' => b'\n',
                b't' => b'\t',
                b'r' => b'\r',
                other => *other,
            },
            other => other,
        };
        length += 1;
    }
    Some((gram, count(*level)))
}

/// The row and column of a byte.
fn class(byte: u8) -> usize {
    match byte {
        b'\t' => 0,
        b'\n' => 1,
        b' '..=b'~' => usize::from(byte - b' ') + 2,
        _ => CLASSES - 1,
    }
}
