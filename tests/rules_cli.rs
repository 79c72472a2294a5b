//! `skout rules` on the command line.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::fs;
use std::process::{Command, Output};

fn skout(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_skout")).args(args).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

/// A file with one rule, whose pattern and examples are given.
fn rule(pattern: &str, rest: &str, wanted: &str, clean: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let toml = format!(
        "provider = \"Acme\"\n[[rule]]\nid = \"acme-key\"\nname = \"Acme key\"\nseverity = \"high\"\n\
         anchors = [\"acme_\"]\npattern = '''{pattern}'''\n{rest}\nimpact = \"Opens Acme.\"\nremedy = \"Revoke it.\"\n\
         [rule.examples]\nmatch = [\"{wanted}\"]\nclean = [\"{clean}\"]\n"
    );
    fs::write(folder.path().join("acme.toml"), toml).unwrap();
    folder
}

fn tested(folder: &tempfile::TempDir) -> (i32, String) {
    let output = skout(&["rules", "test", folder.path().join("acme.toml").to_str().unwrap()]);
    (output.status.code().unwrap(), text(&output))
}

#[test]
fn a_rule_that_holds_is_proven() {
    let folder = rule("(?<secret>acme_[0-9a-f]{32})", "", "key = «acme_<hex:32>»", "acme_x");
    let (status, said) = tested(&folder);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("1 rule holds in 2 examples"), "{said}");
}

#[test]
fn a_mark_in_the_wrong_place_is_told_with_both_places() {
    let folder = rule("(?<secret>acme_[0-9a-f]{32})", "", "«key = acme_<hex:32>»", "acme_x");
    let (status, said) = tested(&folder);
    assert_eq!(status, 2, "{said}");
    assert!(
        said.contains("rule 'acme-key'") && said.contains("marked is 1:1 to 1:44, found was 1:7"),
        "{said}"
    );
}

#[test]
fn a_refused_match_names_the_judge() {
    let folder = rule("(?<secret>acme_[0-9a-z]{32})", "", "key = «acme_<same:x:32>»", "acme_x");
    let (status, said) = tested(&folder);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("the judge 'placeholder' says"), "{said}");
}

#[test]
fn a_finding_in_a_clean_line_is_told() {
    let folder = rule("(?<secret>acme_[0-9a-f]{32})", "", "«acme_<hex:32>»", "x = acme_<hex:32>");
    let (status, said) = tested(&folder);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("finds something that is not marked, at 1:5"), "{said}");
}

#[test]
fn an_unknown_judge_and_a_broken_pattern_name_the_rule() {
    let folder = rule("(?<secret>acme_[0-9a-f]{32})", "structure = \"acme\"", "«acme_<hex:32>»", "acme_x");
    let (status, said) = tested(&folder);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("acme-key") && said.contains("there is no structure 'acme'"), "{said}");
    let folder = rule("(?<secret>acme_[0-9a-f{32}", "", "«acme_<hex:32>»", "acme_x");
    let (status, said) = tested(&folder);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("acme-key") && said.contains("does not compile"), "{said}");
}

#[test]
fn an_id_that_is_taken_is_an_error() {
    let folder = rule("(?<secret>acme_[0-9a-f]{32})", "", "«acme_<hex:32>»", "acme_x");
    let path = folder.path().join("acme.toml");
    let toml = fs::read_to_string(&path).unwrap().replace("acme-key", "openai-project-key");
    fs::write(&path, toml).unwrap();
    let (status, said) = tested(&folder);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("'openai-project-key'") && said.contains("taken"), "{said}");
}

#[test]
fn rules_are_listed_and_shown() {
    let listed = skout(&["rules", "list", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(json["schema"], "skout/rules/v1");
    let rules = json["rules"].as_array().unwrap();
    assert!(rules.iter().any(|r| r["id"] == "openai-project-key" && r["severity"] == "critical"));
    let shown = text(&skout(&["rules", "show", "anthropic-api-key"]));
    assert!(shown.contains("https://console.anthropic.com/settings/keys"), "{shown}");
    let missing = skout(&["rules", "show", "no-such-rule"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing).contains("skout rules list"));
}
