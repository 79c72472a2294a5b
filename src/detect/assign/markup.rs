//! Names and values in markup and in lists of entries: elements, attributes, `name:`/`value:` pairs,
//! property lists, Terraform variables.
//!
//! In flow bytes and a name; out flows the value that belongs to it. It parses no document: it looks
//! at the few dozen bytes after the name.

use std::ops::Range;

use super::operator::{blanks, closers, tokenlike};
use super::read::Form;
use super::value;

/// How far after the name a value may begin, in bytes.
const REACH: usize = 160;

/// The value that markup gives to the name at `key`.
pub(super) fn follow(bytes: &[u8], key: &Range<usize>) -> Option<(Range<usize>, Form)> {
    let opener = key.start.checked_sub(1).map(|n| bytes[n])?;
    let next = *bytes.get(key.end)?;
    match (opener, next) {
        (b'<' | b':', b'>') => text(bytes, key.end + 1).or_else(|| inner(bytes, key.end + 1)),
        (b'<' | b':', b' ') => within_tag(bytes, key.end)
            .and_then(|at| text(bytes, at))
            .or_else(|| attribute(bytes, key, key.end)),
        (b'>', b'<') => sibling(bytes, key.end),
        (b'"' | b'\'', b'"' | b'\'' | b'\\') => pair(bytes, key)
            .or_else(|| attribute(bytes, key, key.end + 1))
            .or_else(|| ahead(bytes, key))
            .or_else(|| block(bytes, key.end + 1)),
        (b' ', b'\n' | b'\r') => pair(bytes, key),
        (b' ', b',') if bytes[..key.start - 1].ends_with(b":") => pair(bytes, key),
        _ => None,
    }
}

/// Whether the signs round the name are those of markup or of a list of entries.
pub(super) fn may_follow(bytes: &[u8], key: &Range<usize>) -> bool {
    let opener = key.start.checked_sub(1).map(|n| bytes[n]);
    let signs = opener.zip(bytes.get(key.end).copied());
    matches!(signs, Some((b'<' | b':', b'>' | b' ') | (b'>', b'<') | (b' ', b'\n' | b'\r')))
        || signs == Some((b' ', b',')) && bytes[..key.start - 1].ends_with(b":")
        || matches!(signs, Some((b'"' | b'\'', b'"' | b'\'' | b'\\')))
}

/// Quotes in markup.
const QUOTES: &[&[u8]] = &[b"&quot;", b"&#39;", b"&#x27;", b"&apos;", b"&#34;", b"\"", b"'"];

/// The text of an element that begins at `at`, up to its closing tag.
fn text(bytes: &[u8], at: usize) -> Option<(Range<usize>, Form)> {
    let rest = &bytes[at..bytes.len().min(at + 512)];
    let (skip, close) = if rest.starts_with(b"<![CDATA[") { (9, &b"]]>"[..]) } else { (0, &b"</"[..]) };
    let end = memchr::memmem::find(&rest[skip..], close)?;
    let inner = &rest[skip..skip + end];
    let lead = inner.len() - inner.trim_ascii_start().len();
    let trimmed = inner.trim_ascii();
    if trimmed.iter().any(|b| matches!(b, b'\n' | b'<')) {
        return None;
    }
    let from = at + skip + lead;
    // A page that shows a value has its quotes as entities.
    let quote =
        QUOTES.iter().find(|q| trimmed.len() > 2 * q.len() && trimmed.starts_with(q) && trimmed.ends_with(q));
    let quote = quote.map_or(0, |q| q.len());
    let from = from + quote;
    let behind = scheme(&trimmed[quote..trimmed.len() - quote]);
    Some((from + behind.start..from + behind.end, Form::Markup))
}

/// Where the token stands in a text of two or three words that ends in one, as behind the name of a scheme or in
/// braces: `Bearer 3f0c…`.
fn scheme(text: &[u8]) -> Range<usize> {
    let inside = text.strip_prefix(b"{").and_then(|t| t.strip_suffix(b"}"));
    let (lead, words) = inside.map_or((0, text), |inside| (1, inside));
    let Some(at) = words.iter().rposition(|b| *b == b' ') else { return 0..text.len() };
    let last = at + 1..words.len();
    let few = words.iter().filter(|b| **b == b' ').count() <= 2;
    if few && tokenlike(&words[last.clone()]) { lead + last.start..lead + last.end } else { 0..text.len() }
}

/// The text of the only element inside: `<Password><Value>…</Value></Password>`.
fn inner(bytes: &[u8], at: usize) -> Option<(Range<usize>, Form)> {
    let gap = bytes[at..].iter().take(REACH).take_while(|b| b.is_ascii_whitespace()).count();
    let value = [&b"<Value>"[..], b"<value>"].iter().any(|open| bytes[at + gap..].starts_with(open));
    if value { text(bytes, at + gap + 7) } else { None }
}

/// The value that stands before the name in the same tag: `<add value="…" key="NAME"/>`.
fn ahead(bytes: &[u8], key: &Range<usize>) -> Option<(Range<usize>, Form)> {
    let floor = key.start.saturating_sub(REACH);
    let before = &bytes[floor..key.start - 1];
    if ![&b" key="[..], b" name=", b" Key=", b" Name="].iter().any(|label| before.ends_with(label)) {
        return None;
    }
    let open = memchr::memrchr2(b'<', b'>', before).filter(|n| before[*n] == b'<')?;
    let place = memchr::memmem::rfind(&before[open..], b" value=\"")?;
    value::literal(bytes, floor + open + place + 7).map(|v| (v, Form::Markup))
}

/// The `value` that opens the map which a name is given, as in parameters of Azure and states of Terraform:
/// `"NAME": { "value": "…" }`.
pub(super) fn entry(bytes: &[u8], at: usize) -> Option<(Range<usize>, Form)> {
    let space =
        |at: usize| at + bytes[at..].iter().take(REACH).take_while(|b| b.is_ascii_whitespace()).count();
    let mut at = space(at);
    for _ in 0..SETTINGS {
        let Some(end) = said(bytes, at) else { break };
        at = space(end);
    }
    if !bytes[at..].starts_with(b"\"value\"") {
        return None;
    }
    let at = blanks(bytes, at + 7);
    if bytes.get(at) != Some(&b':') {
        return None;
    }
    value::literal(bytes, blanks(bytes, at + 1)).map(|v| (v, Form::Quoted))
}

/// How many settings may stand before the `value` of a map.
const SETTINGS: usize = 4;

/// Past a setting of a map that stands before its `value` and says what that is for: `"type": "string",`.
fn said(bytes: &[u8], at: usize) -> Option<usize> {
    const KNOWN: &[&[u8]] =
        &[b"\"type\":", b"\"sensitive\":", b"\"description\":", b"\"required\":", b"\"secret\":"];
    let rest = &bytes[at..bytes.len().min(at + REACH)];
    let label = KNOWN.iter().find(|label| rest.starts_with(label))?;
    let from = blanks(bytes, at + label.len());
    let end = match value::literal(bytes, from) {
        Some(found) => found.end + 1,
        None => from + bytes[from..].iter().take(8).take_while(|b| b.is_ascii_alphabetic()).count(),
    };
    (end > from && bytes.get(end) == Some(&b',')).then_some(end + 1)
}

/// The same in YAML, where it stands alone on the next line, further in: `NAME:` and then `value: …`.
pub(super) fn below(bytes: &[u8], at: usize, key: &Range<usize>) -> Option<(Range<usize>, Form)> {
    let line = memchr::memrchr(b'\n', &bytes[key.start.saturating_sub(REACH)..key.start]);
    let indent = line.map(|n| key.start.min(REACH) - n - 1)?;
    let rest = &bytes[at..bytes.len().min(at + REACH)];
    let from = memchr::memchr(b'\n', rest)? + 1;
    let blank = rest[from..].iter().take_while(|b| **b == b' ').count();
    let value = rest[from + blank..].starts_with(b"value: ");
    let opens = bytes[key.start - indent..key.start].iter().all(|b| *b == b' ');
    if !value || !opens || blank <= indent {
        return None;
    }
    labelled(bytes, at + from + blank)
}

/// Past the end of the tag `at` is in.
fn within_tag(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..bytes.len().min(at + REACH)];
    let end = rest.iter().position(|b| matches!(b, b'>' | b'<' | b'\n'))?;
    (rest[end] == b'>' && rest[end - 1] != b'/').then_some(at + end + 1)
}

/// `<key>NAME</key> <string>value</string>`, the way property lists pair them.
fn sibling(bytes: &[u8], at: usize) -> Option<(Range<usize>, Form)> {
    let rest = &bytes[at..bytes.len().min(at + REACH)];
    let close = memchr::memchr(b'>', rest)? + 1;
    let label = local(rest.get(2..close - 1)?);
    let pair = PAIRS.iter().find(|(name, _)| *name == label)?;
    let gap = rest[close..].iter().take_while(|b| b.is_ascii_whitespace()).count();
    let mut end = close + gap;
    let open = tag(&rest[end..])?;
    let element = local(open.split(|b| *b == b' ').next()?);
    if !pair.1.contains(&element) || open.ends_with(b"/") {
        return None;
    }
    end += open.len() + 2;
    // What only says how the value looks stands round it.
    while let Some(open) = tag(&rest[end..]).filter(|tag| matches!(*tag, b"pre" | b"code" | b"b" | b"tt")) {
        end += open.len() + 2;
    }
    text(bytes, at + end)
}

/// Elements that hold a name, and those beside them that hold its value.
const PAIRS: &[(&[u8], &[&[u8]])] = &[
    (b"key", &[b"string", b"value"]),
    (b"Key", &[b"Value", b"string"]),
    (b"name", &[b"value", b"string"]),
    (b"Name", &[b"Value", b"string"]),
    (b"param-name", &[b"param-value"]),
    (b"env-entry-name", &[b"env-entry-value"]),
    (b"td", &[b"td"]),
    (b"th", &[b"td"]),
    (b"dt", &[b"dd"]),
];

/// The name of an element without what says whose it is: `name` of `con:name`.
fn local(name: &[u8]) -> &[u8] {
    memchr::memchr(b':', name).map_or(name, |n| &name[n + 1..])
}

/// What stands in the tag that `rest` begins with.
fn tag(rest: &[u8]) -> Option<&[u8]> {
    let inside = rest.strip_prefix(b"<")?;
    let end = inside.iter().position(|b| matches!(b, b'>' | b'<' | b'\n'))?;
    (inside[end] == b'>').then_some(&inside[..end])
}

/// The value in the same tag (`key="NAME" value="…"`), or the text after it (`key="NAME">…<`).
fn attribute(bytes: &[u8], key: &Range<usize>, at: usize) -> Option<(Range<usize>, Form)> {
    let rest = &bytes[at..bytes.len().min(at + REACH)];
    if rest.first() == Some(&b'>') {
        let gap = rest[1..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        let inner = if rest[1 + gap..].starts_with(b"<value>") { gap + 7 } else { 0 };
        return text(bytes, at + 1 + inner);
    }
    if !rest.first()?.is_ascii_whitespace() {
        return None;
    }
    let end = rest.iter().position(|b| matches!(b, b'>' | b'<'))?;
    let tag = &rest[..end];
    if rest[end] == b'>' && !tag.ends_with(b"/") {
        let gap = rest[end + 1..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        if rest[end + 1 + gap..].starts_with(b"<value>") {
            return text(bytes, at + end + 1 + gap + 7);
        }
    }
    // Android's way to write a string, with further attributes: `<string name="NAME" translatable="false">…<`.
    let string = [&b"<string name=\""[..], b"<item name=\""].iter().any(|s| bytes[..key.start].ends_with(s));
    if string && rest[end] == b'>' && !tag.ends_with(b"/") {
        return text(bytes, at + end + 1);
    }
    let names = [&b"value=\""[..], b"value='", b"Value=\"", b"content=\""];
    let (name, place) = names.iter().find_map(|n| memchr::memmem::find(tag, n).map(|p| (n, p)))?;
    value::literal(bytes, at + place + name.len() - 1).map(|v| (v, Form::Markup))
}

/// `name: NAME` and, next to it, `value: …`; in YAML, JSON, HCL or code. The name must be the value of
/// `name` or `key`.
fn pair(bytes: &[u8], key: &Range<usize>) -> Option<(Range<usize>, Form)> {
    let label = label(bytes, key)?;
    let mut at = between(bytes, closers(bytes, key.end));
    at = between(bytes, at + setting(&bytes[at..bytes.len().min(at + REACH)]));
    labelled(bytes, at).or_else(|| value_first(bytes, label))
}

/// Where the word stands that says that a name follows: `name`, `key`.
fn label(bytes: &[u8], key: &Range<usize>) -> Option<usize> {
    let floor = key.start.saturating_sub(24);
    let before = bytes[floor..key.start].trim_ascii_end();
    let signs = |b: u8| matches!(b, b'"' | b'\'' | b' ' | b'\\' | b':' | b'=');
    let stripped = before.len() - before.iter().rev().take_while(|b| signs(**b)).count();
    if stripped == before.len() || !before[stripped..].iter().any(|b| matches!(b, b':' | b'=')) {
        return None;
    }
    let labels = [&b"name"[..], b"key", b"Name", b"Key", b"NAME", b"KEY", b"variable"];
    let label = labels.iter().find(|label| before[..stripped].ends_with(label))?;
    Some(floor + stripped - label.len())
}

/// What a `value` that stands at `at` is given.
fn labelled(bytes: &[u8], at: usize) -> Option<(Range<usize>, Form)> {
    let rest = &bytes[at..bytes.len().min(at + 16)];
    let words = [&b"value"[..], b"ParameterValue"];
    let word = words.iter().find(|w| rest.get(..w.len()).is_some_and(|r| r.eq_ignore_ascii_case(w)))?;
    let at = blanks(bytes, closers(bytes, at + word.len()));
    if !matches!(bytes.get(at)?, b':' | b'=') {
        return None;
    }
    let at = blanks(bytes, at + 1);
    match value::literal(bytes, at) {
        Some(found) => Some((found, Form::Quoted)),
        None => Some((value::line(bytes, at), Form::Line)),
    }
}

/// The value that stands before its name in the same entry: `value: …` and then `name: NAME`.
fn value_first(bytes: &[u8], label: usize) -> Option<(Range<usize>, Form)> {
    let floor = label.saturating_sub(REACH);
    let before = &bytes[floor..label];
    let word = memchr::memmem::rfind(before, b"value").or_else(|| memchr::memmem::rfind(before, b"Value"))?;
    let opens = matches!(before[..word].last(), Some(b'"' | b'\'' | b' ' | b'{' | b',' | b'\t'));
    let (found, form) = labelled(bytes, floor + word).filter(|_| opens)?;
    let mut at = between(bytes, value::past(bytes, found.end));
    at = between(bytes, at + setting(&bytes[at..label.max(at)]));
    (at == label).then_some((found, form))
}

/// Past what stands between the entries of a map.
fn between(bytes: &[u8], at: usize) -> usize {
    let sign = |b: &&u8| b.is_ascii_whitespace() || matches!(b, b',' | b'"' | b'\'' | b'\\');
    at + bytes[at..bytes.len().min(at + REACH)].iter().take_while(sign).count()
}

/// How long a setting is that stands between a name and its value: `slotSetting": false`, `type": "text"`.
fn setting(rest: &[u8]) -> usize {
    let known = [&b"slotSetting"[..], b"type", b"enabled", b"id"];
    let Some(word) = known.iter().find(|w| rest.starts_with(w)) else { return 0 };
    let at = blanks(rest, closers(rest, word.len()));
    if rest.get(at) != Some(&b':') {
        return 0;
    }
    let at = blanks(rest, at + 1);
    let word = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'"' | b'\'' | b'_' | b'-');
    at + rest[at..].iter().take_while(word).count()
}

/// `variable "NAME" { … default = "value" … }`, Terraform's way to give a default.
fn block(bytes: &[u8], at: usize) -> Option<(Range<usize>, Form)> {
    let open = blanks(bytes, at);
    if bytes.get(open) != Some(&b'{') {
        return None;
    }
    let rest = &bytes[open..bytes.len().min(open + 400)];
    let body = &rest[..rest.iter().position(|b| *b == b'}')?];
    let place = memchr::memmem::find(body, b"default")?;
    let at = blanks(bytes, open + place + 7);
    (bytes.get(at) == Some(&b'='))
        .then(|| value::literal(bytes, blanks(bytes, at + 1)))?
        .map(|v| (v, Form::Quoted))
}
