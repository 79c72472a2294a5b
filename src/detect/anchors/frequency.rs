//! How frequent a window of four bytes is in ordinary files, for choosing where to look for a literal.
//!
//! In flow the values each byte of a window may have, out flows roughly how often one of them turns up.
//! A chain of pairs tells `http` from `qzjx`; more was not measured to help. The build script includes
//! this file too, so it imports nothing from the crate.

/// How often one byte follows another in about 150 MB of source code, documentation and test data of six
/// projects; `benches/bigrams.py` makes it and says how to read it.
const PAIRS: &str = include_str!("bigrams.txt");

/// Tab, line end, the 95 bytes that can be printed, and all others.
const CLASSES: usize = 98;

/// How many bytes the class of all others has.
const OTHERS: f64 = 159.0;

/// The counts of pairs, ready for asking.
pub(crate) struct Frequencies {
    /// How often the column's class follows the row's.
    pairs: Vec<f64>,
    /// The sum of each row.
    rows: Vec<f64>,
}

impl Frequencies {
    /// Reads the counts.
    pub(crate) fn new() -> Self {
        let count = |level: u8| (f64::from(level - b'0') / 2.0).exp2();
        let pairs: Vec<f64> = PAIRS.lines().flat_map(|row| row.bytes().map(count)).collect();
        let rows = pairs.chunks(CLASSES).map(|row| row.iter().sum()).collect();
        Self { pairs, rows }
    }

    /// Roughly how often a window stands in a text whose bytes may have these values; an empty list stands for any.
    pub(crate) fn of(&self, window: [&[u8]; 4]) -> f64 {
        let any: Vec<u8> = (0..=255).collect();
        let [first, second, third, fourth] = window.map(|list| if list.is_empty() { &any[..] } else { list });
        let mut sum = 0.0;
        for &b in second {
            let before: f64 = first.iter().map(|a| self.pair(*a, b)).sum();
            for &c in third {
                let after: f64 = match fourth.len() {
                    256 => 1.0,
                    _ => fourth.iter().map(|d| self.follows(c, *d)).sum(),
                };
                sum += before * self.follows(b, c) * after;
            }
        }
        sum
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

/// The row and column of a byte.
fn class(byte: u8) -> usize {
    match byte {
        b'\t' => 0,
        b'\n' => 1,
        b' '..=b'~' => usize::from(byte - b' ') + 2,
        _ => CLASSES - 1,
    }
}
