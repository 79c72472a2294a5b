//! The fixtures explain themselves: in `fixtures/leaky` exactly what stands between « and » is a secret, in
//! `fixtures/clean` nothing is. The secrets are filled in from templates.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::fs;
use std::ops::Range;
use std::path::Path;

use skout::blob::Blob;
use skout::detect::{Detector, Settings};
use skout::rule::{RuleSet, example};

/// The name a fixture is scanned under.
fn name(path: &Path) -> String {
    let name = path.file_name().and_then(|n| n.to_str()).expect("the name is text");
    if name == "dotenv" { ".env".to_owned() } else { name.to_owned() }
}

fn fixtures(folder: &str) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = fs::read_dir(Path::new("fixtures").join(folder))
        .expect("the folder can be read")
        .map(|entry| entry.expect("the folder can be read").path())
        .map(|path| (name(&path), fs::read_to_string(&path).expect("a fixture is text")))
        .collect();
    all.sort();
    assert!(!all.is_empty(), "fixtures/{folder} is empty");
    all
}

/// Where the secrets stand that skout finds, as line and text.
fn found(detector: &Detector<'_>, name: &str, text: &str) -> Vec<(u64, String)> {
    let secret = |f: &skout::finding::Finding| String::from_utf8_lossy(f.secret.reveal()).into_owned();
    let findings = detector.scan(&Blob::whole(name, text.as_bytes()));
    findings.iter().map(|f| (f.first_place().start.line, secret(f))).collect()
}

#[test]
fn every_marked_secret_is_found_and_nothing_else() {
    let rules = RuleSet::builtin();
    let detector = Detector::new(&rules, Settings::default()).unwrap();
    let mut wrong = Vec::new();
    for (name, template) in fixtures("leaky") {
        let mut text = String::new();
        let mut wanted = Vec::new();
        for (n, line) in template.lines().enumerate() {
            let line = example::expand(line).unwrap_or_else(|e| panic!("{name}:{}: {e}", n + 1));
            let marked = |r: &Range<usize>| (n as u64 + 1, line.text[r.clone()].to_owned());
            assert!(!line.marked.is_empty(), "{name}:{} marks no secret", n + 1);
            wanted.extend(line.marked.iter().map(marked));
            text += &line.text;
            text.push('\n');
        }
        let found = found(&detector, &name, &text);
        wrong.extend(wanted.iter().filter(|w| !found.contains(w)).map(|w| format!("{name}: missed {w:?}")));
        wrong.extend(found.iter().filter(|f| !wanted.contains(f)).map(|f| format!("{name}: false {f:?}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_found_in_clean_files() {
    let rules = RuleSet::builtin();
    let detector = Detector::new(&rules, Settings::default()).unwrap();
    let mut wrong = Vec::new();
    for (name, text) in fixtures("clean") {
        wrong.extend(found(&detector, &name, &text).iter().map(|f| format!("{name}: false {f:?}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
