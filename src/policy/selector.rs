//! Naming rules: an id, a family, or the beginning of ids with a `*` behind it.

use crate::rule::{Rule, RuleId, RuleSet};

/// A name for one rule or several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Selector {
    /// A rule's id or family.
    Named(String),
    /// Ids that begin so.
    Beginning(String),
    /// Another tool's word for a provider, compared as loosely as it takes.
    Foreign(String),
}

impl Selector {
    /// Reads a name as written; one that begins with `~` is another tool's.
    pub(crate) fn new(name: &str) -> Self {
        match (name.strip_prefix('~'), name.strip_suffix('*')) {
            (Some(foreign), _) => Self::Foreign(plain(foreign)),
            (_, Some(start)) => Self::Beginning(start.to_owned()),
            _ => Self::Named(name.to_owned()),
        }
    }

    /// Whether it means this rule.
    pub(crate) fn means(&self, rule: &Rule) -> bool {
        match self {
            Self::Named(name) => *name == rule.id || *name == rule.family,
            Self::Beginning(start) => rule.id.starts_with(start.as_str()),
            Self::Foreign(word) => {
                let word = match word.as_str() {
                    "gcp" => "google",
                    "basicauth" => "url",
                    "databaseconnectionstring" => "connection",
                    other => other,
                };
                plain(&rule.id).contains(word) || plain(&rule.provider).contains(word)
            }
        }
    }

    /// Whether it means any rule at all.
    pub(crate) fn known(&self, rules: &RuleSet) -> bool {
        matches!(self, Self::Foreign(_)) || rules.all().any(|(_, rule)| self.means(rule))
    }

    /// Those of `ids` that it means.
    pub(crate) fn among(&self, ids: &[RuleId], rules: &RuleSet) -> Vec<RuleId> {
        ids.iter().copied().filter(|id| self.means(rules.get(*id))).collect()
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
