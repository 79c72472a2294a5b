//! What stands near a candidate: the keywords of the rules, within a number of lines.
//!
//! In flow a place and the keyword table; out flows, for each rule with a keyword near enough, how near
//! the nearest stands. A keyword in the name that is assigned to is nearest of all.

use std::ops::Range;

use super::anchors::{Action, Anchors};
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
    let mut nearest = Nearest::default();
    view.keywords.each(view.bytes, keywords, &(from..to), |hit| {
        let word = hit.span();
        if word.start < span.end && span.start < word.end {
            return;
        }
        let in_name = at.key.is_some_and(|key| key.start <= word.start && word.end <= key.end);
        let gap = if word.end <= span.start { word.end..span.start } else { span.end..word.start };
        let distance = if in_name { 0 } else { gap.len().max(1) };
        let gap = if in_name { 0..0 } else { gap };
        for action in keywords.actions(*hit) {
            if let Action::Rule(rule) = *action {
                nearest.add(rule, distance, &gap);
            }
        }
    });
    nearest.rules(view.bytes)
}

/// The nearest keyword of each rule so far. In text that is all keywords hundreds stand near each value, so the line ends
/// are counted for the nearest alone.
#[derive(Default)]
struct Nearest {
    /// Each rule with the distance of its keyword and the bytes between; two for a rule with one as near to either side.
    found: Vec<(u16, usize, Range<usize>)>,
    /// Where in `found` a rule stands, plus one.
    places: Vec<u16>,
}

impl Nearest {
    fn add(&mut self, rule: u16, distance: usize, gap: &Range<usize>) {
        let n = usize::from(rule);
        if self.places.len() <= n {
            self.places.resize(n + 1, 0);
        }
        let known = usize::from(self.places[n]).checked_sub(1).map(|place| &mut self.found[place]);
        match known {
            Some(known) if known.1 > distance => *known = (rule, distance, gap.clone()),
            Some(known) if known.1 < distance || known.2 == *gap => {}
            _ => {
                self.found.push((rule, distance, gap.clone()));
                self.places[n] = self.found.len() as u16;
            }
        }
    }

    /// What was found, sorted by rule.
    fn rules(self, bytes: &[u8]) -> Vec<Near> {
        let lines = |gap: Range<usize>| memchr::memchr_iter(b'\n', &bytes[gap]).count();
        let near = |(rule, distance, gap)| Near { rule, distance, lines: lines(gap) };
        let mut near: Vec<Near> = self.found.into_iter().map(near).collect();
        near.sort_unstable();
        near.dedup_by_key(|n| n.rule);
        near
    }
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
    fn of_the_keywords_of_a_rule_the_nearest_counts_and_of_two_as_near_the_one_on_its_line() {
        let text = b"word\n\nxxxx word VALUE word";
        let mut nearest = Nearest::default();
        for (rule, distance, gap) in
            [(7, 12, 4..16), (7, 1, 15..16), (3, 12, 4..16), (3, 12, 14..26), (7, 9, 9..18)]
        {
            nearest.add(rule, distance, &gap);
        }
        let near = |rule, distance, lines| Near { rule, distance, lines };
        assert_eq!(nearest.rules(text), [near(3, 12, 0), near(7, 1, 0)]);
    }

    #[test]
    fn a_word_inside_a_word_is_none() {
        assert!(stands_alone(b"MISTRAL_API_KEY", &(0..7)));
        assert!(stands_alone(b"myMistralKey", &(2..9)));
        assert!(!stands_alone(b"online = 1", &(2..6)));
        assert!(!stands_alone(b"liner = 1", &(0..4)));
    }
}
