//! The fonts of a PDF document: which characters the codes in its strings stand for.
//!
//! In flow the bytes of a document and what is in its object streams; out flows, for the name of a font, the text that
//! a string shows. Documents hold only the characters they use, numbered as they come, and a table that says what each
//! number means. The formats: ISO 32000-1, 7.5.7 and 9.10.3.

use std::collections::{BTreeMap, BTreeSet};

/// How far before a word its object begins, in bytes.
const OBJECT: usize = 4096;
/// The most characters of one font, and the longest range that is believed.
const CODES: usize = 1 << 16;
const RANGE: u32 = 256;
/// How many fonts of one name are held apart.
const SAME: usize = 16;

/// Which fonts there are, and where their tables stand.
#[derive(Debug, Default)]
pub(super) struct Fonts {
    /// The object of its table, for the object of each font, and all these objects.
    tables: BTreeMap<u32, u32>,
    wanted: BTreeSet<u32>,
    /// The objects of the fonts of a name: pages may call different ones the same.
    names: BTreeMap<Vec<u8>, Vec<u32>>,
    /// What was read from the tables.
    maps: BTreeMap<u32, Map>,
}

/// What the codes of one font mean.
#[derive(Debug, Default)]
struct Map {
    /// Whether a code has two bytes.
    wide: bool,
    codes: BTreeMap<u32, String>,
}

impl Fonts {
    /// Notes the fonts that the document's own objects tell of, and those in its object streams, each with its number.
    pub(super) fn of(bytes: &[u8], objects: &[(u32, Vec<u8>)]) -> Self {
        let mut fonts = Self::default();
        let word = b"/ToUnicode";
        for at in memchr::memmem::find_iter(bytes, word) {
            let before = &bytes[at.saturating_sub(OBJECT)..at];
            let font = memchr::memmem::rfind(before, b" obj").and_then(|end| number_before(&before[..end]));
            fonts.note(font, &bytes[at + word.len()..]);
        }
        for (number, text) in objects {
            if let Some(at) = memchr::memmem::find(text, word) {
                fonts.note(Some(*number), &text[at + word.len()..]);
            }
        }
        if !fonts.tables.is_empty() {
            fonts.call(bytes);
            objects.iter().for_each(|(_, text)| fonts.call(text));
        }
        fonts
    }

    fn note(&mut self, font: Option<u32>, rest: &[u8]) {
        if let (Some(font), Some(table)) = (font, number(rest)) {
            self.tables.insert(font, table);
            self.wanted.insert(table);
        }
    }

    /// Notes what pages call the fonts: `/F1 12 0 R`.
    fn call(&mut self, text: &[u8]) {
        for at in memchr::memmem::find_iter(text, b" R") {
            let before = &text[at.saturating_sub(80)..at];
            let Some(font) = number_before(before).filter(|n| self.tables.contains_key(n)) else { continue };
            let Some(slash) = memchr::memrchr(b'/', before) else { continue };
            let name: Vec<u8> = before[slash + 1..].iter().copied().take_while(in_name).collect();
            let all = self.names.entry(name).or_default();
            if !all.contains(&font) && all.len() < SAME {
                all.push(font);
            }
        }
    }

    /// Whether the object of that number is the table of a font.
    pub(super) fn wants(&self, object: u32) -> bool {
        self.wanted.contains(&object)
    }

    /// Reads the table in the object of that number.
    pub(super) fn read(&mut self, object: u32, table: &[u8]) {
        self.maps.insert(object, Map::read(table));
    }

    /// Adds the text that a string shows in the font of that name.
    pub(super) fn show(&self, name: &[u8], string: &[u8], text: &mut Vec<u8>) {
        let fonts = self.names.get(name).into_iter().flatten();
        let maps = fonts.filter_map(|font| self.maps.get(self.tables.get(font)?));
        let known = |map: &&Map| map.split(string).filter(|code| map.codes.contains_key(code)).count();
        let Some(map) = maps.max_by_key(known).filter(|map| known(map) > 0) else {
            return text.extend(string.iter().filter(|byte| **byte != 0));
        };
        for code in map.split(string) {
            text.extend_from_slice(map.codes.get(&code).map_or(&b" "[..], |shown| shown.as_bytes()));
        }
    }
}

impl Map {
    /// Reads what stands between `beginbfchar` or `beginbfrange` and the end of either.
    fn read(table: &[u8]) -> Self {
        let mut map = Self::default();
        let mut rest = table;
        while let Some(at) = memchr::memmem::find(rest, b"beginbf") {
            rest = &rest[at + 7..];
            let end = memchr::memmem::find(rest, b"endbf").unwrap_or(rest.len());
            let (part, range) = (&rest[..end], rest.starts_with(b"range"));
            let mut words = words(part);
            while let Some((from, width, _)) = words.next().map(|(word, at)| (value(&word), word.len(), at)) {
                map.wide |= width > 1;
                let to = if range { words.next().map_or(from, |(word, _)| value(&word)) } else { from };
                let codes = from..=to.min(from.saturating_add(RANGE));
                let Some((shown, at)) = words.next() else { break };
                if !listed(part, at) {
                    codes.for_each(|code| map.add(code, &shown, code - from));
                    continue;
                }
                // A list in brackets gives each code its own.
                map.add(from, &shown, 0);
                for code in codes.skip(1) {
                    let Some((shown, _)) = words.next() else { break };
                    map.add(code, &shown, 0);
                }
            }
            rest = &rest[end..];
        }
        map
    }

    /// Notes a code that means the character so many behind the last one of `shown`, which is UTF-16.
    fn add(&mut self, code: u32, shown: &[u8], step: u32) {
        let mut units: Vec<u16> = shown.chunks_exact(2).map(|b| u16::from_be_bytes([b[0], b[1]])).collect();
        if let Some(last) = units.last_mut() {
            *last = last.wrapping_add(step as u16);
        }
        if self.codes.len() < CODES {
            self.codes.insert(code, String::from_utf16_lossy(&units));
        }
    }

    fn split<'s>(&self, string: &'s [u8]) -> impl Iterator<Item = u32> + use<'s> {
        string.chunks(if self.wide { 2 } else { 1 }).map(value)
    }
}

/// The strings in digits of a table, each with the place where it begins.
fn words(part: &[u8]) -> impl Iterator<Item = (Vec<u8>, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let from = at + memchr::memchr(b'<', &part[at..])?;
        at = from + memchr::memchr(b'>', &part[from..])?;
        let digits: Vec<u8> =
            part[from + 1..at].iter().filter_map(|b| char::from(*b).to_digit(16)).map(|d| d as u8).collect();
        let bytes = digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect();
        Some((bytes, from))
    })
}

/// Whether the string at `at` is the first of a list in brackets.
fn listed(part: &[u8], at: usize) -> bool {
    part[..at].trim_ascii_end().ends_with(b"[")
}

fn value(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |value, byte| value << 8 | u32::from(*byte))
}

fn in_name(byte: &u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'/' | b'<' | b'>' | b'[' | b']' | b'(' | b')')
}

/// The number that a text begins with, spaces left out.
pub(super) fn number(text: &[u8]) -> Option<u32> {
    let text = text.trim_ascii_start();
    let digits = text.iter().take(9).take_while(|b| b.is_ascii_digit()).count();
    std::str::from_utf8(&text[..digits]).ok()?.parse().ok()
}

/// The first of the two numbers that a text ends in: that of an object, before its generation.
pub(super) fn number_before(text: &[u8]) -> Option<u32> {
    let digits = |text: &[u8]| text.iter().rev().take(9).take_while(|b| b.is_ascii_digit()).count();
    let text = text[..text.len() - digits(text)].trim_ascii_end();
    number(&text[text.len() - digits(text)..])
}

/// The objects in the content of an object stream, by its dictionary.
pub(super) fn objects(dictionary: &[u8], content: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let entry = |name: &[u8]| {
        let at = memchr::memmem::find(dictionary, name)?;
        number(&dictionary[at + name.len()..])
    };
    let Some(first) = entry(b"/First").map(|n| n as usize).filter(|n| *n <= content.len()) else {
        return Vec::new();
    };
    let numbers: Vec<u32> =
        content[..first].split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()).map_while(number).collect();
    let starts: Vec<(u32, usize)> = numbers.chunks_exact(2).map(|n| (n[0], first + n[1] as usize)).collect();
    // Objects that lie over one another would be copied over and over.
    if !starts.is_sorted_by_key(|(_, at)| *at) {
        return Vec::new();
    }
    let ends = starts.iter().skip(1).map(|(_, at)| *at).chain([content.len()]);
    let text =
        |((number, from), to): (&(u32, usize), usize)| Some((*number, content.get(*from..to)?.to_vec()));
    starts.iter().zip(ends).filter_map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n2 beginbfchar\n<0001> <0068>\n<0002> <00690021>\nendbfchar\n1 beginbfrange <0010> <0012> <0061>\n<0020> <0022> [<0078> <0079> <007A>]\n<0030> <0030> <0071> endbfrange";

    #[test]
    fn codes_are_read_by_the_table_of_the_font() {
        let bytes =
            b"7 0 obj << /Type /Font /ToUnicode 9 0 R >> endobj 3 0 obj << /Font << /F1 7 0 R >> >> endobj";
        let mut fonts = Fonts::of(bytes, &[]);
        assert!(fonts.wants(9) && !fonts.wants(7));
        fonts.read(9, TABLE);
        let show = |name: &[u8], string: &[u8]| {
            let mut text = Vec::new();
            fonts.show(name, string, &mut text);
            String::from_utf8(text).unwrap()
        };
        assert_eq!(show(b"F1", b"\0\x01\0\x02\0\x10\0\x12\0\x77"), "hi!ac ");
        assert_eq!(show(b"F1", b"\0\x20\0\x22\0\x30"), "xzq");
        assert_eq!(show(b"F2", b"plain"), "plain");
    }

    #[test]
    fn objects_in_a_stream_have_numbers() {
        let found = objects(b"<< /Type /ObjStm /N 2 /First 9 >>", b"11 0 12 5<<a>><<b>>");
        assert_eq!(found, [(11, b"<<a>>".to_vec()), (12, b"<<b>>".to_vec())]);
        let tangled = objects(b"<< /Type /ObjStm /N 3 /First 16 >>", b"11 0 12 10 13 0 <<a>><<b>>");
        assert_eq!(tangled, []);
    }
}
