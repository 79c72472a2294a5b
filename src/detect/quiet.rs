//! Marks of which nothing comes, and how far round them one has to look to know it.
//!
//! In flow bytes and a mark; out flows a distance. A history holds the same words in thousands of versions of a file;
//! those that nothing changed near by are not looked at again. It never says that a mark comes to nothing unless every
//! rule that it calls finds nothing there, whatever stands further away.

use std::ops::Range;
use std::sync::OnceLock;

use super::anchors::{Action, Anchors, Hit};
use super::assign::{self, loose};
use super::collect;
use super::context;
use super::decode::ask;
use super::judge::COLOUR;
use super::memo::Memo;
use super::patterns::{self, Patterns, Shapes};
use super::said;
use super::sweep::{Search, Sweeps};
use super::url;
use crate::rule::{Rule, RuleId, RuleSet, Syntax};

/// Where a text has more marks than these, those that stand between the same bytes as others, of which nothing came, are
/// left out: a file that is one line over and over costs little more than its reading.
pub(crate) const MANY: usize = 1000;

/// What the rules say about marks.
#[derive(Clone, Copy)]
pub(crate) struct Quiet<'d> {
    pub(super) rules: &'d RuleSet,
    pub(super) anchors: &'d Anchors,
    pub(super) patterns: &'d Patterns,
    /// The rules for values of any assignment, and what they may want.
    pub(super) called: &'d [RuleId],
    pub(super) shapes: &'d OnceLock<Shapes>,
    /// What was found out already.
    pub(super) memo: &'d OnceLock<Memo>,
}

impl Quiet<'_> {
    /// How many bytes before and behind a mark decide that nothing comes of it; `None` if something may.
    pub(super) fn round(&self, bytes: &[u8], mark: &Hit) -> Option<u16> {
        let find = || self.find(bytes, mark, &mut Sweeps::default());
        (!self.announces(mark)).then(|| self.memo().round(bytes, mark, find))?
    }

    /// Leaves out the marks of which it is known that nothing comes of them, because they stand between the same bytes as
    /// others did.
    pub(crate) fn leave_out(&self, bytes: &[u8], marks: &mut Vec<Hit>) {
        let mut sweeps = Sweeps::default();
        let mut known =
            |mark: &Hit| self.memo().again(bytes, mark, || self.find(bytes, mark, &mut sweeps)).is_some();
        marks.retain(|mark| self.announces(mark) || !known(mark));
    }

    fn memo(&self) -> &Memo {
        self.memo.get_or_init(Memo::new)
    }

    /// Whether a mark announces encoded text, which may hold anything: there is nothing to find out.
    fn announces(&self, mark: &Hit) -> bool {
        self.anchors.actions(*mark).iter().any(|action| matches!(action, Action::Decode(_)))
    }

    /// The same, found out from the bytes.
    fn find(&self, bytes: &[u8], mark: &Hit, sweeps: &mut Sweeps) -> Option<u16> {
        let anchor = mark.span();
        let (mut reach, mut named) = (0, true);
        for action in self.anchors.actions(*mark) {
            let Action::Rule(n) = *action else { return None };
            let (id, rule) = (RuleId(n), self.rules.get(RuleId(n)));
            named &= rule.syntax != Syntax::Pattern;
            if !self.rules.is_enabled(id) {
                continue;
            }
            reach = reach.max(match rule.syntax {
                Syntax::Pattern => self.pattern((id, rule), bytes, &anchor, sweeps)?,
                Syntax::Url => url::read(bytes, &anchor).is_none().then_some(url::LONGEST)?,
                Syntax::Assignment if rule.is_called() => self.branded((id, rule), bytes, &anchor)?,
                Syntax::Assignment => self.assigned((id, rule), bytes, &anchor)?,
            });
        }
        u16::try_from(reach.max(ask::decided(bytes, &anchor, named)?)).ok()
    }

    /// Of a rule with a pattern: nothing that it matches stands at the anchor.
    fn pattern(
        &self,
        (id, rule): (RuleId, &Rule),
        bytes: &[u8],
        anchor: &Range<usize>,
        sweeps: &mut Sweeps,
    ) -> Option<usize> {
        if collect::goes_on(rule, bytes, anchor.start) {
            return Some(if bytes[anchor.start - 1] == b'm' { COLOUR } else { 1 });
        }
        if rule.starts && !patterns::may_begin(rule, &bytes[anchor.start..]) {
            return Some(rule.shape.shortest as usize + 1);
        }
        let pattern = self.patterns.get(id, rule)?;
        let search = Search { pattern, bytes, longest: rule.window as usize };
        collect::over(rule, search, anchor, sweeps.of(pattern)).is_none().then_some(rule.window as usize + 1)
    }

    /// Of a rule that is called by the name of its service: no key stands behind the name.
    fn branded(&self, (id, rule): (RuleId, &Rule), bytes: &[u8], name: &Range<usize>) -> Option<usize> {
        let key = loose::read(bytes, name).filter(|_| context::stands_alone(bytes, name));
        let fits = |value: Range<usize>| self.patterns.fit(id, rule, &bytes[value]);
        (!key.is_some_and(fits)).then_some(loose::LOOKS_AT)
    }

    /// Of a rule for assignments: the word is assigned nothing that a rule could want.
    fn assigned(&self, (id, rule): (RuleId, &Rule), bytes: &[u8], word: &Range<usize>) -> Option<usize> {
        let column = assign::table::decided(bytes, word)?;
        if let Some(near) = assign::decided(bytes, word) {
            return Some(near.max(column));
        }
        let looks_at = || Some(assign::looks_at(bytes, word)?.max(column));
        let Some(found) = assign::read(bytes, word) else {
            return loose::behind(bytes, word).is_none().then(looks_at)?;
        };
        let value = &bytes[found.value.clone()];
        let shapes = self.shapes.get_or_init(|| Shapes::of(self.rules));
        if !self.called.is_empty() && collect::may_be_token(shapes, value, found.form) {
            return None;
        }
        let wanted = if collect::is_generic(rule) {
            said::read(bytes, word, &found).is_some()
        } else {
            self.patterns.fit(id, rule, value)
        };
        if wanted { None } else { looks_at() }
    }
}
