//! What stands near a candidate: the keywords of the rules, within a number of lines.
//!
//! In flow a place and the keyword table; out flows, for each rule with a keyword near enough, how near
//! the nearest stands. A keyword in the name that is assigned to is nearest of all.

use std::ops::Range;

use super::anchors::{Action, Anchors};
use super::scene::Scene;
use super::view::View;

/// The farthest a keyword may stand from its secret, in bytes.
const FARTHEST: usize = 2048;

/// A rule with a keyword near a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Near {
    /// The number of the rule.
    pub rule: u16,
    /// How far away the keyword stands, in bytes; 0 in the name itself.
    pub distance: usize,
    /// How many line ends stand between.
    pub lines: usize,
}

/// Where to look for keywords.
pub(crate) struct Neighbourhood<'a> {
    /// The bytes.
    pub view: &'a View<'a>,
    /// What the blob's candidates share.
    pub scene: &'a Scene<'a>,
    /// The secret.
    pub span: &'a Range<usize>,
    /// The name it is assigned to, if there is one.
    pub key: Option<&'a Range<usize>>,
}

/// The rules with a keyword near a secret, each with its nearest, sorted by rule.
pub(crate) fn keywords_near(at: &Neighbourhood<'_>, keywords: &Anchors) -> Vec<Near> {
    let (view, span) = (at.view, at.span);
    let from = span.start.saturating_sub(FARTHEST);
    let to = view.bytes.len().min(span.end + FARTHEST);
    let own;
    let (hits, offset) = if view.parent.is_none() {
        own = at.scene.keywords(keywords, &(from..to));
        (&own[..], 0)
    } else {
        own = keywords.search(&view.bytes[from..to]);
        (&own[..], from)
    };
    let mut near = Vec::new();
    for &hit in hits {
        let word = hit.span();
        let word = offset + word.start..offset + word.end;
        if word.start < span.end && span.start < word.end || !stands_alone(view.bytes, &word) {
            continue;
        }
        let in_name = at.key.is_some_and(|key| key.start <= word.start && word.end <= key.end);
        let gap = if word.end <= span.start { word.end..span.start } else { span.end..word.start };
        let distance = if in_name { 0 } else { gap.len().max(1) };
        let lines = if in_name { 0 } else { memchr::memchr_iter(b'\n', &view.bytes[gap]).count() };
        near.extend(keywords.actions(hit).iter().filter_map(|action| match action {
            Action::Rule(rule) => Some(Near { rule: *rule, distance, lines }),
            Action::Decode(_) => None,
        }));
    }
    near.sort_unstable();
    near.dedup_by_key(|n| n.rule);
    near
}

/// Whether a word is a word of its own or a part of a name such as `MISTRAL_API_KEY` or `mistralKey`,
/// not a stretch of letters inside another word.
pub(crate) fn stands_alone(bytes: &[u8], word: &Range<usize>) -> bool {
    let joined = |a: u8, b: u8| {
        a.is_ascii_lowercase() && b.is_ascii_lowercase() || a.is_ascii_uppercase() && b.is_ascii_uppercase()
    };
    let before = word.start.checked_sub(1).is_some_and(|n| joined(bytes[n], bytes[word.start]));
    let last = bytes[word.end - 1];
    let after = bytes.get(word.end).is_some_and(|b| joined(last, *b));
    // A word may run on (`deepseek` in `deepseekchat`), unless it is so short that anything does.
    !before && (!after || word.len() >= 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_inside_a_word_is_none() {
        assert!(stands_alone(b"MISTRAL_API_KEY", &(0..7)));
        assert!(stands_alone(b"myMistralKey", &(2..9)));
        assert!(!stands_alone(b"online = 1", &(2..6)));
        assert!(!stands_alone(b"liner = 1", &(0..4)));
    }
}
