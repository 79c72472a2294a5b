//! What every text that fits a pattern has in common: how long it is, and of which bytes it is made.
//!
//! In flows a parsed pattern, out flow a length and a set. It refuses at once what a pattern would refuse after looking
//! at it, and nothing else. The build script includes this file too, so it imports nothing from the crate.

use regex_syntax::hir::{Class, Hir, HirKind};
use serde::{Deserialize, Serialize};

/// The lengths and the ASCII bytes of what fits a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// The least length in bytes.
    pub shortest: u32,
    /// The greatest length in bytes; `u32::MAX` if there is none.
    pub longest: u32,
    /// The bytes below 128 that may stand in it, one bit each.
    pub bytes: u128,
    /// At least so many bytes at its beginning are letters, digits, `-` or `_`.
    pub opening: u32,
}

impl Shape {
    /// That of a text that may be anything.
    pub const ANY: Self = Self { shortest: 0, longest: u32::MAX, bytes: u128::MAX, opening: 0 };

    /// What fits `pattern` is like this.
    pub fn of(pattern: &Hir) -> Self {
        let properties = pattern.properties();
        let length = |n: Option<usize>, other| n.map_or(other, |n| u32::try_from(n).unwrap_or(u32::MAX));
        let mut bytes = 0;
        take(pattern, &mut bytes);
        Self {
            shortest: length(properties.minimum_len(), 0),
            longest: length(properties.maximum_len(), u32::MAX),
            bytes,
            opening: opening(pattern).0,
        }
    }

    /// Whether a byte is a letter, a digit, `-` or `_`: what most tokens are made of.
    pub fn is_token(byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
    }
}

/// How many bytes at least at the beginning of what fits are those of a token, and whether all of them are.
fn opening(pattern: &Hir) -> (u32, bool) {
    let class = |whole: bool| (u32::from(whole), whole);
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => (0, true),
        HirKind::Literal(literal) => {
            let length = literal.0.iter().take_while(|b| Shape::is_token(**b)).count();
            (length as u32, length == literal.0.len())
        }
        HirKind::Class(Class::Bytes(set)) => {
            class(set.ranges().iter().all(|r| (r.start()..=r.end()).all(Shape::is_token)))
        }
        HirKind::Class(Class::Unicode(set)) => {
            let token = |c: char| u8::try_from(c).is_ok_and(Shape::is_token);
            class(set.ranges().iter().all(|r| (r.start()..=r.end()).all(token)))
        }
        HirKind::Repetition(repetition) => match opening(&repetition.sub) {
            (length, true) => (length.saturating_mul(repetition.min), true),
            (length, false) => (if repetition.min > 0 { length } else { 0 }, false),
        },
        HirKind::Capture(group) => opening(&group.sub),
        HirKind::Concat(parts) => {
            let mut total = 0u32;
            for part in parts {
                let (length, whole) = opening(part);
                total = total.saturating_add(length);
                if !whole {
                    return (total, false);
                }
            }
            (total, true)
        }
        HirKind::Alternation(parts) => {
            let each = || parts.iter().map(opening);
            (each().map(|(length, _)| length).min().unwrap_or(0), each().all(|(_, whole)| whole))
        }
    }
}

/// Adds the bytes that a part of a pattern lets pass.
fn take(pattern: &Hir, bytes: &mut u128) {
    let mut range = |from: u8, to: u8| (from..=to.min(127)).for_each(|b| *bytes |= 1 << b);
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => literal.0.iter().for_each(|b| range(*b, *b)),
        HirKind::Class(Class::Bytes(class)) => class.ranges().iter().for_each(|r| range(r.start(), r.end())),
        HirKind::Class(Class::Unicode(class)) => {
            let byte = |c: char| u8::try_from(c).unwrap_or(127);
            class
                .ranges()
                .iter()
                .filter(|r| r.start().is_ascii())
                .for_each(|r| range(byte(r.start()), byte(r.end())));
        }
        HirKind::Repetition(repetition) => take(&repetition.sub, bytes),
        HirKind::Capture(group) => take(&group.sub, bytes),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().for_each(|part| take(part, bytes))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(pattern: &str) -> (u32, u32, String) {
        let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
        let shape = Shape::of(&parser.parse(pattern).unwrap());
        let bytes = (0..128u8).filter(|b| shape.bytes >> b & 1 == 1).map(char::from).collect();
        (shape.shortest, shape.longest, bytes)
    }

    #[test]
    fn lengths_and_bytes_are_those_of_every_match() {
        assert_eq!(shape(r"(?P<secret>[0-3]{4})-x?\b"), (5, 6, "-0123x".to_owned()));
        assert_eq!(shape("ab+|[c-d]{7}"), (2, u32::MAX, "abcd".to_owned()));
        assert_eq!(shape(r"(?i)k[\x80-\xff]"), (2, 2, "Kk".to_owned()));
    }

    #[test]
    fn what_a_match_begins_with_is_counted_up_to_the_first_other_byte() {
        let opening = |pattern: &str| {
            let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
            Shape::of(&parser.parse(pattern).unwrap()).opening
        };
        assert_eq!(opening(r"\b(?<secret>sk-[A-Za-z0-9]{32})(?:[^A-Za-z0-9_-]|\z)"), 35);
        assert_eq!(opening("(?:ab|cde-)?x{2,3}"), 2);
        assert_eq!(opening("(?:ab|c.)x"), 1);
        assert_eq!(opening("a[b.]{3}c"), 1);
        assert_eq!(opening("a(?:b.)*c"), 1);
        assert_eq!(opening("(?:[0-9]{2}-){3}="), 9);
    }
}
