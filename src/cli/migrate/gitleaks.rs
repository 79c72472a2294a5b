//! `.gitleaks.toml` and `.betterleaks.toml`: rules, allowlists, and what they extend.

use std::path::{Path, PathBuf};

use regex::bytes::Regex;
use serde_json::Value;

use super::pattern::{anchors, mark_secret, translate};
use super::plan::{NewAllow, NewRule, Plan};
use super::reading::{other_keys, string, strings, tables, value};

/// How deep files may extend each other; gitleaks itself goes two deep.
const DEEPEST: usize = 4;

/// Reads one file and those it extends. Paths in it count from the root of the project.
pub(super) fn read(plan: &mut Plan, file: &str, text: &str, root: &Path, depth: usize) {
    let config = match value("a.toml", text) {
        Ok(config) => config,
        Err(problem) => return plan.leave(file, "the whole file", problem),
    };
    let known =
        ["title", "extend", "allowlist", "allowlists", "rules", "minVersion", "description", "version"];
    for key in other_keys(&config, &known) {
        plan.leave(file, format!("'{key}'"), "skout has nothing like it");
    }
    extend(plan, file, &config["extend"], root, depth);
    for rule in tables(&config, "rules") {
        read_rule(plan, file, rule);
    }
    for list in tables(&config, "allowlist").into_iter().chain(tables(&config, "allowlists")) {
        read_allowlist(plan, file, list, &strings(list, "targetRules"));
    }
    if config["extend"]["useDefault"].as_bool() != Some(true) && !tables(&config, "rules").is_empty() {
        plan.note(
            file,
            "its rules replaced the default ones; here they stand beside skout's own (`only` changes that)",
        );
    }
}

fn extend(plan: &mut Plan, file: &str, extend: &Value, root: &Path, depth: usize) {
    for id in strings(extend, "disabledRules") {
        match plan.rules_for(file, &id) {
            Some((own, None)) => drop(plan.disable.insert(own)),
            _ => plan.leave(
                file,
                format!("disabled rule '{id}'"),
                "skout has no rule of this name; see `skout rules list`",
            ),
        }
    }
    let path = string(extend, "path");
    if !path.is_empty() {
        let full: PathBuf = root.join(path);
        match std::fs::read_to_string(&full) {
            Ok(_) if depth >= DEEPEST => {
                plan.leave(file, format!("'{path}'"), "too many files extend each other")
            }
            Ok(text) => {
                plan.read.push(path.to_owned());
                read(plan, path, &text, root, depth + 1);
            }
            Err(error) => {
                plan.leave(file, format!("'{path}', which it extends"), format!("cannot be read: {error}"))
            }
        }
    }
    if !string(extend, "url").is_empty() {
        plan.leave(
            file,
            "'extend.url'",
            "skout reads nothing from the network; save the file and extend it by path",
        );
    }
}

fn read_rule(plan: &mut Plan, file: &str, rule: &Value) {
    let id = string(rule, "id").to_owned();
    let what = format!("rule '{id}'");
    let lists = || tables(rule, "allowlist").into_iter().chain(tables(rule, "allowlists"));
    let foreign = string(rule, "regex");
    if foreign.is_empty() {
        if !string(rule, "path").is_empty() {
            plan.leave(file, &what, "it reports files by their names alone; skout reports secrets");
        } else if lists().next().is_none() {
            plan.leave(file, &what, "it has no pattern");
        }
    } else {
        let before = plan.rules.len();
        own_rule(plan, file, rule, &what, foreign);
        // Its allowlists belong to it and to nothing else.
        if plan.rules.len() == before {
            return;
        }
    }
    let target = match plan.rules.last().filter(|_| !foreign.is_empty()) {
        Some(own) => vec![own.id.clone()],
        None => vec![id],
    };
    for list in lists() {
        read_allowlist(plan, file, list, &target);
    }
}

fn own_rule(plan: &mut Plan, file: &str, rule: &Value, what: &str, foreign: &str) {
    let known =
        ["id", "description", "regex", "keywords", "entropy", "secretGroup", "allowlist", "allowlists"];
    for key in other_keys(rule, &known) {
        let why = match key.as_str() {
            "path" => "the rule is carried over for all files; narrow it with 'paths' (gitignore syntax)",
            "required" => "skout does not ask for a second secret nearby",
            "validate" | "validation" | "verify" => "checks with the provider are not carried over",
            _ => "skout has nothing like it; the rest of the rule is carried over",
        };
        plan.leave(file, format!("{what}: '{key}'"), why);
    }
    let pattern = match translate(foreign) {
        Ok(pattern) => mark_secret(&pattern, rule["secretGroup"].as_u64().unwrap_or(0) as usize),
        Err(problem) => return plan.leave(file, what, problem),
    };
    let Some(anchors) = anchors(&pattern) else {
        let why = "its pattern has no fixed text of three letters, by which skout finds where to look";
        return plan.leave(file, what, why);
    };
    // A keyword that stands in every match says nothing more.
    let stands = |word: &String| anchors.iter().all(|a| a.to_lowercase().contains(&word.to_lowercase()));
    let keywords = strings(rule, "keywords");
    let lowered = pattern.to_lowercase();
    let redundant =
        keywords.iter().any(|k| stands(k) || lowered.contains(&regex_syntax::escape(&k.to_lowercase())));
    let name = Some(string(rule, "description")).filter(|d| !d.is_empty()).unwrap_or(string(rule, "id"));
    plan.add_rule(
        file,
        NewRule {
            id: string(rule, "id").to_owned(),
            name: name.to_owned(),
            pattern,
            anchors,
            keywords: if redundant { Vec::new() } else { keywords },
            entropy: rule["entropy"].as_f64().unwrap_or(0.0),
            references: Vec::new(),
        },
    );
}

/// Refuses a pattern that would allow everything.
fn narrow(pattern: String) -> Result<String, String> {
    let everything = Regex::new(&pattern).is_ok_and(|p| p.is_match(b""));
    if everything { Err("it matches everything".into()) } else { Ok(pattern) }
}

/// One allowlist: each of its conditions becomes an entry, or all of them one if all must hold.
fn read_allowlist(plan: &mut Plan, file: &str, list: &Value, targets: &[String]) {
    let reason = Some(string(list, "description")).filter(|d| !d.trim().is_empty());
    let reason = reason.map_or_else(|| format!("From {file}"), str::to_owned);
    let known = [
        "description",
        "paths",
        "regexes",
        "regexTarget",
        "stopwords",
        "commits",
        "condition",
        "targetRules",
    ];
    for key in other_keys(list, &known) {
        plan.leave(file, format!("allowlist '{reason}': '{key}'"), "skout has nothing like it");
    }
    let (conditions, lost) = conditions(plan, file, list, &reason);
    let Some(rules) = targeted(plan, file, &reason, targets) else { return };
    let all = string(list, "condition").eq_ignore_ascii_case("and");
    if all && lost {
        return plan.leave(
            file,
            format!("allowlist '{reason}'"),
            "all of its conditions must hold, and one is lost",
        );
    }
    let groups = if all { vec![conditions] } else { conditions.into_iter().map(|c| vec![c]).collect() };
    for group in groups.into_iter().filter(|g| !g.is_empty()) {
        let mut allow = NewAllow { reason: reason.clone(), conditions: group.into_iter().collect() };
        if !rules.is_empty() {
            allow.conditions.insert("rule", rules.clone());
        }
        plan.add_allow(file, allow);
    }
}

type Conditions = Vec<(&'static str, Vec<String>)>;

/// The conditions of an allowlist by our keys, and whether one was lost.
fn conditions(plan: &mut Plan, file: &str, list: &Value, reason: &str) -> (Conditions, bool) {
    let mut conditions = Conditions::new();
    let mut lost = false;
    let target = string(list, "regexTarget");
    for (key, ours) in [("paths", "path_regex"), ("regexes", "secret")] {
        let mut kept = Vec::new();
        for foreign in strings(list, key) {
            let translated = match (key, target) {
                ("regexes", "line" | "match") => translate(&foreign).and_then(narrow).and_then(|pattern| {
                    let looks = format!("looks at the whole {target}; skout looks at the secret alone");
                    if !looks_around(&pattern) {
                        plan.note(file, &format!("allowlist '{reason}': {foreign} {looks}"));
                        return Ok(pattern);
                    }
                    Err(format!("it {looks}"))
                }),
                _ => translate(&foreign).and_then(narrow),
            };
            match translated {
                Ok(pattern) => kept.push(pattern),
                Err(problem) => {
                    lost = true;
                    plan.leave(file, format!("allowlist '{reason}': {foreign}"), problem);
                }
            }
        }
        conditions.push((ours, kept));
    }
    conditions.push(("stopword", strings(list, "stopwords")));
    let (commits, odd): (Vec<String>, Vec<String>) = strings(list, "commits")
        .into_iter()
        .partition(|c| c.len() >= 7 && c.bytes().all(|b| b.is_ascii_hexdigit()));
    for name in odd {
        lost = true;
        plan.leave(file, format!("allowlist '{reason}': commit '{name}'"), "this is no commit id");
    }
    conditions.push(("commit", commits.into_iter().map(|c| c.to_lowercase()).collect()));
    conditions.retain(|(_, values)| !values.is_empty());
    (conditions, lost)
}

/// Whether a pattern asks what stands before or behind it (`^`, `$`, `\b`). One that does not, and is found in the
/// secret, would be found in the line round it, too.
fn looks_around(pattern: &str) -> bool {
    regex_syntax::parse(pattern).is_ok_and(|hir| !hir.properties().look_set().is_empty())
}

/// Our names for the rules an allowlist is about; `None` if there is none here.
fn targeted(plan: &mut Plan, file: &str, reason: &str, targets: &[String]) -> Option<Vec<String>> {
    let mut rules = Vec::new();
    for target in targets {
        match plan.rules_for(file, target) {
            Some((own, note)) => {
                rules.push(own);
                plan.notes.extend(note);
            }
            None => plan.leave(
                file,
                format!("allowlist '{reason}' of rule '{target}'"),
                "skout has no rule of this name; see `skout rules list`",
            ),
        }
    }
    rules.sort();
    rules.dedup();
    (targets.is_empty() || !rules.is_empty()).then_some(rules)
}
