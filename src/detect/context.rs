//! What stands near a candidate: the keywords of the rules, within a number of lines.

use std::ops::Range;

use super::anchors::{Action, Anchors};
use super::view::View;

/// The farthest a keyword may stand from its secret, in bytes.
const FARTHEST: usize = 2048;

/// For each rule with a keyword near `span`, how far away the nearest stands, in bytes. Sorted by rule.
pub(crate) fn keywords_near(view: &View<'_>, span: &Range<usize>, keywords: &Anchors) -> Vec<(u16, usize)> {
    let from = span.start.saturating_sub(FARTHEST);
    let to = view.bytes.len().min(span.end + FARTHEST);
    let mut near = Vec::new();
    for hit in keywords.search(&view.bytes[from..to]) {
        let word = keywords.span(hit);
        let word = from + word.start..from + word.end;
        if !stands_alone(view.bytes, &word) {
            continue;
        }
        let distance = word.start.saturating_sub(span.end).max(span.start.saturating_sub(word.end));
        for action in keywords.actions(hit) {
            if let Action::Rule(rule) = action {
                near.push((*rule, distance));
            }
        }
    }
    near.sort_unstable();
    near.dedup_by_key(|(rule, _)| *rule);
    near
}

/// Whether a word is a word of its own or a part of a name such as `MISTRAL_API_KEY` or `mistralKey`,
/// not a stretch of letters inside another word.
fn stands_alone(bytes: &[u8], word: &Range<usize>) -> bool {
    let first = bytes[word.start];
    let before = word.start.checked_sub(1).map(|n| bytes[n]);
    let joined = before.is_some_and(|b| {
        b.is_ascii_lowercase() && first.is_ascii_lowercase()
            || b.is_ascii_uppercase() && first.is_ascii_uppercase()
    });
    !joined
}
