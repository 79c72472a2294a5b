//! Holds the code to its floors: imports go down only, each package stays in its room, no file and no
//! folder outgrows a reader. See `src/ARCHITECTURE.md`.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, lowest floor first. A file may import from lower floors and from its own room.
const FLOORS: &[&[&str]] = &[
    &["blob", "secret", "glob"],
    &["rule", "source"],
    &["finding"],
    &["report"],
    &["detect", "policy"],
    &["scan", "config", "output", "verify", "install"],
    &["cli"],
    &["main", "lib"],
];

/// Packages that may be named in these places only.
const ROOMS: &[(&str, &[&str])] = &[
    ("git2", &["src/source/git/", "src/install/"]),
    ("clap", &["src/cli/"]),
    ("colored", &["src/output/human"]),
    ("ignore", &["src/source/", "src/glob.rs"]),
];

/// The most lines a file may have without its tests, and with them.
const LONGEST_FILE: usize = 400;
const LONGEST_FILE_WITH_TESTS: usize = 500;

/// The most files a folder of code may have.
const FULLEST_FOLDER: usize = 24;

/// Names that say nothing about what is inside.
const DRAWERS: &[&str] = &["util", "utils", "common", "helpers", "misc", "types"];

struct Source {
    path: PathBuf,
    text: String,
}

fn sources() -> Vec<Source> {
    fn collect(folder: &Path, all: &mut Vec<Source>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, all);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                all.push(Source { path, text });
            }
        }
    }
    let mut all = Vec::new();
    collect(Path::new("src"), &mut all);
    all.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(all.len() > 20, "the test looks at the sources");
    all
}

/// The room a file is in: its first folder below `src`, or its own name.
fn room(path: &Path) -> String {
    let below = path.strip_prefix("src").unwrap();
    let first = below.iter().next().unwrap().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// The part of a file before its tests.
fn body(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or(text)
}

/// The code without comments and without the tests at its foot.
fn code(text: &str) -> String {
    body(text).lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Every room that a piece of code names as `crate::room`, in one `use` with braces too.
fn imports(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    let name = |s: &str| s.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => {
                let list = &list[..list.find(';').unwrap_or(list.len())];
                let mut depth = 0;
                for part in list.split_inclusive([',', '{', '}']) {
                    if depth == 0 {
                        rooms.push(name(part.trim()));
                    }
                    depth += i32::from(part.ends_with('{')) - i32::from(part.ends_with('}'));
                }
            }
            None => rooms.push(name(rest)),
        }
    }
    rooms.retain(|r| !r.is_empty() && r.chars().next().is_some_and(char::is_lowercase));
    rooms
}

#[test]
fn every_file_has_a_floor() {
    for source in sources() {
        let room = room(&source.path);
        assert!(floor(&room).is_some(), "{}: the room '{room}' stands on no floor", source.path.display());
    }
}

#[test]
fn imports_go_down() {
    let mut wrong = Vec::new();
    for source in sources() {
        let own = room(&source.path);
        if matches!(own.as_str(), "main" | "lib") {
            continue;
        }
        for other in imports(&code(&source.text)) {
            let allowed = other == own || floor(&other).is_some_and(|f| f < floor(&own).unwrap());
            if !allowed {
                wrong.push(format!("{} imports crate::{other}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "imports that go up or sideways:\n{}", wrong.join("\n"));
}

#[test]
fn packages_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for source in sources() {
        let path = source.path.to_str().unwrap().replace('\\', "/");
        let code = code(&source.text);
        for (package, rooms) in ROOMS {
            let before = ["use ", " ", "<", "(", "&", "["];
            let found = before.iter().any(|b| code.contains(&format!("{b}{package}::")));
            if found && !rooms.iter().any(|r| path.starts_with(r)) {
                wrong.push(format!("{path} names {package}"));
            }
        }
    }
    assert!(wrong.is_empty(), "packages outside their rooms:\n{}", wrong.join("\n"));
}

/// One id by SHA-1 can have two hashes by the hasher that comes with its type; `ids.rs` says why.
#[test]
fn ids_of_libgit2_are_hashed_by_their_own_collections_only() {
    for source in sources().iter().filter(|source| !source.path.ends_with("git/ids.rs")) {
        let code = code(&source.text).replace(char::is_whitespace, "");
        for keyed in
            ["HashMap<Oid", "HashSet<Oid", "HashMap<git2::Oid", "HashSet<git2::Oid", "Map<(Oid", "Set<(Oid"]
        {
            assert!(!code.contains(keyed), "{}: {keyed}", source.path.display());
        }
    }
}

#[test]
fn no_file_outgrows_a_reader() {
    let mut long = Vec::new();
    for source in sources() {
        let (body, all) = (body(&source.text).lines().count(), source.text.lines().count());
        if body > LONGEST_FILE || all > LONGEST_FILE_WITH_TESTS {
            long.push(format!("{} ({body} lines, {all} with tests)", source.path.display()));
        }
    }
    assert!(long.is_empty(), "files with two jobs:\n{}", long.join("\n"));
}

#[test]
fn no_folder_outgrows_a_reader() {
    let mut folders = BTreeMap::<PathBuf, usize>::new();
    for source in sources() {
        *folders.entry(source.path.parent().unwrap().to_owned()).or_default() += 1;
    }
    folders.retain(|_, n| *n > FULLEST_FOLDER);
    assert!(folders.is_empty(), "folders with too many files: {folders:?}");
}

#[test]
fn every_file_says_what_it_is() {
    for source in sources() {
        assert!(source.text.starts_with("//!"), "{} opens with no words", source.path.display());
    }
}

#[test]
fn no_drawers() {
    for source in sources() {
        let stem = source.path.file_stem().unwrap().to_str().unwrap();
        let folder = source.path.parent().unwrap().file_name().unwrap().to_str().unwrap();
        for name in [stem, folder] {
            assert!(!DRAWERS.contains(&name), "{}: '{name}' names no thing", source.path.display());
        }
    }
}

#[test]
fn a_face_holds_no_logic() {
    for source in sources().iter().filter(|s| s.path.ends_with("mod.rs")) {
        let code = code(&source.text);
        assert!(!code.contains("fn "), "{} is a face and has a function", source.path.display());
        assert!(!code.contains("struct "), "{} is a face and has a type", source.path.display());
    }
}

#[test]
fn the_test_sees_an_upward_import() {
    let seen = imports("use crate::cli::x; use crate::{blob::Blob, output::{a, b}, scan};");
    assert_eq!(seen, ["cli", "blob", "output", "scan"]);
    assert!(floor("cli") > floor("blob"));
}
