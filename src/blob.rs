//! A blob: one stretch of bytes to scan, with its name and where it begins.
//!
//! In flow the sources' bytes, borrowed for as long as their turn lasts; out flow positions a person
//! can go to (line and column, counted from 1). A blob never knows a rule and never opens a file.

use std::fmt;
use std::ops::Range;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What the bytes of a [`Blob`] are, which decides how sure a rule must be to speak up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobKind {
    /// Text in UTF-8 or an encoding near it; UTF-16 has been transcoded by the source.
    Text,
    /// Holds NUL bytes and is not UTF-16: only rules whose shape proves the secret apply.
    Binary,
    /// A commit, tag or note message.
    Message,
    /// The name of a file, branch or tag.
    Name,
}

/// The id of a git object, in raw bytes: 20 for SHA-1, 32 for SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId {
    len: u8,
    bytes: [u8; 32],
}

impl ObjectId {
    /// Wraps raw id bytes; `None` unless there are 20 or 32 of them.
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        if raw.len() != 20 && raw.len() != 32 {
            return None;
        }
        let mut bytes = [0; 32];
        bytes[..raw.len()].copy_from_slice(raw);
        Some(Self { len: raw.len() as u8, bytes })
    }

    /// The raw bytes, 20 or 32 of them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl Serialize for ObjectId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ObjectId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = |n: usize| u8::from_str_radix(text.get(n..n + 2)?, 16).ok();
        let raw: Option<Vec<u8>> = (0..text.len()).step_by(2).map(digits).collect();
        raw.and_then(|raw| Self::from_bytes(&raw)).ok_or_else(|| D::Error::custom("no id of an object"))
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A place in a text: line and column count from 1, the column in Unicode code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u64,
    /// Column in code points, from 1.
    pub column: u64,
}

impl Position {
    /// The first character of a text.
    pub const START: Self = Self { line: 1, column: 1 };

    /// So many columns further on the same line.
    #[must_use]
    pub fn right(self, columns: u64) -> Self {
        Self { column: self.column + columns, ..self }
    }

    /// Where one stands after reading `text` from here. LF, CRLF and a lone CR each end a line; a
    /// byte that is no UTF-8 counts as one column.
    pub fn after(self, text: &[u8]) -> Self {
        let mut last = None;
        let mut lines = 0;
        for at in memchr::memchr2_iter(b'\n', b'\r', text) {
            // A CR directly before an LF ends no line of its own.
            if text[at] == b'\r' && text.get(at + 1) == Some(&b'\n') {
                continue;
            }
            lines += 1;
            last = Some(at + 1);
        }
        match last {
            Some(from) => Self { line: self.line + lines, column: 1 + columns(&text[from..]) },
            None => Self { line: self.line, column: self.column + columns(text) },
        }
    }
}

/// How many code points `text` holds; a byte that is no UTF-8 counts as one.
fn columns(text: &[u8]) -> u64 {
    if text.is_ascii() {
        return text.len() as u64;
    }
    text.utf8_chunks().map(|c| (c.valid().chars().count() + c.invalid().len()) as u64).sum()
}

/// A literal that some rule is called by, at a place in a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// The offset of its first byte.
    pub at: usize,
    /// Which literal.
    pub literal: u16,
    /// Its length in bytes.
    pub length: u16,
    /// If not 0: nothing is to be made of it as long as the bytes so far to either side of it stay as they are.
    pub quiet: u16,
}

impl Mark {
    /// The bytes that it covers.
    #[inline]
    pub fn span(&self) -> Range<usize> {
        self.at..self.at + usize::from(self.length)
    }
}

/// What is known of a blob before it is scanned, because most of it was scanned as a part of another, and what the
/// scan leaves for those made from this one.
#[derive(Debug, Default)]
pub struct Trail {
    /// The marks that are known to stand in the blob, in order; after the scan all of them.
    pub marks: Vec<Mark>,
    /// Where marks that are not known may stand: those that reach into these ranges, or over them where they are
    /// empty. In order; `None` means anywhere.
    pub fresh: Option<Vec<Range<usize>>>,
    /// Whether what is not near a fresh range is known to be clean.
    pub clean: bool,
    /// Whether the scan found anything.
    pub found: bool,
}

/// One stretch of bytes to scan.
///
/// A large file arrives as several blobs that overlap, so that memory stays bounded. Each carries
/// the position of its first byte, and [`Blob::fresh`] says which of its bytes it answers for: a
/// secret that begins elsewhere is found by a neighbour.
#[derive(Debug, Clone)]
pub struct Blob<'a> {
    /// The name to report, `/` between parts, `archive.zip!/member` inside archives; bytes of the
    /// real name that are not UTF-8 are replaced.
    pub path: &'a str,
    /// Where in `path` the part begins that tells what kind of file it is; what stands before only says where the
    /// folder lies that is scanned.
    pub below: usize,
    /// What to scan.
    pub bytes: &'a [u8],
    /// What the bytes are.
    pub kind: BlobKind,
    /// Where `bytes[0]` stands in the whole file.
    pub start: Position,
    /// The part of `bytes` in which a secret must begin to be reported here.
    pub fresh: Range<usize>,
    /// The git object the bytes come from.
    pub object: Option<ObjectId>,
    /// How the source unpacked the bytes before anyone saw them, outermost first (`"gzip"`, `"utf-16le"`).
    pub unpacked: &'a [&'static str],
}

impl<'a> Blob<'a> {
    /// A blob that is a whole file, text, beginning at line 1.
    pub fn whole(path: &'a str, bytes: &'a [u8]) -> Self {
        Self {
            path,
            below: 0,
            bytes,
            kind: BlobKind::Text,
            start: Position::START,
            fresh: 0..bytes.len(),
            object: None,
            unpacked: &[],
        }
    }

    /// The part of the path that tells what kind of file it is.
    pub fn name(&self) -> &'a str {
        self.path.get(self.below..).unwrap_or(self.path)
    }

    /// The position of the byte at `offset`, which may be one past the end.
    pub fn position(&self, offset: usize) -> Position {
        self.start.after(&self.bytes[..offset.min(self.bytes.len())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_counts_once() {
        let blob = Blob::whole("a", b"a\r\nb\rc\nd");
        assert_eq!(blob.position(7), Position { line: 4, column: 1 });
    }

    #[test]
    fn columns_count_code_points_and_broken_bytes() {
        let text = "äö\u{1F511}".as_bytes();
        assert_eq!(Position::START.after(text).column, 4);
        assert_eq!(Position::START.after(b"\xff\xfe").column, 3);
    }

    #[test]
    fn positions_go_on_from_the_start_of_a_piece() {
        let mut blob = Blob::whole("a", b"xy\nz");
        blob.start = Position { line: 10, column: 5 };
        assert_eq!(blob.position(1), Position { line: 10, column: 6 });
        assert_eq!(blob.position(3), Position { line: 11, column: 1 });
    }
}
