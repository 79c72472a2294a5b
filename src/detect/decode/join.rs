//! Strings in several literals: `"sk-ab" + "cd"`, adjacent literals, lists that are joined, pieces of a
//! template.
//!
//! In flow bytes and a place in the first literal; out flows the text with the literals put together.

use std::ops::Range;

use super::tape::{Tape, Window};

/// What is shown before the hit and behind the last literal, in bytes.
const ROUND: usize = 256;
/// The longest literal, the widest gap between two, and how many there may be.
const LITERAL: usize = 1024;
const GAP: usize = 160;
const COUNT: usize = 64;

/// Puts together the literals from the one that is open at `hit`, whose closing quote stands at `quote`.
pub(crate) fn literals(bytes: &[u8], hit: &Range<usize>, quote: usize) -> Option<Window> {
    put_together(bytes, hit, quote, hit.start.saturating_sub(ROUND), ROUND)
}

/// The same for the value that begins at `value.start`, with nothing shown but its own lines.
pub(crate) fn value(bytes: &[u8], value: &Range<usize>, key: usize) -> Option<Window> {
    put_together(bytes, value, value.end, own_line(bytes, key), 0)
}

/// The value that a backslash at the end of a line goes on behind, in one piece, with nothing shown but its own lines.
pub(crate) fn unbroken(bytes: &[u8], value: &Range<usize>, key: usize) -> Option<Window> {
    let text = &bytes[value.clone()];
    let breaks: Vec<Range<usize>> = memchr::memmem::find_iter(text, b"\\")
        .filter_map(|at| {
            let length = if text[at + 1..].starts_with(b"\r\n") { 3 } else { 2 };
            matches!(text.get(at + length - 1), Some(b'\n'))
                .then(|| value.start + at..value.start + at + length)
        })
        .collect();
    without(bytes, value, key, breaks)
}

/// The value of a template that puts literals together, in one piece: `hun${"ter2"}`.
pub(crate) fn template(bytes: &[u8], value: &Range<usize>, key: usize) -> Option<Window> {
    let mut cuts = Vec::new();
    let mut at = value.start;
    while let Some(open) = memchr::memmem::find(&bytes[at..value.end], b"${").map(|n| at + n) {
        at = open + 2;
        let inside = &bytes[..value.end];
        if !is_quote_at(inside, at) {
            continue;
        }
        // Where one literal does not end, none is looked for behind it.
        let Some(close) = closing(inside, at + 1).filter(|n| inside.get(n + 1) == Some(&b'}')) else { break };
        cuts.extend([open..at + 1, close..close + 2]);
        at = close + 2;
    }
    without(bytes, value, key, cuts)
}

/// Whether a value may be put together with what follows it. What begins with a variable is put together elsewhere, and
/// may be one word of a command.
pub(crate) fn may_go_on(bytes: &[u8], value: &Range<usize>) -> bool {
    let text = &bytes[value.clone()];
    !text.starts_with(b"$") || text.starts_with(b"${") && is_quote_at(text, 2)
}

/// A value without these parts, with nothing shown but its own lines.
fn without(bytes: &[u8], value: &Range<usize>, key: usize, cuts: Vec<Range<usize>>) -> Option<Window> {
    if cuts.is_empty() {
        return None;
    }
    let mut from = own_line(bytes, key);
    let rest = &bytes[value.end..bytes.len().min(value.end + ROUND)];
    let last = value.end + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let mut tape = Tape::new(from, last - from);
    for cut in cuts {
        tape.copy(bytes, from..cut.start);
        from = cut.end;
    }
    tape.copy(bytes, from..last);
    Some(Window { covers: value.end, decoded: Some(tape.finish("joined-strings", last)) })
}

/// Where the line begins that `at` stands in, as far as it is shown.
fn own_line(bytes: &[u8], at: usize) -> usize {
    let from = at.saturating_sub(ROUND);
    memchr::memrchr(b'\n', &bytes[from..at]).map_or(from, |n| from + n + 1)
}

/// The same, shown from `from` on and so many bytes behind the last literal; for 0, up to the end of its line.
fn put_together(
    bytes: &[u8],
    hit: &Range<usize>,
    quote: usize,
    from: usize,
    behind: usize,
) -> Option<Window> {
    let mut pieces = vec![(from, quote)];
    let mut end = quote;
    let mut listed = false;
    while pieces.len() < COUNT {
        let further = || appended(bytes, end).map(|next| (next, false));
        let Some((next, comma)) = follows(bytes, end).or_else(further) else { break };
        let Some(close) = closing(bytes, next) else { break };
        listed |= comma;
        pieces.push((next, close));
        end = close;
        if bytes[quote] == b'$' {
            // A piece of a template: the literal ends, and the template goes on.
            let rest = &bytes[close + 1..bytes.len().min(close + 8)];
            let brace = rest.iter().position(|b| *b == b'}')?;
            let from = close + 1 + brace + 1;
            let token = bytes[from..].iter().take(LITERAL).take_while(|b| is_token(**b)).count();
            if token > 0 {
                pieces.push((from, from + token));
                end = from + token;
            }
            if bytes.get(from + token) != Some(&b'$') {
                break;
            }
        }
    }
    if pieces.len() < 2 || listed && !is_joined(bytes, hit.start, end) {
        return None;
    }
    let rest = &bytes[end..bytes.len().min(end + ROUND)];
    let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let last = end + if behind > 0 { rest.len().min(behind) } else { line };
    pieces.push((end, last));
    let mut tape = Tape::new(from, last - from);
    pieces.into_iter().for_each(|(from, to)| tape.copy(bytes, from..to));
    Some(Window { covers: end, decoded: Some(tape.finish("joined-strings", last)) })
}

/// A byte of a key or a token.
pub(crate) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b'~' | b':' | b'=')
}

/// Where the next literal's text begins, if one follows the closing quote (or `$`) at `at`, and whether
/// a comma stands between.
pub(crate) fn follows(bytes: &[u8], at: usize) -> Option<(usize, bool)> {
    let rest = &bytes[at..bytes.len().min(at + GAP)];
    if rest[0] == b'$' {
        let open = rest.get(1..3).filter(|r| r[0] == b'{' && is_quote(r[1]));
        return open.map(|_| (at + 3, false));
    }
    // A template that holds nothing but literals.
    if rest[1..].starts_with(b"}${") && is_quote_at(rest, 4) {
        return Some((at + 5, false));
    }
    let mut n = 1 + space(&rest[1..]);
    let signs: [&[u8]; 12] = [b"++", b"+", b"..", b".", b"&", b"||", b"<>", b"<<", b"^", b"*", b"~", b","];
    let call = call(&rest[n..]);
    let sign = signs.iter().find(|sign| call == 0 && rest[n..].starts_with(sign));
    n += sign.map_or(call, |sign| sign.len());
    n += space(&rest[n..]);
    n += rest[n..].iter().take(2).take_while(|b| b"fFrRbBuUlL$@".contains(b)).count();
    // Without a sign, the literals must stand apart: a doubled quote is an escaped one, unless it parts a token as
    // shells let it.
    let halves = n == 1 && at > 0 && is_token(bytes[at - 1]) && rest.get(2).is_some_and(|b| is_token(*b));
    let apart = sign.is_some() || n > 1 || halves && rest[1] == rest[0];
    (apart && rest.get(n).is_some_and(|b| is_quote(*b))).then_some((at + n + 1, sign == Some(&&b","[..])))
}

/// Where the text of a literal begins that the next statement adds to what this one assigns: `key = "sk-ab"` and
/// `key += "cd"`, or with `.=`.
pub(crate) fn appended(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..bytes.len().min(at + GAP)];
    let blank = |b: &&u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
    let blanks = |n: usize| n + rest[n..].iter().take_while(blank).count();
    let from = 1 + usize::from(rest.get(1) == Some(&b';'));
    let start = blanks(from.min(rest.len()));
    let inside = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'@');
    let name = &rest[start..start + rest[start..].iter().take_while(inside).count()];
    let sign = blanks(start + name.len());
    if name.is_empty() || start == from || !matches!(rest.get(sign..sign + 2), Some(b"+=" | b".=")) {
        return None;
    }
    let quote = blanks(sign + 2);
    let own = &bytes[at.saturating_sub(ROUND)..at];
    let line = &own[memchr::memrchr(b'\n', own).map_or(0, |n| n + 1)..];
    let assigned = memchr::memmem::find(line, name).is_some_and(|n| {
        line[n + name.len()..]
            .trim_ascii_start()
            .first()
            .is_some_and(|b| matches!(b, b'=' | b':' | b'+' | b'.'))
    });
    (assigned && rest.get(quote).is_some_and(|b| is_quote(*b))).then_some(at + quote + 1)
}

/// How long a call is that appends its argument, up to that: `.concat(`, `).append(`.
fn call(rest: &[u8]) -> usize {
    let closed = usize::from(rest.first() == Some(&b')'));
    let calls: [&[u8]; 5] = [b".concat(", b".append(", b".Append(", b".plus(", b".push_str("];
    let at = closed + space(&rest[closed..]);
    calls.iter().find(|call| rest[at..].starts_with(call)).map_or(0, |call| at + call.len())
}

/// White space, escaped or not, line ends that a mark continues among it.
fn space(rest: &[u8]) -> usize {
    let mut n = 0;
    while let Some(byte) = rest.get(n) {
        let line = |n: usize| matches!(rest.get(n), Some(b'\r' | b'\n'));
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => n += 1,
            b'\\' | b'_' if line(n + 1) => n += 1,
            b'\\' if matches!(rest.get(n + 1), Some(b'n' | b't' | b'r')) => n += 2,
            _ => break,
        }
    }
    n
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Whether a quote stands at `at`.
pub(crate) fn is_quote_at(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(|b| is_quote(*b))
}

/// The closing quote of the literal whose text begins at `from`.
fn closing(bytes: &[u8], from: usize) -> Option<usize> {
    let quote = bytes[from - 1];
    let text = &bytes[from..bytes.len().min(from + LITERAL)];
    let length = text.iter().position(|b| *b == quote || *b == b'\n')?;
    (text[length] == quote).then_some(from + length)
}

/// Whether a list of literals, the first of which holds `start` and the last of which ends at `end`, is
/// put together by a function.
fn is_joined(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = bytes[start.saturating_sub(ROUND)..start].to_ascii_lowercase();
    let after = bytes[end..bytes.len().min(end + ROUND)].to_ascii_lowercase();
    let holds = |text: &[u8], word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
    let calls = ["join(", "concat(", "concat!(", "concat_ws(", "concat [", "implode(", "paste0("];
    // A template that holds nothing but places for the literals.
    let templates = ["%s%s", "%@%@", "{}{}", "{0}{1}"];
    calls.iter().chain(&templates).any(|word| holds(&before, word))
        || ["join(", "joined(", ".concat("].iter().any(|word| holds(&after[..after.len().min(48)], word))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown for the value behind the first quote.
    fn shown(text: &str) -> Option<String> {
        let bytes = text.as_bytes();
        let start = text.find('"')? + 1;
        let end = start + text[start..].find('"')?;
        let decoded = value(bytes, &(start..end), text.find("password")?)?.decoded?;
        Some(String::from_utf8(decoded.bytes).unwrap())
    }

    #[test]
    fn a_backslash_at_the_end_of_a_line_is_no_part_of_the_value() {
        let text = b"x\npassword = \"hun\\\nter\\\r\n2\";\nuser";
        let value = |end| unbroken(text, &(14..end), 2);
        let shown = String::from_utf8(value(26).unwrap().decoded.unwrap().bytes).unwrap();
        assert_eq!(shown, "password = \"hunter2\";");
        assert!(value(17).is_none());
    }

    #[test]
    fn a_template_may_hold_literals() {
        let shown = |text: &str| {
            let start = text.find('`')? + 1;
            let end = start + text[start..].find('`')?;
            let decoded = template(text.as_bytes(), &(start..end), 0)?.decoded?;
            Some(String::from_utf8(decoded.bytes).unwrap())
        };
        let whole = "password = `hunter2`;";
        assert_eq!(shown("password = `hun${\"ter2\"}`;").as_deref(), Some(whole));
        assert_eq!(shown("password = `${\"hun\"}${'ter2'}`;\nx").as_deref(), Some(whole));
        for text in [
            "password = `hun${ter2}`;",
            "password = `hun${`",
            "password = `hun${'ter2'`",
            "password = `hun${\"`",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn a_value_goes_on_in_the_next_literal_or_statement() {
        for text in [
            "x\npassword = \"hun\" + \"ter\" +\n    \"2\"\nuser = \"ann\"\n",
            "password = \"hun\" \\\n  \"ter2\"\n",
            "password = \"hun\";\npassword += \"ter\";\npassword += \"2\"",
            "$password = \"hunter\";\n$password .= \"2\"",
            "password = [\"hunt\", \"er2\"].join(\"\")",
        ] {
            let shown = shown(text).unwrap_or_else(|| panic!("{text}"));
            assert!(shown.contains("hunter2") && !shown.contains("ann"), "{text}: {shown}");
        }
        for text in [
            "password = \"hun\"\nother += \"ter2\"",
            "password = [\"hun\", \"ter2\"]",
            "password = \"hun\"\n",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
