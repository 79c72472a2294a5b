//! Git as a source: what is staged, ranges, histories. Repositories are built here, and git is the judge.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "git/world.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod world;

use std::fs;

use world::{World, key, line};

#[test]
fn nothing_staged_is_an_honest_zero() {
    let world = World::new();
    let said = world.skout(&["--staged"]);
    assert_eq!((said.status, said.found(), said.complete()), (0, 0, true));
}

#[test]
fn the_first_commit_is_looked_at() {
    let world = World::new();
    world.stage("a.env", line(1));
    assert_eq!(world.skout(&["--staged"]).places(), ["a.env:1"]);
}

#[test]
fn the_index_counts_and_not_the_work_tree() {
    let world = World::new();
    world.commit("a.env", "a = 1\n", "one");
    world.stage("a.env", format!("a = 1\n\n{}", line(1)));
    world.write("a.env", "a = 1\n");
    let said = world.skout(&["--staged"]);
    assert_eq!((said.status, said.places()), (1, vec!["a.env:3".to_owned()]));
    world.stage("a.env", "a = 1\n");
    world.write("a.env", line(1));
    assert_eq!(world.skout(&["--staged"]).status, 0);
}

#[test]
fn what_head_holds_is_no_news_on_another_line_or_in_another_file() {
    let world = World::new();
    world.commit("a.env", line(1), "one");
    world.stage("a.env", format!("\n\nb = 2\n{}", line(1)));
    assert_eq!(world.skout(&["--staged"]).status, 0);
    world.git(&["mv", "-f", "a.env", "b.env"]);
    assert_eq!(world.skout(&["--staged"]).status, 0);
    world.stage("b.env", format!("{}{}", line(1), line(2)));
    let said = world.skout(&["--staged"]);
    assert_eq!((said.status, said.places()), (1, vec!["b.env:2".to_owned()]));
}

#[test]
fn a_merge_in_progress_blames_only_what_the_merge_adds() {
    let world = World::new();
    world.commit("a.txt", "base\n", "base");
    world.git(&["checkout", "-q", "-b", "side"]);
    world.commit("side.env", line(1), "side");
    world.commit("a.txt", "side\n", "side");
    world.git(&["checkout", "-q", "main"]);
    world.commit("a.txt", "main\n", "main");
    assert!(!world.try_git(&["merge", "side"]).status.success());
    world.stage("a.txt", line(2));
    assert_eq!(world.skout(&["--staged"]).places(), ["a.txt:1"]);
}

#[test]
fn line_ends_and_work_trees_and_separate_folders_do_not_matter() {
    let world = World::new();
    world.git(&["config", "core.autocrlf", "true"]);
    world.commit("a.txt", "x\r\n", "one");
    world.stage("a.env", format!("x\r\ny\r\n{}", line(1).replace('\n', "\r\n")));
    assert_eq!(world.skout(&["--staged"]).places(), ["a.env:3"]);
    let tree = world.beside("tree");
    world.git(&["worktree", "add", "-q", tree.to_str().unwrap(), "-b", "other"]);
    fs::write(tree.join("b.env"), line(2)).unwrap();
    world.git_in(&tree, &["add", "b.env"]);
    assert_eq!(world.skout_in(&tree, &["--staged"]).places(), ["b.env:1"]);
}

#[test]
fn a_range_names_what_its_commits_add() {
    let world = World::new();
    let one = world.commit("a.env", line(1), "one");
    let two = world.commit("b.env", line(2), "two");
    world.commit("a.env", format!("\n{}", line(1)), "three");
    let said = world.skout(&["--range", &format!("{one}..HEAD")]);
    assert_eq!((said.status, said.places()), (1, vec!["b.env:1".to_owned()]));
    assert_eq!(said.first()["commit"], two);
    assert_eq!(said.json["scan"]["commits"], 2);
    assert_eq!(world.skout(&["--range", &format!("{two}..HEAD")]).status, 0);
    assert_eq!(world.skout(&["--range", "HEAD..HEAD"]).status, 0);
    assert_eq!(world.skout(&["--since", &one]).places(), ["b.env:1"]);
    assert_eq!(world.skout(&["--since", "2024-05-01"]).found(), 2);
    assert_eq!(world.skout(&["--since", "2024-05-03"]).found(), 0);
    assert_eq!(world.skout(&["--log-opts", "--no-merges HEAD~1..HEAD"]).status, 0);
}

#[test]
fn unpushed_is_what_no_remote_branch_holds() {
    let world = World::new();
    world.commit("a.env", line(1), "one");
    let remote = world.beside("remote.git");
    world.git(&["clone", "-q", "--bare", ".", remote.to_str().unwrap()]);
    world.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
    world.git(&["fetch", "-q", "origin"]);
    world.commit("b.env", line(2), "two");
    let said = world.skout(&["--unpushed"]);
    assert_eq!((said.places(), said.first()["pushed"].clone()), (vec!["b.env:1".to_owned()], false.into()));
    let all = world.skout(&[]);
    let pushed: Vec<bool> = all.json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["locations"][0]["pushed"].as_bool().unwrap())
        .collect();
    assert_eq!(pushed.iter().filter(|p| **p).count(), 1);
    assert_eq!(world.skout_in(&remote, &[]).places(), ["a.env:1"]);
}

#[test]
fn the_story_of_a_secret_agrees_with_git() {
    let world = World::new();
    world.commit("x.txt", "x\n", "zero");
    let came = world.commit("deep/er/a.env", format!("\n{}", line(1)), "brought in");
    world.commit("deep/er/a.env", line(1), "moved up");
    world.git(&["tag", "v1"]);
    let gone = world.commit("deep/er/a.env", "clean\n", "taken out");
    world.git(&["branch", "later"]);
    for packed in [false, true] {
        if packed {
            world.git(&["repack", "-q", "-a", "-d", "-f"]);
        }
        let said = world.skout(&["--no-cache"]);
        assert_eq!(said.found(), 1);
        let place = said.first();
        assert_eq!((place["path"].as_str(), place["line"].as_u64()), (Some("deep/er/a.env"), Some(2)));
        assert_eq!((&place["commit"], &place["removed_in"]), (&came.clone().into(), &gone.clone().into()));
        assert_eq!(place["in_head"], false);
        assert_eq!(place["author"], "Ada <ada@example.org>");
        assert_eq!(place["date"], "2024-05-01T12:00:00+02:00");
        let mut refs: Vec<&str> =
            place["refs"].as_array().unwrap().iter().filter_map(|r| r.as_str()).collect();
        refs.sort_unstable();
        assert_eq!(refs, ["later", "main", "v1"]);
    }
}

#[test]
fn a_key_that_only_the_resolution_of_a_merge_brings_is_found() {
    let world = World::new();
    world.commit("a.txt", "base\n", "base");
    world.git(&["checkout", "-q", "-b", "side"]);
    world.commit("a.txt", "side\n", "side");
    world.git(&["checkout", "-q", "main"]);
    world.commit("a.txt", "main\n", "main");
    assert!(!world.try_git(&["merge", "side"]).status.success());
    let merge = world.commit("a.txt", line(1), "merged");
    world.commit("a.txt", "gone\n", "gone");
    for args in [&[][..], &["--branch", "main"], &["--range", "side..main"]] {
        let said = world.skout(args);
        assert_eq!(
            (said.places(), &said.first()["commit"]),
            (vec!["a.txt:1".to_owned()], &merge.clone().into())
        );
    }
}

#[test]
fn messages_tags_notes_and_stashes_are_read() {
    let world = World::new();
    world.commit("a.txt", "a\n", &format!("use {}", key(1)));
    world.git(&["tag", "-a", "v1", "-m", &format!("with {}", key(2))]);
    world.git(&["notes", "add", "-m", &format!("note {}", key(3))]);
    for n in [4, 5] {
        world.write("a.txt", line(n));
        world.git(&["stash", "-q"]);
    }
    world.write("loose.txt", line(6));
    let blob = world.git(&["hash-object", "-w", "loose.txt"]);
    world.git(&["tag", "of-a-blob", &blob]);
    let said = world.skout(&[]);
    assert_eq!(said.found(), 6, "{:?}", said.places());
    assert_eq!(world.skout(&["--include", "no-messages,no-notes,no-stash"]).found(), 1);
}

#[test]
fn what_nothing_reaches_counts_on_request_only() {
    let world = World::new();
    world.commit("a.txt", "a\n", "one");
    world.commit("b.env", line(1), "two");
    world.git(&["reset", "-q", "--hard", "HEAD~1"]);
    for what in ["gc.reflogExpire", "gc.reflogExpireUnreachable"] {
        world.git(&["config", what, "never"]);
    }
    world.git(&["gc", "-q", "--prune=never"]);
    let said = world.skout(&[]);
    assert_eq!((said.status, said.found()), (0, 0));
    assert!(said.json["scan"]["skipped"][0]["reason"].as_str().unwrap().contains("--include dangling"));
    assert_eq!(world.skout(&["--include", "reflog"]).places(), ["b.env:1"]);
    world.git(&["reflog", "expire", "--expire=now", "--all"]);
    assert_eq!(world.skout(&["--include", "reflog"]).found(), 0);
    assert_eq!(world.skout(&["--include", "dangling"]).places(), ["b.env:1"]);
}

#[test]
fn a_second_scan_finds_the_same_and_sees_what_is_new() {
    let world = World::new();
    world.commit("a.env", line(1), "one");
    world.commit("b.txt", "plain\n", "two");
    let first = world.skout(&[]);
    let second = world.skout(&[]);
    assert_eq!(first.json, second.json);
    assert_eq!(first.json, world.skout(&["--no-cache"]).json);
    world.commit("c.env", line(2), "three");
    world.git(&["gc", "-q"]);
    assert_eq!(world.skout(&[]).found(), 2);
    for file in fs::read_dir(world.root().join(".git/skout")).unwrap() {
        fs::write(file.unwrap().path(), "rubbish").unwrap();
    }
    assert_eq!(world.skout(&[]).json, world.skout(&["--no-cache"]).json);
}

#[test]
fn changed_versions_of_a_file_are_found_whether_packed_or_not() {
    let world = World::new();
    let body: Vec<String> = (0..4000).map(|n| format!("line {n} of a long file with many words\n")).collect();
    let with = |at: usize, extra: &str| [&body[..at].concat(), extra, &body[at..].concat()].concat();
    for (n, at) in [(1, 100), (2, 2000), (3, 3999)] {
        world.commit("long.txt", with(at, &line(n)), "key");
        world.commit("long.txt", with(at, "no key\n"), "none");
    }
    let loose = world.skout(&["--no-cache"]);
    assert_eq!(loose.found(), 3);
    world.git(&["repack", "-q", "-a", "-d", "-f", "--depth=50"]);
    for jobs in ["1", "8"] {
        assert_eq!(world.skout(&["--no-cache", "-j", jobs]).json["findings"], loose.json["findings"]);
    }
}

#[test]
fn paths_can_be_left_out() {
    let world = World::new();
    world.commit("a.env", line(1), "one");
    world.commit("vendor/b.env", line(2), "two");
    for args in [
        &["--exclude", "vendor/"][..],
        &["--include", "a.env"],
        &["--branch", "main", "--exclude", "vendor/"],
    ] {
        assert_eq!(world.skout(args).places(), ["a.env:1"], "{args:?}");
    }
}
