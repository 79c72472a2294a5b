//! What bytes are: UTF-8 or near it, UTF-16 without or with a mark, or binary.
//!
//! In flow the first bytes of a file; out flows a guess and, for UTF-16, a transcoder. It opens nothing.

use crate::blob::BlobKind;

/// How a file's bytes are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// As they are; the number of bytes of a byte order mark at the start.
    Bytes(BlobKind, usize),
    /// UTF-16, little endian if `true`; the number of bytes of the mark.
    Utf16(bool, usize),
}

impl Encoding {
    /// How many bytes of the start are a byte order mark.
    pub(crate) fn mark(self) -> usize {
        let (Self::Bytes(_, mark) | Self::Utf16(_, mark)) = self;
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
            Self::Utf16(little, _) => {
                at &= !1;
                let unit = |at: usize| bytes.get(at..at + 2).map(|pair| unit(pair, little));
                let low = |u: u16| (0xDC00..0xE000).contains(&u);
                let lf = u16::from(b'\n');
                let parted = |at: usize| match (unit(at - 2), unit(at)) {
                    (_, Some(after)) if low(after) => true,
                    (Some(before), Some(after)) => before == u16::from(b'\r') && after == lf,
                    _ => false,
                };
                at - if at >= 2 && parted(at) { 2 } else { 0 }
            }
        }
    }
}

/// How many bytes the guess looks at.
pub(crate) const SNIFF: usize = 8 * 1024;

/// Guesses from the first bytes of a file.
///
/// UTF-16 without a mark is told by its NUL bytes: text in Latin letters has them on every second
/// place. Anything else with a NUL in the first 8 KiB is binary (the rule git uses, with its 8,000 bytes).
pub(crate) fn sniff(bytes: &[u8]) -> Encoding {
    let head = &bytes[..bytes.len().min(SNIFF)];
    match head {
        [0xEF, 0xBB, 0xBF, ..] => return Encoding::Bytes(kind(head), 3),
        [0xFF, 0xFE, 0, 0, ..] => return Encoding::Bytes(BlobKind::Binary, 0),
        [0xFF, 0xFE, ..] => return Encoding::Utf16(true, 2),
        [0xFE, 0xFF, ..] => return Encoding::Utf16(false, 2),
        _ => {}
    }
    if memchr::memchr(0, head).is_none() {
        return Encoding::Bytes(BlobKind::Text, 0);
    }
    let pairs = head.len() / 2;
    let zeros = |odd: usize| head.chunks_exact(2).filter(|p| p[odd] == 0).count();
    let text = |odd: usize| head.chunks_exact(2).filter(|p| p[1 - odd] != 0).all(|p| p[1 - odd] >= 0x09);
    let (even, odd) = (zeros(0), zeros(1));
    match pairs {
        4.. if odd * 10 >= pairs * 7 && even * 50 <= pairs && text(1) => Encoding::Utf16(true, 0),
        4.. if even * 10 >= pairs * 7 && odd * 50 <= pairs && text(0) => Encoding::Utf16(false, 0),
        _ => Encoding::Bytes(BlobKind::Binary, 0),
    }
}

fn kind(head: &[u8]) -> BlobKind {
    if memchr::memchr(0, head).is_some() { BlobKind::Binary } else { BlobKind::Text }
}

/// One code unit of UTF-16.
fn unit(pair: &[u8], little: bool) -> u16 {
    let pair = [pair[0], pair[1]];
    if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
}

/// Transcodes UTF-16 to UTF-8; what is no character becomes U+FFFD, so positions stay true.
pub(crate) fn from_utf16(bytes: &[u8], little: bool) -> String {
    characters(bytes, little).collect()
}

/// How long [`from_utf16`]'s answer is, in bytes.
pub(crate) fn length_of_utf16(bytes: &[u8], little: bool) -> usize {
    characters(bytes, little).map(char::len_utf8).sum()
}

fn characters(bytes: &[u8], little: bool) -> impl Iterator<Item = char> {
    let units = bytes.chunks_exact(2).map(move |pair| unit(pair, little));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        let bytes = |u: u16| if little { u.to_le_bytes() } else { u.to_be_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf16_is_told_with_and_without_a_mark() {
        for little in [true, false] {
            let plain = utf16("password = \"x\"\n", little);
            assert_eq!(sniff(&plain), Encoding::Utf16(little, 0));
            let marked = [utf16("\u{feff}", little), plain].concat();
            assert_eq!(sniff(&marked), Encoding::Utf16(little, 2));
            assert_eq!(from_utf16(&marked[2..], little), "password = \"x\"\n");
        }
    }

    #[test]
    fn a_nul_elsewhere_means_binary() {
        assert_eq!(sniff(b"\x7fELF\0\0\x01\x02abcdef"), Encoding::Bytes(BlobKind::Binary, 0));
        assert_eq!(sniff(b"plain"), Encoding::Bytes(BlobKind::Text, 0));
        assert_eq!(sniff(b"\xef\xbb\xbfplain"), Encoding::Bytes(BlobKind::Text, 3));
    }
}
