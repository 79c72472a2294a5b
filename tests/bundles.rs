//! Git bundles are opened: what any of their commits holds is found, and what they lack is said.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use skout::rule::example::expand;

fn git(folder: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-C"];
    let run = Command::new("git").args(identity).arg(folder).args(arguments).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

fn skout(folder: &Path) -> (Output, String) {
    let run = Command::new(env!("CARGO_BIN_EXE_skout"))
        .current_dir(folder)
        .args(["scan", ".", "--format", "json"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&run.stdout).into_owned();
    (run, text)
}

/// A repository whose first commit holds a key and whose second takes it away.
fn repository(folder: &Path) {
    git(folder, &["init", "-q", "-b", "main"]);
    fs::create_dir(folder.join("app")).unwrap();
    fs::write(folder.join("app/c.yml"), expand("# settings\napi_key: <alnum:40>\n").unwrap().text).unwrap();
    // Long enough that git stores the second version as a delta of the first.
    fs::write(folder.join("long.txt"), "a line of text\n".repeat(400)).unwrap();
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "-m", "one"]);
    fs::write(folder.join("app/c.yml"), "# settings\napi_key: ${KEY}\n").unwrap();
    fs::write(folder.join("long.txt"), "a line of text\n".repeat(400) + "and one more\n").unwrap();
    git(folder, &["commit", "-q", "-a", "-m", "two"]);
}

#[test]
fn a_key_in_an_old_commit_of_a_bundle_is_found() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    repository(from.path());
    let bundle = to.path().join("all.bundle");
    git(from.path(), &["bundle", "create", "-q", bundle.to_str().unwrap(), "--all"]);
    let (run, text) = skout(to.path());
    assert_eq!(run.status.code(), Some(1), "{text}");
    assert!(text.contains("all.bundle!/app/c.yml") && text.contains("\"line\": 2"), "{text}");
}

#[test]
fn a_bundle_that_builds_on_others_makes_the_scan_incomplete() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    repository(from.path());
    let bundle = to.path().join("new.bundle");
    git(from.path(), &["bundle", "create", "-q", bundle.to_str().unwrap(), "main~1..main"]);
    let (run, text) = skout(to.path());
    assert_eq!(run.status.code(), Some(2), "{text}");
    assert!(text.contains("does not hold"), "{text}");
}
