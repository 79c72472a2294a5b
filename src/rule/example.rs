//! Example lines: templates with generated secrets, so that no file of the project looks like a leak.
//!
//! In flow lines such as `KEY=«sk-<hex:32>»`; out flow the bytes, and which of them must be reported.
//! The same template always gives the same text. What stands between `<` and `>` is described in `part.rs`;
//! what is no part stays as it is. TOML's own escapes make line ends and tabs.

use std::ops::Range;

use super::part::{self, Parts};

/// An example with its secrets filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The line, without the marks.
    pub text: String,
    /// The byte ranges that stood between `«` and `»`.
    pub marked: Vec<Range<usize>>,
}

/// Fills in one template.
///
/// # Errors
/// A mark without its partner, or bytes outside an encoding that are no text, in words.
pub fn expand(template: &str) -> Result<Example, String> {
    let mut parts = Parts::seeded(template);
    let mut text = Vec::new();
    let mut marked = Vec::new();
    let mut open = None;
    let mut rest = template;
    while let Some(c) = rest.chars().next() {
        if let Some((bytes, length)) = part::read(rest, &text, &mut parts) {
            text.extend_from_slice(&bytes);
            rest = &rest[length..];
            continue;
        }
        match c {
            '«' if open.is_none() => open = Some(text.len()),
            '»' => {
                let from = open.take().ok_or("a » without its «")?;
                marked.push(from..text.len());
            }
            '«' => return Err("a « inside another".to_owned()),
            _ => text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        rest = &rest[c.len_utf8()..];
    }
    if open.is_some() {
        return Err("a « without its »".to_owned());
    }
    let text = String::from_utf8(text).map_err(|_| "<x:…> or <bytes:n> outside an encoding".to_owned())?;
    Ok(Example { text, marked })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_template_gives_the_same_text() {
        let a = expand("KEY=«sk-<hex:32>»").unwrap();
        assert_eq!(a, expand("KEY=«sk-<hex:32>»").unwrap());
        assert_eq!(a.text.len(), 4 + 3 + 32);
        assert_eq!(a.marked, vec![4..39]);
    }

    #[test]
    fn what_is_no_class_stays() {
        assert_eq!(expand("sk-<your-key>").unwrap().text, "sk-<your-key>");
        assert_eq!(expand("<same:x:3>").unwrap().text, "xxx");
        assert_eq!(expand("if a < b { <").unwrap().text, "if a < b { <");
    }

    #[test]
    fn a_lost_mark_is_an_error() {
        assert!(expand("«abc").is_err());
        assert!(expand("abc»").is_err());
    }

    #[test]
    fn a_part_can_be_repeated() {
        let text = expand("<hex:8> <=:1>").unwrap().text;
        assert_eq!(text[..8], text[9..]);
    }

    #[test]
    fn bytes_must_be_encoded() {
        assert!(expand("<x:ff00>").is_err());
        assert_eq!(expand("<b64of:<x:ff00>>").unwrap().text, "/wA=");
    }
}
