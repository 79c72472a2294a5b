//! The literal that a call gives to a name: `setPassword("value")`, `define('NAME', 'value')`.
//!
//! In flow bytes and what stands behind the name; out flows the argument that is its value. What a call with more
//! arguments does with them is not known, so only those forms are read in which programs give a value to a name.

use std::ops::Range;

use super::operator::{GAP, blanks, spaces};
use super::read::Form;
use super::value;

/// Calls whose first two arguments are a name and its value, with more behind them.
const MORE: &[&[u8]] = &[b".of(", b"flag.String(", b"EnvironmentVariable("];

/// The last argument of a call whose argument before it is the name: `define('NAME', 'value')`. Of a longer list of
/// words none is given to another, unless the name is a flag.
pub(super) fn argument(bytes: &[u8], at: usize, key: &Range<usize>) -> Option<(Range<usize>, Form)> {
    let before = &bytes[key.start.saturating_sub(GAP)..key.start];
    let (quote, before) = before.split_last()?;
    if !matches!(quote, b'"' | b'\'') {
        return None;
    }
    let line = memchr::memrchr(b'\n', before).map_or(before, |n| &before[n + 1..]).trim_ascii();
    let mut at = blanks(bytes, at);
    let flag = bytes[key.start..].starts_with(b"--");
    if flag {
        // A list of arguments may have each on a line of its own.
        at = keyword(bytes, spaces(bytes, at));
    }
    let rest = &bytes[at..bytes.len().min(at + 24)];
    // `"name": "NAME", "value": "…"` is an entry of a list and read by `markup.rs`.
    if rest.starts_with(b"default") {
        let value = bytes[at + 7..].get(..5).is_some_and(|word| word.eq_ignore_ascii_case(b"value"));
        at = blanks(bytes, at + if value { 12 } else { 7 });
        at = blanks(bytes, at + usize::from(matches!(bytes.get(at), Some(b'=' | b':'))));
    }
    let found = value::literal(bytes, at)?;
    let past = value::past(bytes, found.end);
    let after = if flag { spaces(bytes, past) } else { blanks(bytes, past) };
    let ends = match bytes.get(after) {
        Some(b')') => true,
        Some(b',') => flag || numbered(line) || MORE.iter().any(|call| line.ends_with(call)),
        Some(b']') if flag => true,
        // An entry of a map in C# or C++.
        Some(b'}') => line.ends_with(b"{"),
        Some(b']') => line.ends_with(b"[") || bytes.get(after + 1) == Some(&b')'),
        // A directive without brackets opens its line.
        None | Some(b'\n' | b'\r') => line.first().is_some_and(u8::is_ascii_alphabetic),
        // The directives of Gradle take three arguments, whatever follows.
        _ => line.starts_with(b"buildConfigField") || line.starts_with(b"resValue"),
    };
    ends.then_some((found, Form::Quoted))
}

/// The literal in a pair of Erlang's or Elixir's: `{password, "value"}`, `{:password, "value"}`.
pub(super) fn pair(bytes: &[u8], at: usize, key: &Range<usize>) -> Option<(Range<usize>, Form)> {
    let before = &bytes[..key.start];
    if before.strip_suffix(b":").unwrap_or(before).last() != Some(&b'{') {
        return None;
    }
    let found = value::literal(bytes, blanks(bytes, at))?;
    (bytes.get(value::past(bytes, found.end)) == Some(&b'}')).then_some((found, Form::Quoted))
}

/// Past further arguments by keyword to the one for a default, as a flag is declared: `"--name", type=str, default=…`.
fn keyword(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..bytes.len().min(at + GAP)];
    let end = rest.iter().position(|b| matches!(b, b')' | b'\n')).unwrap_or(rest.len());
    let found = memchr::memmem::find(&rest[..end], b", default=");
    let named = rest.iter().take_while(|b| b.is_ascii_lowercase()).count();
    found.filter(|_| named > 0 && rest[named] == b'=').map_or(at, |n| at + n + 2)
}

/// Whether a row of an SQL statement opens with a number, as those of tables of options do: `(7,'NAME','value','yes')`.
fn numbered(line: &[u8]) -> bool {
    let Some(line) = line.strip_suffix(b",") else { return false };
    let number = line.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    number > 0 && line[..line.len() - number].ends_with(b"(")
}

/// The only argument of a call by that name: `setPassword("value")`, `password{"value"}`.
pub(super) fn only(bytes: &[u8], at: usize, close: u8) -> Option<(Range<usize>, Form)> {
    let at = spaces(bytes, at);
    if !matches!(bytes.get(at)?, b'"' | b'\'' | b'`' | b'\\') {
        return None;
    }
    let found = value::literal(bytes, at)?;
    let after = spaces(bytes, value::past(bytes, found.end));
    (bytes.get(after) == Some(&close)).then_some((found, Form::Called))
}
