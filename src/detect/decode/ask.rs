//! Whether the text round a plain anchor asks to be decoded: because an escape stands before it or cuts
//! the token it begins, or a closing quote does.
//!
//! In flow bytes and an anchor's place; out flows a form. It runs at every hit and looks at few bytes.

use std::ops::Range;

use super::anchors::{CELL, COUNTED, ENTITY, ESCAPE, FOLDED, JOIN, PERCENT, QUOTED};
use super::{counted, join};

/// How far a token is followed, in bytes.
const TOKEN: usize = 400;
/// How far a word is followed, in bytes.
const WORD: usize = 64;
/// The longest escape before a word or behind it, in bytes.
const ESCAPED: usize = 6;
/// How far behind a name a line of a notebook's cell may end, in bytes.
const CELL_LINE: usize = 16;
/// How far before an equals sign its line is followed, in bytes.
const LINE: usize = 80;
/// A line of quoted-printable that is broken is this long at least, without its mark (RFC 2045, 6.7: 76 at most).
const QUOTED_LINE: usize = 60;

/// The form that is asked for, and where what cuts the token stands. `followed` is the part of the token of an anchor
/// before this one that was looked at: it is not looked at again.
pub(crate) fn asked(
    bytes: &[u8],
    anchor: &Range<usize>,
    named: bool,
    followed: &mut Range<usize>,
) -> Option<(u8, usize)> {
    if let Some(form) = before(bytes, anchor.start) {
        return Some((form, anchor.start));
    }
    if !named && counted::string(bytes, anchor.start).is_ok() {
        return Some((COUNTED, anchor.start));
    }
    let reach = bytes.len().min(anchor.end + if named { WORD } else { TOKEN });
    let token = |b: &u8| if named { in_word(*b) } else { join::is_token(*b) };
    let known = !named && followed.contains(&anchor.end);
    let from = if known { followed.end.min(reach) } else { anchor.end };
    let length = bytes[from..reach].iter().take_while(|b| token(b)).count();
    let stop = from + length;
    *followed = anchor.end..stop;
    if stop == reach {
        return None;
    }
    // An equals sign may stand in a token and may be the mark of an escape.
    let marked = bytes[anchor.start..stop].ends_with(b"=").then(|| stop - 1);
    let mut signs = memchr::memchr_iter(b'=', &bytes[anchor.start..stop]).map(|at| anchor.start + at);
    let quoted = signs.find(|at| bytes[*at..stop].starts_with(b"=3D"));
    if let Some(at) = marked.or(quoted).filter(|at| quoted.is_some() || broken(bytes, *at)) {
        return Some((QUOTED, at));
    }
    let rest = &bytes[stop..];
    let form = match rest[0] {
        b'\\' => escape(rest, named).then_some(ESCAPE),
        b'%' if hex(rest.get(1..3)) => Some(PERCENT),
        b'&' if rest.get(1) == Some(&b'#') || named && rest.starts_with(b"&quot;") => Some(ENTITY),
        b'=' if rest.starts_with(b"=3D") || broken(bytes, stop) => Some(QUOTED),
        b' ' | b'=' if named && breaks_cell(rest) => Some(CELL),
        b'\n' | b'\r' if !named && folded(bytes, stop) => Some(FOLDED),
        b'"' | b'\'' | b'`' | b'$' if !named => {
            let goes_on = join::follows(bytes, stop).is_some() || join::appended(bytes, stop).is_some();
            goes_on.then_some(JOIN)
        }
        _ => None,
    };
    form.map(|form| (form, stop))
}

/// How far before and behind an anchor it was looked, if that asks for nothing.
pub(crate) fn decided(bytes: &[u8], anchor: &Range<usize>, named: bool) -> Option<usize> {
    let mut followed = anchor.end..anchor.end;
    if asked(bytes, anchor, named, &mut followed).is_some() {
        return None;
    }
    let stop = followed.end;
    let further = match bytes.get(stop) {
        Some(b'\\' | b'"' | b'\'' | b'`' | b'$') if !named => TOKEN + ESCAPED,
        // What stands last may break a line, which is followed back.
        last if !named || last == Some(&b'=') || bytes[stop - 1] == b'=' => LINE,
        Some(b' ') => CELL_LINE,
        _ => ESCAPED,
    };
    let counted = if named { 0 } else { counted::string(bytes, anchor.start).err()? };
    Some((followed.len() + further).max(counted))
}

/// The form of an escape that ends right before `at`, so that its last letter seems to belong to a word.
fn before(bytes: &[u8], at: usize) -> Option<u8> {
    let back = |n: usize| at.checked_sub(n).map(|from| &bytes[from..at]);
    if matches!(back(2), Some([b'\\', b'n' | b't' | b'r' | b'b' | b'f'])) {
        return Some(ESCAPE);
    }
    if back(4).is_some_and(|b| b.starts_with(b"\\x") && hex(b.get(2..))) {
        return Some(ESCAPE);
    }
    if back(6).is_some_and(|b| b.starts_with(b"\\u") && hex(b.get(2..))) {
        return Some(ESCAPE);
    }
    match back(3)? {
        [b'%', rest @ ..] if hex(Some(rest)) => Some(PERCENT),
        b"=3D" | b"=20" | b"=22" | b"=27" => Some(QUOTED),
        _ => None,
    }
}

/// Whether a name is given what stands on the next line of a notebook's cell: `NAME = (\n",`.
fn breaks_cell(rest: &[u8]) -> bool {
    let rest = &rest[..rest.len().min(CELL_LINE)];
    let Some(given) = rest.trim_ascii_start().strip_prefix(b"=") else { return false };
    let given = given.trim_ascii_start();
    given.starts_with(b"(\\n\",") || given.starts_with(b"\\\\\\n\",")
}

/// Whether the backslash at the start begins an escape that a token or the quote round it is cut by.
fn escape(rest: &[u8], named: bool) -> bool {
    match rest.get(1) {
        Some(b'u' | b'x' | b'/' | b'\n' | b'0'..=b'7') => true,
        Some(b'\r') => rest.get(2) == Some(&b'\n'),
        // Quotes inside quotes inside quotes; one level is read as it stands.
        Some(b'\\') if named || matches!(rest.get(2), Some(b'u' | b'x' | b'/' | b'n')) => true,
        _ => !named && goes_on(rest),
    }
}

/// Whether the end of a literal stands here, in a text that is itself a string, and another literal follows.
fn goes_on(rest: &[u8]) -> bool {
    let rest = &rest[..rest.len().min(TOKEN)];
    let skip = |mut n: usize| {
        while let Some(b' ' | b'\t' | b'\\') = rest.get(n) {
            let escape = rest[n] == b'\\' && matches!(rest.get(n + 1), Some(b'n' | b't' | b'r'));
            n += 1 + usize::from(escape);
        }
        n
    };
    let quote = |n: usize| matches!(rest.get(n), Some(b'"' | b'\''));
    let end = skip(0);
    if !quote(end) {
        return false;
    }
    let mut n = skip(end + 1);
    let sign = rest[n..].iter().take(2).take_while(|b| b"+.&|~<>".contains(b)).count();
    n = skip(n + sign);
    n += rest[n..].iter().take(2).take_while(|b| b"fFrRbBuU".contains(b)).count();
    quote(n)
}

/// Whether the equals sign at `at` breaks a line of quoted-printable.
fn broken(bytes: &[u8], at: usize) -> bool {
    let ends = matches!(bytes.get(at + 1..), Some([b'\n', ..] | [b'\r', b'\n', ..]));
    let line = bytes[at.saturating_sub(LINE)..at].iter().rev().take_while(|b| **b != b'\n').count();
    ends && (QUOTED_LINE..LINE).contains(&line)
}

/// Whether a long line ends at `at` and the next, which begins with a space, goes on with it (RFC 5545, 3.1, RFC 2849).
fn folded(bytes: &[u8], at: usize) -> bool {
    let next = match &bytes[at..] {
        [b'\n', b' ', next, ..] | [b'\r', b'\n', b' ', next, ..] => *next,
        _ => return false,
    };
    let line = bytes[at.saturating_sub(LINE)..at].iter().rev().take_while(|b| **b != b'\n').count();
    (QUOTED_LINE..LINE).contains(&line) && join::is_token(next)
}

fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn hex(digits: Option<&[u8]>) -> bool {
    digits.is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit))
}
