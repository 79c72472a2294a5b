//! A literal to search for, and the windows of four bytes in which it may be written.
//!
//! The build script includes this file too, so it imports nothing from the crate.

/// How much of the anchor of a pattern is searched for, in bytes. In a history every seam of a delta is searched this
/// far to either side; the rest of a longer anchor is the pattern's affair.
pub const LONGEST: usize = 16;

/// A literal to search for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// Its bytes, 3 to 60 of them; lower case if `caseless`.
    pub bytes: Vec<u8>,
    /// Whether ASCII case is ignored.
    pub caseless: bool,
}

impl Literal {
    /// The literal for an anchor of a rule that has a pattern.
    pub fn of_pattern(anchor: &str) -> Self {
        let bytes = &anchor.as_bytes()[..anchor.len().min(LONGEST)];
        Self { bytes: bytes.to_vec(), caseless: false }
    }

    /// The values that the byte at this offset may have; none if it lies outside the literal, where anything may stand.
    pub fn variants(&self, at: i8) -> Vec<u8> {
        match usize::try_from(at).ok().and_then(|at| self.bytes.get(at)) {
            None => Vec::new(),
            Some(&b) if self.caseless && b.is_ascii_alphabetic() => {
                vec![b.to_ascii_lowercase(), b.to_ascii_uppercase()]
            }
            Some(&b) => vec![b],
        }
    }

    /// Calls `add` with every variant of the window at `offset` and the byte after it, the first byte lowest.
    pub fn windows(&self, offset: i8, add: &mut impl FnMut(u32)) {
        let all = |at: i8| match self.variants(at) {
            // Outside the literal anything may stand, broken UTF-8 too.
            none if none.is_empty() => (0..=255).collect(),
            some => some,
        };
        let [first, second, third, fourth] = [0, 1, 2, 3].map(|n| all(offset + n));
        for &a in &first {
            for &b in &second {
                for &c in &third {
                    for &d in &fourth {
                        add(u32::from_le_bytes([a, b, c, d]));
                    }
                }
            }
        }
    }
}
