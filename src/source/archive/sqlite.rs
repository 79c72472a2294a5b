//! SQLite databases: the text in the rows of their tables.
//!
//! In flows something that can be read here and there; out flows the text of every row, one a line, its
//! columns apart by tabs. Rows of all table leaves are read, those of deleted tables too. The format:
//! "Database File Format", <https://www.sqlite.org/fileformat2.html>.

use std::io::{self, SeekFrom};

use super::unpack::{Seekable, Stop, Unpacker};

/// The header of the file.
const HEADER: usize = 100;
/// The type of a page that is a leaf of a table.
const TABLE_LEAF: u8 = 0x0d;
/// How much text is pushed at once, and the longest row that is put together, in bytes.
const BATCH: usize = 1 << 20;
const ROW: usize = 1 << 20;

/// Pushes the text of a database.
pub(super) fn unpack(unpacker: &mut Unpacker<'_>, path: &str, input: &mut dyn Seekable) -> Result<(), Stop> {
    let mut header = [0; HEADER];
    input.seek(SeekFrom::Start(0))?;
    input.read_exact(&mut header)?;
    let size = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65536,
        size if size >= 512 && size.is_power_of_two() => usize::from(size),
        size => return Err(Stop::Broken(format!("its pages have {size} bytes"))),
    };
    let usable = size - usize::from(header[20]).min(32);
    let mut pages = Pages { input, size, usable, buffer: vec![0; size] };
    let (mut text, mut number) = (Vec::new(), 1);
    while pages.load(number)? {
        let page = pages.buffer.clone();
        let start = if number == 1 { HEADER } else { 0 };
        if page[start] == TABLE_LEAF {
            rows(&mut pages, &page, start, &mut text);
        }
        if text.len() > BATCH {
            unpacker.text("sqlite", path, &text)?;
            text.clear();
        }
        number += 1;
    }
    unpacker.text("sqlite", path, &text)
}

/// The pages of a database.
struct Pages<'a> {
    input: &'a mut dyn Seekable,
    size: usize,
    /// How much of each page is not reserved.
    usable: usize,
    buffer: Vec<u8>,
}

impl Pages<'_> {
    /// Reads a page, counted from 1; `false` if the file ends before.
    fn load(&mut self, number: u32) -> io::Result<bool> {
        let at = u64::from(number.saturating_sub(1)) * self.size as u64;
        self.input.seek(SeekFrom::Start(at))?;
        match self.input.read_exact(&mut self.buffer) {
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            other => other.map(|()| true),
        }
    }
}

/// Adds the text of the rows of a leaf. What makes no sense is left out: a page that was freed may hold anything.
fn rows(pages: &mut Pages<'_>, page: &[u8], start: usize, text: &mut Vec<u8>) {
    let short = |at: usize| page.get(at..at + 2).map(|b| usize::from(u16::from_be_bytes([b[0], b[1]])));
    let count = short(start + 3).unwrap_or(0);
    for n in 0..count {
        let Some(cell) = short(start + 8 + 2 * n).filter(|at| *at < page.len()) else { return };
        let Some(payload) = payload(pages, page, cell) else { continue };
        if columns(&payload, text).is_some() {
            text.push(b'\n');
        }
    }
}

/// The bytes of a row, with those on overflow pages.
fn payload(pages: &mut Pages<'_>, page: &[u8], mut at: usize) -> Option<Vec<u8>> {
    let length = usize::try_from(varint(page, &mut at)?).ok()?;
    varint(page, &mut at)?;
    // How much of a row stays on its page: "B-tree Pages", 1.6.
    let most = pages.usable - 35;
    let least = (pages.usable - 12) * 32 / 255 - 23;
    let kept = match length {
        _ if length <= most => length,
        _ => Some(least + (length - least) % (pages.usable - 4)).filter(|k| *k <= most).unwrap_or(least),
    };
    let mut row = page.get(at..at + kept)?.to_vec();
    let wanted = length.min(ROW);
    let pointer = |b: &[u8]| Some(u32::from_be_bytes(b.get(..4)?.try_into().ok()?));
    let mut next = if kept < length { pointer(page.get(at + kept..)?)? } else { 0 };
    while row.len() < wanted && next != 0 {
        if !pages.load(next).ok()? {
            break;
        }
        next = pointer(&pages.buffer)?;
        let more = (length - row.len()).min(pages.usable - 4);
        row.extend_from_slice(&pages.buffer[4..4 + more]);
    }
    Some(row)
}

/// Adds the columns of a row that are text or bytes.
fn columns(row: &[u8], text: &mut Vec<u8>) -> Option<()> {
    let mut at = 0;
    let header = usize::try_from(varint(row, &mut at)?).ok()?;
    let mut content = header;
    while at < header.min(row.len()) {
        let kind = varint(row, &mut at)?;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind as usize,
            5 => 6,
            6 | 7 => 8,
            _ => usize::try_from(kind.checked_sub(12)? / 2).ok()?,
        };
        let end = content.checked_add(length)?.min(row.len());
        if kind >= 12 && content < end {
            text.extend_from_slice(&row[content..end]);
            text.push(b'\t');
        }
        content = content.checked_add(length)?;
    }
    Some(())
}

/// A number of one to nine bytes, and where it ends.
fn varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0u64;
    for n in 0..9 {
        let byte = *bytes.get(*at)?;
        *at += 1;
        if n == 8 {
            return Some(value << 8 | u64::from(byte));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(value)
}
