//! How far round a mark a change matters: which of the marks of a blob must be looked at again when parts of it
//! changed, and which never, because the bytes next to them say that nothing comes of them.
//!
//! In flow the rules, marks and changed ranges, all in order; out flow the marks whose candidates could come out
//! otherwise than in the blob that the changed one was made from.

use std::ops::Range;

use super::anchors::{Action, Anchors, Hit};
use crate::rule::{RuleId, RuleSet, Syntax};

/// What is looked at round an assigned value: its name and the keywords about it (`context`), up to the longest value.
const ASSIGNED: usize = 8 * 1024;

/// What is looked at round a pattern's window: keywords, the line, further pieces of a string.
const ROUND: usize = 8 * 1024;

/// What one run of encoded text can cover: 12 KiB decoded, of up to eight bytes each in a text of escapes.
const ENCODED: usize = 96 * 1024;

/// How far a change reaches, for each literal.
#[derive(Debug)]
pub(super) struct Reach {
    by_literal: Vec<u32>,
    /// How far before and behind a change its anchors are searched for.
    pub(super) margins: (usize, usize),
}

impl Reach {
    /// For the anchors of `rules`.
    pub(super) fn of(rules: &RuleSet, anchors: &Anchors) -> Self {
        let reach = |action: &Action| match *action {
            Action::Decode(_) => ENCODED,
            Action::Rule(n) => match rules.get(RuleId(n)).syntax {
                Syntax::Pattern => rules.get(RuleId(n)).window as usize + ROUND,
                Syntax::Assignment | Syntax::Url => ASSIGNED,
            },
        };
        let literals = 0..anchors.literals();
        let by_literal = literals.map(|n| anchors.calls(n).iter().map(reach).max().unwrap_or(0) as u32);
        Self { by_literal: by_literal.collect(), margins: anchors.margins() }
    }

    /// The marks of which something may come.
    pub(super) fn loud(marks: &mut [Hit], quiet: &dyn Fn(&Hit) -> Option<u16>) -> Vec<Hit> {
        let unknown = marks.iter_mut().filter(|mark| mark.quiet == 0);
        unknown.filter_map(|mark| listen(mark, quiet)).collect()
    }

    /// The marks of which something may come that a change in one of the `fresh` ranges reaches.
    pub(super) fn near(
        &self,
        marks: &mut [Hit],
        fresh: &[Range<usize>],
        quiet: &dyn Fn(&Hit) -> Option<u16>,
    ) -> Vec<Hit> {
        let mut next = 0;
        let mut near = Vec::new();
        for mark in marks {
            let (span, known) = (mark.span(), usize::from(mark.quiet));
            let reach = if known > 0 { known } else { self.by_literal[usize::from(mark.literal)] as usize };
            while fresh.get(next).is_some_and(|range| range.end < span.start) {
                next += 1;
            }
            let before = next.checked_sub(1).is_some_and(|n| fresh[n].end + reach >= span.start);
            if before || fresh.get(next).is_some_and(|range| range.start <= span.end + reach) {
                near.extend(listen(mark, quiet));
            }
        }
        near
    }
}

/// Notes how far round a mark the bytes say that nothing comes of it, and gives it back if they do not.
fn listen(mark: &mut Hit, quiet: &dyn Fn(&Hit) -> Option<u16>) -> Option<Hit> {
    mark.quiet = quiet(mark).unwrap_or(0);
    (mark.quiet == 0).then_some(*mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::single_range_in_vec_init, reason = "one range is meant")]
    fn a_mark_is_near_by_the_reach_of_its_literal() {
        let reach = Reach { by_literal: vec![10, 1000], margins: (3, 0) };
        let mark = |at, literal| Hit { at, literal, length: 4, quiet: 0 };
        let mut marks =
            [mark(100, 0), mark(100, 1), mark(986, 0), mark(987, 0), mark(1010, 0), mark(1013, 0)];
        let mut near = |fresh: &[Range<usize>]| -> Vec<(usize, u16)> {
            reach.near(&mut marks, fresh, &|_| None).iter().map(|m| (m.at, m.literal)).collect()
        };
        assert_eq!(near(&[1000..1002]), [(100, 1), (986, 0), (987, 0), (1010, 0)]);
        assert_eq!(near(&[50..60, 90..90]), [(100, 0), (100, 1)]);
        assert!(near(&[]).is_empty());
    }

    #[test]
    fn every_rule_and_form_reaches_beyond_its_window() {
        let rules = RuleSet::builtin();
        let anchors = Anchors::new(&rules);
        let reach = Reach::of(&rules, &anchors);
        for (id, rule) in rules.all().filter(|(_, rule)| rule.syntax == Syntax::Pattern) {
            for literal in 0..anchors.literals() {
                if anchors.calls(literal).contains(&Action::Rule(id.0)) {
                    assert!(reach.by_literal[usize::from(literal)] > rule.window + 4096);
                }
            }
        }
    }
}
