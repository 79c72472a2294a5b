//! What skout says about a mistake holds no key, even if the mistake was to write a key in the wrong place.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use skout::rule::example::expand;

fn skout(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_skout"))
        .args(args)
        .current_dir(folder)
        .env_remove("SKOUT_CONFIG")
        .output()
        .unwrap()
}

fn said(done: &Output) -> String {
    String::from_utf8_lossy(&[&done.stdout[..], &done.stderr[..]].concat()).into_owned()
}

fn key() -> String {
    expand("sk-proj-<alnum:74>T3BlbkFJ<alnum:74>").unwrap().text
}

/// A project without anything to find.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    fs::write(folder.path().join("a.txt"), "hello\n").unwrap();
    folder
}

#[test]
fn a_key_on_the_command_line_is_not_repeated() {
    let (folder, key) = (project(), key());
    let (option, place, range) = (format!("--{key}"), format!("{key}:1"), format!("{key}..HEAD"));
    for args in [
        &[key.as_str()][..],
        &["scan", "--format", &key],
        &["scan", "--color", &key],
        &["scan", "--confidence", &key],
        &["scan", "--rule", &key],
        &["scan", "--config", &key],
        &["scan", "--baseline", &key],
        &["scan", "--jobs", &key],
        &["scan", &option],
        &["explain", &key],
        &["explain", &place],
        &["rules", "show", &key],
        &["rules", "test", &key],
        &["ignore", "add", &key],
        &["ignore", "add", "--path", "a", "--until", &key],
        &["ignore", "add", "--path", "a", "--reason", &key],
        &["baseline", "create", "--from", &key],
        &["completions", &key],
        &["migrate", &key],
        &["git", &key],
        &["git", "--range", &range],
    ] {
        let done = skout(folder.path(), args);
        assert_eq!(done.status.code(), Some(2), "{args:?}");
        let said = said(&done);
        assert!(!said.is_empty() && !said.contains(&key), "{args:?}: {said}");
    }
}

#[test]
fn a_key_in_a_file_of_settings_is_not_repeated() {
    let key = key();
    for text in [
        format!("confidence = \"{key}\"\n"),
        format!("exclude = \"{key}\"\n"),
        format!("{key} = 3\n"),
        format!("disable = [\"{key}\"]\n"),
        format!("baseline = \"{key}\"\n"),
        format!("token = {key}\n"),
        format!("[[allow]]\nreason = \"x\"\nsecret = \"{key}(\"\n"),
        format!("[[allow]]\nreason = \"x\"\nfingerprint = \"{key}\"\n"),
        format!("[[allow]]\nreason = \"x\"\npath = \"a\"\nuntil = \"{key}\"\n"),
    ] {
        let folder = project();
        fs::write(folder.path().join("skout.toml"), &text).unwrap();
        fs::write(folder.path().join("rules.toml"), &text).unwrap();
        for args in [&["scan"][..], &["config", "check"], &["rules", "test", "rules.toml"]] {
            let done = skout(folder.path(), args);
            assert_eq!(done.status.code(), Some(2), "{args:?}: {text}");
            let said = said(&done);
            assert!(!said.is_empty() && !said.contains(&key), "{args:?}: {said}");
        }
    }
}

#[test]
fn listings_mask_what_older_entries_hold() {
    let (folder, key) = (project(), key());
    let print = "0123456789abcdef0123456789abcdef";
    fs::write(folder.path().join(".skoutignore"), format!("{print} reason=was {key}\n")).unwrap();
    fs::write(folder.path().join("skout.toml"), format!("exclude = [\"{key}\"]\n")).unwrap();
    for args in [&["ignore", "list"][..], &["config", "show"]] {
        let done = skout(folder.path(), args);
        assert_eq!(done.status.code(), Some(0), "{args:?}");
        assert!(!said(&done).contains(&key), "{args:?}: {}", said(&done));
    }
    assert!(said(&skout(folder.path(), &["ignore", "list"])).contains(print));
}

#[test]
fn a_report_that_cannot_be_written_keeps_no_other_back() {
    let folder = project();
    fs::write(folder.path().join("a.txt"), format!("key = \"{}\"\n", key())).unwrap();
    let done = skout(folder.path(), &["scan", "-f", "json=gone/report.json", "-f", "sarif=report.sarif"]);
    assert_eq!(done.status.code(), Some(1), "secrets win over trouble");
    assert!(folder.path().join("report.sarif").is_file());
    let said = said(&done);
    assert!(said.contains("gone/report.json: the report cannot be written, because there is no"), "{said}");
    assert!(said.contains("1 secret found"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_file_that_is_named_twice_is_read_once() {
    let folder = project();
    let done = skout(folder.path(), &["scan", "a.txt", "./a.txt", ".", "./"]);
    assert!(said(&done).contains("Read 2 files"), "{}", said(&done));
}

#[test]
fn help_names_no_option_that_would_do_nothing() {
    let folder = project();
    for command in [
        &["baseline", "create"][..],
        &["baseline", "update"],
        &["baseline", "prune"],
        &["baseline", "diff"],
        &["ignore", "prune"],
        &["migrate"],
    ] {
        let help = said(&skout(folder.path(), &[command, &["--help"]].concat()));
        assert!(help.contains("--exclude <GLOB>"), "{command:?}: {help}");
        for option in ["--format", "--output", "--show-secrets", "--exit-zero", "--exit-code"] {
            assert!(!help.contains(option), "{command:?} shows {option}");
        }
    }
}
