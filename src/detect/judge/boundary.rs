//! Does the secret begin and end where a token begins and ends? `task-…` holds no `sk-…`.

use std::ops::Range;

use super::Verdict;
use crate::detect::Candidate;

/// The least base64 round a value that makes it a part of something else, in bytes; addresses have no such parts.
const ENCODED: usize = 300;

/// Rejects what stands inside a longer word.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    let inside = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if c.rule.inside_word || c.key.is_some() || c.kind().is_some() {
        return Verdict::Pass;
    }
    let first_is_word = c.secret().first().is_some_and(|b| inside(*b));
    if first_is_word && c.before().is_some_and(inside) && c.whole.start == c.span.start && !escape_before(c) {
        return Verdict::Reject("stands inside a longer word".into());
    }
    let at = c.span.start;
    let slug = !c.proven
        && at >= 2
        && c.whole.start == at
        && c.view.bytes[at - 1] == b'-'
        && c.view.bytes[at - 2].is_ascii_alphanumeric();
    if slug {
        return Verdict::Reject("goes on from words joined by hyphens".into());
    }
    if !c.proven && matches!(c.before(), Some(b'/' | b'+')) && encoded(c.view.bytes, &c.span) {
        return Verdict::Reject("stands inside encoded text".into());
    }
    Verdict::Pass
}

/// Whether much base64 stands right round a value, as that of a picture does: any shape comes up in it by chance.
fn encoded(bytes: &[u8], span: &Range<usize>) -> bool {
    let sign = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'+');
    let before = bytes[..span.start].iter().rev().take(ENCODED).take_while(sign).count();
    let behind = bytes[span.end..].iter().take(ENCODED).take_while(sign).count();
    before + behind >= ENCODED
}

/// Whether the byte before the secret is the letter of an escape: `\n` directly before a token, or the end of what
/// sets a terminal's colour.
fn escape_before(c: &Candidate<'_>) -> bool {
    let before = &c.view.bytes[c.span.start.saturating_sub(COLOUR)..c.span.start];
    matches!(before, [.., b'\\', b'n' | b't' | b'r']) || coloured(before)
}

/// The longest escape that sets a colour, in bytes.
pub(in crate::detect) const COLOUR: usize = 24;

/// Whether bytes end in the escape that sets a terminal's colour (`ESC [ 1 ; 93 m`, ECMA-48), as logs keep them.
pub(in crate::detect) fn coloured(before: &[u8]) -> bool {
    let Some(numbers) = before.strip_suffix(b"m") else { return false };
    let from = numbers.iter().rposition(|b| !b.is_ascii_digit() && *b != b';');
    from.is_some_and(|at| at > 0 && numbers[at] == b'[' && escape(&numbers[..at]))
}

/// Whether bytes end in the character that opens an escape, as it is or as programs write it.
fn escape(bytes: &[u8]) -> bool {
    const WRITTEN: &[&[u8]] = &[b"\x1b", b"\\e", b"\\033", b"\\x1b", b"\\x1B", b"\\u001b", b"\\u001B"];
    WRITTEN.iter().any(|w| bytes.ends_with(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letter_that_ends_a_colour_belongs_to_no_word() {
        for text in ["\u{1b}[93m", "log: \u{1b}[1;31m", "\\033[0m", "\\x1b[94m"] {
            assert!(coloured(text.as_bytes()), "{text}");
        }
        for text in ["item", "[93m", "a[1m", "\u{1b}93m", ""] {
            assert!(!coloured(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_stands_in_a_picture_is_a_part_of_it() {
        let text = crate::rule::example::expand("<b64:200>/<b64:40>+<b64:200>").unwrap().text.into_bytes();
        assert!(encoded(&text, &(201..241)));
        assert!(!encoded(&text[150..300], &(51..91)));
    }
}
