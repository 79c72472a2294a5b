//! Text with escapes in it: backslash escapes, percent, entities, quoted-printable.
//!
//! In flow bytes and a place; out flows a window round it in which escapes are resolved and everything
//! else stands as it was. A window is of bounded size, and a hit inside an earlier one needs none.

use std::ops::Range;

use super::tape::{Tape, Window};

/// How far a window reaches before what asked for it, in bytes, and how much it holds, in decoded
/// bytes: before, the name of a variable and the line above; behind, a private key of 4,096 bits and a
/// key that is escaped once more.
const BEFORE: usize = 512;
const DECODED: usize = 12 * 1024;
/// The longest escape, in bytes.
const LONGEST: usize = 12;
/// How much of a window's end a hit must have before it, in decoded bytes, to be in there whole.
const MARGIN: usize = 4 * 1024;

/// One resolved escape: how long it is, and what it stands for.
enum Piece {
    /// A byte.
    Byte(usize, u8),
    /// A character.
    Char(usize, u32),
    /// Nothing: the mark of a broken line.
    Nothing(usize),
}

/// Reads the escape at the start of the bytes, if there is one, and says which kind it is.
type Resolve = fn(&[u8]) -> Option<(Piece, &'static str)>;

/// The window round `hit` with backslash escapes resolved.
pub(crate) fn backslashes(bytes: &[u8], hit: &Range<usize>) -> Window {
    window(bytes, hit, b'\\', backslash)
}

/// The same with percent escapes.
pub(crate) fn percents(bytes: &[u8], hit: &Range<usize>) -> Window {
    window(bytes, hit, b'%', |rest| Some((Piece::Byte(3, hex(rest.get(1..3)?)?), "percent")))
}

/// The same with HTML entities.
pub(crate) fn entities(bytes: &[u8], hit: &Range<usize>) -> Window {
    window(bytes, hit, b'&', entity)
}

/// The same with quoted-printable.
pub(crate) fn quoted_printable(bytes: &[u8], hit: &Range<usize>) -> Window {
    window(bytes, hit, b'=', |rest| {
        let piece = match rest {
            [_, b'\n', ..] => Piece::Nothing(2),
            [_, b'\r', b'\n', ..] => Piece::Nothing(3),
            _ => Piece::Byte(3, hex(rest.get(1..3)?)?),
        };
        Some((piece, "quoted-printable"))
    })
}

/// The same with lines that are folded, at the byte that breaks them.
pub(crate) fn folded(bytes: &[u8], hit: &Range<usize>, mark: u8) -> Window {
    window(bytes, hit, mark, |rest| {
        let piece = match rest {
            [b'\n', b' ', ..] => Piece::Nothing(2),
            [b'\r', b'\n', b' ', ..] => Piece::Nothing(3),
            _ => return None,
        };
        Some((piece, "folded-lines"))
    })
}

fn window(bytes: &[u8], hit: &Range<usize>, mark: u8, resolve: Resolve) -> Window {
    let mut from = hit.start.saturating_sub(BEFORE);
    // Not in the middle of an escape, or of a row of backslashes.
    let near = from.saturating_sub(64);
    while from > near && bytes[from - 1] == mark {
        from -= 1;
    }
    let to = bytes.len().min(hit.end + DECODED * LONGEST);
    let line = memchr::memchr(b'\n', &bytes[hit.end..to]).map_or(to, |n| hit.end + n);
    let ends = bytes[..line].ends_with(&[mark]) || bytes[..line].ends_with(&[mark, b'\r']);
    let to = if ends { to } else { to.min(line.max(hit.end + BEFORE)) };
    let mut tape = Tape::new(from, DECODED.min(to - from));
    let (mut at, mut form, mut best) = (from, None, usize::MAX);
    while at < to && tape.bytes.len() < DECODED {
        // In text that is escaped as a whole the next escape begins right here.
        if bytes[at] != mark {
            let most = to.min(at + DECODED);
            let next = memchr::memchr(mark, &bytes[at..most]).map_or(most, |n| at + n);
            tape.copy(bytes, at..next);
            at = next;
            if at == most {
                continue;
            }
        }
        let Some((piece, kind)) = resolve(&bytes[at..]) else {
            tape.push(mark, at);
            at += 1;
            continue;
        };
        // The escape nearest to the hit gives the form its name.
        let far = if at < hit.start { hit.start - at } else { at.saturating_sub(hit.end) };
        if far < best {
            (form, best) = (Some(kind), far);
        }
        match piece {
            Piece::Byte(length, byte) => {
                tape.push(byte, at);
                at += length;
            }
            Piece::Char(length, code) => {
                tape.push_char(code, at);
                at += length;
            }
            Piece::Nothing(length) => at += length,
        }
    }
    let cut = tape.bytes.len() >= DECODED;
    let covers = if cut { tape.place(MARGIN).max(hit.end) } else { at };
    Window { covers, decoded: form.map(|form| tape.finish(form, at)) }
}

/// How much of a cell is shown, in bytes, from the line on that is asked for.
const CELL_BYTES: usize = 2 * 1024;

/// Whether the literal that ends at `at` is the last on a line of a notebook's cell, each of which is a string.
pub(crate) fn ends_line(bytes: &[u8], at: usize) -> bool {
    bytes[at..].starts_with(b"\\\"\\n\",")
}

/// The lines of a notebook's cell from the one on that `at` is in, in one piece.
pub(crate) fn cell(bytes: &[u8], at: usize) -> Window {
    let floor = at.saturating_sub(BEFORE);
    let mut opens = memchr::memrchr_iter(b'"', &bytes[floor..at]).map(|n| floor + n);
    let Some(open) = opens.find(|n| *n == 0 || bytes[n - 1] != b'\\') else { return Window::NONE };
    let to = bytes.len().min(at + CELL_BYTES);
    let mut tape = Tape::new(open + 1, 256);
    let (mut n, mut lines) = (open + 1, 0);
    while n < to {
        match bytes[n] {
            b'"' => {
                let gap = |b: &&u8| b.is_ascii_whitespace() || **b == b',';
                let next = n + 1 + bytes[n + 1..to].iter().take_while(gap).count();
                if next == n + 1 || bytes.get(next) != Some(&b'"') {
                    break;
                }
                (n, lines) = (next + 1, lines + 1);
            }
            b'\n' => break,
            b'\\' => match backslash(&bytes[n..]) {
                Some((Piece::Byte(length, byte), _)) => {
                    tape.push(byte, n);
                    n += length;
                }
                Some((Piece::Char(length, code), _)) => {
                    tape.push_char(code, n);
                    n += length;
                }
                _ => break,
            },
            byte => {
                tape.push(byte, n);
                n += 1;
            }
        }
    }
    Window { covers: n, decoded: (lines > 0).then(|| tape.finish("string", n.min(to))) }
}

/// A byte in two hexadecimal digits.
fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16);
    Some((digit(digits[0])? << 4 | digit(digits[1])?) as u8)
}

/// A number in the digits of `radix`, all of them digits.
fn number(digits: &[u8], radix: u32) -> Option<u32> {
    digits.iter().try_fold(0u32, |sum, b| {
        let digit = char::from(*b).to_digit(radix)?;
        sum.checked_mul(radix)?.checked_add(digit)
    })
}

/// One escape of JSON, JavaScript, Python, C and their kin.
fn backslash(rest: &[u8]) -> Option<(Piece, &'static str)> {
    let simple = |byte| Some((Piece::Byte(2, byte), "string"));
    match rest.get(1)? {
        b'n' => simple(b'\n'),
        b't' => simple(b'\t'),
        b'r' => simple(b'\r'),
        b'b' => simple(8),
        b'f' => simple(12),
        quote @ (b'"' | b'\'' | b'`' | b'\\' | b'/') => simple(*quote),
        b'u' => unicode(rest).map(|piece| (piece, "unicode-escape")),
        b'U' => Some((Piece::Char(10, number(rest.get(2..10)?, 16)?), "unicode-escape")),
        b'x' => Some((Piece::Byte(4, hex(rest.get(2..4)?)?), "hex-escape")),
        b'0'..=b'7' => {
            let count = rest[1..].iter().take(3).take_while(|b| (b'0'..=b'7').contains(*b)).count();
            let value = number(&rest[1..=count], 8)?;
            u8::try_from(value).ok().map(|byte| (Piece::Byte(1 + count, byte), "octal-escape"))
        }
        b'\n' => Some((broken(rest, 2), "continued-line")),
        b'\r' if rest.get(2) == Some(&b'\n') => Some((broken(rest, 3), "continued-line")),
        _ => None,
    }
}

/// A broken line, with the indentation of the next.
fn broken(rest: &[u8], from: usize) -> Piece {
    Piece::Nothing(from + rest[from..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count())
}

/// `\u0041`, `\u{41}`, and a pair of surrogates.
fn unicode(rest: &[u8]) -> Option<Piece> {
    if rest.get(2) == Some(&b'{') {
        let length = rest[3..].iter().take(8).position(|b| *b == b'}')?;
        return Some(Piece::Char(4 + length, number(&rest[3..3 + length], 16)?));
    }
    let high = number(rest.get(2..6)?, 16)?;
    if (0xD800..0xDC00).contains(&high) && rest.get(6..8) == Some(b"\\u") {
        let low = number(rest.get(8..12)?, 16)?;
        if (0xDC00..0xE000).contains(&low) {
            return Some(Piece::Char(12, 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)));
        }
    }
    Some(Piece::Char(6, high))
}

/// The named entities that stand in and round keys (HTML, 13.5).
const NAMED: [(&[u8], char); 16] = [
    (b"quot;", '"'),
    (b"amp;", '&'),
    (b"apos;", '\''),
    (b"lt;", '<'),
    (b"gt;", '>'),
    (b"nbsp;", ' '),
    (b"equals;", '='),
    (b"colon;", ':'),
    (b"sol;", '/'),
    (b"plus;", '+'),
    (b"lowbar;", '_'),
    (b"dash;", '-'),
    (b"period;", '.'),
    (b"commat;", '@'),
    (b"percnt;", '%'),
    (b"num;", '#'),
];

fn entity(rest: &[u8]) -> Option<(Piece, &'static str)> {
    let body = &rest[1..];
    if let Some(digits) = body.strip_prefix(b"#") {
        let (digits, radix, mark) = match digits {
            [b'x' | b'X', hex @ ..] => (hex, 16, 3),
            _ => (digits, 10, 2),
        };
        let count = digits.iter().take(7).take_while(|b| char::from(**b).is_digit(radix)).count();
        let code = number(digits.get(..count).filter(|d| !d.is_empty())?, radix)?;
        let end = usize::from(digits.get(count) == Some(&b';'));
        return Some((Piece::Char(mark + count + end, code), "html-entity"));
    }
    let (name, c) = NAMED.iter().find(|(name, _)| body.starts_with(name))?;
    Some((Piece::Char(1 + name.len(), u32::from(*c)), "html-entity"))
}

/// Whether several escapes follow each other from `at`, so that the text is escaped as a whole.
pub(crate) fn several(bytes: &[u8], at: usize, form: u8) -> bool {
    use super::anchors::{ENTITY, ESCAPE};
    const ENOUGH: usize = 3;
    let (mark, resolve): (u8, Resolve) = match form {
        ESCAPE => (b'\\', backslash),
        ENTITY => (b'&', entity),
        _ => return true,
    };
    let mut at = at;
    for _ in 0..ENOUGH {
        // In a string inside a string the backslashes are doubled.
        while form == ESCAPE && bytes.get(at..at + 2) == Some(b"\\\\") {
            at += 1;
        }
        let rest = &bytes[at.min(bytes.len())..];
        if rest.first() != Some(&mark) {
            return false;
        }
        match resolve(rest) {
            Some((Piece::Byte(length, _) | Piece::Char(length, _), _)) => at += length,
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_without_an_escape_is_looked_at_once() {
        let text = "token\\u00".repeat(1000);
        let window = backslashes(text.as_bytes(), &(0..5));
        assert!(window.decoded.is_none() && window.covers > BEFORE, "{}", window.covers);
    }
}
