//! `.secretlintrc*` and lists of paths: `.secretlintignore`.

use serde_json::Value;

use super::pattern::{anchors, mark_secret, translate};
use super::plan::{NewAllow, NewRule, Plan};
use super::reading::{other_keys, string, strings, tables, value};

const NOTHING_LIKE_IT: &str = "skout has nothing like it";

/// Reads a configuration in JSON or YAML.
pub(super) fn read(plan: &mut Plan, file: &str, text: &str) {
    // Without an ending it may be either; JSON is YAML, too, but for comments.
    let without_comments: String =
        text.lines().filter(|l| !l.trim_start().starts_with("//")).map(|l| format!("{l}\n")).collect();
    let config = match value("a.yaml", &without_comments) {
        Ok(config) => config,
        Err(problem) => return plan.leave(file, "the whole file", problem),
    };
    for rule in tables(&config, "rules") {
        read_rule(plan, file, rule);
    }
    if tables(&config, "rules").is_empty() {
        plan.leave(file, "the whole file", "it has no 'rules'");
    }
    for key in other_keys(&config, &["rules"]) {
        plan.leave(file, format!("'{key}'"), NOTHING_LIKE_IT);
    }
}

fn read_rule(plan: &mut Plan, file: &str, rule: &Value) {
    let id = string(rule, "id");
    let word = id.rsplit("secretlint-rule-").next().unwrap_or(id);
    // A preset brings its rules along, each with its own settings.
    for inner in tables(rule, "rules") {
        read_rule(plan, file, inner);
    }
    let everything = word.starts_with("preset-") || word == "filter-comments";
    let own = if everything { None } else { plan.rules_for(file, &format!("{word}-x")) };
    if rule["disabled"].as_bool() == Some(true) {
        match &own {
            Some((own, _)) => drop(plan.disable.insert(own.clone())),
            None => plan.leave(file, format!("'{id}' is disabled"), "skout has no rules of this name"),
        }
        return;
    }
    let options = &rule["options"];
    for key in other_keys(rule, &["id", "rules", "disabled", "options", "allows", "allowMessageIds"]) {
        plan.leave(file, format!("'{id}': '{key}'"), NOTHING_LIKE_IT);
    }
    for key in other_keys(options, &["allows", "patterns"]) {
        plan.leave(file, format!("'{id}': option '{key}'"), NOTHING_LIKE_IT);
    }
    patterns(plan, file, options);
    let allows: Vec<String> = [strings(rule, "allows"), strings(options, "allows")].concat();
    let mut kept = Vec::new();
    for foreign in allows {
        match translate(&plain(&foreign)) {
            Ok(pattern) => kept.push(pattern),
            Err(problem) => plan.leave(file, format!("'{id}': allows {foreign}"), problem),
        }
    }
    for message in strings(rule, "allowMessageIds") {
        plan.leave(
            file,
            format!("'{id}': message '{message}'"),
            "skout has rules, not messages; see `disable`",
        );
    }
    if kept.is_empty() {
        return;
    }
    let mut allow = NewAllow { reason: format!("From {file}, {word}"), ..NewAllow::default() };
    allow.conditions.insert("secret", kept);
    match own {
        Some((own, _)) => drop(allow.conditions.insert("rule", vec![own])),
        None if everything => {}
        None => return plan.leave(file, format!("'{id}': allows"), "skout has no rules of this name"),
    }
    plan.add_allow(file, allow);
}

/// Patterns of one's own.
fn patterns(plan: &mut Plan, file: &str, options: &Value) {
    for table in tables(options, "patterns") {
        let name = string(table, "name");
        let what = format!("pattern '{name}'");
        for key in other_keys(table, &["name", "pattern", "patterns"]) {
            plan.leave(file, format!("{what}: '{key}'"), NOTHING_LIKE_IT);
        }
        let all = [strings(table, "pattern"), strings(table, "patterns")].concat();
        for (n, foreign) in all.iter().enumerate() {
            if foreign.contains('\\') && !foreign.starts_with('/') {
                let why = "has no slashes round it, so it is taken letter by letter, as secretlint does";
                plan.note(file, &format!("{what} {why}"));
            }
            let id = if n == 0 { name.to_owned() } else { format!("{name}-{}", n + 1) };
            let pattern = match translate(&plain(foreign)) {
                Ok(pattern) => mark_secret(&pattern, 0),
                Err(problem) => {
                    plan.leave(file, &what, problem);
                    continue;
                }
            };
            match anchors(&pattern) {
                Some(anchors) => {
                    let rule = NewRule { id, name: name.to_owned(), pattern, anchors, ..NewRule::default() };
                    plan.add_rule(file, rule);
                }
                None => plan.leave(
                    file,
                    &what,
                    "it has no fixed text of three letters, by which skout finds where to look",
                ),
            }
        }
    }
}

/// `/pattern/flags` of JavaScript, or a literal text.
fn plain(foreign: &str) -> String {
    let inner = foreign.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    match inner {
        Some((pattern, flags)) if flags.chars().all(|c| c.is_ascii_lowercase()) => {
            let known: String = flags.chars().filter(|c| "ims".contains(*c)).collect();
            if known.is_empty() { pattern.to_owned() } else { format!("(?{known}){pattern}") }
        }
        _ => regex_syntax::escape(foreign),
    }
}

/// Reads a list of paths in gitignore syntax.
pub(super) fn read_paths(plan: &mut Plan, text: &str) {
    let lines = text.lines().map(str::trim_end).filter(|l| !l.trim().is_empty() && !l.starts_with('#'));
    plan.exclude.extend(lines.map(str::to_owned));
}
