//! What a migration comes to: the text of `skout.toml`, entries for `.skoutignore`, and a list of what could
//! not be carried over.
//!
//! In flow translated pieces; each is proved by skout's own reader before it is taken, so that what is
//! written is always right.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::Config;
use crate::policy::{Baseline, Entry};
use crate::rule::RuleSet;

/// A rule to write.
#[derive(Debug, Clone, Default)]
pub(super) struct NewRule {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) pattern: String,
    pub(super) anchors: Vec<String>,
    pub(super) keywords: Vec<String>,
    pub(super) entropy: f64,
    pub(super) references: Vec<String>,
}

/// An allow entry to write: conditions by the name of their key.
#[derive(Debug, Clone, Default)]
pub(super) struct NewAllow {
    pub(super) reason: String,
    pub(super) conditions: BTreeMap<&'static str, Vec<String>>,
}

/// Something that stays behind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Left {
    pub(super) file: String,
    pub(super) what: String,
    pub(super) why: String,
}

/// The whole.
#[derive(Debug)]
pub(super) struct Plan {
    /// The built-in rules.
    pub(super) builtin: RuleSet,
    pub(super) rules: Vec<NewRule>,
    pub(super) allow: Vec<NewAllow>,
    pub(super) exclude: Vec<String>,
    pub(super) disable: BTreeSet<String>,
    pub(super) ignore: Vec<Entry>,
    pub(super) baseline: Baseline,
    /// Files that were read.
    pub(super) read: Vec<String>,
    /// What was not carried over.
    pub(super) left: BTreeSet<Left>,
    /// What was carried over with a difference.
    pub(super) notes: BTreeSet<String>,
}

impl Plan {
    pub(super) fn new() -> Self {
        Self {
            builtin: RuleSet::builtin(),
            rules: Vec::new(),
            allow: Vec::new(),
            exclude: Vec::new(),
            disable: BTreeSet::new(),
            ignore: Vec::new(),
            baseline: Baseline::default(),
            read: Vec::new(),
            left: BTreeSet::new(),
            notes: BTreeSet::new(),
        }
    }

    /// Lists something that stays behind.
    pub(super) fn leave(&mut self, file: &str, what: impl Into<String>, why: impl Into<String>) {
        self.left.insert(Left { file: file.into(), what: what.into(), why: why.into() });
    }

    /// Says how something differs here.
    pub(super) fn note(&mut self, file: &str, text: &str) {
        self.notes.insert(format!("{file}: {text}"));
    }

    /// Takes a rule if skout's reader does.
    pub(super) fn add_rule(&mut self, file: &str, mut rule: NewRule) {
        rule.id = plain_id(&rule.id);
        let taken =
            |id: &str, plan: &Self| plan.builtin.find(id).is_some() || plan.rules.iter().any(|r| r.id == id);
        if taken(&rule.id, self) {
            rule.id = format!("own-{}", rule.id);
            let mut n = 2;
            while taken(&rule.id, self) {
                rule.id = format!("{}-{n}", rule.id);
                n += 1;
            }
        }
        match Config::parse("skout.toml", &rule_text(&rule), &self.builtin) {
            Ok(_) => self.rules.push(rule),
            Err(error) => self.leave(file, format!("rule '{}'", rule.id), error.problem),
        }
    }

    /// Takes an allow entry if skout's reader does, rules of the plan included.
    pub(super) fn add_allow(&mut self, file: &str, allow: NewAllow) {
        let rules: String = self.rules.iter().map(rule_text).collect();
        match Config::parse("skout.toml", &(allow_text(&allow) + &rules), &self.builtin) {
            Ok(_) => self.allow.push(allow),
            Err(error) => self.leave(file, format!("allowlist '{}'", allow.reason), error.problem),
        }
    }

    /// The names that stand for another scanner's rule here: the rule itself, one of its provider's, or
    /// none.
    pub(super) fn rules_for(&self, file: &str, foreign: &str) -> Option<(String, Option<String>)> {
        let id = plain_id(foreign);
        let known = |id: &str| self.builtin.find(id).is_some() || self.rules.iter().any(|r| r.id == id);
        for own in [id.clone(), format!("own-{id}")] {
            if known(&own) {
                return Some((own, None));
            }
        }
        let word = id.split('-').next().filter(|w| w.len() > 2)?;
        let start = format!("{word}-");
        let several = self.builtin.all().any(|(_, rule)| rule.id.starts_with(&start));
        several.then(|| {
            let note = format!("{file}: '{foreign}' became '{start}*', which are all rules of that provider");
            (format!("{start}*"), Some(note))
        })
    }

    /// Whether there is anything to write into `skout.toml`.
    pub(super) fn configures(&self) -> bool {
        !(self.rules.is_empty()
            && self.allow.is_empty()
            && self.exclude.is_empty()
            && self.disable.is_empty()
            && self.baseline.is_empty())
    }

    /// The text of `skout.toml`.
    pub(super) fn text(&self) -> String {
        let mut text = format!("# From {} by `skout migrate`.\n", self.read.join(", "));
        if !self.baseline.is_empty() {
            text += "baseline = \".skout-baseline\"\n";
        }
        let disable: Vec<String> = self.disable.iter().cloned().collect();
        for (key, list) in [("exclude", &self.exclude), ("disable", &disable)] {
            if !list.is_empty() {
                text += &format!("{key} = {}\n", array(list));
            }
        }
        text.extend(self.allow.iter().map(|allow| format!("\n{}", allow_text(allow))));
        text.extend(self.rules.iter().map(|rule| format!("\n{}", rule_text(rule))));
        text
    }
}

/// An id as skout wants it: a-z, 0-9 and `-`.
fn plain_id(id: &str) -> String {
    let id: String =
        id.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    id.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

fn rule_text(rule: &NewRule) -> String {
    let mut text = format!(
        "[[rule]]\nid = {}\nname = {}\nseverity = \"high\"\nanchors = {}\npattern = {}\n",
        quoted(&rule.id),
        quoted(&rule.name),
        array(&rule.anchors),
        quoted(&rule.pattern)
    );
    if !rule.keywords.is_empty() {
        text += &format!("keywords = {}\nnear = 20\n", array(&rule.keywords));
    }
    if rule.entropy > 0.0 {
        text += &format!("entropy = {:?}\n", rule.entropy.min(8.0));
    }
    if !rule.references.is_empty() {
        text += &format!("references = {}\n", array(&rule.references));
    }
    text += "impact = \"Opens whatever the key protects.\"\n";
    text += "remedy = \"Revoke the key where it was issued, and create a new one.\"\n";
    text += "[rule.examples]\n# Add lines that must be found, the secret between « and »: skout rules test skout.toml\n";
    text + "match = []\nclean = []\n"
}

fn allow_text(allow: &NewAllow) -> String {
    let mut text = format!("[[allow]]\nreason = {}\n", quoted(&allow.reason));
    for (key, values) in &allow.conditions {
        text += &format!("{key} = {}\n", array(values));
    }
    text
}

/// A string of TOML, literal where that is easier to read.
fn quoted(text: &str) -> String {
    let literal = !text.chars().any(|c| c.is_control() && c != '\t');
    match text {
        _ if literal && text.contains('\\') && !text.contains('\'') => format!("'{text}'"),
        _ if literal && text.contains('\\') && !text.contains("'''") && !text.ends_with('\'') => {
            format!("'''{text}'''")
        }
        _ => {
            // A JSON string is a basic string of TOML, but for DEL.
            serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
        }
    }
}

fn array(list: &[String]) -> String {
    let items: Vec<String> = list.iter().map(|text| quoted(text)).collect();
    let line = format!("[{}]", items.join(", "));
    if line.len() <= 90 { line } else { format!("[\n    {},\n]", items.join(",\n    ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_survives_being_written(text in any::<String>()) {
            let table: toml::Table = toml::from_str(&format!("a = {}\nb = {}", quoted(&text), array(std::slice::from_ref(&text)))).unwrap();
            prop_assert_eq!(table["a"].as_str(), Some(text.as_str()));
            prop_assert_eq!(table["b"][0].as_str(), Some(text.as_str()));
        }
    }
}
