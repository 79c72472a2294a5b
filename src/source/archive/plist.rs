//! Binary property lists: their strings, and the entries of their dictionaries.
//!
//! In flows a file that can be read here and there; out flow lines `"key" = "value";` for the entries that are strings,
//! and every other string on a line of its own. No object is followed into another, so that none can lead round in a
//! circle. The format: `CFBinaryPList.c` of Core Foundation, <https://opensource.apple.com/source/CF/>.

use std::collections::BTreeSet;
use std::io::{Read, SeekFrom};
use std::ops::Range;

use super::limits;
use super::unpack::{Seekable, Stop, Unpacker};

/// What stands at the end of the file: how long its numbers are, and where its objects are.
const TRAILER: usize = 32;
/// The longest string, in bytes.
const LONGEST: usize = 1 << 20;
/// How much is told of a file: so many times its size.
const TIMES: usize = 16;
/// How much text is pushed at once, in bytes.
const BATCH: usize = 1 << 20;

/// Pushes the strings of a property list.
pub(super) fn unpack(unpacker: &mut Unpacker<'_>, path: &str, input: &mut dyn Seekable) -> Result<(), Stop> {
    let mut bytes = Vec::new();
    input.seek(SeekFrom::Start(0))?;
    input.take(limits::HELD as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limits::HELD {
        return Err(Stop::Skipped(format!("is a property list of more than {} MB", limits::HELD >> 20)));
    }
    let list = List::of(&bytes).ok_or_else(|| Stop::Broken("it ends too early".into()))?;
    let mut told = Told { text: Vec::new(), left: bytes.len() * TIMES, known: BTreeSet::new() };
    for n in 0..list.count {
        for (key, value) in list.entries(n) {
            told.take(1)?;
            if let (Some(name), Some(string)) = (list.string(key, told.left), list.string(value, told.left)) {
                told.known.extend([key, value]);
                told.add(&[b"\"", &*name, b"\" = \"", &*string, b"\";\n"])?;
            }
            if told.text.len() > BATCH {
                unpacker.text("plist", path, &told.text)?;
                told.text.clear();
            }
        }
    }
    for n in 0..list.count {
        if let Some(string) = list.string(n, told.left).filter(|_| !told.known.contains(&n)) {
            told.add(&[&string, b"\n"])?;
        }
    }
    unpacker.text("plist", path, &told.text)
}

/// What was told of a property list.
struct Told {
    text: Vec<u8>,
    /// How many bytes may still be told: entries may hold the same string over and over.
    left: usize,
    /// The strings that are keys or values.
    known: BTreeSet<usize>,
}

impl Told {
    fn take(&mut self, bytes: usize) -> Result<(), Stop> {
        let left = self.left.checked_sub(bytes);
        self.left =
            left.ok_or_else(|| Stop::Skipped("says the same over and over; the rest was left out".into()))?;
        Ok(())
    }

    fn add(&mut self, parts: &[&[u8]]) -> Result<(), Stop> {
        self.take(parts.iter().map(|part| part.len()).sum())?;
        parts.iter().for_each(|part| self.text.extend_from_slice(part));
        Ok(())
    }
}

/// The objects of a property list.
struct List<'b> {
    bytes: &'b [u8],
    /// How many objects there are.
    count: usize,
    /// How many bytes the number of an object has.
    width: usize,
    /// Where the objects begin, in numbers of `offset` bytes.
    table: &'b [u8],
    offset: usize,
}

/// A number with the highest byte first.
fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

impl<'b> List<'b> {
    fn of(bytes: &'b [u8]) -> Option<Self> {
        let (rest, trailer) = bytes.split_at_checked(bytes.len().checked_sub(TRAILER)?)?;
        let (offset, width) = (usize::from(trailer[6]), usize::from(trailer[7]));
        let sound = (1..=8).contains(&offset) && (1..=8).contains(&width);
        let (count, at) = (number(&trailer[8..16]), number(&trailer[24..32]));
        let table = rest.get(at..)?.get(..count.checked_mul(offset)?)?;
        sound.then_some(Self { bytes: rest, count, width, table, offset })
    }

    /// What an object is, how many parts it has, and where they begin.
    fn object(&self, n: usize) -> Option<(u8, usize, usize)> {
        let at = number(self.table.get(n.checked_mul(self.offset)?..)?.get(..self.offset)?);
        let mark = *self.bytes.get(at)?;
        if mark & 0x0f < 0x0f {
            return Some((mark >> 4, usize::from(mark & 0x0f), at + 1));
        }
        // The count does not fit, and stands behind it as a number.
        let size = 1usize << (*self.bytes.get(at + 1)? & 0x0f).min(3);
        Some((mark >> 4, number(self.bytes.get(at + 2..at + 2 + size)?), at + 2 + size))
    }

    /// An object that is a string of no more than so many bytes.
    fn string(&self, n: usize, most: usize) -> Option<Vec<u8>> {
        let (kind, count, at) = self.object(n).filter(|(_, count, _)| *count <= most.min(LONGEST))?;
        let text = |length: usize| self.bytes.get(at..at.checked_add(length)?);
        match kind {
            5 => text(count).map(<[u8]>::to_vec),
            6 => {
                let units =
                    text(count.checked_mul(2)?)?.chunks_exact(2).map(|b| u16::from_be_bytes([b[0], b[1]]));
                let read = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
                Some(read.collect::<String>().into_bytes())
            }
            _ => None,
        }
    }

    /// The numbers of the keys and values of an object that is a dictionary.
    fn entries(&self, n: usize) -> impl Iterator<Item = (usize, usize)> {
        let found = self.object(n).filter(|(kind, ..)| *kind == 13).map(|(_, count, at)| (count, at));
        let (count, at) = found.unwrap_or_default();
        // One that says it has more entries than the file has bytes is none.
        let part = |bytes: Range<usize>| self.bytes.get(bytes).unwrap_or_default();
        let length = count.saturating_mul(self.width);
        let keys = part(at..at.saturating_add(length));
        let values = part(at.saturating_add(length)..at.saturating_add(length).saturating_add(length));
        keys.chunks_exact(self.width)
            .zip(values.chunks_exact(self.width))
            .map(|(k, v)| (number(k), number(v)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A property list of a string and a dictionary of so many entries, all with these numbers of objects.
    fn list(entries: usize, key: u8) -> Vec<u8> {
        let mut bytes = b"bplist00\x54abcd\xdf\x11".to_vec();
        bytes.extend((entries as u16).to_be_bytes());
        bytes.extend(std::iter::repeat_n(key, entries * 2));
        let table = bytes.len() as u64;
        bytes.extend([0, 8, 0, 13, 0, 0, 0, 0, 0, 0, 2, 1]);
        [2, 1, table].into_iter().for_each(|number| bytes.extend(number.to_be_bytes()));
        bytes
    }

    #[test]
    fn entries_are_strings_and_numbers_beyond_the_list_are_none() {
        let bytes = list(3, 0);
        let list_of = List::of(&bytes).unwrap();
        assert_eq!(list_of.string(0, 9).as_deref(), Some(&b"abcd"[..]));
        assert_eq!(list_of.entries(1).collect::<Vec<_>>(), [(0, 0); 3]);
        assert_eq!(
            (list_of.string(0, 3), list_of.string(9, 9), list_of.string(usize::MAX, 9)),
            (None, None, None)
        );
        assert_eq!(list_of.entries(usize::MAX).count(), 0);
    }

    #[test]
    fn what_is_said_over_and_over_has_an_end() {
        let mut told = Told { text: Vec::new(), left: 20, known: BTreeSet::new() };
        assert!(told.add(&[b"abcd", b"\n"]).is_ok() && told.add(&[&[b'x'; 15]]).is_ok());
        assert!(matches!(told.add(&[b"y"]), Err(Stop::Skipped(_))) && told.text.len() == 20);
    }
}
