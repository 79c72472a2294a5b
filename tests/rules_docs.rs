//! The pages about rules are what the rules say today.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::fs;
use std::process::Command;

#[test]
fn the_pages_about_rules_are_made_from_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    let readme = fs::read_to_string("README.md").unwrap();
    fs::write(folder.path().join("README.md"), &readme).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_skout")).args(["rules", "docs"]).arg(folder.path()).status();
    assert!(run.unwrap().success());
    for page in ["README.md", "docs/rules.md"] {
        let committed = fs::read_to_string(page).unwrap_or_default();
        let made = fs::read_to_string(folder.path().join(page)).unwrap();
        assert!(committed == made, "{page} is out of date; run `cargo run -- rules docs .` and commit it");
    }
}
