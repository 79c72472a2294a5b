//! Signs between a name and its value: `=`, `:`, `=>`, `:=`, `==`, a comma in a call, a default.
//!
//! In flow bytes and a name; out flows the value after the sign, and the form. Anything else is none of
//! its business: elements and spaces are `markup.rs` and `spaced.rs`.

use std::ops::Range;

use super::markup;
use super::read::Form;
use super::serial;
use super::value;
use super::{call, foreign, grid, spaced};

/// The longest gap of spaces and type names between a name and its value, in bytes.
pub(super) const GAP: usize = 80;

/// How far before a name the `;` of a list may stand, in bytes.
const MARGIN: usize = 64;

/// The value that a sign gives to the name at `key`.
pub(super) fn follow(bytes: &[u8], key: &Range<usize>) -> Option<(Range<usize>, Form)> {
    let mut at = closers(bytes, key.end);
    let closed = at > key.end;
    let looked_up = closed && matches!(bytes[at - 1], b')' | b']');
    let in_quotes = closed && matches!(bytes[key.end], b'"' | b'\'');
    at = index(bytes, at);
    at = blanks(bytes, at);
    let rest = bytes.get(at..bytes.len().min(at + GAP))?;
    match (rest.first()?, rest.get(1)) {
        (b'=' | b'!', Some(b'=')) => compared(bytes, at + 2),
        // What a call gives back is not its argument: `sign('', 'secret') => '…'`.
        (b'=', Some(b'>')) if in_quotes && bytes[key.end..at].contains(&b')') => None,
        (b'=', Some(b'>')) | (b':' | b'?' | b'+', Some(b'=')) => given(bytes, at + 2, key),
        (b'|', Some(b'|')) | (b'?', Some(b'?' | b':')) => {
            let skip = usize::from(rest.get(2) == Some(&b'='));
            let at = blanks(bytes, at + 2 + skip);
            quoted(bytes, at)
                .or_else(|| if bytes.get(at) == Some(&b'\n') { next_line(bytes, at) } else { None })
        }
        (b'=', _) => given(bytes, at + 1, key),
        (b':', Some(b':')) => immediate(bytes, at).or_else(|| typed(bytes, at + 2)),
        (b'.', Some(b'=')) => quoted(bytes, blanks(bytes, at + 2)),
        (b'<', Some(b'-')) => given(bytes, at + 2, key),
        (b'-', Some(b'>')) if at > key.end => quoted(bytes, blanks(bytes, at + 2)),
        (b'-', Some(b' ')) if at > key.end => noted(bytes, at + 2),
        (b'|', Some(b' ')) if at > key.end => cell(bytes, at + 1, key),
        (b':', _) if opened(bytes, key, b"${") => default(bytes, at + 1, key),
        (b':', _) => typed(bytes, at + 1).or_else(|| given(bytes, at + 1, key)),
        (b',', _) if closed => call::argument(bytes, at + 1, key),
        (b',', Some(b' ' | b'"')) if at == key.end => call::pair(bytes, at + 1, key),
        (b'"', _) if in_quotes && bytes[at - 1] == b'\t' => spaced::row(bytes, at, key),
        (b'(', _) if !closed => call::only(bytes, at + 1, b')'),
        (b'{', Some(b'"' | b'\'' | b' ' | b'\n')) if at == key.end => call::only(bytes, at + 1, b'}'),
        (b'\n' | b'\r', _) if !closed && opened(bytes, key, b" ") => broken(bytes, at),
        (b'{', _) if looked_up && in_quotes => quoted(bytes, blanks(bytes, at + 1)),
        (b't', Some(b'o')) if in_quotes || at > key.end && opened(bytes, key, b"set ") => {
            quoted(bytes, blanks(bytes, at + 2))
        }
        (b';', Some(b's')) if in_quotes => serial::string(bytes, at + 1).map(|v| (v, Form::Quoted)),
        (b'o', Some(b'r')) if looked_up => quoted(bytes, blanks(bytes, at + 2)),
        (b'i' | b'l' | b'e', Some(b's' | b'a')) if at > key.end => {
            let verb = TOLD.iter().find(|verb| rest.starts_with(verb))?;
            let at = blanks(bytes, at + verb.len());
            quoted(bytes, at).or_else(|| told(bytes, at, key))
        }
        (b's' | b'A' | b'C' | b'V' | b'T' | b'P', _) => declared(bytes, at),
        (b'}', Some(b' ' | b'\t')) if opens_row(bytes, key) => {
            Some((value::line(bytes, blanks(bytes, at + 1)), Form::Spaced))
        }
        _ if !bytes[key.clone()].is_ascii() => foreign::told(bytes, at).map(|v| (v, Form::Quoted)),
        _ => None,
    }
}

/// The literal behind a sign that opens the next line, as formatters break long ones.
fn broken(bytes: &[u8], at: usize) -> Option<(Range<usize>, Form)> {
    let at = spaces(bytes, at);
    let sign = bytes.get(at..at + 2)? == b"= ";
    if sign && matches!(bytes.get(at + 2)?, b'"' | b'\'') { quoted(bytes, at + 2) } else { None }
}

/// The literal behind `::=` or `:::=`, by which POSIX make assigns at once.
fn immediate(bytes: &[u8], at: usize) -> Option<(Range<usize>, Form)> {
    let colons = bytes[at..].iter().take(4).take_while(|b| **b == b':').count();
    let signed = matches!(colons, 2 | 3) && bytes.get(at + colons) == Some(&b'=');
    signed.then(|| quoted(bytes, blanks(bytes, at + colons + 1)))?
}

/// Words that declare a text where no sign stands between the name and its type: `NAME string = "…"` in Go,
/// `NAME As String = "…"` in Basic, `NAME VARCHAR2(30) := '…'` in PL/SQL, `NAME PIC X(30) VALUE '…'` in Cobol and
/// `NAME TYPE string VALUE '…'` in ABAP.
pub(super) const DECLARED: &[&[u8]] =
    &[b"string = ", b"As String = ", b"CONSTANT VARCHAR2(", b"VARCHAR2(", b"TYPE ", b"PIC "];

/// The literal behind such a word.
fn declared(bytes: &[u8], at: usize) -> Option<(Range<usize>, Form)> {
    let word = DECLARED.iter().find(|word| bytes[at..].starts_with(word))?;
    let at = at + word.len();
    if matches!(*word, b"TYPE " | b"PIC ") {
        let rest = &bytes[at..bytes.len().min(at + GAP)];
        let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
        let value = memchr::memmem::find(line, b" VALUE ")?;
        return quoted(bytes, blanks(bytes, at + value + 7));
    }
    if !word.ends_with(b"(") {
        return quoted(bytes, at);
    }
    let size = bytes[at..].iter().take(8).take_while(|b| b.is_ascii_digit()).count();
    let at = blanks(bytes, (at + size + 1).min(bytes.len()));
    bytes[at..].starts_with(b":=").then(|| quoted(bytes, blanks(bytes, at + 2)))?
}

/// Whether a name in `${…}` opens a row of a table of variables, as in the tests of Robot Framework.
fn opens_row(bytes: &[u8], key: &Range<usize>) -> bool {
    let before = bytes[..key.start].strip_suffix(b"${");
    before.is_some_and(|before| before.is_empty() || before.ends_with(b"\n"))
}

/// Past quotes and brackets that close round a name: `"`, `\"`, `']`, `")`, and the `**` of bold text.
pub(super) fn closers(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..bytes.len().min(at + 6)];
    at + rest.iter().take_while(|b| matches!(b, b'"' | b'\'' | b'`' | b'\\' | b']' | b')' | b'*')).count()
}

/// Past an array's size: `[]`, `[32]`.
fn index(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..bytes.len().min(at + 8)];
    if rest.first() != Some(&b'[') {
        return at;
    }
    let digits = rest[1..].iter().take_while(|b| b.is_ascii_digit()).count();
    if rest.get(digits + 1) == Some(&b']') { at + digits + 2 } else { at }
}

/// Past spaces and tabs.
pub(super) fn blanks(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..bytes.len().min(at + GAP)];
    at + rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// Past white space, also over the end of a line.
pub(super) fn spaces(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..bytes.len().min(at + GAP)];
    at + rest.iter().take_while(|b| b.is_ascii_whitespace()).count()
}

/// Whether the name is directly preceded by `sign`.
fn opened(bytes: &[u8], key: &Range<usize>, sign: &[u8]) -> bool {
    bytes[..key.start].ends_with(sign)
}

fn quoted(bytes: &[u8], at: usize) -> Option<(Range<usize>, Form)> {
    value::literal(bytes, at).map(|v| (v, Form::Quoted))
}

fn compared(bytes: &[u8], at: usize) -> Option<(Range<usize>, Form)> {
    let at = if bytes.get(at) == Some(&b'=') { at + 1 } else { at };
    value::literal(bytes, blanks(bytes, at)).map(|v| (v, Form::Compared))
}

/// The value after a plain sign: a literal, or bytes without quotes.
fn given(bytes: &[u8], at: usize, key: &Range<usize>) -> Option<(Range<usize>, Form)> {
    let mut at = blanks(bytes, at);
    if matches!(bytes.get(at), Some(b'&' | b'!')) {
        at = value::property(bytes, at);
    }
    if bytes[at..].starts_with(b"** ") {
        at = blanks(bytes, at + 2);
    }
    if bytes.get(at) == Some(&b'{')
        && let Some(found) = markup::entry(bytes, at + 1)
    {
        return Some(found);
    }
    if bytes[at..].starts_with(b"<%= ") {
        at += 4;
        return quoted(bytes, at).or_else(|| fallback(bytes, at));
    }
    if bytes[at..].starts_with(b">-\n") || bytes[at..].starts_with(b"|\n") {
        at += memchr::memchr(b'\n', &bytes[at..])? + 1;
        at = blanks(bytes, at);
    }
    match bytes.get(at)? {
        b'"' | b'\'' | b'`' | b'\\' if bytes.get(at + 1).is_none_or(|b| *b != b'\n') => {
            return quoted(bytes, at);
        }
        b'\n' | b'\r' => return next_line(bytes, at).or_else(|| markup::below(bytes, at, key)),
        b'(' | b'[' | b'{' if matches!(bytes.get(at + 1), Some(b'\n' | b'\r')) => {
            return next_line(bytes, at + 1);
        }
        _ => {}
    }
    if let Some(found) = quoted(bytes, at).or_else(|| fallback(bytes, at)) {
        return Some(found);
    }
    let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\r');
    let near = &bytes[key.start.saturating_sub(MARGIN)..key.start];
    let line = &near[..near.iter().rposition(|b| !blank(b)).map_or(0, |n| n + 1)];
    let before = line.trim_ascii_end();
    let in_query = matches!(bytes[..key.start].last(), Some(b'?' | b'&'));
    let listed = matches!(before.last(), Some(b';')) || before.ends_with(b"OLEDB:Database");
    let in_list = (listed || follows_host(line)) && bytes[at - 1] == b'=';
    let in_quotes = matches!(bytes[..key.start].last(), Some(b'"' | b'\'')) && bytes[at - 1] == b'=';
    if in_query || in_list || in_quotes {
        return Some((value::bare(bytes, at, in_query), Form::Query));
    }
    if opens_line(bytes, key.start) {
        let phrase = bytes[key.clone()].to_ascii_lowercase().ends_with(b"passphrase");
        let words = if phrase { value::words(bytes, at) } else { None };
        return Some((words.unwrap_or_else(|| value::line(bytes, at)), Form::Line));
    }
    Some((value::bare(bytes, at, false), Form::Bare))
}

/// Whether the words before a name, on its line, are those of a connection: `host=db user=app password=…`.
fn follows_host(before: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[
        b"host",
        b"hostaddr",
        b"server",
        b"user",
        b"username",
        b"uid",
        b"dbname",
        b"database",
        b"port",
        b"sslmode",
    ];
    if before.ends_with(b"\n") {
        return false;
    }
    let from = before
        .iter()
        .rposition(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\''))
        .map_or(0, |n| n + 1);
    let Some(sign) = memchr::memchr(b'=', &before[from..]) else { return false };
    sign + 1 < before.len() - from && WORDS.contains(&&before[from..from + sign])
}

/// The literal behind a look-up, which stands for what is not found there: `os.getenv("NAME", "value")`,
/// `process.env.NAME || "value"`, `given or "value"`.
fn fallback(bytes: &[u8], at: usize) -> Option<(Range<usize>, Form)> {
    const LOOK_UPS: &[&[u8]] = &[
        b"process.env",
        b"os.environ",
        b"os.getenv(",
        b"getenv(",
        b"env(",
        b"ENV[",
        b"ENV.fetch(",
        b"System.getenv(",
    ];
    let rest = &bytes[at..bytes.len().min(at + GAP)];
    let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
    let looked_up = LOOK_UPS.iter().any(|l| rest.first() == l.first() && rest.starts_with(l));
    let signs: &[&[u8]] =
        if looked_up { &[b"||", b"??", b"?:", b"or ", b","] } else { &[b" || ", b" ?? ", b" or ", b" ? "] };
    // Of any other expression only names may stand before the sign.
    let name = |b: &&u8| b.is_ascii_alphanumeric() || b"_.$()[]? ".contains(b);
    let names = if looked_up { line.len() } else { line.iter().take_while(name).count() };
    let sign = |n: usize| {
        let behind = &line[n..];
        let length = signs.iter().find(|s| behind.first() == s.first() && behind.starts_with(s))?.len();
        quoted(bytes, blanks(bytes, at + n + length))
    };
    (0..line.len().min(names + 1)).find_map(sign)
}

/// The next cell of the row of a table that the name is a cell of: `| API key | value |`.
fn cell(bytes: &[u8], at: usize, key: &Range<usize>) -> Option<(Range<usize>, Form)> {
    let floor = key.start.saturating_sub(GAP);
    let before = bytes[floor..key.start]
        .iter()
        .rfind(|b| !matches!(b, b' ' | b'`' | b'*' | b'a'..=b'z' | b'A'..=b'Z'));
    let at = blanks(bytes, at);
    let found = value::literal(bytes, at).unwrap_or_else(|| value::bare(bytes, at, false));
    let end = blanks(bytes, closers(bytes, found.end));
    let row = before == Some(&b'|') && bytes.get(end) == Some(&b'|') && grid::head(bytes, key).is_none();
    row.then_some((found, Form::Quoted))
}

/// A literal behind a dash, as notes have it, if it looks like a token: `acme token - '3f0c…'`.
fn noted(bytes: &[u8], at: usize) -> Option<(Range<usize>, Form)> {
    let found = quoted(bytes, at)?;
    tokenlike(&bytes[found.0.clone()]).then_some(found)
}

/// Whether a text is long and mixed as tokens are, of their characters only.
pub(super) fn tokenlike(text: &[u8]) -> bool {
    let inside = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'=' | b'+' | b'/');
    let mixed = text.iter().any(u8::is_ascii_digit) && text.iter().any(u8::is_ascii_alphabetic);
    mixed && text.len() >= 16 && text.iter().all(inside)
}
/// Verbs of sentences that tell a value, in some languages.
pub(super) const TOLD: &[&[u8]] = &[b"ist ", b"is", b"lautet ", b"est ", b"es "];

/// A value that a sentence tells, if it looks like no word: `the API key is 3f0c…`.
fn told(bytes: &[u8], at: usize, key: &Range<usize>) -> Option<(Range<usize>, Form)> {
    let found = value::line(bytes, at);
    let text = bytes[found.clone()].strip_suffix(b".").unwrap_or(&bytes[found.clone()]);
    let mixed = text.iter().any(u8::is_ascii_digit) && text.iter().any(u8::is_ascii_alphabetic);
    const WORDS: &[&[u8]] = &[
        b"password",
        b"passwort",
        b"passwd",
        b"pwd",
        b"pw",
        b"kennwort",
        b"mot de passe",
        b"contrasena",
        b"senha",
    ];
    let named = bytes[key.clone()].trim_ascii();
    let password =
        (8..=40).contains(&text.len()) && WORDS.iter().any(|word| named.eq_ignore_ascii_case(word));
    (tokenlike(text) || mixed && password).then(|| (at..at + text.len(), Form::Line))
}

/// A literal alone on the line after the sign, as formatters break long lines.
fn next_line(bytes: &[u8], at: usize) -> Option<(Range<usize>, Form)> {
    let blank = bytes[at..bytes.len().min(at + GAP)].iter().take_while(|b| b.is_ascii_whitespace()).count();
    let at = at + blank;
    let quote = matches!(bytes.get(at)?, b'"' | b'\'' | b'`');
    if !quote && serial::shown(&bytes[at..]).is_none() {
        return None;
    }
    let found = value::literal(bytes, at)?;
    // A name of the next entry is a literal too; a value is not followed by a sign.
    let after = blanks(bytes, value::past(bytes, found.end));
    if matches!(bytes.get(after), Some(b':' | b'=')) { None } else { Some((found, Form::Quoted)) }
}

/// Whether only what may open a line stands between the line's start and `at`.
pub(super) fn opens_line(bytes: &[u8], at: usize) -> bool {
    let floor = at.saturating_sub(48);
    let start = bytes[floor..at].iter().rposition(|b| matches!(b, b'\n' | b'\r')).map(|n| floor + n + 1);
    let Some(start) = start.or((floor == 0).then_some(0)) else { return false };
    let mut lead = bytes[start..at].trim_ascii();
    // Comment signs, list dashes, diff marks, quotes.
    while let [b'#' | b'-' | b'+' | b'*' | b'/' | b'"' | b'\'' | b';' | b'|' | b'>', rest @ ..] = lead {
        lead = rest.trim_ascii_start();
    }
    const OPENERS: &[&[u8]] = &[
        b"",
        b"export",
        b"set",
        b"ENV",
        b"ARG",
        b"declare -x",
        b"env:",
        b"$env:",
        b"local",
        b"readonly",
        b"RUN",
        b"-e",
        b"//",
        b"define",
        b"setx",
        b"(setq",
        b"(def",
        b"Set-Item Env:",
        b"option",
    ];
    const LONGEST: usize = 10;
    let opener = |o: &&[u8]| o.len() == lead.len() && o.first() == lead.first() && *o == lead;
    lead.len() <= LONGEST && OPENERS.iter().any(opener) || lead.starts_with(b"//") && lead.ends_with(b":")
}

/// A type between `:` and `=`: `password: &str = "…"`.
fn typed(bytes: &[u8], at: usize) -> Option<(Range<usize>, Form)> {
    let at = blanks(bytes, at);
    let rest = &bytes[at..bytes.len().min(at + 40)];
    if !rest.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'&') {
        return None;
    }
    let in_type = |b: &u8| b.is_ascii_alphanumeric() || b"_<>&'[]?.|: ".contains(b);
    let length = rest.iter().position(|b| !in_type(b))?;
    if rest[length] != b'=' || rest.get(length + 1) == Some(&b'=') {
        return None;
    }
    quoted(bytes, blanks(bytes, at + length + 1))
}

/// The default in `${NAME:-value}` and `${NAME:value}`.
fn default(bytes: &[u8], at: usize, key: &Range<usize>) -> Option<(Range<usize>, Form)> {
    let form = match bytes[..key.start].strip_suffix(b"${").and_then(<[u8]>::last) {
        Some(b'"' | b'\'') => Form::Query,
        _ => Form::Bare,
    };
    let at = if matches!(bytes.get(at), Some(b'-' | b'=')) { at + 1 } else { at };
    let rest = &bytes[at..bytes.len().min(at + 200)];
    let end = rest.iter().position(|b| matches!(b, b'}' | b'\n'))?;
    (rest[end] == b'}').then_some((at..at + end, form))
}
