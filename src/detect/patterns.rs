//! The rules' patterns and paths, each compiled when an anchor first asks for it.

use std::sync::OnceLock;

use super::pattern::Pattern;
use crate::glob::GlobSet;
use crate::rule::shape::Shape;
use crate::rule::{Rule, RuleError, RuleId, RuleSet};

/// One cell a rule: small, because a run fills a few of them only.
#[derive(Debug)]
pub(crate) struct Patterns {
    cells: Vec<OnceLock<Option<Box<Pattern>>>>,
}

impl Patterns {
    pub(crate) fn new(rules: &RuleSet) -> Self {
        Self { cells: (0..rules.len()).map(|_| OnceLock::new()).collect() }
    }

    /// The pattern of a rule; `None` if it has none or it does not compile, which [`compile`] reports
    /// when rules are loaded or tested.
    pub(crate) fn get(&self, id: RuleId, rule: &Rule) -> Option<&Pattern> {
        self.cells[usize::from(id.0)].get_or_init(|| compile(rule).ok().flatten().map(Box::new)).as_deref()
    }

    /// Whether the rule's pattern, if it has one, is the shape of the whole value.
    pub(crate) fn fit(&self, id: RuleId, rule: &Rule, value: &[u8]) -> bool {
        rule.pattern.is_empty() || self.get(id, rule).is_some_and(|p| p.is_in(value))
    }
}

/// Compiles the pattern of a rule; one of an assignment rule must match the whole value, one that
/// [`begins`] at its anchor must match there.
///
/// # Errors
/// The pattern is too large or wrong.
pub(crate) fn compile(rule: &Rule) -> Result<Option<Pattern>, RuleError> {
    if rule.pattern.is_empty() {
        return Ok(None);
    }
    let whole = rule.syntax == crate::rule::Syntax::Assignment;
    let pattern = if whole { format!(r"(?:{})\z", rule.pattern) } else { rule.pattern.to_string() };
    let compiled = if whole || begins(rule) {
        Pattern::tried(&pattern, "secret")
    } else {
        Pattern::searched(&pattern, "secret")
    };
    compiled.map(Some).map_err(|problem| RuleError {
        rule: rule.id.to_string(),
        problem: format!("the pattern does not compile: {problem}"),
    })
}

/// Whether the pattern is tried at its anchor alone and never searched for. What stands before the anchor
/// must be looked at by the caller: the pattern sees the anchor as the start of the text.
pub(crate) fn begins(rule: &Rule) -> bool {
    let looks_back = rule.inside_word && rule.pattern.starts_with('\\');
    rule.syntax == crate::rule::Syntax::Pattern && rule.starts && !looks_back
}

/// So many bytes tell whether a match may begin. What stands further back is the pattern's affair: in a text that is one
/// long token all of it would be looked at for each rule, and be right.
const GLANCE: usize = 24;

/// Whether the rule may match `text` from its first byte on, as far as the bytes tell that every match begins with.
pub(crate) fn may_begin(rule: &Rule, text: &[u8]) -> bool {
    let shape = &rule.shape;
    let Some(first) = text.get(..shape.shortest as usize) else { return false };
    let first = &first[..first.len().min(GLANCE)];
    let (opening, rest) = first.split_at((shape.opening as usize).min(first.len()));
    let stands = |b: u8| shape.bytes >> b & 1 == 1;
    opening.iter().all(|b| Shape::is_token(*b) && stands(*b))
        && rest.iter().all(|b| !b.is_ascii() || stands(*b))
}

/// What the values look like that rules called by keyword may want.
#[derive(Debug)]
pub(crate) struct Shapes {
    /// For each length, the ASCII bytes that one of the rules lets stand in a value of that length.
    by_length: Vec<u128>,
}

impl Shapes {
    /// The shortest and longest value that a rule called by keyword may want, in bytes.
    const LENGTHS: std::ops::RangeInclusive<usize> = 12..=1024;

    /// For these rules.
    pub(crate) fn of(rules: &RuleSet) -> Self {
        let mut by_length = vec![0; *Self::LENGTHS.end() + 1];
        for (_, shape) in rules.called() {
            let from = (shape.shortest as usize).max(*Self::LENGTHS.start());
            let to = (shape.longest as usize).min(*Self::LENGTHS.end());
            by_length.iter_mut().take(to + 1).skip(from).for_each(|bytes| *bytes |= shape.bytes);
        }
        Self { by_length }
    }

    /// Whether one of the rules may want `value`; never, if it is not plain ASCII without spaces.
    pub(crate) fn fit(&self, value: &[u8]) -> bool {
        let bytes = self.by_length.get(value.len()).copied().unwrap_or(0);
        bytes != 0 && value.iter().all(|b| b.is_ascii_graphic() && bytes >> b & 1 == 1)
    }
}

/// Where each rule applies, one cell a rule.
#[derive(Debug)]
pub(crate) struct Paths {
    cells: Vec<OnceLock<Box<GlobSet>>>,
}

impl Paths {
    /// Cells for `rules`, those of the user's own filled.
    ///
    /// # Errors
    /// The first path of such a rule that is wrong.
    pub(crate) fn new(rules: &RuleSet) -> Result<Self, RuleError> {
        let paths = Self { cells: (0..rules.len()).map(|_| OnceLock::new()).collect() };
        for (id, rule) in rules.own() {
            let globs = globs(rule)?;
            paths.cells[usize::from(id.0)].get_or_init(|| Box::new(globs));
        }
        Ok(paths)
    }

    /// Whether the rule applies to files of this name.
    pub(crate) fn fit(&self, id: RuleId, rule: &Rule, name: &str) -> bool {
        let compiled =
            || self.cells[usize::from(id.0)].get_or_init(|| Box::new(globs(rule).unwrap_or_default()));
        rule.paths.is_empty() || compiled().matches(name)
    }
}

fn globs(rule: &Rule) -> Result<GlobSet, RuleError> {
    GlobSet::new(rule.paths.iter().map(AsRef::as_ref))
        .map_err(|e| RuleError { rule: rule.id.to_string(), problem: e.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_may_match_only_what_is_long_enough_and_made_of_its_bytes() {
        let bytes = (1 << b'a') | (1 << b'-') | (1 << b':');
        let shape = Shape { shortest: 4, longest: 9, bytes, opening: 2 };
        let rule = Rule { shape, ..RuleSet::builtin().get(RuleId(0)).clone() };
        let may = |text: &str| may_begin(&rule, text.as_bytes());
        assert!(may("a-:a!") && may("-a\u{e9}"));
        assert!(!may("a-:") && !may("a:-a") && !may("a-:!a") && !may("ab:a"));
    }

    #[test]
    fn the_paths_of_all_rules_are_right() {
        assert!(RuleSet::builtin().all().all(|(_, rule)| globs(rule).is_ok()));
    }

    #[test]
    fn what_is_searched_round_its_anchor_has_an_end() {
        let rules = RuleSet::builtin();
        let searched = |rule: &Rule| rule.syntax == crate::rule::Syntax::Pattern && !rule.starts;
        let wide = rules.all().filter(|(_, rule)| searched(rule) && rule.window > 4096);
        let wide: Vec<&str> = wide.map(|(_, rule)| &*rule.id).collect();
        assert_eq!(wide, [""; 0]);
    }
}
