//! The documentation is true: messages that it quotes are what the program says, its commands are understood, its links
//! lead somewhere.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Files below `folder` with one of these ends.
fn files(folder: &str, ends: &[&str]) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(path.to_str().unwrap(), ends));
        } else if ends.iter().any(|end| path.to_string_lossy().ends_with(end)) {
            all.push(path);
        }
    }
    all.sort();
    all
}

fn pages() -> Vec<(PathBuf, String)> {
    let mut pages = files("docs", &[".md"]);
    pages.push("README.md".into());
    pages
        .into_iter()
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap().replace('\r', "")))
        .collect()
}

/// Everything that may speak to a person, with strings over several lines joined.
fn speech() -> String {
    let mut all = files("src", &[".rs"]);
    all.extend(files(".github/packaging", &[".js", ".sh"]));
    let text: String = all.iter().map(|path| fs::read_to_string(path).unwrap().replace('\r', "")).collect();
    let mut joined = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        match line.strip_suffix('\\') {
            Some(start) => {
                joined += start;
                joined += lines.next().unwrap_or_default().trim_start();
            }
            None => joined += line,
        }
        joined.push('\n');
    }
    joined.replace("\\\"", "\"")
}

#[test]
fn every_message_of_the_troubleshooting_page_is_one_of_ours() {
    let speech = speech();
    let page = fs::read_to_string("docs/troubleshooting.md").unwrap();
    let messages: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`')).collect();
    assert!(messages.len() > 30);
    for message in messages {
        for part in message.split('…').filter(|part| part.len() > 2) {
            assert!(speech.contains(part), "nothing says '{part}' (of '{message}')");
        }
    }
    assert_eq!(page.lines().filter(|line| line.starts_with("### ")).count(), page.matches("\n### `").count());
}

/// The arguments of a command line as written on a page: words, quotes taken off, comments and redirections cut.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '#' | '|' | '>' | '&' | ';') if words.last().is_some_and(String::is_empty) => break,
            (None, ' ') => words.push(String::new()),
            _ => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn every_command_of_the_documentation_is_understood() {
    let mut seen = 0;
    for (path, page) in pages() {
        for block in page.split("```").skip(1).step_by(2) {
            for line in block.lines() {
                let Some((before, rest)) = line.rsplit_once("skout ") else { continue };
                let before = before.trim();
                if !matches!(before, "" | "$" | "-" | "run:" | "- run:" | "entry:" | "sh")
                    && !before.ends_with("&&")
                {
                    continue;
                }
                let mut arguments = words(rest);
                if before.is_empty() && arguments.first().is_none_or(|first| first.contains(':')) {
                    continue;
                }
                seen += 1;
                arguments.push("--help".to_owned());
                let out = Command::new(env!("CARGO_BIN_EXE_skout")).args(&arguments).output().unwrap();
                let said = String::from_utf8_lossy(&out.stderr);
                assert!(out.status.success(), "{}: skout {rest}: {said}", path.display());
            }
        }
    }
    assert!(seen > 15, "only {seen} commands were found");
}

/// The anchor that a heading gets where such pages are shown.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    kept.chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    for (path, page) in pages() {
        // Its patterns look like links; the test of that page makes it anew.
        if path.ends_with("rules.md") {
            continue;
        }
        for (at, _) in page.match_indices("](") {
            let target = &page[at + 2..at + page[at..].find(')').unwrap()];
            if target.contains("://") || target.contains(' ') {
                continue;
            }
            let (file, part) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() {
                path.clone()
            } else {
                path.parent().unwrap_or(Path::new("")).join(file)
            };
            assert!(file.exists(), "{}: {target}", path.display());
            if !part.is_empty() {
                let text = fs::read_to_string(&file).unwrap();
                let found =
                    text.lines().any(|l| l.starts_with('#') && anchor(l.trim_start_matches('#')) == part);
                assert!(found, "{}: {target}: there is no such heading", path.display());
            }
        }
    }
}

#[test]
fn the_help_names_every_format_and_no_other() {
    let out = Command::new(env!("CARGO_BIN_EXE_skout")).args(["scan", "--help"]).output().unwrap();
    let help = String::from_utf8(out.stdout).unwrap();
    let line = help.split("--format <FMT[=PATH]>").nth(1).unwrap().split(';').next().unwrap();
    let named: Vec<&str> =
        line.split([',', ' ', '\n']).filter(|word| !word.is_empty() && *word != "or").collect();
    let known: Vec<&str> = skout::output::Format::ALL.iter().map(|f| f.name()).collect();
    assert_eq!(named, known);
}
