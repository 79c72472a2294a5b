//! `skout explain` goes by what a scan here would go by: the project's rules, and what it sets aside.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A project with these files.
fn project(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    for (path, text) in files {
        fs::write(folder.path().join(path), text).unwrap();
    }
    folder
}

fn skout(folder: &Path, args: &[&str]) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_skout")).args(args).current_dir(folder).output().unwrap();
    String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned()
}

fn letters(n: usize) -> String {
    let alphabet: Vec<char> = ('a'..='z').chain('0'..='9').collect();
    (0..n).map(|i| alphabet[(i * i * 7 + i * 13 + 5) % alphabet.len()]).collect()
}

const OWN: &str = r#"
exclude = ["vendor/"]
disable = ["generic-password"]
[[allow]]
reason = "values of the manual"
path = "manual.txt"
[[rule]]
id = "acme-key"
name = "Acme key"
severity = "high"
anchors = ["acme_"]
pattern = '''\bacme_[0-9a-z]{32}\b'''
impact = "Reads every order."
remedy = "Revoke it."
[rule.examples]
match = ["«acme_<lower:32>»"]
clean = ["acme_none"]
"#;

#[test]
fn rules_of_the_project_are_explained() {
    let key = format!("acme_{}", letters(32));
    let folder = project(&[("skout.toml", OWN.as_bytes()), ("a.txt", format!("x = {key}\n").as_bytes())]);
    let said = skout(folder.path(), &["explain", "a.txt:1"]);
    assert!(said.contains("acme-key (Acme key)") && said.contains("a secret, confidence high\n"), "{said}");
    assert!(!said.contains(&key), "{said}");
    assert!(skout(folder.path(), &["explain", "acme-key"]).contains("Reads every order."));
    assert!(skout(folder.path(), &["rules", "show", "acme-key"]).contains("Reads every order."));
    assert!(skout(folder.path(), &["explain", "generic-password"]).contains("switched off  in skout.toml"));
    let said = skout(folder.path(), &["explain", "--string", &format!("password = \"{}!Q\"", letters(14))]);
    assert!(said.contains("skout.toml switches this rule off"), "{said}");
}

#[test]
fn what_is_set_aside_says_why() {
    let line = format!("x = acme_{}\n", letters(32));
    let marked = line.replace('\n', "  # skout:allow reason=made up\n");
    let files: [(&str, &[u8]); 4] = [
        ("skout.toml", OWN.as_bytes()),
        ("manual.txt", line.as_bytes()),
        ("marked.txt", marked.as_bytes()),
        (".skoutignore", b"known.txt reason=from the course\n"),
    ];
    let folder = project(&files);
    fs::write(folder.path().join("known.txt"), &line).unwrap();
    fs::create_dir(folder.path().join("vendor")).unwrap();
    fs::write(folder.path().join("vendor/a.txt"), &line).unwrap();
    for (place, reason) in [
        ("manual.txt:1", "values of the manual"),
        ("marked.txt:1", "made up"),
        ("known.txt:1", "from the course"),
    ] {
        let said = skout(folder.path(), &["explain", place]);
        assert!(said.contains("it does not count: ") && said.contains(reason), "{place}: {said}");
    }
    let said = skout(folder.path(), &["explain", "vendor/a.txt:1"]);
    assert!(said.contains("scans leave vendor/a.txt out") && said.contains("vendor/\""), "{said}");
}

#[test]
fn a_file_is_read_as_a_scan_reads_it() {
    let line = format!("one\nx = acme_{}\n", letters(32));
    let wide: Vec<u8> = format!("\u{feff}{line}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let folder = project(&[("skout.toml", OWN.as_bytes()), ("wide.txt", &wide)]);
    let said = skout(folder.path(), &["explain", "wide.txt:2"]);
    assert!(said.contains("2:5  acme_") && said.contains("a secret, confidence high"), "{said}");
    let said = skout(folder.path(), &["explain", "gone.txt:2"]);
    assert!(said.contains("there is no such file"), "{said}");
}

#[test]
fn masking_goes_by_the_rules_of_the_project() {
    let key = format!("acme_{}", letters(32));
    let folder = project(&[("skout.toml", OWN.as_bytes()), ("log", format!("got {key} back\n").as_bytes())]);
    let input = fs::File::open(folder.path().join("log")).unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_skout"))
        .arg("redact")
        .current_dir(folder.path())
        .stdin(input)
        .output();
    let said = String::from_utf8(out.unwrap().stdout).unwrap();
    assert!(said.starts_with("got acme_") && said.ends_with(" back\n") && !said.contains(&key), "{said}");
}

#[test]
fn places_are_understood_as_reports_write_them() {
    let line = format!("one\nx = acme_{}\n", letters(32));
    let folder = project(&[("skout.toml", OWN.as_bytes()), ("a.txt", line.as_bytes())]);
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(line.len() as u64);
    tar.append_data(&mut header, "in/b.txt", line.as_bytes()).unwrap();
    fs::write(folder.path().join("t.tar"), tar.into_inner().unwrap()).unwrap();
    for place in ["a.txt:2:5", "./a.txt:2", "t.tar!/in/b.txt:2:5", "t.tar:2"] {
        let said = skout(folder.path(), &["explain", place]);
        assert!(said.contains("a secret, confidence high"), "{place}: {said}");
    }
}

#[test]
fn a_line_that_is_not_there_is_not_called_clean() {
    let folder = project(&[("a.txt", b"one\ntwo\n")]);
    let said = skout(folder.path(), &["explain", "a.txt:3"]);
    assert!(said.contains("a.txt:3: there is no such line; the last one is 2"), "{said}");
    assert!(skout(folder.path(), &["explain", "a.txt:2"]).starts_with("No rule takes anything"));
    let said = skout(folder.path(), &["explain", "a.txt:2", "--filename", "b.py"]);
    assert!(said.contains("cannot be used with"), "{said}");
    assert!(skout(folder.path(), &["explain", "openai-projct-key"]).contains("mean 'openai-project-key'?"));
}
