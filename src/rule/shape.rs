//! What every text that fits a pattern has in common: how long it is, and of which bytes it is made.
//!
//! In flows a parsed pattern, out flow a length and a set. It refuses at once what a pattern would refuse after looking
//! at it, and nothing else. The build script includes this file too, so it imports nothing from the crate.

use regex_syntax::hir::{Class, Hir, HirKind};

/// The lengths and the ASCII bytes of what fits a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// The least length in bytes.
    pub shortest: u32,
    /// The greatest length in bytes; `u32::MAX` if there is none.
    pub longest: u32,
    /// The bytes below 128 that may stand in it, one bit each.
    pub bytes: u128,
}

impl Shape {
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
}
