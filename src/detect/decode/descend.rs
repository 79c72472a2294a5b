//! The way down: from the hits of a view to the views that they ask for, and into these again.
//!
//! In flow a collector and a view with its hits; out flow the candidates of all views together. Depth
//! and the total of decoded bytes are bounded, so that a hostile file costs a few times its size.

use std::ops::Range;

use super::anchors::{
    CALLED, CELL, COUNTED, DUMP, ENTITY, ESCAPE, FOLDED, HEX, JOIN, LIST, MANIFEST, PACKED, PERCENT, QUOTED,
    TURNED, WIDE,
};
use super::tape::{Decoded, Window};
use super::{ask, base64, counted, digits, dump, escape, join, list, manifest, packed, turned};
use crate::detect::anchors::{Action, Anchors, Hit};
use crate::detect::assign::Form;
use crate::detect::candidate::Candidate;
use crate::detect::collect::Collector;
use crate::detect::quiet::{MANY, Quiet};
use crate::detect::view::{Parent, View};
use crate::rule::{RuleId, Syntax};

/// How many decodings may lie on top of each other.
const DEPTH: u8 = 5;

/// How many decoded bytes a blob may cost: this many times its size, and a little for small ones.
const TIMES: usize = 4;
const LITTLE: usize = 256 * 1024;

/// How far the literals of one value may reach, in bytes: less than a change does (`reach.rs`).
const JOINED: usize = 4096;

/// How many forms there are.
const FORMS: usize = PACKED as usize + 1;

/// What of a run's detection the way down needs.
pub(crate) struct Descent<'f> {
    budget: usize,
    quiet: Quiet<'f>,
    /// How many hits there were so far.
    hits: usize,
    finish: &'f mut dyn FnMut(Vec<Candidate<'_>>),
}

/// Collects the candidates of a view and of everything that is encoded in it, and hands all of them to
/// `finish`, while the decoded bytes live.
pub(crate) fn descend<'v>(
    collector: &Collector<'v>,
    view: &'v View<'v>,
    hits: &[Hit],
    quiet: Quiet<'_>,
    finish: &mut dyn FnMut(Vec<Candidate<'_>>),
) {
    let mut candidates = Vec::new();
    collector.collect(view, hits, &mut candidates);
    let budget = view.bytes.len() * TIMES + LITTLE;
    let mut descent = Descent { budget, quiet, hits: hits.len(), finish };
    let mut asked = descent.asked(collector, view, hits);
    asked.extend(descent.joined(&candidates, view));
    descent.deepen(*collector, vec![(view, asked)], candidates);
}

impl Descent<'_> {
    /// Searches what was decoded in views of one level, and goes on with what that asks for.
    fn deepen<'v>(
        &mut self,
        collector: Collector<'v>,
        level: Vec<(&'v View<'v>, Vec<Decoded>)>,
        candidates: Vec<Candidate<'v>>,
    ) {
        let (mut texts, mut parents) = (Vec::new(), Vec::new());
        for (view, decoded) in level {
            for Decoded { form, span, bytes, map, .. } in decoded {
                texts.push(bytes);
                parents.push((view, form, span, map));
            }
        }
        if texts.is_empty() {
            return (self.finish)(candidates);
        }
        let views: Vec<View<'_>> = texts
            .iter()
            .zip(parents)
            .map(|(bytes, (view, form, span, map))| View::decoded(bytes, Parent { view, form, span, map }))
            .collect();
        let collector: Collector<'_> = collector;
        let mut candidates: Vec<Candidate<'_>> = candidates;
        let mut level = Vec::new();
        for view in &views {
            let mut hits = collector.anchors.search(view.bytes);
            self.hits += hits.len();
            if self.hits > MANY {
                self.quiet.leave_out(view.bytes, &mut hits);
            }
            let known = candidates.len();
            collector.collect(view, &hits, &mut candidates);
            let mut asked = Vec::new();
            if view.depth < DEPTH {
                asked = self.asked(&collector, view, &hits);
                asked.extend(self.joined(&candidates[known..], view));
            }
            if !asked.is_empty() {
                level.push((view, asked));
            }
        }
        self.deepen(collector, level, candidates);
    }

    /// The values of a view that go on in further literals, each put together.
    fn joined(&mut self, candidates: &[Candidate<'_>], view: &View<'_>) -> Vec<Decoded> {
        let mut found: Vec<Decoded> = Vec::new();
        let mut covered = 0;
        // The values of a Secret are none of its text.
        let candidates = if view.manifests().is_empty() { candidates } else { &[] };
        for c in candidates {
            let quote = c.span.end;
            let literal = c.said.is_some()
                && matches!(c.form, Form::Quoted | Form::Called)
                && join::may_go_on(view.bytes, &c.span);
            let in_cell = escape::ends_line(view.bytes, quote);
            let ends = in_cell || join::is_quote_at(view.bytes, quote);
            if !literal || c.span.start < covered || !ends || self.budget == 0 {
                continue;
            }
            let key = c.whole.start.min(c.span.start);
            let window = if in_cell {
                escape::cell(view.bytes, c.span.start)
            } else {
                join::unbroken(view.bytes, &c.span, key)
                    .or_else(|| join::template(view.bytes, &c.span, key))
                    .or_else(|| join::value(view.bytes, &c.span, key))
                    .unwrap_or(Window::NONE)
            };
            // What stands further away is no reason to look at the name again.
            let Some(decoded) = window.decoded.filter(|_| window.covers - quote < JOINED) else { continue };
            covered = window.covers;
            self.budget = self.budget.saturating_sub(decoded.bytes.len());
            found.push(decoded);
        }
        found
    }

    /// What the hits of a view ask to be decoded.
    fn asked(&mut self, collector: &Collector<'_>, view: &View<'_>, hits: &[Hit]) -> Vec<Decoded> {
        let mut found: Vec<Decoded> = Vec::new();
        let mut covered = [0; FORMS];
        let mut manifests = Vec::new();
        let mut followed = 0..0;
        for &hit in hits {
            let span = hit.span();
            for (form, at) in forms(collector, view, hit, &mut followed) {
                if span.start < covered[usize::from(form)] || self.budget == 0 {
                    continue;
                }
                let window = decode(collector.anchors, view.bytes, &span, (form, at));
                // What holds nothing is not looked at again for each hit in it.
                covered[usize::from(form)] = window.covers;
                if let Some(decoded) = window.decoded {
                    if form == MANIFEST {
                        manifests.push(span.start);
                    }
                    self.budget = self.budget.saturating_sub(decoded.bytes.len());
                    found.push(decoded);
                }
            }
        }
        view.note_manifests(manifests);
        found
    }
}

/// The forms that a hit asks for, each with the place that asks: those that its literal announces, and
/// one that the text round a plain anchor asks for.
fn forms(
    collector: &Collector<'_>,
    view: &View<'_>,
    hit: Hit,
    followed: &mut Range<usize>,
) -> impl Iterator<Item = (u8, usize)> + use<> {
    let (mut announced, mut plain, mut named) = (0u32, false, true);
    for action in collector.anchors.actions(hit) {
        match *action {
            Action::Decode(form) => announced |= 1 << form,
            Action::Rule(n) => {
                plain = true;
                named &= collector.rules.get(RuleId(n)).syntax != Syntax::Pattern;
            }
        }
    }
    let span = hit.span();
    let asked = if plain { ask::asked(view.bytes, &span, named, followed) } else { None };
    let last = span.end - 1;
    let announced = std::iter::from_fn(move || {
        let form = (announced != 0).then(|| announced.trailing_zeros() as u8)?;
        announced &= announced - 1;
        Some((form, last))
    });
    announced.chain(asked)
}

/// Decodes one form round a hit, unless a glance shows that nothing is there.
fn decode(anchors: &Anchors, bytes: &[u8], hit: &Range<usize>, (form, at): (u8, usize)) -> Window {
    let worth = |text: &[u8]| !anchors.search(text).is_empty();
    match form {
        HEX if worth(&digits::glance(bytes, hit.start)) => digits::hex(bytes, hit.start),
        WIDE => digits::wide(bytes, hit.start),
        MANIFEST => manifest::secret(bytes, hit),
        JOIN => join::literals(bytes, hit, at).unwrap_or(Window::NONE),
        COUNTED => counted::view(bytes, hit.start),
        LIST => list::characters(bytes, hit.start),
        CALLED => list::called(bytes, hit),
        DUMP => dump::lines(bytes, hit),
        PACKED => packed::gzip(bytes, hit.start),
        TURNED => turned::literal(bytes, hit),
        CELL => escape::cell(bytes, hit.start),
        FOLDED => escape::folded(bytes, hit, bytes[at]),
        QUOTED => escape::quoted_printable(bytes, hit),
        PERCENT => escape::percents(bytes, hit),
        ESCAPE if worth_escaping(bytes, hit, form) => escape::backslashes(bytes, hit),
        ENTITY if worth_escaping(bytes, hit, form) => escape::entities(bytes, hit),
        HEX | ESCAPE | ENTITY => Window::NONE,
        place if worth(&base64::glance(bytes, hit.start, place)) => base64::run(bytes, hit.start, place),
        _ => Window::NONE,
    }
}

/// A literal that is itself an escape must be one of several: the text is escaped as a whole.
fn worth_escaping(bytes: &[u8], hit: &Range<usize>, form: u8) -> bool {
    !matches!(bytes[hit.start], b'\\' | b'&') || escape::several(bytes, hit.start, form)
}
