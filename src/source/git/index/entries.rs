//! The file of the index, entry by entry (git's documentation, gitformat-index).
//!
//! In flow the bytes of an index of version 2 to 4; out flow its entries and, of a split index, what it says about the
//! file with the rest. It opens nothing and compares no checksum.

use crate::secret::hexadecimal;

/// The kind of an entry, in the upper bits of its mode.
pub(super) const KIND: u32 = 0o170_000;
/// A regular file.
pub(super) const FILE: u32 = 0o100_000;
/// A folder of a sparse index, which stands for all files below it.
pub(super) const FOLDER: u32 = 0o040_000;
/// The kinds there are: a file, a symbolic link, a submodule, a folder of a sparse index.
const KINDS: [u32; 4] = [FILE, 0o120_000, 0o160_000, FOLDER];
/// What an entry begins with: ten numbers, the seventh of which is the mode.
const NUMBERS: usize = 40;
/// The bytes of an object id, by object format.
pub(super) const ID_LENGTHS: [usize; 2] = [20, 32];

/// More entries than any index has: what says otherwise is damaged.
const MOST_ENTRIES: usize = 1 << 25;

/// One entry.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// Kind and permissions.
    pub(super) mode: u32,
    /// The id of the object, as bytes.
    pub(super) id: &'a [u8],
    /// 0, or the side of a merge conflict.
    pub(super) stage: u16,
    /// The path; empty if the entry takes the place of one in the shared part of a split index.
    pub(super) path: &'a [u8],
}

/// What a split index says of its shared part.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Link {
    /// The name of the file with the shared part.
    pub(super) base: String,
    /// The numbers of its entries that count no more.
    pub(super) deleted: Vec<usize>,
    /// The numbers of its entries whose place the first entries of this index take, in order.
    pub(super) replaced: Vec<usize>,
}

/// Reads an index whose object ids have `id` bytes and tells `each` its entries; `None` if it is none, or one with an
/// extension that must be understood and is not. With a link if the index is split.
pub(super) fn parse(bytes: &[u8], id: usize, each: &mut dyn FnMut(&Entry<'_>)) -> Option<Option<Link>> {
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let version = number(4)?;
    if !bytes.starts_with(b"DIRC") || !(2..=4).contains(&version) {
        return None;
    }
    let (mut at, mut name) = (12, Vec::new());
    for _ in 0..number(8)? {
        let mode = number(at + 24)?;
        if !KINDS.contains(&(mode & KIND)) {
            return None;
        }
        let flags = at + NUMBERS + id;
        let upper = *bytes.get(flags)?;
        let extended = version > 2 && upper & 0x40 != 0;
        let mut text = flags + if extended { 4 } else { 2 };
        if version == 4 {
            let strip;
            (strip, text) = varint(bytes, text)?;
            name.truncate(name.len().checked_sub(strip)?);
        } else {
            name.clear();
        }
        let length = memchr::memchr(0, bytes.get(text..)?)?;
        name.extend_from_slice(&bytes[text..text + length]);
        let (id, stage) = (bytes.get(at + NUMBERS..flags)?, u16::from(upper >> 4 & 3));
        each(&Entry { mode, id, stage, path: &name });
        at = match version {
            4 => text + length + 1,
            // One to eight NULs make the entry a multiple of eight bytes long.
            _ => at + (text + length - at) / 8 * 8 + 8,
        };
    }
    extensions(bytes, at, id)
}

/// What follows the entries, up to the checksum.
fn extensions(bytes: &[u8], mut at: usize, id: usize) -> Option<Option<Link>> {
    let end = bytes.len().checked_sub(id)?;
    let mut found = None;
    while at + 8 <= end {
        let size = u32::from_be_bytes(bytes[at + 4..at + 8].try_into().ok()?) as usize;
        let body = bytes.get(at + 8..(at + 8).checked_add(size)?.min(end))?;
        match &bytes[at..at + 4] {
            b"link" => found = link(body, id)?,
            b"sdir" => {}
            // The first letter of one that may be passed over is a capital.
            name if name[0].is_ascii_uppercase() => {}
            _ => return None,
        }
        at += 8 + size;
    }
    (at == end).then_some(found)
}

/// The extension of a split index.
fn link(body: &[u8], id: usize) -> Option<Option<Link>> {
    let (base, rest) = body.split_at_checked(id)?;
    if base.iter().all(|byte| *byte == 0) {
        return Some(None);
    }
    let mut link = Link { base: format!("sharedindex.{}", hexadecimal(base)), ..Link::default() };
    if !rest.is_empty() {
        let next;
        (link.deleted, next) = bitmap(rest)?;
        (link.replaced, _) = bitmap(next)?;
    }
    Some(Some(link))
}

/// The numbers of the bits that are set in a compressed bitmap, and what follows it (gitformat-bitmap, "Appendix A:
/// Serialization format for an EWAH bitmap").
fn bitmap(bytes: &[u8]) -> Option<(Vec<usize>, &[u8])> {
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
    let (bits, words) = (number(0).filter(|bits| *bits <= MOST_ENTRIES)?, number(4)?);
    let end = words.checked_mul(8)?.checked_add(8)?;
    let body = bytes.get(8..end)?;
    let mut words = body.chunks_exact(8).map(|word| u64::from_be_bytes(word.try_into().unwrap_or_default()));
    let (mut set, mut at) = (Vec::new(), 0usize);
    while let Some(head) = words.next() {
        let run = usize::try_from(head >> 1 & 0xffff_ffff).ok()?.checked_mul(64)?;
        let until = at.checked_add(run)?.min(bits);
        if head & 1 != 0 {
            set.extend(at..until);
        }
        at = at.checked_add(run)?;
        for _ in 0..head >> 33 {
            let word = words.next()?;
            set.extend((0..64).filter(|n| word >> n & 1 != 0).map(|n| at + n).filter(|n| *n < bits));
            at += 64;
        }
    }
    // Four bytes say where the writer would go on.
    Some((set, bytes.get(end + 4..)?))
}

/// A number in the encoding of offsets in packs (gitformat-pack), and where it ends.
fn varint(bytes: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let mut value = 0usize;
    loop {
        let byte = *bytes.get(at)?;
        at += 1;
        value = value.checked_mul(128)?.checked_add(usize::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            return Some((value, at));
        }
        value += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compressed(bits: u32, words: &[u64]) -> Vec<u8> {
        let mut bytes = bits.to_be_bytes().to_vec();
        bytes.extend((words.len() as u32).to_be_bytes());
        words.iter().for_each(|word| bytes.extend(word.to_be_bytes()));
        bytes.extend([0, 0, 0, 0]);
        bytes
    }

    #[test]
    fn runs_and_single_words_of_a_bitmap_are_read() {
        // A run of one word of ones, one literal word; then a run of zeros and another literal word.
        let words = [1 | 1 << 1 | 1 << 33, 0b101, 1 << 1 | 1 << 33, 1];
        let bytes = [compressed(200, &words), b"rest".to_vec()].concat();
        let (set, rest) = bitmap(&bytes).unwrap();
        let wanted: Vec<usize> = (0..64).chain([64, 66, 192]).collect();
        assert_eq!((set, rest), (wanted, &b"rest"[..]));
        for cut in 0..bytes.len() - 4 {
            assert!(bitmap(&bytes[..cut]).is_none(), "{cut}");
        }
    }

    #[test]
    fn no_bitmap_makes_more_bits_than_it_says() {
        let (set, _) = bitmap(&compressed(3, &[1 | 0xffff_ffff << 1])).unwrap();
        assert_eq!(set, [0, 1, 2]);
    }
}
