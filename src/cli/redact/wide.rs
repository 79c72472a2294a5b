//! UTF-16 on its way through: narrowed to UTF-8 before it is searched, widened again after it.
//!
//! In flow bytes in one encoding, out flow the same in the other, as they come. Nothing is lost: half a
//! surrogate pair becomes three bytes, as in WTF-8 (wtf-8.codeberg.page), and a last odd byte is marked as
//! one. It holds back only a character that is not whole yet.

use std::io::{self, Read, Write};

/// Stands before a byte that is half a code unit; no UTF-8 holds it.
const ODD: u8 = 0xFF;

/// Reads UTF-16 as UTF-8.
pub(super) struct Narrowed<R> {
    input: R,
    little: bool,
    /// Read and not yet decoded: less than a character.
    raw: Vec<u8>,
    ready: Vec<u8>,
    /// How much of `ready` was handed out.
    given: usize,
}

impl<R: Read> Narrowed<R> {
    /// `little` says which byte of a code unit comes first.
    pub(super) fn new(input: R, little: bool) -> Self {
        Self { input, little, raw: Vec::new(), ready: Vec::new(), given: 0 }
    }

    /// Decodes what is whole; at the end of the input, whatever is left.
    fn decode(&mut self, end: bool) {
        let (little, whole) = (self.little, self.raw.len() & !1);
        let unit = |p: &[u8]| {
            if little { u16::from_le_bytes([p[0], p[1]]) } else { u16::from_be_bytes([p[0], p[1]]) }
        };
        let mut units: Vec<u16> = self.raw[..whole].chunks_exact(2).map(unit).collect();
        // The second half of a pair may be still to come.
        let waits = !end && units.pop_if(|u| (0xD800..0xDC00).contains(u)).is_some();
        for found in char::decode_utf16(units) {
            match found {
                Ok(c) => self.ready.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                Err(half) => self.ready.extend(three(half.unpaired_surrogate())),
            }
        }
        self.raw.drain(..whole - if waits { 2 } else { 0 });
        if end && let Some(odd) = self.raw.pop() {
            self.ready.extend([ODD, 0x80 | odd >> 4, 0x80 | odd & 0x0F]);
        }
    }
}

/// The three bytes of half a surrogate pair.
fn three(half: u16) -> [u8; 3] {
    let six = |shift: u16| 0x80 | (half >> shift & 0x3F) as u8;
    [0xED, six(6), six(0)]
}

impl<R: Read> Read for Narrowed<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() {
            self.ready.clear();
            self.given = 0;
            let mut buffer = [0; 16 * 1024];
            let read = self.input.read(&mut buffer)?;
            self.raw.extend_from_slice(&buffer[..read]);
            self.decode(read == 0);
            if read == 0 && self.ready.is_empty() {
                return Ok(0);
            }
        }
        let given = out.len().min(self.ready.len() - self.given);
        out[..given].copy_from_slice(&self.ready[self.given..self.given + given]);
        self.given += given;
        Ok(given)
    }
}

/// Writes UTF-8 as UTF-16.
pub(super) struct Widened<W> {
    output: W,
    little: bool,
    /// A character that is not whole yet.
    held: Vec<u8>,
}

impl<W: Write> Widened<W> {
    /// `little` says which byte of a code unit comes first.
    pub(super) fn new(output: W, little: bool) -> Self {
        Self { output, little, held: Vec::new() }
    }

    /// Writes what is left, which is no whole character.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.encode(true)?;
        self.output.flush()
    }

    fn encode(&mut self, end: bool) -> io::Result<()> {
        let mut out = Vec::with_capacity(self.held.len() * 2);
        let mut at = 0;
        while at < self.held.len() {
            let rest = &self.held[at..];
            let length = length(rest[0]);
            let inside = rest[1..].iter().take(length - 1).take_while(|b| **b & 0xC0 == 0x80).count();
            if inside + 1 < length && inside + 1 == rest.len() && !end {
                break;
            }
            let taken = if inside + 1 == length { length } else { 1 };
            self.put(&rest[..taken], &mut out);
            at += taken;
        }
        self.held.drain(..at);
        self.output.write_all(&out)
    }

    /// One character; what is none becomes U+FFFD.
    fn put(&self, bytes: &[u8], out: &mut Vec<u8>) {
        let unit = |u: u16| if self.little { u.to_le_bytes() } else { u.to_be_bytes() };
        match (bytes, std::str::from_utf8(bytes)) {
            ([ODD, high, low], _) => out.push(high << 4 | low & 0x0F),
            (_, Ok(text)) => out.extend(text.encode_utf16().flat_map(unit)),
            ([0xED, a, b], _) => out.extend(unit(0xD000 | u16::from(a & 0x3F) << 6 | u16::from(b & 0x3F))),
            _ => out.extend(unit(0xFFFD)),
        }
    }
}

/// How many bytes a character has that begins with this one.
fn length(first: u8) -> usize {
    match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF | ODD => 3,
        0xF0..=0xF4 => 4,
        _ => 1,
    }
}

impl<W: Write> Write for Widened<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        self.encode(false)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_goes_in_comes_out(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            little: bool,
            piece in 1usize..9,
        ) {
            // Surrogates are rare among random units; make some.
            let bytes: Vec<u8> = bytes.iter().map(|b| if b % 5 == 0 { 0xD8 | b & 7 } else { *b }).collect();
            let mut narrow = Vec::new();
            Narrowed::new(&bytes[..], little).read_to_end(&mut narrow).unwrap();
            let mut wide = Vec::new();
            let mut writer = Widened::new(&mut wide, little);
            for piece in narrow.chunks(piece) {
                writer.write_all(piece).unwrap();
            }
            writer.finish().unwrap();
            prop_assert_eq!(wide, bytes);
        }
    }

    #[test]
    fn what_is_no_character_does_not_stop_the_rest() {
        let mut wide = Vec::new();
        let mut writer = Widened::new(&mut wide, true);
        writer.write_all(b"\xe2a\x80b\xe2").unwrap();
        writer.finish().unwrap();
        let units: Vec<u16> = wide.chunks(2).map(|p| u16::from_le_bytes([p[0], p[1]])).collect();
        assert_eq!(String::from_utf16_lossy(&units), "\u{fffd}a\u{fffd}b\u{fffd}");
    }
}
