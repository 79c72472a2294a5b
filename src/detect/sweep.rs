//! What a pattern that is searched for matches in one text: each part of the text is searched once, however many anchors
//! ask, and however far round each the pattern has to be looked for.
//!
//! In flow places that ask, from the front of the text to its end; out flow matches. The answers are those of a search for
//! each place by itself: leftmost, one after the other, from the place's own beginning on.

use std::ops::Range;

use super::pattern::Pattern;

/// How far further the text is searched than it was asked for, at most, in bytes.
const AHEAD: usize = 16 * 1024;

/// One sweep for each of several patterns, which stay where they are as long as this is held.
#[derive(Debug, Default)]
pub(super) struct Sweeps(Vec<(*const Pattern, Sweep)>);

impl Sweeps {
    /// That of the pattern.
    pub(super) fn of(&mut self, pattern: &Pattern) -> &mut Sweep {
        let pattern = std::ptr::from_ref(pattern);
        let known = self.0.iter().position(|(own, _)| *own == pattern).unwrap_or_else(|| {
            self.0.push((pattern, Sweep::default()));
            self.0.len() - 1
        });
        &mut self.0[known].1
    }
}

/// What a search from `from` on found so far.
#[derive(Debug, Default)]
pub(super) struct Sweep {
    from: usize,
    found: Vec<Range<usize>>,
    /// No further match begins before this.
    clear: usize,
}

/// A pattern, the text it is looked for in, and how long its matches may be, in bytes.
#[derive(Clone, Copy)]
pub(super) struct Search<'s> {
    pub pattern: &'s Pattern,
    pub bytes: &'s [u8],
    pub longest: usize,
}

impl Search<'_> {
    /// The match that begins at `start`, for a pattern that is tried at one place.
    pub(super) fn at(&self, start: usize) -> Option<Range<usize>> {
        let end = self.bytes.len().min(start + self.longest);
        let found = self.pattern.first(&self.bytes[start..end], 0)?;
        Some(found.start + start..found.end + start)
    }

    /// The part of a match that its rule wants.
    pub(super) fn part(&self, found: &Range<usize>) -> Range<usize> {
        // A pattern that is searched for may look at the byte before; one that is tried sees its place as the start.
        let shown = if self.pattern.is_tried() { found.start } else { found.start.saturating_sub(1) };
        let end = self.bytes.len().min(found.start + self.longest);
        let part = self.pattern.part(&self.bytes[shown..end], found.start - shown..found.end - shown);
        part.map_or(found.clone(), |part| part.start + shown..part.end + shown)
    }

    /// The first match that begins at `from` or behind, and at `last` at the latest.
    fn first(&self, from: usize, last: usize) -> Option<Range<usize>> {
        let shown = from.saturating_sub(1);
        let end = self.bytes.len().min(last.saturating_add(self.longest));
        let found = self.pattern.first(&self.bytes[shown..end], from - shown)?;
        (found.start + shown <= last).then(|| found.start + shown..found.end + shown)
    }
}

impl Sweep {
    /// The match over the anchor, of those that a search from `from` on finds one after the other.
    pub(super) fn over(
        &mut self,
        search: Search<'_>,
        mut from: usize,
        anchor: &Range<usize>,
    ) -> Option<Range<usize>> {
        loop {
            let found = match self.joins(from) {
                Some(n) => self.reaching(search, n, anchor)?,
                None if self.inside(from) => search.first(from, anchor.start)?,
                None => {
                    self.begin(from);
                    continue;
                }
            };
            if found.end >= anchor.end {
                return (found.start <= anchor.start).then_some(found);
            }
            from = found.end.max(from + 1);
        }
    }

    /// All matches that begin in these bytes, of those that a search from their start on finds one after the other.
    pub(super) fn all(&mut self, search: Search<'_>, within: &Range<usize>) -> Vec<Range<usize>> {
        let (mut from, mut own) = (within.start, Vec::new());
        let last = within.end.saturating_sub(1);
        loop {
            if let Some(n) = self.joins(from) {
                self.reach(search, last, usize::MAX);
                own.extend(self.found[n..].iter().take_while(|m| m.start <= last).cloned());
                return own;
            }
            if !self.inside(from) {
                self.begin(from);
            } else if let Some(found) = search.first(from, last) {
                from = found.end.max(from + 1);
                own.push(found);
            } else {
                return own;
            }
        }
    }

    /// Forgets what was found, and goes on from here.
    fn begin(&mut self, from: usize) {
        self.found.clear();
        (self.from, self.clear) = (from, from);
    }

    /// Whether `from` lies inside the text that was searched.
    fn inside(&self, from: usize) -> bool {
        (self.from..=self.clear).contains(&from)
    }

    /// The number of the match that a search from `from` on finds first, if the text between was searched for it: then all
    /// that follows is the same, too.
    fn joins(&self, from: usize) -> Option<usize> {
        let n = self.found.partition_point(|m| m.start < from);
        let begins = n.checked_sub(1).map_or(self.from, |before| self.found[before].end);
        (begins <= from && from <= self.clear).then_some(n)
    }

    /// The first match from the n-th on that does not end before the anchor does.
    fn reaching(&mut self, search: Search<'_>, n: usize, anchor: &Range<usize>) -> Option<Range<usize>> {
        self.reach(search, anchor.start, anchor.end);
        let behind = self.found[n..].partition_point(|m| m.end < anchor.end);
        self.found.get(n + behind).cloned()
    }

    /// Searches until every match is known that begins at `last` or before, or one that does not end before `end`.
    fn reach(&mut self, search: Search<'_>, last: usize, end: usize) {
        while self.clear <= last && self.found.last().is_none_or(|m| m.end < end) {
            let ahead = search.bytes.len().min(last + (self.clear - self.from).min(AHEAD));
            match search.first(self.clear, ahead) {
                Some(found) => {
                    self.clear = found.end.max(found.start + 1);
                    self.found.push(found);
                }
                None => self.clear = ahead + 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Patterns that match seldom and often, that begin in each other and that look at the byte before, each with the
    /// length of its longest match and a byte more.
    const PATTERNS: [(&str, usize); 5] = [
        ("a[ab]{0,4}c", 7),
        ("(?:ab|ba)[^c]{2,6}?b", 10),
        (r"\ba{1,3}", 4),
        ("c[abc]{3,9}", 11),
        ("abcabcabc", 10),
    ];

    /// The match over an anchor, searched for that anchor alone.
    fn alone(search: Search<'_>, mut from: usize, anchor: &Range<usize>) -> Option<Range<usize>> {
        loop {
            let found = search.first(from, anchor.start)?;
            if found.end >= anchor.end {
                return Some(found);
            }
            from = found.end;
        }
    }

    /// Calls `check` with each pattern and a fresh sweep.
    fn each(text: &str, mut check: impl FnMut(Search<'_>, &mut Sweep)) {
        for (pattern, longest) in PATTERNS {
            let pattern = Pattern::searched(pattern, "").unwrap();
            let search = Search { pattern: &pattern, bytes: text.as_bytes(), longest };
            check(search, &mut Sweep::default());
        }
    }

    proptest! {
        #[test]
        fn all_anchors_together_find_what_each_finds_alone(text in "[abc ]{0,300}", every in 1usize..9) {
            each(&text, |search, sweep| {
                for at in (0..text.len()).step_by(every) {
                    let (from, anchor) = (at.saturating_sub(search.longest), at..at + 1);
                    assert_eq!(sweep.over(search, from, &anchor), alone(search, from, &anchor), "at {at}");
                }
            });
        }

        #[test]
        fn what_stands_in_a_part_is_what_a_search_of_it_alone_finds(text in "[abc ]{0,300}", step in 1usize..40) {
            each(&text, |search, sweep| {
                for within in (0..text.len()).step_by(step).map(|at| at..text.len().min(at + 50)) {
                    let (mut from, mut own) = (within.start, Vec::new());
                    while let Some(found) = search.first(from, within.end - 1) {
                        from = found.end;
                        own.push(found);
                    }
                    assert_eq!(sweep.all(search, &within), own);
                }
            });
        }
    }

    #[test]
    fn a_text_full_of_anchors_is_searched_once() {
        let text = "curl -u ".repeat(4000);
        let pattern = Pattern::searched("curl [^\\n]{0,300}-u [a-z]{4,9}:", "").unwrap();
        let search = Search { pattern: &pattern, bytes: text.as_bytes(), longest: 320 };
        let mut sweep = Sweep::default();
        let mut searched = 0;
        for at in (5..text.len() - 3).step_by(8) {
            let before = sweep.clear;
            assert_eq!(sweep.over(search, at.saturating_sub(320), &(at..at + 3)), None);
            searched += usize::from(sweep.clear != before);
        }
        assert!(searched < 20, "{searched} searches");
    }
}
