//! What was set aside, as SARIF tells it: every way of ignoring is a suppression of the right kind with its reason, in a
//! log that holds to the schema, and no alert.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

#[path = "reports/schema.rs"]
mod schema;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use skout::rule::example::expand;

fn line(n: u32) -> String {
    let text = expand(&format!("{n} sk-<alnum:20>T3BlbkFJ<alnum:20>")).unwrap().text;
    format!("openai.api_key = '{}'", text.split_once(' ').unwrap().1)
}

fn skout(folder: &Path, args: &[&str]) -> (i32, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_skout")).current_dir(folder).args(args).output().unwrap();
    (done.status.code().unwrap(), String::from_utf8(done.stdout).unwrap())
}

fn sarif(folder: &Path) -> Value {
    let (status, text) = skout(folder, &["-f", "sarif", "."]);
    assert_eq!(status, 1, "one key still counts");
    let log = serde_json::from_str(&text).unwrap();
    let path = format!("{}/tests/schemas/sarif-2.1.0.json", env!("CARGO_MANIFEST_DIR"));
    let wanted = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(schema::check(&wanted, &log), Vec::<String>::new());
    log
}

/// What is said of the only place in this file.
fn result<'a>(log: &'a Value, file: &str) -> &'a Value {
    let at = |r: &&Value| r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == file;
    let mut results = log["runs"][0]["results"].as_array().unwrap().iter().filter(at);
    let found = results.next().unwrap_or_else(|| panic!("{file} is not in the log"));
    assert_eq!(results.next(), None, "{file} is told once");
    found
}

#[test]
fn every_way_of_ignoring_is_a_suppression_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join(".git")).unwrap();
    fs::write(root.join("known.py"), line(1)).unwrap();
    assert_eq!(skout(root, &["-f", "json", "-o", "before.json", "known.py"]).0, 1);
    let (_, made) = skout(root, &["baseline", "create", "--from", "before.json"]);
    assert!(root.join(".skout-baseline").is_file(), "{made}");
    fs::remove_file(root.join("before.json")).unwrap();

    fs::write(root.join("ignored.py"), line(2)).unwrap();
    let (_, report) = skout(root, &["-f", "json", "ignored.py"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    let print = report["findings"][0]["fingerprint"].as_str().unwrap().to_owned();
    assert_eq!(skout(root, &["ignore", "add", &print, "--reason", "inline it is not"]).0, 0);

    fs::write(root.join("comment.py"), line(3) + "  # skout:allow reason=example from the manual\n").unwrap();
    fs::write(root.join("config.py"), line(4)).unwrap();
    fs::write(root.join("counts.py"), line(5)).unwrap();
    let config = "baseline = \".skout-baseline\"\n[[allow]]\npath = [\"config.py\"]\nreason = \"inline code of a demo\"\n";
    fs::write(root.join("skout.toml"), config).unwrap();

    let log = sarif(root);
    for (file, kind, reason) in [
        ("comment.py", "inSource", "example from the manual"),
        ("ignored.py", "external", "inline it is not"),
        ("known.py", "external", "known in the baseline"),
        ("config.py", "external", "inline code of a demo"),
    ] {
        let result = result(&log, file);
        let [suppression] = result["suppressions"].as_array().unwrap().as_slice() else {
            panic!("{file}: one reason, one suppression: {result}")
        };
        assert_eq!(
            (suppression["kind"].as_str(), suppression["status"].as_str()),
            (Some(kind), Some("accepted")),
            "{file}"
        );
        let said = suppression["justification"].as_str().unwrap();
        assert!(said.contains(reason), "{file}: {said}");
        assert_eq!(result["level"], "note", "{file}");
        let print = result["partialFingerprints"]["skoutFingerprint/v1"].as_str().unwrap();
        assert_eq!(print.len(), 32, "{file}: the alert it closes is known by its fingerprint");
    }
    assert_eq!(result(&log, "ignored.py")["partialFingerprints"]["skoutFingerprint/v1"], print.as_str());
    let counts = result(&log, "counts.py");
    assert_eq!((counts["level"].as_str(), counts.get("suppressions")), (Some("error"), None));
}
