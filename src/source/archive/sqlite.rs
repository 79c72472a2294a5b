//! SQLite databases: the text in the rows of their tables.
//!
//! In flows something that can be read here and there; out flows the text of every row, one a line, its
//! columns apart by tabs. Rows of all table leaves are read, those of deleted tables too; those of a table of accounts once
//! more below the names of its columns. The format:
//! "Database File Format", <https://www.sqlite.org/fileformat2.html>.

use std::collections::BTreeMap;
use std::io::{self, SeekFrom};

use super::record::{self, Value, values, varint};
use super::schema;
use super::unpack::{Seekable, Stop, Unpacker};

/// The header of the file.
const HEADER: usize = 100;
/// The type of a page that is a leaf of a table, and of one that leads to such.
const TABLE_LEAF: u8 = 0x0d;
const TABLE_INTERIOR: u8 = 0x05;
/// The header of a log, and that of each page in it: "The Write-Ahead Log", 4.1.
const LOG: usize = 32;
const FRAME: usize = 24;
/// How much text is pushed at once, and the longest row that is put together, in bytes.
const BATCH: usize = 1 << 20;
const ROW: usize = 1 << 20;

/// Pushes the text of a database.
pub(super) fn unpack(unpacker: &mut Unpacker<'_>, path: &str, input: &mut dyn Seekable) -> Result<(), Stop> {
    let mut header = [0; HEADER];
    input.seek(SeekFrom::Start(0))?;
    input.read_exact(&mut header)?;
    let size = page_size(u32::from(u16::from_be_bytes([header[16], header[17]])))?;
    let usable = size - usize::from(header[20]).min(32);
    // The encodings: "Text Encoding", 1.3.13.
    let wide = Some(header[59]).filter(|encoding| matches!(encoding, 2 | 3)).map(|encoding| encoding == 3);
    read(unpacker, path, Pages { input, size, usable, wide, places: None, buffer: vec![0; size] })
}

/// Pushes the text of what was written to a database and not yet put in its place: of each page what came last.
pub(super) fn log(unpacker: &mut Unpacker<'_>, path: &str, input: &mut dyn Seekable) -> Result<(), Stop> {
    let mut header = [0; LOG];
    input.seek(SeekFrom::Start(0))?;
    input.read_exact(&mut header)?;
    let long = |bytes: &[u8]| u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    let size = page_size(long(&header[8..12]))?;
    let mut places = BTreeMap::new();
    let (mut frame, mut at) = ([0; FRAME], LOG as u64);
    while input.read_exact(&mut frame).is_ok() {
        // Frames of an earlier use of the file follow those of the last.
        if frame[8..16] == header[16..24] {
            places.insert(long(&frame), at + FRAME as u64);
        }
        at += (FRAME + size) as u64;
        input.seek(SeekFrom::Start(at))?;
    }
    let mut pages =
        Pages { input, size, usable: size, wide: None, places: Some(places), buffer: vec![0; size] };
    if pages.load(1)? {
        let encoding = pages.buffer[59];
        pages.wide = matches!(encoding, 2 | 3).then_some(encoding == 3);
        pages.usable = size - usize::from(pages.buffer[20]).min(32);
    }
    read(unpacker, path, pages)
}

/// How long pages are whose length the header gives like this.
fn page_size(said: u32) -> Result<usize, Stop> {
    match said {
        1 => Ok(65536),
        size if (512..=65536).contains(&size) && size.is_power_of_two() => Ok(size as usize),
        size => Err(Stop::Broken(format!("its pages have {size} bytes"))),
    }
}

/// Pushes the text of all pages.
fn read(unpacker: &mut Unpacker<'_>, path: &str, mut pages: Pages<'_>) -> Result<(), Stop> {
    let mut text = Vec::new();
    // The names of the columns, by the pages of their tables.
    let mut names: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
    let known: Option<Vec<u32>> = pages.places.as_ref().map(|places| places.keys().copied().collect());
    let numbers: Box<dyn Iterator<Item = u32>> = match known {
        Some(known) => Box::new(known.into_iter()),
        None => Box::new(1..),
    };
    for number in numbers {
        if !pages.load(number)? {
            break;
        }
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
    }
    unpacker.text("sqlite", path, &text)
}

/// The pages of a database.
struct Pages<'a> {
    input: &'a mut dyn Seekable,
    size: usize,
    /// How much of each page is not reserved.
    usable: usize,
    /// Whether its texts are UTF-16, and if so, whether with the high byte first.
    wide: Option<bool>,
    /// Where its pages are; of a log not one behind the other.
    places: Option<BTreeMap<u32, u64>>,
    buffer: Vec<u8>,
}

impl Pages<'_> {
    /// Reads a page, counted from 1; `false` if the file ends before.
    fn load(&mut self, number: u32) -> io::Result<bool> {
        let at = match &self.places {
            None => u64::from(number.saturating_sub(1)) * self.size as u64,
            Some(places) => match places.get(&number) {
                Some(at) => *at,
                None => return Ok(false),
            },
        };
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
    let rows = cells.filter_map(|cell| payload(pages, page, cell));
    let rows: Vec<_> = rows.collect();
    match pages.wide {
        Some(high) => rows.iter().filter_map(|row| record::narrowed(row, high)).collect(),
        None => rows,
    }
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
