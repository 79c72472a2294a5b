//! A tape: decoded bytes, each with the place it came from.
//!
//! In flow bytes one by one; out flow the bytes of a view and its map. It decodes nothing itself.

use std::ops::Range;

/// What was looked at for encoded text.
#[derive(Debug)]
pub(crate) struct Window {
    /// Where hits need no window of their own: they are in this one, with all that follows them.
    pub(crate) covers: usize,
    /// What was decoded; `None` if nothing is encoded there.
    pub(crate) decoded: Option<Decoded>,
}

impl Window {
    /// Nothing, of which the next hit can learn nothing.
    pub(crate) const NONE: Self = Self { covers: 0, decoded: None };
}

/// What a decoding yields.
#[derive(Debug)]
pub(crate) struct Decoded {
    /// The name of the encoding, for the report.
    pub(crate) form: &'static str,
    /// What was decoded, in the bytes it was decoded from.
    pub(crate) span: Range<usize>,
    /// The decoded bytes.
    pub(crate) bytes: Vec<u8>,
    /// For each decoded byte where its encoded form begins, relative to `span`; and the end.
    pub(crate) map: Vec<u32>,
}

/// Decoded bytes in the making.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    /// The bytes so far.
    pub(crate) bytes: Vec<u8>,
    map: Vec<u32>,
    origin: usize,
}

impl Tape {
    /// A tape for what begins at `origin`, with room for `most` bytes.
    pub(crate) fn new(origin: usize, most: usize) -> Self {
        Self { bytes: Vec::with_capacity(most), map: Vec::with_capacity(most + 1), origin }
    }

    /// Adds a byte whose encoded form begins at `at`.
    pub(crate) fn push(&mut self, byte: u8, at: usize) {
        self.bytes.push(byte);
        self.map.push((at - self.origin) as u32);
    }

    /// Adds a character whose encoded form begins at `at`; one that does not exist becomes U+FFFD.
    pub(crate) fn push_char(&mut self, code: u32, at: usize) {
        let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        let mut buffer = [0; 4];
        c.encode_utf8(&mut buffer).bytes().for_each(|b| self.push(b, at));
    }

    /// Adds bytes that stand for themselves.
    pub(crate) fn copy(&mut self, bytes: &[u8], range: Range<usize>) {
        range.for_each(|at| self.push(bytes[at], at));
    }

    /// Where the byte that stands `back` bytes before the end came from.
    pub(crate) fn place(&self, back: usize) -> usize {
        self.map.len().checked_sub(back).map_or(self.origin, |n| self.origin + self.map[n] as usize)
    }

    /// Ends the tape at `end`.
    pub(crate) fn finish(mut self, form: &'static str, end: usize) -> Decoded {
        self.map.push((end - self.origin) as u32);
        Decoded { form, span: self.origin..end, bytes: self.bytes, map: self.map }
    }
}
