//! Git repositories that cannot be read whole: each is named, with what to do, and none is called clean.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "git/world.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod world;

use std::fs;
use std::path::PathBuf;

use world::{Said, World, key, line};

/// The scan says that it is incomplete, in words that hold `words`.
fn incomplete(said: &Said, words: &[&str]) {
    assert_eq!((said.status, said.complete()), (2, false), "{}", said.json);
    let errors = said.json["scan"]["errors"].to_string();
    words.iter().for_each(|word| assert!(errors.contains(word), "no '{word}' in {errors}"));
}

#[test]
fn no_repository_is_no_clean_repository() {
    let world = World::new();
    let folder = world.beside("plain");
    fs::create_dir(&folder).unwrap();
    for args in [&[][..], &["--staged"], &["--range", "a..b"], &["--unpushed"]] {
        let said = world.skout_in(&folder, args);
        assert_eq!(said.status, 2);
        assert!(said.errors.contains("no git repository"), "{}", said.errors);
    }
}

#[test]
fn an_empty_repository_is_clean_and_says_so() {
    let world = World::new();
    for args in [&[][..], &["--staged"], &["--unpushed"]] {
        let said = world.skout(args);
        assert_eq!((said.status, said.complete()), (0, true), "{args:?} {}", said.errors);
    }
    assert_eq!(world.skout(&["--range", "HEAD~1..HEAD"]).status, 2);
}

#[test]
fn an_unknown_revision_is_named() {
    let world = World::new();
    world.commit("a.txt", "a\n", "one");
    for args in [["--range", "nowhere..HEAD"], ["--since", "nowhere"], ["--branch", "nowhere"]] {
        let said = world.skout(&args);
        assert_eq!(said.status, 2);
        assert!(said.errors.contains("nowhere"), "{}", said.errors);
    }
}

#[test]
fn a_shallow_clone_is_incomplete() {
    let world = World::new();
    world.commit("a.env", line(1), "one");
    world.commit("a.env", "gone\n", "two");
    let clone = world.beside("clone");
    let from = format!("file://{}", world.root().display());
    world.git(&["clone", "-q", "--depth", "1", &from, clone.to_str().unwrap()]);
    incomplete(&world.skout_in(&clone, &[]), &["shallow", "fetch-depth: 0"]);
    assert_eq!(world.skout_in(&clone, &["--allow-incomplete"]).status, 0);
}

#[test]
fn a_partial_clone_is_incomplete_and_nothing_is_fetched() {
    let world = World::new();
    world.commit("a.env", line(1), "one");
    world.commit("a.env", "gone\n", "two");
    world.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = world.beside("clone");
    let from = format!("file://{}", world.root().display());
    world.git(&["clone", "-q", "--filter=blob:none", &from, clone.to_str().unwrap()]);
    incomplete(&world.skout_in(&clone, &[]), &["partial clone", "a.env"]);
}

#[test]
fn a_missing_object_is_named() {
    let world = World::new();
    world.commit("deep/a.txt", "a\n", "one");
    let blob = world.git(&["rev-parse", "HEAD:deep/a.txt"]);
    fs::remove_file(world.root().join(".git/objects").join(&blob[..2]).join(&blob[2..])).unwrap();
    incomplete(&world.skout(&[]), &["deep/a.txt", &blob]);
    let staged = World::new();
    staged.stage("a.txt", "a\n");
    let blob = staged.git(&["rev-parse", ":a.txt"]);
    fs::remove_file(staged.root().join(".git/objects").join(&blob[..2]).join(&blob[2..])).unwrap();
    incomplete(&staged.skout(&["--staged"]), &["a.txt", &blob]);
}

/// A repository of many versions in one pack, and the path of the pack.
fn packed() -> (World, PathBuf) {
    let world = World::new();
    for n in 0..8 {
        let text: String = (0..60).map(|l| format!("line {l} {}\n", if l == n { n } else { 99 })).collect();
        world.commit("a.txt", text, "change");
    }
    world.git(&["repack", "-q", "-a", "-d", "-f"]);
    let pack = fs::read_dir(world.root().join(".git/objects/pack")).unwrap();
    let pack = pack.map(|f| f.unwrap().path()).find(|p| p.extension().is_some_and(|e| e == "pack")).unwrap();
    (world, pack)
}

#[test]
fn a_flipped_byte_anywhere_in_a_pack_is_noticed() {
    let (world, pack) = packed();
    let whole = fs::read(&pack).unwrap();
    let mut permissions = fs::metadata(&pack).unwrap().permissions();
    #[allow(clippy::permissions_set_readonly_false, reason = "a file of this test's own")]
    permissions.set_readonly(false);
    fs::set_permissions(&pack, permissions).unwrap();
    for at in (0..whole.len()).step_by(whole.len() / 24) {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        fs::write(&pack, &changed).unwrap();
        let said = world.skout(&["--no-cache"]);
        assert_eq!(said.status, 2, "byte {at}: {}", said.json);
    }
    fs::write(&pack, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(world.skout(&["--no-cache"]).status, 2);
    fs::write(&pack, &whole).unwrap();
    assert_eq!(world.skout(&["--no-cache"]).status, 0);
}

#[test]
fn damaged_indexes_are_noticed() {
    let (world, pack) = packed();
    let index = pack.with_extension("idx");
    let whole = fs::read(&index).unwrap();
    fs::remove_file(&index).unwrap();
    for at in [9, 500, 1040, 1100, whole.len() - 30] {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        fs::write(&index, &changed).unwrap();
        assert_eq!(world.skout(&["--no-cache"]).status, 2, "byte {at}");
    }
    fs::write(world.root().join(".git/index"), b"DIRCrubbish").unwrap();
    assert_eq!(world.skout(&["--staged"]).status, 2);
}

#[test]
fn a_pointer_of_git_lfs_is_incomplete_until_it_is_fetched() {
    let world = World::new();
    let id = "0123456789abcdef".repeat(4);
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{id}\nsize 99\n");
    world.commit("big.env", pointer, "pointer");
    incomplete(&world.skout(&[]), &["Git LFS", "git lfs fetch"]);
    let folder = world.root().join(".git/lfs/objects").join(&id[..2]).join(&id[2..4]);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(&id), line(1)).unwrap();
    assert_eq!(world.skout(&[]).places(), ["big.env:1"]);
}

#[test]
fn hostile_names_are_told_without_control_characters() {
    use std::os::unix::ffi::OsStrExt as _;
    let world = World::new();
    for (n, name) in [&b"new\nline.env"[..], b"esc\x1b[31m.env", b"broken\xff\xfe.env"].iter().enumerate() {
        fs::write(world.root().join(std::ffi::OsStr::from_bytes(name)), line(n as u64 + 1)).unwrap();
    }
    world.git(&["add", "-A"]);
    assert_eq!(world.skout(&["--staged"]).found(), 3);
    world.git(&["commit", "-q", "-m", "names"]);
    assert_eq!(world.skout(&[]).found(), 3);
    assert_eq!(world.skout(&["--range", "HEAD"]).found(), 3);
}

#[test]
fn a_key_in_the_name_of_a_file_is_found() {
    let world = World::new();
    world.commit(&format!("{}.txt", key(1)), "a\n", "name");
    for args in [&[][..], &[], &["--range", "HEAD"]] {
        assert_eq!(world.skout(args).found(), 1, "{args:?}");
    }
}

#[test]
fn objects_borrowed_from_another_repository_are_read() {
    let world = World::new();
    world.commit("a.env", line(1), "one");
    let clone = world.beside("clone");
    world.git(&["clone", "-q", "--shared", ".", clone.to_str().unwrap()]);
    assert_eq!(world.skout_in(&clone, &[]).places(), ["a.env:1"]);
    fs::rename(world.root(), world.beside("gone")).unwrap();
    assert_eq!(world.skout_in(&clone, &[]).status, 2);
}
