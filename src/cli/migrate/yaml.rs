//! Rules in YAML: those of kingfisher and noseyparker, and trufflehog's own detectors.

use serde_json::Value;

use super::pattern::{anchors, mark_secret, translate};
use super::plan::{NewAllow, NewRule, Plan};
use super::reading::{other_keys, string, strings, tables, value};

/// The key of paths that are left out.
const EXCLUDED: &str = "exclude_paths";

/// Reads one file.
pub(super) fn read(plan: &mut Plan, file: &str, text: &str) {
    let config = match value("a.yaml", text) {
        Ok(config) => config,
        Err(problem) => return plan.leave(file, "the whole file", problem),
    };
    let (rules, detectors) = (tables(&config, "rules"), tables(&config, "detectors"));
    let excluded = strings(&config, EXCLUDED);
    if rules.is_empty() && detectors.is_empty() && excluded.is_empty() {
        return plan.leave(file, "the whole file", "it has neither 'rules' nor 'detectors'");
    }
    exclude(plan, file, excluded);
    rules.into_iter().for_each(|rule| read_rule(plan, file, rule));
    detectors.into_iter().for_each(|detector| read_detector(plan, file, detector));
    for key in other_keys(&config, &["rules", "detectors", EXCLUDED]) {
        plan.leave(file, format!("'{key}'"), "skout has nothing like it");
    }
}

/// Regular expressions of paths, as in the file that trufflehog's option of this name takes.
fn exclude(plan: &mut Plan, file: &str, excluded: Vec<String>) {
    let mut kept = Vec::new();
    for foreign in excluded {
        match translate(&foreign) {
            Ok(pattern) => kept.push(pattern),
            Err(problem) => plan.leave(file, format!("excluded path {foreign}"), problem),
        }
    }
    if !kept.is_empty() {
        let mut allow = NewAllow { reason: format!("From {file}"), ..NewAllow::default() };
        allow.conditions.insert("path_regex", kept);
        plan.add_allow(file, allow);
    }
}

fn read_rule(plan: &mut Plan, file: &str, rule: &Value) {
    let what = format!("rule '{}'", string(rule, "id"));
    let known = [
        "id",
        "name",
        "pattern",
        "min_entropy",
        "references",
        "examples",
        "negative_examples",
        "categories",
        "description",
        "confidence",
        "visible",
        "tls_mode",
        "prevalidated",
    ];
    for key in other_keys(rule, &known) {
        let why = match key.as_str() {
            "validation" | "revocation" => "checks with the provider are not carried over",
            "depends_on_rule" => "skout does not ask for a second secret nearby",
            _ => "skout has nothing like it; the rest of the rule is carried over",
        };
        plan.leave(file, format!("{what}: '{key}'"), why);
    }
    if !tables(rule, "examples").is_empty() || !strings(rule, "examples").is_empty() {
        plan.note(
            file,
            "examples were left out: they look like live keys and would be reported in skout.toml",
        );
    }
    if rule["visible"].as_bool() == Some(false) {
        return plan.leave(file, what, "it is not reported by itself, and skout has no such rules");
    }
    let new = NewRule {
        id: string(rule, "id").to_owned(),
        name: string(rule, "name").to_owned(),
        entropy: rule["min_entropy"].as_f64().unwrap_or(0.0),
        references: strings(rule, "references"),
        ..NewRule::default()
    };
    add(plan, file, &what, new, string(rule, "pattern"));
}

/// A detector may have several patterns, each of which became a finding of its own.
fn read_detector(plan: &mut Plan, file: &str, detector: &Value) {
    let name = string(detector, "name");
    let what = format!("detector '{name}'");
    for key in other_keys(detector, &["name", "keywords", "regex", "entropy", "description"]) {
        let why = match key.as_str() {
            "verify" => "checks with the provider are not carried over",
            "exclude_words" | "exclude_regexes_match" | "exclude_regexes_capture" => {
                "write an [[allow]] with stopword or secret for it"
            }
            _ => "skout has nothing like it; the rest is carried over",
        };
        plan.leave(file, format!("{what}: '{key}'"), why);
    }
    let patterns = detector["regex"].as_object().cloned().unwrap_or_default();
    if patterns.is_empty() {
        return plan.leave(file, what, "it has no pattern");
    }
    let several = patterns.len() > 1;
    if several {
        plan.note(file, &format!("{what} became a rule for each of its patterns"));
    }
    for (part, pattern) in patterns {
        let id = if several { format!("{name}-{part}") } else { name.to_owned() };
        let new = NewRule {
            id,
            name: name.to_owned(),
            keywords: strings(detector, "keywords"),
            entropy: detector["entropy"].as_f64().unwrap_or(0.0),
            ..NewRule::default()
        };
        add(plan, file, &what, new, pattern.as_str().unwrap_or_default());
    }
}

fn add(plan: &mut Plan, file: &str, what: &str, mut rule: NewRule, foreign: &str) {
    match translate(foreign.trim()) {
        Ok(pattern) => rule.pattern = mark_secret(&pattern, 0),
        Err(problem) => return plan.leave(file, what, problem),
    }
    match anchors(&rule.pattern) {
        Some(found) => rule.anchors = found,
        None => {
            let why = "its pattern has no fixed text of three letters, by which skout finds where to look";
            return plan.leave(file, what, why);
        }
    }
    let lowered = rule.pattern.to_lowercase();
    if rule.keywords.iter().any(|k| lowered.contains(&regex_syntax::escape(&k.to_lowercase()))) {
        rule.keywords.clear();
    }
    plan.add_rule(file, rule);
}
