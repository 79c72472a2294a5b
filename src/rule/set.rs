//! The rules of one run: the built-in ones, the user's own, and which of them are switched on.
//!
//! In flow a selection and own rules; out flow rules by id. Nothing is compiled here.

use super::builtin;
use super::nearest::did_you_mean;
use super::rule::{Rule, RuleId};
use super::schema::{RuleError, duplicate_id};
use super::shape::Shape;

/// Which rules a run wants. A name may end in `*` to mean a whole family of ids.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only these, if any are named.
    pub only: Vec<String>,
    /// Never these.
    pub disabled: Vec<String>,
}

/// The rules of one run.
#[derive(Debug, Clone)]
pub struct RuleSet {
    own: Vec<Rule>,
    enabled: Vec<bool>,
}

impl RuleSet {
    /// The built-in rules, all switched on.
    pub fn builtin() -> Self {
        Self { own: Vec::new(), enabled: vec![true; builtin::COUNT] }
    }

    /// The built-in rules and `own`, cut down to `selection`.
    ///
    /// # Errors
    /// An id that two rules share, a selection that names no rule, or one that leaves no rule on: a scan without
    /// rules would find nothing and look like an all-clear.
    pub fn new(own: Vec<Rule>, selection: &Selection) -> Result<Self, RuleError> {
        if own.is_empty() && selection.only.is_empty() && selection.disabled.is_empty() {
            return Ok(Self::builtin());
        }
        let mut set = Self { own, enabled: Vec::new() };
        if let Some(id) = duplicate_id(set.ids()) {
            let problem = "this id is taken by another rule; choose a new one".to_owned();
            return Err(RuleError { rule: id.to_owned(), problem });
        }
        for name in selection.only.iter().chain(&selection.disabled) {
            if !set.ids().any(|id| named(name, id)) {
                let meant = did_you_mean(name, set.ids());
                let problem = format!("there is no such rule;{meant} `skout rules list` shows all ids");
                return Err(RuleError { rule: name.clone(), problem });
            }
        }
        let on = |id: &str| {
            (selection.only.is_empty() || selection.only.iter().any(|n| named(n, id)))
                && !selection.disabled.iter().any(|n| named(n, id))
        };
        set.enabled = set.ids().map(on).collect();
        if !set.enabled.contains(&true) {
            let problem =
                "switched off, no rule is left, and nothing could be found; leave one on".to_owned();
            return Err(RuleError { rule: selection.disabled.join(", "), problem });
        }
        Ok(set)
    }

    /// Every rule, switched on or not, with its id.
    pub fn all(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        let builtin = (0..builtin::COUNT).filter_map(|n| -> Option<&Rule> { builtin::rule(n) });
        builtin.chain(&self.own).enumerate().map(|(n, rule)| (RuleId(n as u16), rule))
    }

    /// The ids of all rules, in the order of [`RuleSet::all`].
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        (0..builtin::COUNT).map(|n| -> &str { builtin::id(n) }).chain(self.own.iter().map(|rule| &*rule.id))
    }

    /// The user's own rules, switched on or not.
    pub fn own(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        self.own.iter().enumerate().map(|(n, rule)| (RuleId((builtin::COUNT + n) as u16), rule))
    }

    /// The rules that are switched on.
    pub fn enabled(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        self.all().filter(|(id, _)| self.is_enabled(*id))
    }

    /// The rules that are switched on and tried on values near their keywords, in order, each with what its values have in
    /// common.
    pub fn called(&self) -> impl Iterator<Item = (RuleId, Shape)> {
        let own = self.own().filter(|(_, rule)| rule.is_called() && !rule.is_file());
        let own = own.map(|(id, rule)| (id, rule.value_shape()));
        let builtin = builtin::CALLED.iter().map(|(n, shape)| (RuleId(*n), *shape));
        builtin.chain(own).filter(|(id, _)| self.is_enabled(*id))
    }

    /// The rules that are switched on and tried on files of certain names that hold nothing but one value.
    pub fn files(&self) -> impl Iterator<Item = RuleId> {
        let own = self.own().filter(|(_, rule)| rule.is_called() && !rule.paths.is_empty()).map(|(id, _)| id);
        builtin::FILES.iter().map(|n| RuleId(*n)).chain(own).filter(|id| self.is_enabled(*id))
    }

    /// What the rules of the run are known by: another text, if one of them is another.
    pub fn identity(&self) -> String {
        format!("{:x} {:?} {:?}", builtin::PRINT, self.enabled, self.own)
    }

    /// Whether the rule takes part in this run.
    pub fn is_enabled(&self, id: RuleId) -> bool {
        self.enabled.get(usize::from(id.0)).copied().unwrap_or(false)
    }

    /// The rule with this id.
    ///
    /// # Panics
    /// If the id comes from another set.
    pub fn get(&self, id: RuleId) -> &Rule {
        let n = usize::from(id.0);
        builtin::rule(n).unwrap_or_else(|| &self.own[n - builtin::COUNT])
    }

    /// The rule called `name`, switched on or not.
    pub fn find(&self, name: &str) -> Option<(RuleId, &Rule)> {
        let number = RuleId(self.ids().position(|id| id == name)? as u16);
        Some((number, self.get(number)))
    }

    /// How many rules are switched on.
    pub fn count(&self) -> usize {
        self.enabled.iter().filter(|on| **on).count()
    }

    /// How many rules there are, switched on or not.
    pub fn len(&self) -> usize {
        self.enabled.len()
    }

    /// Whether there is no rule at all.
    pub fn is_empty(&self) -> bool {
        self.enabled.is_empty()
    }

    /// Whether the user brought rules, so that the prepared anchor table does not suffice.
    pub fn has_own(&self) -> bool {
        !self.own.is_empty()
    }
}

/// Whether `name`, which may end in `*`, means the rule `id`.
fn named(name: &str, id: &str) -> bool {
    name.strip_suffix('*').map_or(name == id, |family| id.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailing_star_means_a_family() {
        assert!(named("openai-*", "openai-project-key"));
        assert!(!named("openai", "openai-project-key"));
    }

    #[test]
    fn an_unknown_rule_is_an_error() {
        let selection = Selection { only: vec!["no-such".into()], disabled: vec![] };
        assert!(RuleSet::new(Vec::new(), &selection).unwrap_err().to_string().contains("no-such"));
        let selection = Selection { only: vec!["openai-projct-key".into()], disabled: vec![] };
        let error = RuleSet::new(Vec::new(), &selection).unwrap_err().to_string();
        assert!(error.contains("did you mean 'openai-project-key'?"), "{error}");
    }

    #[test]
    fn a_selection_that_leaves_no_rule_is_an_error() {
        let every = Selection { only: Vec::new(), disabled: vec!["*".into()] };
        assert!(RuleSet::new(Vec::new(), &every).unwrap_err().to_string().contains("no rule is left"));
        let both = Selection { only: vec!["openai-*".into()], disabled: vec!["openai-*".into()] };
        assert!(RuleSet::new(Vec::new(), &both).is_err());
    }

    #[test]
    fn builtin_ids_are_unique() {
        let set = RuleSet::builtin();
        assert_eq!(duplicate_id(set.ids()), None);
    }
}
