//! One entry of a pack: its head, and its compressed bytes.
//!
//! In flow the bytes of a pack from some offset (gitformat-pack, "pack-*.pack files"); out flow kind, size,
//! base and inflated data. Sizes come from the file and are checked before memory is taken for them.

use libdeflater::{DecompressionError, Decompressor};

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Kind {
    /// A commit.
    Commit,
    /// A tree.
    Tree,
    /// The content of a file.
    Blob,
    /// An annotated tag.
    Tag,
}

/// What an entry says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head<'a> {
    /// An object as a whole.
    Whole(Kind),
    /// Changes to the object that lies so many bytes before this one.
    Before(u64),
    /// Changes to the object of this id.
    Named(&'a [u8]),
}

/// An entry: what it is, its size when inflated, and how long its head is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    /// What it is.
    pub(super) head: Head<'a>,
    /// Its size when inflated (of a delta: of the changes).
    pub(super) size: u64,
    /// Where its compressed data begins, counted from its first byte.
    pub(super) data: usize,
}

/// No stored block of a deflate stream is smaller than about a thousandth of what it gives (RFC 1951: at most 258 bytes
/// for two bits), so a size beyond that is a lie.
const MOST_GROWTH: u64 = 1032;

impl<'a> Entry<'a> {
    /// Reads the head at the start of `bytes`, which reach to the next entry.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let first = *bytes.first()?;
        let mut size = u64::from(first & 0x0F);
        let (mut at, mut more, mut shift) = (1, first & 0x80 != 0, 4);
        while more {
            let byte = *bytes.get(at)?;
            if shift > 57 {
                return None;
            }
            size |= u64::from(byte & 0x7F) << shift;
            (at, more, shift) = (at + 1, byte & 0x80 != 0, shift + 7);
        }
        let head = match first >> 4 & 7 {
            1 => Head::Whole(Kind::Commit),
            2 => Head::Whole(Kind::Tree),
            3 => Head::Whole(Kind::Blob),
            4 => Head::Whole(Kind::Tag),
            6 => {
                let (back, length) = distance(&bytes[at..])?;
                at += length;
                Head::Before(back)
            }
            7 => {
                let id = bytes.get(at..at + 20)?;
                at += 20;
                Head::Named(id)
            }
            _ => return None,
        };
        let left = bytes.len().checked_sub(at)? as u64;
        (size <= left.saturating_mul(MOST_GROWTH).saturating_add(64)).then_some(Self { head, size, data: at })
    }
}

/// The distance to the base: seven bits a byte, the highest first, one added at every step.
fn distance(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for (n, byte) in bytes.iter().take(9).enumerate() {
        value = value << 7 | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((value, n + 1));
        }
        value += 1;
    }
    None
}

/// Inflates a zlib stream into `out`, which becomes exactly `size` bytes long. Its Adler-32 is not
/// compared: the checksum in the index covers the bytes it was made from.
pub(super) fn inflate(
    inflater: &mut Decompressor,
    stream: &[u8],
    size: usize,
    out: &mut Vec<u8>,
) -> Result<(), &'static str> {
    let [head, flags, body @ ..] = stream else { return Err("its data is cut short") };
    let check = u16::from_be_bytes([*head, *flags]);
    if head & 0x0F != 8 || flags & 0x20 != 0 || !check.is_multiple_of(31) {
        return Err("its data is no zlib stream");
    }
    // What a pooled buffer holds already is overwritten, so only growth has to be zeroed.
    if out.len() < size {
        out.reserve_exact(size - out.len());
    }
    out.resize(size, 0);
    match inflater.deflate_decompress(body, out) {
        Ok(written) if written == size => Ok(()),
        Ok(_) => Err("its data is shorter than it says"),
        Err(DecompressionError::InsufficientSpace) => Err("its data is longer than it says"),
        Err(_) => Err("its compressed data is damaged"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_every_length_are_read() {
        let entry = Entry::parse(&[0xB5, 0x0A, b'x', b'y', 0]).unwrap();
        assert_eq!((entry.head, entry.size, entry.data), (Head::Whole(Kind::Blob), 0xA5, 2));
        let entry = Entry::parse(&[0x61, 0x81, 0x00, 0]).unwrap();
        assert_eq!((entry.head, entry.data), (Head::Before(256), 3));
    }

    #[test]
    fn a_size_that_cannot_be_is_refused() {
        assert!(Entry::parse(&[0xBF, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0]).is_none());
        assert!(Entry::parse(&[0xBF]).is_none());
        assert!(Entry::parse(&[0x55, 0]).is_none());
        assert!(Entry::parse(&[]).is_none());
    }

    #[test]
    fn damaged_data_is_an_error() {
        let mut out = Vec::new();
        let mut inflater = Decompressor::new();
        assert!(inflate(&mut inflater, b"", 3, &mut out).is_err());
        assert!(inflate(&mut inflater, b"\x78\x9cxxxxxx", 3, &mut out).is_err());
        assert!(inflate(&mut inflater, b"\x00\x00xxxxxx", 3, &mut out).is_err());
    }
}
