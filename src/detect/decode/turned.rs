//! A literal that the program turns round: `"…"[::-1]`, `"…".split("").reverse().join("")`, `strrev("…")`.
//!
//! In flow bytes and the place of what turns it; out flows its line with the literal the right way round.

use std::ops::Range;

use super::tape::{Tape, Window};

/// The longest literal, and what is shown before it, in bytes.
const LITERAL: usize = 512;
const LINE: usize = 256;

/// Shows the literal that is turned round at the hit.
pub(crate) fn literal(bytes: &[u8], hit: &Range<usize>) -> Window {
    let found =
        if bytes[hit.clone()].ends_with(b"rev(") { behind(bytes, hit.end) } else { before(bytes, hit) };
    let Some(text) = found.filter(|text| text.len() > 2) else { return Window::NONE };
    let near = &bytes[text.start.saturating_sub(LINE)..text.start];
    let line = near.iter().rev().take_while(|b| **b != b'\n').count();
    let mut tape = Tape::new(text.start - line, line + text.len() + 1);
    tape.copy(bytes, text.start - line..text.start);
    // Read from its end, no part of it stands before another: what is pointed at is the whole.
    bytes[text.clone()].iter().rev().for_each(|byte| tape.push(*byte, text.start));
    tape.push(bytes[text.end], text.end);
    let end = text.end + 1;
    Window { covers: hit.end.max(end), decoded: Some(tape.finish("reversed", end)) }
}

/// The literal that opens at `at`.
fn behind(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let quote = bytes.get(at).copied().filter(is_quote)?;
    let rest = &bytes[at + 1..bytes.len().min(at + LITERAL)];
    let length = rest.iter().position(|b| *b == quote || *b == b'\n')?;
    (rest[length] == quote).then_some(at + 1..at + 1 + length)
}

/// The literal that closes before what turns it, which the hit begins or is a part of.
fn before(bytes: &[u8], hit: &Range<usize>) -> Option<Range<usize>> {
    let mut lead = &bytes[..hit.start + usize::from(is_quote(&bytes[hit.start]))];
    for parts in [&b".split(\"\")"[..], b".split('')", b".split(``)", b"]", b".chars", b".chars()"] {
        lead = lead.strip_suffix(parts).unwrap_or(lead);
    }
    let quote = lead.last().copied().filter(is_quote)?;
    let end = lead.len() - 1;
    let near = &lead[end.saturating_sub(LITERAL)..end];
    let length = near.iter().rev().position(|b| *b == quote || *b == b'\n')?;
    (near[near.len() - 1 - length] == quote).then_some(end - length..end)
}

fn is_quote(byte: &u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, sign: &str) -> Option<String> {
        let at = text.find(sign)?;
        let window = literal(text.as_bytes(), &(at..at + sign.len()));
        window.decoded.map(|decoded| String::from_utf8(decoded.bytes).unwrap())
    }

    #[test]
    fn a_literal_is_turned_round_again() {
        let right = Some("k = \"hunter2\"");
        assert_eq!(shown("x\nk = \"2retnuh\"[::-1]\n", "\"[::-1]").as_deref(), right);
        let split = "k = \"2retnuh\".split(\"\").reverse().join(\"\");";
        assert_eq!(shown(split, ".reverse().join(").as_deref(), right);
        assert_eq!(
            shown("k = [...\"2retnuh\"].reverse().join('')", ".reverse().join(").as_deref(),
            Some("k = [...\"hunter2\"")
        );
        assert_eq!(shown("$k = strrev('2retnuh');", "strrev(").as_deref(), Some("$k = strrev('hunter2'"));
        for (text, sign) in [("words.reverse().join(' ')", ".reverse().join("), ("strrev($k)", "strrev(")] {
            assert_eq!(shown(text, sign), None, "{text}");
        }
    }
}
