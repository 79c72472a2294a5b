//! Facts that a report must get right, and scans that must not claim more than they read.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "git/world.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod world;

use std::fs;

use world::{World, key, line};

/// A repository with an empty bare one as its `origin`.
fn with_remote() -> World {
    let world = World::new();
    let remote = world.beside("remote.git");
    world.git(&["init", "-q", "--bare", remote.to_str().unwrap()]);
    world.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
    world
}

#[test]
fn split_and_sparse_indexes_are_read() {
    let world = World::new();
    for name in ["a/one.txt", "b/two.txt", "b/deep/three.txt", "four.txt"] {
        world.commit(name, "old\n", name);
    }
    world.git(&["update-index", "--split-index"]);
    assert_eq!(world.skout(&["--staged"]).status, 0);
    world.stage("a/one.txt", line(1));
    world.stage("a/new.env", line(2));
    world.git(&["rm", "-q", "four.txt"]);
    let said = world.skout(&["--staged"]);
    assert_eq!((said.status, said.places()), (1, vec!["a/new.env:1".to_owned(), "a/one.txt:1".to_owned()]));
    assert!(said.complete(), "{}", said.json);
    world.git(&["reset", "-q", "--hard"]);
    world.git(&["update-index", "--no-split-index"]);
    world.git(&["sparse-checkout", "init", "--cone", "--sparse-index"]);
    world.git(&["sparse-checkout", "set", "a"]);
    assert!(world.git(&["ls-files", "--sparse"]).lines().any(|path| path == "b/"));
    let said = world.skout(&["--staged"]);
    assert_eq!((said.status, said.complete(), said.json["scan"]["files"].clone()), (0, true, 0.into()));
    world.stage("a/one.txt", line(3));
    assert_eq!(world.skout(&["--staged"]).places(), ["a/one.txt:1"]);
    // A folder that another commit has with something else in it.
    let other = World::new();
    other.commit("x", "x", "x");
    world.git(&["commit", "-q", "-m", "one"]);
    world.git(&["read-tree", "HEAD~1"]);
    assert_eq!(world.skout(&["--staged"]).found(), 0);
}

#[test]
fn a_flipped_byte_in_a_split_index_is_noticed() {
    let world = World::new();
    world.commit("a.txt", "old\n", "one");
    world.git(&["update-index", "--split-index"]);
    world.stage("b.env", line(1));
    let path = world.root().join(".git/index");
    let good = fs::read(&path).unwrap();
    for at in (0..good.len()).step_by(7) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&path, &bad).unwrap();
        assert_ne!(world.skout(&["--staged"]).status, 0, "byte {at}");
    }
    fs::write(&path, &good).unwrap();
    assert_eq!(world.skout(&["--staged"]).places(), ["b.env:1"]);
}

#[test]
fn what_was_pushed_and_then_rewritten_is_pushed() {
    let world = with_remote();
    world.commit("a.txt", "base\n", "base");
    world.git(&["push", "-q", "-u", "origin", "main"]);
    world.commit("a.env", line(1), "leak");
    world.git(&["branch", "kept"]);
    assert_eq!(world.skout(&[]).first()["pushed"], false);
    world.git(&["push", "-q", "origin", "main"]);
    world.git(&["reset", "-q", "--hard", "HEAD~1"]);
    world.git(&["push", "-q", "--force", "origin", "main"]);
    for args in [&[][..], &["--no-cache"], &["--range", "main..kept"], &["--unpushed"]] {
        let said = world.skout(args);
        assert_eq!((said.found(), said.first()["pushed"].clone()), (1, true.into()), "{args:?}");
    }
}

#[test]
fn the_message_of_a_tag_has_a_story_of_its_own() {
    let world = with_remote();
    world.commit("a.txt", "base\n", "base");
    world.git(&["push", "-q", "-u", "origin", "main"]);
    world.git(&["tag", "-a", "v1", "-m", &format!("use {}", key(1))]);
    let said = world.skout(&[]);
    let place = said.first();
    assert_eq!((place["path"].as_str(), said.found()), (Some("message of tag v1"), 1));
    assert_eq!(place["commit"], world.git(&["rev-parse", "v1"]));
    assert_eq!(place["refs"].to_string(), "[\"v1\"]");
    // The commit was pushed, the tag was not.
    assert!(place["pushed"].is_null(), "{place}");
    let (_, text) = world.tell(&["git"]);
    assert!(text.contains(" in tag "), "{text}");
}

#[test]
fn refs_are_counted_that_lead_to_the_same_commit() {
    let world = World::new();
    world.commit("a.txt", "base\n", "base");
    world.git(&["branch", "dev"]);
    world.git(&["tag", "v1"]);
    let (_, text) = world.tell(&["git"]);
    assert!(text.contains(" of 3 refs "), "{text}");
    world.git(&["checkout", "-q", "--detach"]);
    world.git(&["branch", "-q", "-D", "main", "dev"]);
    world.git(&["tag", "-d", "v1"]);
    let (_, text) = world.tell(&["git"]);
    assert!(text.contains(" of HEAD "), "{text}");
}

#[test]
fn a_note_is_called_by_what_it_is_on() {
    let world = World::new();
    let commit = world.commit("a.txt", "base\n", "base");
    world.git(&["notes", "add", "-m", &line(1)]);
    assert_eq!(world.skout(&[]).places(), [format!("note on {commit}:1")]);
}

#[test]
fn the_latest_place_tells_how_it_stands() {
    let world = World::new();
    world.commit("a.env", line(1), "add");
    world.commit("a.env", "none\n", "take it out");
    world.commit("b.env", line(1), "put it back");
    world.stage("b.env", "none\n");
    world.git(&["commit", "-q", "-m", "take it out again", "--date", "2024-06-01T12:00:00Z"]);
    let last = world.git(&["rev-parse", "HEAD"]);
    let (_, text) = world.tell(&["git"]);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(&format!("in b.env: removed 2024-06-01 in commit {}", &last[..10])), "{text}");
}

#[test]
fn a_clone_of_one_branch_is_incomplete() {
    let world = World::new();
    world.commit("a.txt", "base\n", "base");
    world.git(&["branch", "other"]);
    let clone = world.beside("clone");
    let address = format!("file://{}", world.root().display());
    world.git(&["clone", "-q", "--single-branch", &address, clone.to_str().unwrap()]);
    let said = world.skout_in(&clone, &[]);
    assert_eq!((said.status, said.complete()), (2, false));
    let text = said.json["scan"]["errors"].to_string();
    assert!(text.contains("branch main only") && text.contains("set-branches origin '*'"), "{text}");
    assert_eq!(world.skout_in(&clone, &["--branch", "main"]).status, 0);
    world.git_in(&clone, &["remote", "set-branches", "origin", "*"]);
    world.git_in(&clone, &["fetch", "-q"]);
    assert_eq!(world.skout_in(&clone, &[]).status, 0);
}

#[test]
fn an_include_that_includes_nothing_is_no_all_clear() {
    let world = World::new();
    world.commit("src/a.env", line(1), "add");
    world.commit("src/a.env", "none\n", "take it out");
    for args in [&["--include", "dangeling"][..], &["--include", "lib/**"]] {
        let said = world.skout(args);
        assert_eq!((said.status, said.complete()), (2, false), "{args:?}");
        // The second scan takes the answer of the first.
        assert_eq!(world.skout(args).status, 2, "{args:?}");
    }
    assert_eq!(world.skout(&["--include", "src"]).status, 1);
    let said = world.skout(&["--include", "dangling,messagees"]);
    assert_eq!((said.status, said.errors.contains("'messagees' is no part of a history")), (2, true));
    world.git(&["rm", "-q", "-r", "src"]);
    world.commit("b.txt", "b\n", "folder gone");
    assert_eq!(world.skout(&["--include", "src"]).status, 1);
}

#[test]
fn changed_paths_that_are_left_out_are_told() {
    let world = World::new();
    world.commit("a.txt", "base\n", "base");
    world.stage("b.txt", "b\n");
    let told = "Nothing to scan: nothing new in the index (1 changed path left out on request).";
    let text = world.tell(&["git", "--staged", "--exclude", "b.txt"]).1;
    assert!(text.contains(told), "{text}");
}

#[test]
fn a_name_that_means_no_commit_is_told_in_plain_words() {
    let world = World::new();
    world.commit("a.txt", "base\n", "base");
    let blob = world.git(&["rev-parse", "HEAD:a.txt"]);
    for (args, words) in [
        (["--range", blob.as_str()], "this names a file or a folder, and no commit"),
        (["--range", "^HEAD"], "this is no name of a commit, branch or tag"),
        (["--since", "last monday"], "is no date, and as a name: this is no name"),
        (["--since", "2024-02-31"], "is no date, and as a name: there is no such"),
    ] {
        let said = world.skout(&args);
        assert_eq!(said.status, 2, "{args:?}");
        assert!(said.errors.contains(words), "{args:?}: {}", said.errors);
    }
}

#[test]
fn a_broken_ref_and_a_broken_head_are_told() {
    let world = World::new();
    world.commit("a.txt", "base\n", "base");
    assert_eq!(world.skout(&[]).status, 0);
    for content in ["", "garbage\n"] {
        world.write(".git/refs/heads/deep/bad", content);
        let said = world.skout(&[]);
        assert_eq!((said.status, said.complete()), (2, false));
        assert!(said.json["scan"]["errors"].to_string().contains("refs/heads/deep/bad"), "{}", said.json);
        fs::remove_file(world.root().join(".git/refs/heads/deep/bad")).unwrap();
    }
    world.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
    assert_eq!(world.skout(&[]).status, 0);
    world.write(".git/HEAD", "");
    assert_eq!(world.skout(&[]).status, 2);
}

#[test]
fn a_tag_of_a_folder_is_read_in_a_range_too() {
    let world = with_remote();
    world.commit("a.txt", "base\n", "base");
    world.git(&["push", "-q", "origin", "main"]);
    world.stage("deep/a.env", line(1));
    let tree = world.git(&["write-tree"]);
    world.git(&["reset", "-q", "--hard"]);
    world.git(&["tag", "folder", &tree]);
    let said = world.skout(&["--unpushed"]);
    assert_eq!((said.status, said.places(), said.complete()), (1, vec!["deep/a.env:1".to_owned()], true));
}

#[test]
fn commits_that_only_another_work_tree_stands_on_are_read() {
    let world = World::new();
    world.commit("a.txt", "base\n", "base");
    let tree = world.beside("tree");
    world.git(&["worktree", "add", "-q", "--detach", tree.to_str().unwrap()]);
    fs::write(tree.join("a.env"), line(1)).unwrap();
    world.git_in(&tree, &["add", "a.env"]);
    world.git_in(&tree, &["commit", "-q", "-m", "on no branch"]);
    for args in [&[][..], &["--unpushed"], &["--since", "2024-01-01"]] {
        assert_eq!(world.skout(args).found(), 1, "{args:?}");
    }
    // The other way round, and a ref of that work tree alone.
    world.git(&["checkout", "-q", "--detach"]);
    world.commit("b.env", line(2), "on no branch either");
    world.git_in(&tree, &["update-ref", "refs/worktree/kept", "HEAD"]);
    world.git_in(&tree, &["checkout", "-q", "--detach", "main"]);
    assert_eq!(world.skout(&[]).found(), 2);
    assert_eq!(world.skout_in(&tree, &[]).found(), 2);
}
