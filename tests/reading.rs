//! What is read of a folder, and what a run says about the rest.
#![allow(clippy::unwrap_used, reason = "a test may")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use skout::blob::BlobKind;
use skout::glob::GlobSet;
use skout::source::{FileOptions, Files, Item, Source};
use tempfile::TempDir;

/// What a source said.
#[derive(Default)]
struct Said {
    texts: BTreeMap<String, String>,
    names: Vec<String>,
    skipped: Vec<(String, String)>,
    trouble: Vec<String>,
}

fn options(exclude: &[&str], include: &[&str]) -> FileOptions {
    let globs = |list: &[&str]| GlobSet::new(list.iter().copied()).unwrap();
    FileOptions { gitignore: true, exclude: globs(exclude), include: globs(include), jobs: 2 }
}

fn read_with(paths: &[&Path], options: FileOptions) -> Said {
    let said = Mutex::new(Said::default());
    let source = Files::new(paths.iter().map(|p| p.to_path_buf()).collect(), options);
    source.each(&|item| {
        let mut said = said.lock().unwrap();
        match item {
            Item::Blob(blob) if blob.kind == BlobKind::Name => said.names.push(blob.path.to_owned()),
            Item::Blob(blob) => {
                let text = String::from_utf8_lossy(blob.bytes).into_owned();
                assert!(said.texts.insert(blob.path.to_owned(), text).is_none(), "{} twice", blob.path);
            }
            Item::Skipped { path, reason } => said.skipped.push((path, reason)),
            Item::Trouble(error) => said.trouble.push(error.to_string()),
            Item::Watched(..) | Item::Traced(..) => panic!("files are scanned whole"),
        }
    });
    said.into_inner().unwrap()
}

/// The files read of `folder`, relative to it.
fn read(folder: &TempDir, exclude: &[&str], include: &[&str]) -> Vec<String> {
    let said = read_with(&[folder.path()], options(exclude, include));
    assert_eq!(said.trouble, Vec::<String>::new());
    let root = format!("{}/", folder.path().display()).replace('\\', "/");
    said.texts.keys().map(|path| path.strip_prefix(&root).unwrap().to_owned()).collect()
}

fn tree(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn git(folder: &TempDir, arguments: &[&str]) {
    let run = Command::new("git").arg("-C").arg(folder.path()).args(arguments).status().unwrap();
    assert!(run.success());
}

#[test]
fn ignored_files_are_left_out_and_hidden_ones_read() {
    let folder =
        tree(&[(".gitignore", "*.log\n/out/"), ("a.log", ""), ("out/x", ""), ("b/.env", ""), ("c", "")]);
    assert_eq!(read(&folder, &[], &[]), [".gitignore", "b/.env", "c"]);
}

#[test]
fn what_git_tracks_is_read_although_it_is_ignored() {
    let folder = tree(&[
        (".gitignore", "*.log\nout\n"),
        ("a.log", ""),
        ("b.log", ""),
        ("out/x", ""),
        ("sub/c.log", ""),
    ]);
    git(&folder, &["init", "-q"]);
    git(&folder, &["add", "-f", "a.log", "out/x", "sub/c.log", ".gitignore"]);
    assert_eq!(read(&folder, &[], &[]), [".gitignore", "a.log", "out/x", "sub/c.log"]);
    assert_eq!(read(&folder, &["/out/"], &[]), [".gitignore", "a.log", "sub/c.log"]);
    // The same from a folder inside the work tree, and from one above it.
    let said = read_with(&[&folder.path().join("out")], options(&[], &[]));
    assert_eq!(said.texts.len(), 1);
    let above = tree(&[("one/.gitignore", "k"), ("one/k", "")]);
    let inner = Command::new("git").arg("-C").arg(above.path().join("one")).args(["init", "-q"]).status();
    assert!(inner.unwrap().success());
    git(&above, &["-C", "one", "add", "-f", "k"]);
    assert_eq!(read(&above, &[], &[]), ["one/.gitignore", "one/k"]);
}

#[test]
fn excludes_and_includes_are_relative_to_the_folder() {
    let folder = tree(&[("vendor/a", ""), ("src/vendor/b", ""), ("src/c.rs", ""), ("d.rs", "")]);
    assert_eq!(read(&folder, &["/vendor/"], &[]), ["d.rs", "src/c.rs", "src/vendor/b"]);
    assert_eq!(read(&folder, &["vendor/"], &[]), ["d.rs", "src/c.rs"]);
    assert_eq!(read(&folder, &["d*"], &["*.rs"]), ["src/c.rs"]);
    assert_eq!(read(&folder, &["**/vendor/*", "!/vendor/a"], &["vendor/"]), ["vendor/a"]);
}

#[test]
fn a_named_file_is_read_although_it_is_ignored_but_not_if_it_is_excluded() {
    let folder = tree(&[(".gitignore", "*.log"), ("a.log", "x")]);
    let file = folder.path().join("a.log");
    assert_eq!(read_with(&[&file], options(&[], &[])).texts.len(), 1);
    let said = read_with(&[&file], options(&["*.log"], &[]));
    assert_eq!((said.texts.len(), said.skipped.len(), said.trouble.len()), (0, 1, 0));
}

#[test]
fn a_folder_without_a_file_and_a_file_that_is_gone_are_trouble() {
    let empty = tempfile::tempdir().unwrap();
    let gone = empty.path().join("gone");
    let said = read_with(&[empty.path(), &gone], options(&[], &[]));
    assert_eq!(said.trouble.len(), 2);
    assert!(said.trouble.iter().any(|t| t.contains("no file in this folder was read")));
    assert!(said.trouble.iter().any(|t| t.contains("gone: vanished")));
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_and_those_that_lead_out_are_told() {
    use std::os::unix::fs::symlink;
    let outside = tree(&[("secret", "outside")]);
    let folder = tree(&[("a/b", "inside")]);
    symlink(outside.path(), folder.path().join("out")).unwrap();
    symlink(folder.path(), folder.path().join("a/loop")).unwrap();
    symlink("b", folder.path().join("a/twin")).unwrap();
    symlink("nowhere", folder.path().join("a/broken")).unwrap();
    let said = read_with(&[folder.path()], options(&[], &[]));
    assert_eq!(said.texts.values().collect::<Vec<_>>(), ["inside"]);
    assert_eq!(said.skipped.len(), 1);
    assert!(said.skipped[0].0.ends_with("/out"));
    assert!(said.names.iter().any(|n| n.ends_with("a/broken")));
    // A link that is named itself is followed.
    let link = tempfile::tempdir().unwrap();
    symlink(folder.path(), link.path().join("here")).unwrap();
    assert_eq!(read_with(&[&link.path().join("here")], options(&[], &[])).texts.len(), 1);
}

#[cfg(unix)]
#[test]
fn a_path_that_is_no_utf8_is_read() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9")), "x").unwrap();
    assert_eq!(read(&folder, &[], &[]), ["caf\u{fffd}"]);
}

#[test]
fn many_named_files_are_all_read_once() {
    let names: Vec<String> = (0..500).map(|n| format!("f{n}")).collect();
    let folder = tree(&names.iter().map(|n| (n.as_str(), "x")).collect::<Vec<_>>());
    let paths: Vec<_> = names.iter().map(|n| folder.path().join(n)).collect();
    let said = read_with(&paths.iter().map(|p| p.as_path()).collect::<Vec<_>>(), options(&[], &[]));
    assert_eq!(said.texts.len(), 500);
}

#[test]
fn a_repository_read_as_files_is_no_all_clear() {
    let folder =
        tree(&[("HEAD", "ref: refs/heads/main\n"), ("objects/ab/cd", "x"), ("refs/heads/main", "y")]);
    let said = read_with(&[folder.path()], options(&[], &[]));
    assert_eq!(said.trouble.len(), 1, "{:?}", said.trouble);
    assert!(said.trouble[0].contains("git keeps its objects here"), "{:?}", said.trouble);
    assert_eq!(said.texts.len(), 3, "what is no object is read all the same");
    assert!(read_with(&[folder.path()], options(&["objects"], &[])).trouble.is_empty());
}
