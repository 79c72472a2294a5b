//! The manifest of a Kubernetes Secret: under `data`, every value is written in base64.
//!
//! In flow bytes and the place of `kind: Secret`; out flows the document with those values decoded, so that
//! they are judged like values written plainly. Values that say nothing readable stay as they are.

use std::ops::Range;

use super::base64::base64_value;
use super::tape::{Tape, Window};
use crate::detect::view::View;

/// How far a document is followed to either side of its kind, in bytes.
const REACH: usize = 64 * 1024;

/// Decodes the document round the hit, if it has a `data` in which something is encoded.
pub(crate) fn secret(bytes: &[u8], hit: &Range<usize>) -> Window {
    let document = document(bytes, hit);
    let mut tape = Tape::new(document.start, document.len());
    let (mut at, mut found) = (document.start, false);
    let mut block = None;
    for line in lines(bytes, &document) {
        let text = &bytes[line.clone()];
        let indent = text.iter().take_while(|b| b.is_ascii_whitespace()).count();
        if indent == text.len() {
            continue;
        }
        if block.is_some_and(|outer| indent <= outer) {
            block = None;
        }
        let mut from = line.start;
        if block.is_none() {
            let quoted = memchr::memmem::find(text, b"\"data\":").map(|n| n + 7);
            let plain = text[indent..].starts_with(b"data:").then_some(indent + 5);
            let Some(behind) = plain.or(quoted) else { continue };
            (block, from) = (Some(indent), line.start + behind);
        }
        for value in values(&bytes[from..line.end]) {
            let value = from + value.start..from + value.end;
            let Some(plain) = base64_value(&bytes[value.clone()]) else { continue };
            tape.copy(bytes, at..value.start);
            for (n, byte) in plain.iter().enumerate() {
                tape.push(*byte, (value.start + n / 3 * 4 + n % 3).min(value.end - 1));
            }
            (at, found) = (value.end, true);
        }
    }
    tape.copy(bytes, at..document.end);
    Window { covers: document.end, decoded: found.then(|| tape.finish("base64", document.end)) }
}

/// Whether the bytes at `span` are a value of such a manifest's `data`, of which a decoded view exists.
pub(crate) fn holds(view: &View<'_>, span: &Range<usize>) -> bool {
    let kinds = view.manifests();
    if kinds.is_empty() || base64_value(&view.bytes[span.clone()]).is_none() {
        return false;
    }
    let document = document(view.bytes, span);
    kinds.iter().any(|kind| document.contains(kind))
}

/// The document round a place: YAML parts several by a line of three hyphens.
fn document(bytes: &[u8], hit: &Range<usize>) -> Range<usize> {
    let floor = hit.start.saturating_sub(REACH);
    let ceiling = bytes.len().min(hit.end + REACH);
    let start = memchr::memmem::rfind(&bytes[floor..hit.start], b"\n---").map_or(floor, |n| floor + n + 4);
    let end = memchr::memmem::find(&bytes[hit.end..ceiling], b"\n---").map_or(ceiling, |n| hit.end + n);
    start..end
}

fn lines(bytes: &[u8], document: &Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = document.start;
    let end = document.end;
    std::iter::from_fn(move || {
        (at < end).then(|| {
            let length = memchr::memchr(b'\n', &bytes[at..end]).unwrap_or(end - at);
            let line = at..at + length;
            at += length + 1;
            line
        })
    })
}

/// The values of a line: what stands behind a colon, up to white space, a quote or a comma.
fn values(line: &[u8]) -> impl Iterator<Item = Range<usize>> {
    memchr::memchr_iter(b':', line).filter_map(|colon| {
        let rest = &line[colon + 1..];
        let lead = rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'"' | b'\'')).count();
        let length =
            rest[lead..].iter().take_while(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b)).count();
        let from = colon + 1 + lead;
        (length >= 4).then_some(from..from + length)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Option<String> {
        let at = text.find("kind")?;
        let decoded = secret(text.as_bytes(), &(at..at + 12)).decoded?;
        Some(String::from_utf8(decoded.bytes).unwrap())
    }

    #[test]
    fn values_of_the_data_are_decoded_and_others_are_not() {
        let text = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: aHVudGVyMg==\ndata:\n  password: aHVudGVyMg==\n  user: \"YWRtaW4=\"\ntype: Opaque\n";
        let plain = decoded(text).unwrap();
        assert!(plain.contains("  password: hunter2\n  user: \"admin\"\ntype: Opaque"), "{plain}");
        assert!(plain.contains("name: aHVudGVyMg=="), "{plain}");
    }

    #[test]
    fn a_document_without_data_is_looked_at_once() {
        let text = "kind: Secret\n".repeat(100);
        let window = secret(text.as_bytes(), &(0..12));
        assert_eq!((window.covers, window.decoded.is_none()), (text.len(), true));
    }

    #[test]
    fn json_is_read_too() {
        let text = "{\"kind\": \"Secret\", \n \"data\": {\"password\": \"aHVudGVyMg==\"}}";
        assert!(decoded(text).unwrap().contains("\"password\": \"hunter2\""));
    }

    #[test]
    fn another_document_is_left_alone() {
        let text =
            "kind: Secret\nstringData:\n  a: b\n---\nkind: ConfigMap\ndata:\n  password: aHVudGVyMg==\n";
        assert_eq!(decoded(text), None);
    }
}
