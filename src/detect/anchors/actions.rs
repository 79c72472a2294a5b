//! What each literal is for: the rules it calls, or the decoding it announces.
//!
//! In flow rules, out flows a table with a list of actions a literal. For the built-in rules both were
//! prepared by the build script (`build.rs`); a user's own rules make a new table at start-up.

use std::borrow::Cow;
use std::ops::Range;

use super::choice;
use super::literal::Literal;
use super::search::Hit;
use super::table::{Entry, Table};
use crate::detect::decode;
use crate::rule::schema::{forms, spellings};
use crate::rule::{Rule, RuleSet, Syntax};

include!(concat!(env!("OUT_DIR"), "/anchors.rs"));

/// Room for so many hits is made at once: most files of code have fewer.
const FEW: usize = 64;

/// What to do where a literal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Try this rule (its number in the rule set).
    Rule(u16),
    /// Bytes in this encoded form may hold an anchor; the number is the index of a
    /// `decode::Form`.
    Decode(u8),
}

/// Anchors and what they are for.
#[derive(Debug, Clone)]
pub struct Anchors {
    table: Table,
    /// For each literal, where its actions begin in `actions`; one more at the end.
    starts: Cow<'static, [u16]>,
    actions: Cow<'static, [Action]>,
}

impl Anchors {
    /// The anchors of `rules`: the prepared ones, and those of the user's own rules.
    pub fn new(rules: &RuleSet) -> Self {
        let own = || rules.own().map(|(id, rule)| (id.0, rule));
        let wanted = own().flat_map(|(n, rule)| {
            let literal = move |text: &Cow<'static, str>| (literal(rule, text), Action::Rule(n));
            let brands = rule.keywords.iter().filter(|_| rule.brand).flat_map(|text| spellings(text));
            let brand = move |bytes| (Literal { bytes, caseless: false }, Action::Rule(n));
            rule.anchors.iter().map(literal).chain(brands.map(brand)).collect::<Vec<_>>()
        });
        let plain: Vec<&str> = own()
            .filter(|(_, rule)| rule.syntax == Syntax::Pattern)
            .flat_map(|(_, rule)| rule.anchors.iter().map(AsRef::as_ref))
            .collect();
        let encoded = decode::anchors::anchors(&plain)
            .into_iter()
            .map(|(bytes, caseless, form)| (Literal { bytes, caseless }, Action::Decode(form)));
        match rules.has_own() {
            true => prepared_anchors().with(wanted.chain(encoded).collect()),
            false => prepared_anchors(),
        }
    }

    /// The words of rules that decide by what stands near: for each literal the rules that want it.
    pub fn keywords(rules: &RuleSet) -> Self {
        let wanted = rules.own().flat_map(|(id, rule)| {
            let literal = move |bytes| (Literal { bytes, caseless: true }, Action::Rule(id.0));
            rule.keywords.iter().flat_map(|text| forms(text)).map(literal)
        });
        prepared_keywords().with(wanted.collect())
    }

    /// These anchors and further literals with their actions, equal literals merged. What is known already is left out,
    /// or it would be done twice.
    fn with(self, mut wanted: Vec<(Literal, Action)>) -> Self {
        wanted.sort_by(|a, b| (&a.0.bytes, a.0.caseless, a.1).cmp(&(&b.0.bytes, b.0.caseless, b.1)));
        wanted.dedup();
        wanted.retain(|(literal, action)| !self.knows(literal, action));
        if wanted.is_empty() {
            return self;
        }
        let (mut literals, mut starts, mut actions) =
            (Vec::<Literal>::new(), self.starts.to_vec(), self.actions.to_vec());
        starts.pop();
        for (literal, action) in wanted {
            if literals.last() != Some(&literal) {
                starts.push(actions.len() as u16);
                literals.push(literal);
            }
            actions.push(action);
        }
        starts.push(actions.len() as u16);
        Self {
            table: self.table.with(&literals, &choice::alone(&literals)),
            starts: starts.into(),
            actions: actions.into(),
        }
    }

    /// Whether a literal calls for this already.
    fn knows(&self, literal: &Literal, action: &Action) -> bool {
        let same =
            |hit: &Hit| hit.span() == (0..literal.bytes.len()) && self.calls(hit.literal).contains(action);
        self.search(&literal.bytes)
            .iter()
            .any(|hit| same(hit) && self.table.is_caseless(hit.literal) == literal.caseless)
    }

    /// Finds every anchor in `bytes`, in order.
    pub fn search(&self, bytes: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::with_capacity(if bytes.len() < FEW * 16 { 0 } else { FEW });
        self.table.search(bytes, &mut hits);
        hits.sort_unstable();
        hits
    }

    /// What to do at a hit.
    pub fn actions(&self, hit: Hit) -> &[Action] {
        self.calls(hit.literal)
    }

    /// How many literals there are.
    pub(crate) fn literals(&self) -> u16 {
        self.starts.len() as u16 - 1
    }

    /// What to do where a literal stands.
    pub(crate) fn calls(&self, literal: u16) -> &[Action] {
        let n = usize::from(literal);
        &self.actions[usize::from(self.starts[n])..usize::from(self.starts[n + 1])]
    }

    /// How far before the start of a change and behind its end its anchors are searched for.
    pub(crate) fn margins(&self) -> (usize, usize) {
        self.table.margins()
    }

    /// Adds to `hits`, which are in order, the anchors that reach into one of the ranges, which are in order, too,
    /// or over an empty one. `margins` are what [`Self::margins`] says.
    pub(crate) fn search_near(
        &self,
        bytes: &[u8],
        ranges: &[Range<usize>],
        (before, behind): (usize, usize),
        hits: &mut Vec<Hit>,
    ) {
        let mut new = Vec::new();
        let mut ranges = ranges.iter().peekable();
        while let Some(range) = ranges.next() {
            let from = range.start.saturating_sub(before);
            let mut to = range.end + behind;
            while let Some(next) = ranges.next_if(|next| next.start <= to + before) {
                to = next.end + behind;
            }
            self.table.search_at(bytes, from..to.min(bytes.len()), &mut new);
        }
        if !new.is_empty() {
            hits.append(&mut new);
            hits.sort_by_key(|hit| (hit.at, hit.literal));
            hits.dedup_by_key(|hit| (hit.at, hit.literal));
        }
    }
}

/// The literal for an anchor of a rule: words in names are compared without case.
fn literal(rule: &Rule, anchor: &str) -> Literal {
    if rule.syntax == Syntax::Pattern {
        return Literal::of_pattern(anchor);
    }
    let caseless = rule.syntax == Syntax::Assignment && !anchor.bytes().any(|b| b.is_ascii_uppercase());
    Literal { bytes: anchor.as_bytes().to_vec(), caseless }
}
