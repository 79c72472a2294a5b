//! Secrets in `.env` files: where they belong, and where git would take them along.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use skout::rule::example;

fn git(folder: &Path, arguments: &[&str]) {
    let set = ["-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"];
    let run = Command::new("git").arg("-C").arg(folder).args(set).args(arguments).output();
    assert!(run.expect("git runs").status.success(), "{arguments:?}");
}

fn skout(folder: &Path, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_skout");
    Command::new(program).current_dir(folder).args(arguments).output().expect("skout runs")
}

fn said(run: &Output) -> String {
    String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr)
}

/// A repository whose `.env` holds a key, with this `.gitignore`.
fn repository(ignore: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    git(folder.path(), &["init", "-q"]);
    let line = example::expand("SERVICE_API_KEY=<alnum:40>\n").expect("a template").text;
    fs::write(folder.path().join(".env"), line).expect("written");
    fs::write(folder.path().join(".gitignore"), ignore).expect("written");
    folder
}

#[test]
fn an_ignored_and_untracked_one_is_where_secrets_belong() {
    let folder = repository(".env\n");
    let run = skout(folder.path(), &["scan", "."]);
    assert_eq!(run.status.code(), Some(0), "{}", said(&run));
}

#[test]
fn one_that_no_ignore_rule_covers_says_so() {
    let folder = repository("");
    let run = skout(folder.path(), &["scan", "."]);
    assert_eq!(run.status.code(), Some(1));
    let said = said(&run).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("in an .env file that no ignore rule covers"), "{said}");
    assert!(said.contains("HIGH"), "its severity stays: {said}");
}

#[test]
fn a_tracked_one_says_so_even_if_a_rule_ignores_it() {
    let folder = repository(".env\n");
    git(folder.path(), &["add", "-f", ".env"]);
    let staged = skout(folder.path(), &["git", "--staged", "-f", "json"]);
    assert!(said(&staged).contains("in an .env file that is about to be committed"), "{}", said(&staged));
    git(folder.path(), &["commit", "-q", "-m", "x"]);
    for arguments in [&["scan", ".", "-f", "json"][..], &["git", "-f", "json"]] {
        let run = skout(folder.path(), arguments);
        assert_eq!(run.status.code(), Some(1), "{}", said(&run));
        assert!(said(&run).contains("in an .env file that git tracks"), "{}", said(&run));
    }
}
