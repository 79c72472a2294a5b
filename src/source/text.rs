//! What bytes are: UTF-8 or near it, UTF-16 without or with a mark, UTF-32 with one, or binary.
//!
//! In flow the first bytes of a file; out flows a guess and, for wide characters, a transcoder. It opens nothing.

use crate::blob::BlobKind;

/// How a file's bytes are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// As they are; the number of bytes of a byte order mark at the start.
    Bytes(BlobKind, usize),
    /// In wide characters; the number of bytes of the mark.
    Wide(Wide, usize),
}

/// Code units of more than a byte, and which byte comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub(crate) enum Wide {
    Utf16Le,
    Utf16Be,
    Utf32Le,
    Utf32Be,
}

impl Wide {
    /// How a report names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Utf32Le => "utf-32le",
            Self::Utf32Be => "utf-32be",
        }
    }

    /// How many bytes a code unit has.
    fn unit(self) -> usize {
        match self {
            Self::Utf16Le | Self::Utf16Be => 2,
            Self::Utf32Le | Self::Utf32Be => 4,
        }
    }

    /// The code unit in these bytes, which are as many as it has.
    fn read(self, unit: &[u8]) -> u32 {
        match (self, unit) {
            (Self::Utf16Le, [a, b]) => u16::from_le_bytes([*a, *b]).into(),
            (Self::Utf16Be, [a, b]) => u16::from_be_bytes([*a, *b]).into(),
            (Self::Utf32Le, [a, b, c, d]) => u32::from_le_bytes([*a, *b, *c, *d]),
            (Self::Utf32Be, [a, b, c, d]) => u32::from_be_bytes([*a, *b, *c, *d]),
            _ => char::REPLACEMENT_CHARACTER.into(),
        }
    }

    /// Transcodes to UTF-8; what is no character becomes U+FFFD, so positions stay true.
    pub(crate) fn text(self, bytes: &[u8]) -> String {
        match self {
            Self::Utf16Le | Self::Utf16Be => self.utf16(bytes).collect(),
            Self::Utf32Le | Self::Utf32Be => self.utf32(bytes).collect(),
        }
    }

    /// How long [`Self::text`]'s answer is, in bytes.
    pub(crate) fn length(self, bytes: &[u8]) -> usize {
        match self {
            Self::Utf16Le | Self::Utf16Be => self.utf16(bytes).map(char::len_utf8).sum(),
            Self::Utf32Le | Self::Utf32Be => self.utf32(bytes).map(char::len_utf8).sum(),
        }
    }

    fn utf16(self, bytes: &[u8]) -> impl Iterator<Item = char> {
        let units = bytes.chunks_exact(2).map(move |pair| self.read(pair) as u16);
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn utf32(self, bytes: &[u8]) -> impl Iterator<Item = char> {
        let units = bytes.chunks_exact(4).map(move |unit| self.read(unit));
        units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

impl Encoding {
    /// How many bytes of the start are a byte order mark.
    pub(crate) fn mark(self) -> usize {
        let (Self::Bytes(_, mark) | Self::Wide(_, mark)) = self;
        mark
    }

    /// The latest place at or before `at` that parts no character and no CR from its LF.
    pub(crate) fn whole(self, bytes: &[u8], mut at: usize) -> usize {
        match self {
            Self::Bytes(..) => {
                let inside = |b: &u8| b & 0xC0 == 0x80;
                // A character has three such bytes at most; more of them are no UTF-8.
                let back = bytes[..=at.min(bytes.len() - 1)].iter().rev().take(4).take_while(|b| inside(b));
                let back = back.count();
                at -= if back < 4 { back.min(at) } else { 0 };
                let parted = at > 0 && bytes[at - 1] == b'\r' && bytes.get(at) == Some(&b'\n');
                at - usize::from(parted)
            }
            Self::Wide(wide, _) => {
                let size = wide.unit();
                at -= at % size;
                let unit = |at: usize| bytes.get(at..at + size).map(|unit| wide.read(unit));
                let low = |unit: u32| size == 2 && (0xDC00..0xE000).contains(&unit);
                let parted = |at: usize| match (unit(at - size), unit(at)) {
                    (_, Some(after)) if low(after) => true,
                    (before, after) => before == Some(u32::from(b'\r')) && after == Some(u32::from(b'\n')),
                };
                at - if at >= size && parted(at) { size } else { 0 }
            }
        }
    }
}

/// How many bytes the guess looks at.
pub(crate) const SNIFF: usize = 8 * 1024;

/// Guesses from the first bytes of a file.
///
/// UTF-16 without a mark is told by its NUL bytes: text in Latin letters has them on every second place. UTF-32 needs its
/// mark: without it tables of small numbers would look like it, and the strings between them would be lost. Anything else
/// with a NUL in the first 8 KiB is binary (the rule git uses, with its 8,000 bytes).
pub(crate) fn sniff(bytes: &[u8]) -> Encoding {
    let head = &bytes[..bytes.len().min(SNIFF)];
    match head {
        [0xEF, 0xBB, 0xBF, ..] => return Encoding::Bytes(kind(head), 3),
        [0xFF, 0xFE, 0, 0, ..] => return utf32(head, Wide::Utf32Le),
        [0, 0, 0xFE, 0xFF, ..] => return utf32(head, Wide::Utf32Be),
        [0xFF, 0xFE, ..] => return Encoding::Wide(Wide::Utf16Le, 2),
        [0xFE, 0xFF, ..] => return Encoding::Wide(Wide::Utf16Be, 2),
        _ => {}
    }
    if memchr::memchr(0, head).is_none() {
        return Encoding::Bytes(BlobKind::Text, 0);
    }
    let told = [Wide::Utf16Le, Wide::Utf16Be].into_iter().find(|wide| is_latin(head, *wide));
    told.map_or(Encoding::Bytes(BlobKind::Binary, 0), |wide| Encoding::Wide(wide, 0))
}

/// UTF-32, if what follows the mark is characters and nothing else: a binary file may begin with the same bytes, and the
/// strings in it are to be found.
fn utf32(head: &[u8], wide: Wide) -> Encoding {
    let is_text = head.chunks_exact(4).all(|unit| char::from_u32(wide.read(unit)).is_some());
    if is_text { Encoding::Wide(wide, 4) } else { Encoding::Bytes(BlobKind::Binary, 0) }
}

/// Whether the bytes are Latin letters in code units of two bytes for the most part, and hardly one NUL or control
/// character.
fn is_latin(head: &[u8], wide: Wide) -> bool {
    let units = || head.chunks_exact(2).map(|unit| wide.read(unit));
    let (all, zeros) = (head.len() / 2, units().filter(|unit| unit & 0xFF == 0).count());
    let small = units().filter(|unit| *unit <= 0xFF).count();
    let text = || units().map(|unit| unit & 0xFF).all(|low| low == 0 || low >= 0x09);
    all >= 4 && small * 10 >= all * 7 && zeros * 50 <= all && text()
}

fn kind(head: &[u8]) -> BlobKind {
    if memchr::memchr(0, head).is_some() { BlobKind::Binary } else { BlobKind::Text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide_bytes(text: &str, wide: Wide) -> Vec<u8> {
        let bytes = |unit: u32| {
            let bytes = unit.to_be_bytes()[4 - wide.unit()..].to_vec();
            let little = matches!(wide, Wide::Utf16Le | Wide::Utf32Le);
            if little { bytes.into_iter().rev().collect() } else { bytes }
        };
        match wide.unit() {
            2 => text.encode_utf16().flat_map(|unit| bytes(unit.into())).collect(),
            _ => text.chars().flat_map(|c| bytes(c.into())).collect(),
        }
    }

    #[test]
    fn wide_characters_are_told_with_and_without_a_mark() {
        for wide in [Wide::Utf16Le, Wide::Utf16Be, Wide::Utf32Le, Wide::Utf32Be] {
            let plain = wide_bytes("password = \"x\"\n", wide);
            let told =
                if wide.unit() == 2 { Encoding::Wide(wide, 0) } else { Encoding::Bytes(BlobKind::Binary, 0) };
            assert_eq!(sniff(&plain), told);
            let mark = wide_bytes("\u{feff}", wide);
            let marked = [&mark[..], &plain].concat();
            assert_eq!(sniff(&marked), Encoding::Wide(wide, mark.len()));
            assert_eq!(wide.text(&marked[mark.len()..]), "password = \"x\"\n");
            let other = wide_bytes("\u{1F511}\r\n", wide);
            assert_eq!((wide.text(&other), wide.length(&other)), ("\u{1F511}\r\n".into(), 6));
            let line_end = other.len() - 2 * wide.unit();
            for at in 1..other.len() {
                let whole = Encoding::Wide(wide, 0).whole(&other, at);
                assert_eq!(whole, if at < line_end { 0 } else { line_end }, "{wide:?} {at}");
            }
        }
    }

    #[test]
    fn a_nul_elsewhere_means_binary() {
        assert_eq!(sniff(b"\x7fELF\0\0\x01\x02abcdef"), Encoding::Bytes(BlobKind::Binary, 0));
        for mark in [&b"\xff\xfe\0\0"[..], b"\0\0\xfe\xff"] {
            assert_eq!(sniff(&[mark, b"strings"].concat()), Encoding::Bytes(BlobKind::Binary, 0));
        }
        assert_eq!(sniff(b"plain"), Encoding::Bytes(BlobKind::Text, 0));
        assert_eq!(sniff(b"\xef\xbb\xbfplain"), Encoding::Bytes(BlobKind::Text, 3));
    }
}
