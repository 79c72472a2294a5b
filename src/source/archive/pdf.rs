//! PDF documents: the text that their pages show.
//!
//! In flows a document, out flows its text, line by line, and the raw bytes for what is not compressed.
//! What the codes of a font mean is `fonts.rs`. The format: ISO 32000-1.

use std::borrow::Cow;
use std::io::{Read, SeekFrom};

use flate2::bufread::ZlibDecoder;

use super::fonts::{self, Fonts};
use super::limits::{Allowance, Counted, HELD};
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
    let allowance = unpacker.allowance();
    let streams = streams(&bytes);
    let open = |stream: &Stream<'_>| inflate(stream, &bytes, &allowance);
    let mut objects = Vec::new();
    for stream in streams.iter().filter(|stream| holds(stream.dictionary, b"/ObjStm")) {
        objects.extend(fonts::objects(stream.dictionary, &open(stream)?));
    }
    let mut fonts = Fonts::of(&bytes, &objects);
    for stream in &streams {
        if let Some(table) = stream.number.filter(|number| fonts.wants(*number)) {
            fonts.read(table, &open(stream)?);
        }
    }
    let mut text = Vec::new();
    for stream in streams.iter().filter(|stream| !holds(stream.dictionary, b"/ObjStm")) {
        shown(&open(stream)?, &fonts, &mut text);
    }
    for (_, object) in &objects {
        shown(object, &fonts, &mut text);
        text.push(b'\n');
    }
    unpacker.text("pdf", path, &text)?;
    unpacker.text("pdf", path, &bytes)?;
    // The word stands in the trailer, or in the dictionary of the stream that takes its place (7.6.1).
    if memchr::memmem::find(&bytes, b"/Encrypt ").is_some() {
        return Err(Stop::Skipped("is encrypted: only what stands in it in the clear was read".to_owned()));
    }
    Ok(())
}

/// A compressed stream: the object it is, its dictionary, and where its bytes begin.
struct Stream<'a> {
    number: Option<u32>,
    dictionary: &'a [u8],
    at: usize,
}

/// The compressed streams of a document, images left out.
fn streams(bytes: &[u8]) -> Vec<Stream<'_>> {
    let words = memchr::memmem::find_iter(bytes, b"stream");
    let found = words.filter_map(|word| {
        let before = &bytes[word.saturating_sub(DICTIONARY)..word];
        let object = memchr::memmem::rfind(before, b" obj");
        let dictionary = object.map_or(before, |n| &before[n..]);
        // Pictures and the outlines of fonts show no text.
        let other = [&b"/Image"[..], b"/Length1", b"/Type1C", b"/CIDFontType0C", b"/OpenType"];
        let shows = holds(dictionary, b"/FlateDecode") && !other.iter().any(|name| holds(dictionary, name));
        if before.ends_with(b"end") || !shows {
            return None;
        }
        let at = word + b"stream".len();
        let at = at + bytes[at..].iter().take(2).take_while(|b| matches!(b, b'\r' | b'\n')).count();
        Some(Stream { number: object.and_then(|n| fonts::number_before(&before[..n])), dictionary, at })
    });
    found.collect()
}

/// What is in a stream; nothing, if it is damaged from its start on.
fn inflate(stream: &Stream<'_>, bytes: &[u8], allowance: &Allowance) -> Result<Vec<u8>, Stop> {
    let rest = &bytes[stream.at..];
    let digits = holds(stream.dictionary, b"/ASCII85Decode");
    let packed = if digits { Cow::Owned(base85(rest)) } else { Cow::Borrowed(rest) };
    let mut content = Vec::new();
    let mut inside = Counted { inner: ZlibDecoder::new(&*packed), allowance };
    // A stream that is cut short may have shown its text before.
    if let Err(error) = (&mut inside).take(HELD as u64).read_to_end(&mut content)
        && let stop @ Stop::TooMuch(_) = Stop::from(error)
    {
        return Err(stop);
    }
    Ok(content)
}

fn holds(text: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(text, word).is_some()
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

/// Adds the strings that a content stream shows (9.4.3): those of one `TJ` belong together. Outside of a text, as in the
/// objects of an object stream, each stands for itself.
fn shown(content: &[u8], fonts: &Fonts, text: &mut Vec<u8>) {
    let mut at = 0;
    let (mut array, mut inside) = (false, false);
    let (mut name, mut font) = (&content[..0], &content[..0]);
    let mut string = Vec::new();
    while let Some(&byte) = content.get(at) {
        at += 1;
        match byte {
            b'(' | b'<' if byte == b'(' || content.get(at) != Some(&b'<') => {
                string.clear();
                let read = if byte == b'(' { literal } else { digits };
                read(content, &mut at, &mut string);
                fonts.show(font, &string, text);
                if !inside {
                    text.push(b'\n');
                }
            }
            b'<' => at += 1,
            b'[' => array = true,
            b']' => array = false,
            b'/' => {
                let length = content[at..].iter().take_while(|b| !b.is_ascii_whitespace()).count();
                name = &content[at..at + length];
                at += length;
            }
            // A large step back in a `TJ` is a space between words, in thousandths of the size.
            b'-' if array => {
                let number = content[at..].iter().take(6).take_while(|b| b.is_ascii_digit());
                if number.fold(0u32, |sum, b| sum * 10 + u32::from(b - b'0')) > 200 {
                    text.push(b' ');
                }
            }
            b'T' if content.get(at) == Some(&b'f') => font = name,
            // A new line, a new place, the end of a text: `T*`, `Td`, `TD`, `Tm`, `ET`.
            b'T' if matches!(content.get(at), Some(b'*' | b'd' | b'D' | b'm')) => text.push(b'\n'),
            b'B' if content.get(at) == Some(&b'T') => inside = true,
            b'E' if content.get(at) == Some(&b'T') => {
                inside = false;
                text.push(b'\n');
            }
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
