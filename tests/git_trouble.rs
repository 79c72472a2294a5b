//! Git repositories that cannot be read whole: each is named, with what to do, and none is called clean.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "git/world.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod world;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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
    remove(&world.root().join(".git/objects").join(&blob[..2]).join(&blob[2..]));
    incomplete(&world.skout(&[]), &["deep/a.txt", &blob]);
    let staged = World::new();
    staged.stage("a.txt", "a\n");
    let blob = staged.git(&["rev-parse", ":a.txt"]);
    remove(&staged.root().join(".git/objects").join(&blob[..2]).join(&blob[2..]));
    incomplete(&staged.skout(&["--staged"]), &["a.txt", &blob]);
}

/// A repository of many versions in one pack, and the path of the pack. Every version ends with `last`.
fn packed(last: &str) -> (World, PathBuf) {
    let world = World::new();
    for n in 0..8 {
        let text: String = (0..60).map(|l| format!("line {l} {}\n", if l == n { n } else { 99 })).collect();
        world.commit("a.txt", text + last, "change");
    }
    world.git(&["repack", "-q", "-a", "-d", "-f"]);
    let pack = fs::read_dir(world.root().join(".git/objects/pack")).unwrap();
    let pack = pack.map(|f| f.unwrap().path()).find(|p| p.extension().is_some_and(|e| e == "pack")).unwrap();
    (world, pack)
}

#[test]
fn a_flipped_byte_anywhere_in_a_pack_is_noticed() {
    let (world, pack) = packed("");
    let whole = writable(&pack);
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

/// The content of a file that may be written from now on.
fn writable(path: &Path) -> Vec<u8> {
    let mut permissions = fs::metadata(path).unwrap().permissions();
    #[allow(clippy::permissions_set_readonly_false, reason = "a file of this test's own")]
    permissions.set_readonly(false);
    fs::set_permissions(path, permissions).unwrap();
    fs::read(path).unwrap()
}

#[test]
fn a_flipped_byte_in_a_pack_calls_no_range_and_no_commit_clean() {
    let (world, pack) = packed(&line(1));
    world.stage("b.txt", line(2));
    let whole = writable(&pack);
    for at in (0..whole.len()).step_by(whole.len() / 40) {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        fs::write(&pack, &changed).unwrap();
        for (args, key) in [(["--range", "HEAD"], "a.txt"), (["--staged", "--no-cache"], "b.txt")] {
            let said = world.skout(&args);
            let found = said.status == 1 && said.places().iter().any(|place| place.starts_with(key));
            assert!(found || said.status == 2, "{args:?} byte {at}: {} {}", said.status, said.json);
        }
    }
}

#[test]
fn a_damaged_tree_of_head_stops_no_commit_for_ever() {
    let world = World::new();
    world.commit("deep/er/a.txt", "text\n", "one");
    world.stage("b.txt", line(1));
    let id = world.git(&["rev-parse", "HEAD:deep/er"]);
    let path = world.root().join(".git/objects").join(&id[..2]).join(&id[2..]);
    let whole = fs::read(&path).unwrap();
    for damaged in [&whole[..whole.len() / 2], &whole[..whole.len() - 6]] {
        remove(&path);
        fs::write(&path, damaged).unwrap();
        incomplete(&world.skout(&["--staged"]), &[&id]);
    }
}

#[test]
fn damaged_indexes_are_noticed() {
    let (world, pack) = packed("");
    let index = pack.with_extension("idx");
    let whole = fs::read(&index).unwrap();
    remove(&index);
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

#[cfg(unix)]
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

/// Removes a file that git has made read-only, which Windows minds.
fn remove(path: &Path) {
    if cfg!(windows) {
        let mut permissions = fs::metadata(path).unwrap().permissions();
        #[allow(clippy::permissions_set_readonly_false, reason = "the file is about to go")]
        permissions.set_readonly(false);
        fs::set_permissions(path, permissions).unwrap();
    }
    fs::remove_file(path).unwrap();
}

/// Changes one bit of a file that git has made read-only.
fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x10;
    remove(path);
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_flipped_byte_anywhere_in_a_loose_object_is_noticed_and_the_object_named() {
    let world = World::new();
    world.commit("a.txt", "some text to read\n", "one");
    for name in ["HEAD:a.txt", "HEAD:", "HEAD"] {
        let id = world.git(&["rev-parse", name]);
        let path = world.root().join(".git/objects").join(&id[..2]).join(&id[2..]);
        let whole = fs::read(&path).unwrap();
        let content = world.try_git(&["cat-file", "-p", &id]).stdout;
        for at in 0..whole.len() {
            flip(&path, at);
            let said = world.skout(&["--no-cache"]);
            let staged = world.skout(&["--staged"]);
            let range = world.skout(&["--range", "HEAD"]);
            // A few bits mean nothing, and git reads what it always read.
            let means = world.try_git(&["cat-file", "-p", &id]).stdout != content;
            fs::write(&path, &whole).unwrap();
            if means {
                let told = said.json.to_string() + &said.errors;
                assert!(said.status == 2 && told.contains(&id), "{name} byte {at}: {told}");
                assert_eq!(range.status, 2, "{name} byte {at}: {}", range.json);
                assert_eq!(staged.status, if name == "HEAD:a.txt" { 0 } else { 2 }, "{name} byte {at}");
            }
        }
    }
    assert_eq!(world.skout(&["--no-cache"]).status, 0);
}

#[test]
fn a_flipped_byte_in_the_index_is_noticed() {
    let world = World::new();
    world.commit("a.txt", "a\n", "one");
    world.stage("b.txt", "b\n");
    let path = world.root().join(".git/index");
    let whole = fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(5) {
        flip(&path, at);
        let said = world.skout(&["--staged"]);
        assert_eq!(said.status, 2, "byte {at}: {}", said.json);
        fs::write(&path, &whole).unwrap();
    }
}

#[test]
fn a_head_that_leads_nowhere_is_trouble_and_an_unborn_one_is_not() {
    let world = World::new();
    world.commit("a.env", line(1), "one");
    world.git(&["checkout", "-q", "--orphan", "new"]);
    assert_eq!(world.skout(&[]).places(), ["a.env:1"]);
    assert_eq!(world.skout(&["--staged"]).places(), ["a.env:1"]);
    fs::write(world.root().join(".git/HEAD"), "0123456789abcdef0123456789abcdef01234567\n").unwrap();
    for args in [&[][..], &["--staged"], &["--range", "HEAD"]] {
        let said = world.skout(args);
        assert!(said.status == 2 || !said.complete(), "{args:?} {}", said.json);
    }
}

#[test]
fn a_repository_of_somebody_else_is_told_with_the_command_that_trusts_it() {
    let world = World::new();
    world.commit("it's/a.env", line(1), "one");
    let theirs = world.beside("it's theirs");
    fs::rename(world.root(), &theirs).unwrap();
    let given = Command::new("chown").arg("-R").arg("4321").arg(&theirs).status();
    if !given.is_ok_and(|status| status.success()) {
        return; // Only root can give a repository away.
    }
    for args in [&["git"][..], &["git", "--staged"], &["hook", "pre-commit"], &["install"], &["doctor"]] {
        let (status, told) = world.tell_in(&theirs, args);
        assert_eq!(status, 2, "{args:?}: {told}");
        assert!(told.contains("belongs to another user"), "{args:?}: {told}");
        assert!(told.contains("git config --global --add safe.directory"), "{args:?}: {told}");
    }
    let told = world.tell_in(&theirs, &["git"]).1;
    let at = told.find("git config --global --add").unwrap();
    let command = told[at..].lines().next().unwrap();
    let out = world.command("sh", world.home()).args(["-c", command]).output().unwrap();
    assert!(out.status.success(), "{command}: {}", world::said(&out));
    assert_eq!(world.skout_in(&theirs, &[]).places(), ["it's/a.env:1"]);
}

#[test]
fn a_big_file_is_read_to_its_end_whether_loose_or_packed() {
    let world = World::new();
    let mut content = vec![b'\n'; 24 << 20];
    content.extend_from_slice(line(1).as_bytes());
    let last = (24 << 20) + 1;
    world.commit("big.txt", &content, "big");
    for packed in [false, true] {
        if packed {
            world.git(&["repack", "-q", "-a", "-d"]);
        }
        assert_eq!(world.skout(&["--no-cache"]).places(), [format!("big.txt:{last}")], "packed: {packed}");
    }
}

#[test]
fn many_refs_are_all_read() {
    let world = World::new();
    let one = world.commit("a.env", line(1), "one");
    let mut packed = "# pack-refs with: peeled fully-peeled sorted \n".to_owned();
    for n in 0..5000 {
        packed += &format!("{one} refs/tags/t{n:05}\n");
    }
    fs::write(world.root().join(".git/packed-refs"), packed).unwrap();
    let said = world.skout(&[]);
    assert_eq!((said.found(), said.complete()), (1, true));
    let refs = said.first()["refs"].as_array().unwrap();
    assert!(refs.last().unwrap().as_str().unwrap().contains("more"), "{refs:?}");
}

#[test]
fn names_that_lead_out_of_the_repository_lead_nowhere() {
    let world = World::new();
    world.write("a", line(1));
    let blob = world.git(&["hash-object", "-w", "a"]);
    let tree = |entry: &str| {
        fs::write(world.beside("entries"), entry).unwrap();
        let file = fs::File::open(world.beside("entries")).unwrap();
        let out = world.command("git", &world.root()).arg("mktree").stdin(file).output().unwrap();
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    };
    let inner = tree(&format!("100644 blob {blob}\t.git\n"));
    let root = tree(&format!("040000 tree {inner}\t..\n"));
    let commit = world.git(&["commit-tree", &root, "-m", "hostile"]);
    world.git(&["update-ref", "refs/heads/main", &commit]);
    assert_eq!(world.skout(&[]).places(), ["../.git:1"]);
    assert_eq!(world.skout(&["--range", "HEAD"]).places(), ["../.git:1"]);
}
