//! PDF documents: the text that their pages show.
//!
//! In flows a document, out flows its text, line by line, and the raw bytes for what is not compressed.
//! Text in fonts with an encoding of their own stays unread. The format: ISO 32000-1.

use std::borrow::Cow;
use std::io::{Read, SeekFrom};

use flate2::bufread::ZlibDecoder;

use super::limits::{Counted, HELD};
use super::unpack::{Seekable, Stop, Unpacker};

/// How far before a stream its dictionary is looked for, in bytes.
const DICTIONARY: usize = 2048;

/// Pushes the text of a document.
pub(super) fn unpack(unpacker: &mut Unpacker<'_>, path: &str, input: &mut dyn Seekable) -> Result<(), Stop> {
    let mut bytes = Vec::new();
    input.seek(SeekFrom::Start(0))?;
    (&mut *input).take(HELD as u64).read_to_end(&mut bytes)?;
    if bytes.len() == HELD {
        return Err(Stop::Skipped(format!("is a document of more than {} MB", HELD >> 20)));
    }
    let mut text = Vec::new();
    let allowance = unpacker.allowance();
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&bytes[at..], b"stream") {
        let word = at + found;
        at = word + b"stream".len();
        let dictionary = &bytes[word.saturating_sub(DICTIONARY)..word];
        let own = memchr::memmem::rfind(dictionary, b" obj").map_or(dictionary, |n| &dictionary[n..]);
        let image = memchr::memmem::find(own, b"/Image").is_some();
        if dictionary.ends_with(b"end") || memchr::memmem::find(own, b"/FlateDecode").is_none() || image {
            continue;
        }
        let from = at + bytes[at..].iter().take(2).take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let digits = memchr::memmem::find(own, b"/ASCII85Decode").is_some();
        let packed = if digits { Cow::Owned(base85(&bytes[from..])) } else { Cow::Borrowed(&bytes[from..]) };
        let mut content = Vec::new();
        let mut inside = Counted { inner: ZlibDecoder::new(&*packed), allowance: &allowance };
        // A stream that is cut short may have shown its text before.
        if let Err(error) = (&mut inside).take(HELD as u64).read_to_end(&mut content) {
            match Stop::from(error) {
                stop @ Stop::TooMuch(_) => return Err(stop),
                _ if content.is_empty() => continue,
                _ => {}
            }
        }
        shown(&content, &mut text);
    }
    unpacker.text("pdf", path, &text)?;
    unpacker.text("pdf", path, &bytes)
}

/// The bytes that five digits to the base 85 stand for, four each, up to `~>` (7.4.3).
fn base85(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 5 * 4);
    let (mut group, mut length) = (0u32, 0);
    for &byte in text {
        match byte {
            b'!'..=b'u' => {
                group = group.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                length += 1;
            }
            b'z' if length == 0 => out.extend([0; 4]),
            _ if byte.is_ascii_whitespace() => {}
            _ => break,
        }
        if length == 5 {
            out.extend(group.to_be_bytes());
            (group, length) = (0, 0);
        }
    }
    if length > 1 {
        // A short group is filled up with the highest digit.
        let filled = (length..5).fold(group, |g, _| g.wrapping_mul(85).wrapping_add(84));
        out.extend(&filled.to_be_bytes()[..length - 1]);
    }
    out
}

/// Adds the strings that a content stream shows (9.4.3): those of one `TJ` belong together.
fn shown(content: &[u8], text: &mut Vec<u8>) {
    let mut at = 0;
    let mut array = false;
    while let Some(&byte) = content.get(at) {
        at += 1;
        match byte {
            b'(' => literal(content, &mut at, text),
            b'<' if content.get(at) != Some(&b'<') => digits(content, &mut at, text),
            b'<' => at += 1,
            b'[' => array = true,
            b']' => array = false,
            // A large step back in a `TJ` is a space between words, in thousandths of the size.
            b'-' if array => {
                let number = content[at..].iter().take(6).take_while(|b| b.is_ascii_digit());
                if number.fold(0u32, |sum, b| sum * 10 + u32::from(b - b'0')) > 200 {
                    text.push(b' ');
                }
            }
            // A new line, a new place, the end of a text: `T*`, `Td`, `TD`, `Tm`, `ET`.
            b'T' if matches!(content.get(at), Some(b'*' | b'd' | b'D' | b'm')) => text.push(b'\n'),
            b'E' if content.get(at) == Some(&b'T') => text.push(b'\n'),
            _ => {}
        }
    }
}

/// A string in brackets (7.3.4.2).
fn literal(content: &[u8], at: &mut usize, text: &mut Vec<u8>) {
    let mut open = 1;
    while let Some(&byte) = content.get(*at) {
        *at += 1;
        match byte {
            b'(' => open += 1,
            b')' => {
                open -= 1;
                if open == 0 {
                    return;
                }
            }
            b'\\' => {
                let next = content.get(*at).copied().unwrap_or(b' ');
                *at += 1;
                match next {
                    b'n' | b'r' | b't' => text.push(b' '),
                    b'0'..=b'7' => {
                        let more = content[*at..].iter().take(2).take_while(|b| (b'0'..=b'7').contains(*b));
                        let value =
                            more.clone().fold(u32::from(next - b'0'), |v, b| v * 8 + u32::from(b - b'0'));
                        *at += more.count();
                        text.push(value as u8);
                    }
                    b'\r' | b'\n' => {}
                    other => text.push(other),
                }
                continue;
            }
            _ => {}
        }
        text.push(byte);
    }
}

/// A string in hexadecimal digits (7.3.4.3).
fn digits(content: &[u8], at: &mut usize, text: &mut Vec<u8>) {
    let mut half = None;
    while let Some(&byte) = content.get(*at) {
        *at += 1;
        match (char::from(byte).to_digit(16), half) {
            (Some(digit), None) => half = Some(digit),
            (Some(digit), Some(high)) => {
                text.push((high << 4 | digit) as u8);
                half = None;
            }
            (None, _) if byte == b'>' => return,
            (None, _) => {}
        }
    }
}
