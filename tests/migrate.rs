//! Moving over from other scanners: what they knew, skout knows, and what stays behind is said.

#![allow(clippy::unwrap_used, reason = "a test may stop anywhere")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use sha1::{Digest, Sha1};
use skout::rule::RuleSet;
use skout::rule::example::expand;
use tempfile::TempDir;

/// The line of a rule's first example, and the secret in it.
fn leak(rule: &str) -> (String, String) {
    let rules = RuleSet::builtin();
    let (_, rule) = rules.find(rule).unwrap_or_else(|| panic!("there is a rule {rule}"));
    let example = expand(&rule.matches[0]).expect("examples expand");
    let secret = example.text[example.marked[0].clone()].to_owned();
    (example.text, secret)
}

fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn skout(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_skout")).args(args).current_dir(folder).output().unwrap()
}

fn migrate(folder: &TempDir) -> String {
    let done = skout(folder.path(), &["migrate"]);
    let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(0), "{said}");
    let check = skout(folder.path(), &["config", "check"]);
    assert_eq!(check.status.code(), Some(0), "{said}\n{}", String::from_utf8_lossy(&check.stderr));
    said
}

fn read(folder: &TempDir, path: &str) -> String {
    fs::read_to_string(folder.path().join(path)).unwrap_or_default()
}

const GITLEAKS: &str = r#"
title = "ours"
[extend]
useDefault = true
disabledRules = ["openai-project-key", "nobody-knows"]
[[rules]]
id = "acme_token"
description = "Acme's token"
regex = '''(?i)acme[\w.-]{0,20}?=\s*['"]?(acme_[0-9a-f]{32})\b'''
keywords = ["acme"]
entropy = 2.5
tags = ["key"]
  [[rules.allowlists]]
  description = "samples"
  paths = ['''(^|/)samples/''']
  stopwords = ["deadbeef"]
[[rules]]
id = "looks-ahead"
regex = '''token_(?!test)[a-z]{20}'''
[[rules]]
id = "file-name"
path = '''\.p12$'''
[allowlist]
description = "tests"
paths = ['''^tests?/''', '''(?:^|/)go\.sum$''']
regexes = ['''^EXAMPLE[A-Z]+$''', '''.*''']
commits = ["0123456789abcdef0123456789abcdef01234567", "main"]
"#;

#[test]
fn gitleaks_rules_and_allowlists_are_carried_over_or_listed() {
    let folder = project(&[(".gitleaks.toml", GITLEAKS)]);
    let said = migrate(&folder);
    let text = read(&folder, "skout.toml");
    for part in
        ["acme-token", "disable = [\"openai-project-key\"]", "deadbeef", "entropy = 2.5", "EXAMPLE[A-Z]+"]
    {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert!(text.contains("0123456789abcdef0123456789abcdef01234567"), "{text}");
    for (what, why) in [
        ("nobody-knows", "no rule of this name"),
        ("looks-ahead", "looks ahead"),
        ("file-name", "names alone"),
        ("tags", "nothing like it"),
        ("'main'", "no commit id"),
        ("allowlist 'tests'", "matches everything"),
    ] {
        assert!(said.contains(what) && said.contains(why), "{what}: {why} is not said in\n{said}");
    }
    let secret = format!("acme_{}", "0a1b2c3d4e5f60718293a4b5c6d7e8f9");
    fs::write(folder.path().join("a.txt"), format!("ACME_KEY=\"{secret}\"\n")).unwrap();
    assert_eq!(skout(folder.path(), &["scan", "a.txt"]).status.code(), Some(1));
    fs::create_dir(folder.path().join("samples")).unwrap();
    fs::rename(folder.path().join("a.txt"), folder.path().join("samples/a.txt")).unwrap();
    assert_eq!(skout(folder.path(), &["scan"]).status.code(), Some(0), "its allowlist holds");
}

#[test]
fn an_allowlist_about_the_line_holds_for_the_secret_where_that_ignores_no_more() {
    let list = "[allowlist]\nregexTarget = \"line\"\nregexes = ['demo[0-9]{4}', '^example_']\n";
    let folder = project(&[(".gitleaks.toml", list)]);
    let said = migrate(&folder);
    let text = read(&folder, "skout.toml");
    assert!(text.contains("secret = [\"demo[0-9]{4}\"]"), "{text}");
    assert!(said.contains("demo[0-9]{4} looks at the whole line"), "{said}");
    assert!(said.contains("^example_\n") && !text.contains("^example_"), "{said}");
}

#[test]
fn places_and_digests_become_fingerprints() {
    let (line, secret) = leak("anthropic-api-key");
    let (other, _) = leak("openai-project-key");
    let digest: String = Sha1::digest(secret.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    let baseline = format!(
        r#"{{"version":"1.5.0","filters_used":[{{"path":"detect_secrets.filters.regex.should_exclude_file","pattern":["^vendor/"]}}],
        "results":{{"moved.py":[{{"type":"x","hashed_secret":"{digest}","line_number":99,"is_secret":false}}],
        "gone.py":[{{"type":"x","hashed_secret":"00","line_number":1}}]}}}}"#
    );
    let folder = project(&[
        ("src/a.py", &line),
        ("src/b.py", &format!("\n\n{other}\n")),
        (".gitleaksignore", "# ours\nsrc/b.py:openai-api-key:3\nsrc/b.py:openai-api-key:77\n"),
        (".secrets.baseline", &baseline),
    ]);
    let said = migrate(&folder);
    assert_eq!(read(&folder, ".skoutignore").lines().count(), 2, "{said}");
    assert!(said.contains("src/b.py:openai-api-key:77") && said.contains("entries: 1"), "{said}");
    assert!(read(&folder, "skout.toml").contains("^vendor/"), "{said}");
    assert!(!said.contains(&secret));
    assert_eq!(skout(folder.path(), &["scan"]).status.code(), Some(0));
}

#[test]
fn rules_in_yaml_and_secretlint_settings_are_read() {
    let kingfisher = "rules:\n  - name: Acme\n    id: kingfisher.acme.1\n    pattern: |\n      (?xi)\n      \\b\n      (\n        acme_[a-f0-9]{32}   # body {\n      )\n    min_entropy: 3\n    examples:\n      - x\n    validation:\n      type: Http\n";
    let trufflehog = "detectors:\n  - name: Widget\n    keywords: [widget]\n    regex:\n      id: 'wid_[0-9]{10}'\n      secret: 'wsec_[0-9a-z]{20}'\n    verify:\n      - endpoint: http://localhost\n";
    let secretlint = r#"{"rules":[{"id":"@secretlint/secretlint-rule-preset-recommend","rules":[
        {"id":"@secretlint/secretlint-rule-openai","disabled":true},
        {"id":"@secretlint/secretlint-rule-anthropic","options":{"allows":["/demo[0-9]+/i"]}}]},
        {"id":"@secretlint/secretlint-rule-pattern","options":{"patterns":[{"name":"gizmo","pattern":"/giz_(?<key>[a-z]{20})/"}]}}]}"#;
    let folder = project(&[
        ("kingfisher-rules.yml", kingfisher),
        (".trufflehog.yaml", trufflehog),
        (".secretlintrc.json", secretlint),
        (".secretlintignore", "# c\ndist/\n!dist/keep.js\n"),
    ]);
    let said = migrate(&folder);
    let text = read(&folder, "skout.toml");
    for part in [
        "kingfisher-acme-1",
        "widget-id",
        "widget-secret",
        "\"gizmo\"",
        "disable = [\"openai-*\"]",
        "(?i)demo[0-9]+",
        "\"!dist/keep.js\"",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}\n{said}");
    }
    for part in ["'validation'", "'verify'", "examples were left out", "widget"] {
        assert!(said.to_lowercase().contains(part), "{part} is not said in\n{said}");
    }
}

#[test]
fn what_a_file_says_beside_its_rules_is_carried_over_or_listed() {
    let secretlint = r#"{"ignorePatterns":["a"],"rules":[{"id":"@secretlint/secretlint-rule-aws","severity":"info",
        "options":{"enableIDScanRule":true}},{"id":"@secretlint/secretlint-rule-pattern",
        "options":{"patterns":[{"name":"gizmo","pattern":"gizmo_\\d"}]}}]}"#;
    let trufflehog = "exclude_paths:\n  - tests/fixtures/\n  - '*.md'\nother: 1\n";
    let folder = project(&[(".secretlintrc.json", secretlint), (".trufflehog.yml", trufflehog)]);
    let said = migrate(&folder);
    assert!(read(&folder, "skout.toml").contains("path_regex = [\"tests/fixtures/\"]"), "{said}");
    for part in
        ["'ignorePatterns'", "'severity'", "'enableIDScanRule'", "letter by letter", "*.md", "'other'"]
    {
        assert!(said.contains(part), "{part} is not said in\n{said}");
    }
}

#[test]
fn an_archive_that_cannot_be_read_is_told_and_stops_nothing() {
    let (line, _) = leak("anthropic-api-key");
    let folder = project(&[("a.py", &line), (".gitleaksignore", "a.py:generic-api-key:1\n")]);
    fs::write(folder.path().join("broken.zip"), [&b"PK\x03\x04"[..], &[0; 60]].concat()).unwrap();
    let said = migrate(&folder);
    assert!(said.contains("broken.zip") && said.contains("could not be read"), "{said}");
    assert_eq!(read(&folder, ".skoutignore").lines().count(), 1, "{said}");
}

#[test]
fn nothing_is_overwritten_and_a_dry_run_writes_nothing() {
    let folder = project(&[(".gitleaks.toml", GITLEAKS), ("skout.toml", "")]);
    assert_eq!(skout(folder.path(), &["migrate"]).status.code(), Some(2));
    let dry = skout(folder.path(), &["migrate", "--dry-run"]);
    assert!(String::from_utf8_lossy(&dry.stdout).contains("Would write skout.toml"));
    assert_eq!(read(&folder, "skout.toml"), "");
}
