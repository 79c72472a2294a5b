//! SQLite databases: the text in the rows of their tables.
//!
//! In flows something that can be read here and there; out flows the text of every row, one a line, its
//! columns apart by tabs. Rows of all table leaves are read, those of deleted tables too; those of a table of accounts once
//! more below the names of its columns. The format:
//! "Database File Format", <https://www.sqlite.org/fileformat2.html>.

use std::collections::BTreeMap;
use std::io::{self, SeekFrom};

use super::schema::{self, Value};
use super::unpack::{Seekable, Stop, Unpacker};

/// The header of the file.
const HEADER: usize = 100;
/// The type of a page that is a leaf of a table, and of one that leads to such.
const TABLE_LEAF: u8 = 0x0d;
const TABLE_INTERIOR: u8 = 0x05;
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
    // The names of the columns, by the pages of their tables.
    let mut names: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
    while pages.load(number)? {
        let page = pages.buffer.clone();
        let start = if number == 1 { HEADER } else { 0 };
        let heads = names.remove(&number);
        if page[start] == TABLE_LEAF {
            let rows = rows(&mut pages, &page, start);
            rows.iter().for_each(|row| add(row, &mut text));
            names.extend(rows.iter().filter_map(|row| schema::table(&values(row)?)));
            if let Some(heads) = heads {
                unpacker.text("sqlite", path, &below(heads, &rows))?;
            }
        } else if let Some(heads) = heads.filter(|_| page[start] == TABLE_INTERIOR) {
            names.extend(children(&page, start).into_iter().map(|child| (child, heads.clone())));
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

/// A number of two bytes.
fn short(page: &[u8], at: usize) -> Option<usize> {
    page.get(at..at + 2).map(|b| usize::from(u16::from_be_bytes([b[0], b[1]])))
}

/// The rows of a leaf. What makes no sense is left out: a page that was freed may hold anything.
fn rows(pages: &mut Pages<'_>, page: &[u8], start: usize) -> Vec<Vec<u8>> {
    let count = short(page, start + 3).unwrap_or(0);
    let cells = (0..count).map_while(|n| short(page, start + 8 + 2 * n).filter(|at| *at < page.len()));
    cells.filter_map(|cell| payload(pages, page, cell)).collect()
}

/// The pages that a page leads to.
fn children(page: &[u8], start: usize) -> Vec<u32> {
    let pointer = |at: usize| Some(u32::from_be_bytes(page.get(at..at + 4)?.try_into().ok()?));
    let count = short(page, start + 3).unwrap_or(0);
    let cells = (0..count).filter_map(|n| pointer(short(page, start + 12 + 2 * n)?));
    cells.chain(pointer(start + 8)).collect()
}

/// The rows of a table below the names of its columns, apart by tabs.
fn below(mut text: Vec<u8>, rows: &[Vec<u8>]) -> Vec<u8> {
    for values in rows.iter().filter_map(|row| values(row)) {
        text.push(b'\n');
        for (n, value) in values.iter().enumerate() {
            if n > 0 {
                text.push(b'\t');
            }
            match value {
                Value::Text(value) => text.extend_from_slice(value),
                Value::Number(number) => text.extend_from_slice(number.to_string().as_bytes()),
                Value::Other => {}
            }
        }
    }
    text
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
fn add(row: &[u8], text: &mut Vec<u8>) {
    let Some(values) = values(row) else { return };
    for value in values {
        if let Value::Text(value) = value
            && !value.is_empty()
        {
            text.extend_from_slice(value);
            text.push(b'\t');
        }
    }
    text.push(b'\n');
}

/// The columns of a row.
fn values(row: &[u8]) -> Option<Vec<Value<'_>>> {
    let mut at = 0;
    let header = usize::try_from(varint(row, &mut at)?).ok()?;
    let (mut content, mut values) = (header, Vec::new());
    while at < header.min(row.len()) {
        let kind = varint(row, &mut at)?;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind as usize,
            5 => 6,
            6 | 7 => 8,
            _ => usize::try_from(kind.checked_sub(12)? / 2).ok()?,
        };
        let end = content.checked_add(length)?;
        let bytes = row.get(content.min(row.len())..end.min(row.len()))?;
        values.push(match kind {
            8 | 9 => Value::Number(kind as i64 - 8),
            1..=6 if bytes.len() == length => Value::Number(number(bytes)),
            12.. => Value::Text(bytes),
            _ => Value::Other,
        });
        content = end;
    }
    Some(values)
}

/// A number of one to eight bytes, with a sign.
fn number(bytes: &[u8]) -> i64 {
    let first = if bytes.first().is_some_and(|b| *b >= 0x80) { -1 } else { 0 };
    bytes.iter().fold(first, |number, byte| number << 8 | i64::from(*byte))
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
