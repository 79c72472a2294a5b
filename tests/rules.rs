//! Every built-in rule proves itself through the whole detector, and says what a frightened person needs.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use skout::detect::{Detector, Settings, prove};
use skout::rule::{Confidence, RuleSet};

#[test]
fn every_rule_finds_what_its_examples_mark_and_nothing_else() {
    let rules = RuleSet::builtin();
    let settings = Settings { confidence: Confidence::Low, ..Settings::default() };
    let detector = Detector::new(&rules, settings).unwrap();
    detector.check().unwrap();
    let failures: Vec<String> = rules
        .all()
        .flat_map(|(id, _)| prove(&detector, &rules, id))
        .map(|f| format!("{}: {}\n    {}", f.rule, f.problem, f.example))
        .collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn every_rule_has_two_examples_of_each_kind_and_a_reference() {
    let lacking: Vec<String> = RuleSet::builtin()
        .all()
        .filter(|(_, rule)| rule.matches.len() < 2 || rule.clean.len() < 2 || rule.references.is_empty())
        .map(|(_, rule)| rule.id.to_string())
        .collect();
    assert!(lacking.is_empty(), "{lacking:?}");
}

#[test]
fn every_rule_says_what_a_leak_means_and_what_to_do() {
    for (_, rule) in RuleSet::builtin().all() {
        assert!(rule.impact.ends_with('.'), "{}: the impact is a sentence", rule.id);
        assert!(rule.remedy.ends_with('.'), "{}: the remedy is a sentence", rule.id);
    }
}
