//! Git as a source: what is staged, ranges, histories. Repositories are built here, and git is the judge.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "git/world.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod world;

use std::fs;

use world::{Said, World, key, line};

/// A repository of one commit, on a branch `side` beside `main`.
fn forked() -> World {
    let world = World::new();
    world.commit("a.txt", "base\n", "base");
    world.git(&["checkout", "-q", "-b", "side"]);
    world
}

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
    let world = forked();
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
    let world = forked();
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
fn a_key_that_only_a_merge_drops_was_removed_by_the_merge() {
    let world = forked();
    world.commit("deep/b.env", line(1), "side");
    world.commit("c.env", line(2), "more");
    world.git(&["checkout", "-q", "main"]);
    world.commit("a.txt", "main\n", "main");
    world.git(&["merge", "-q", "-s", "ours", "-m", "without", "side"]);
    let merge = world.git(&["rev-parse", "HEAD"]);
    world.git(&["branch", "-q", "-D", "side"]);
    let said = world.skout(&[]);
    assert_eq!(said.found(), 2, "{}", said.json);
    for place in said.json["findings"].as_array().unwrap().iter().map(|f| &f["locations"][0]) {
        assert_eq!((&place["in_head"], &place["removed_in"]), (&false.into(), &merge.clone().into()));
    }
}

#[test]
fn not_pushed_is_said_only_where_nothing_speaks_against_it() {
    let world = World::new();
    world.commit("a.txt", "a\n", "one");
    world.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    world.commit("b.env", line(1), "two");
    let pushed = || world.skout(&[]).first()["pushed"].clone();
    assert_eq!(pushed(), false);
    world.git(&["tag", "v1"]);
    assert_eq!(pushed(), false);
    world.git(&["reset", "-q", "--hard", "HEAD~1"]);
    assert!(pushed().is_null());
    world.git(&["reset", "-q", "--hard", "v1"]);
    world.git(&["update-ref", "refs/pull/7/head", "HEAD"]);
    assert_eq!(pushed(), true);
    world.git(&["update-ref", "-d", "refs/pull/7/head"]);
    world.git(&["tag", "-d", "v1"]);
    world.git(&["config", "core.bare", "true"]);
    assert!(pushed().is_null());
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
fn a_second_scan_tells_of_refs_that_moved_since() {
    let world = World::new();
    world.commit("a.env", line(1), "one");
    let refs = || world.skout(&[]).first()["refs"].to_string();
    assert!(!refs().contains("later"));
    world.git(&["branch", "later"]);
    for _ in 0..2 {
        assert!(refs().contains("later"));
    }
    world.git(&["branch", "-D", "later"]);
    assert!(!refs().contains("later"));
    world.git(&["rm", "-q", "a.env"]);
    world.git(&["commit", "-q", "-m", "gone"]);
    assert_eq!(world.skout(&[]).json, world.skout(&["--no-cache"]).json);
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

/// The report names this path, and nowhere shows the key of the number 1.
fn names_without_showing(said: &Said, path: &str) {
    let place = said.first()["path"].as_str().unwrap_or_default();
    assert!(place.starts_with(path) && place.len() > path.len(), "{place} instead of {path}");
    assert!(!said.json.to_string().contains(&key(1)[6..20]), "the key is shown: {}", said.json);
}

#[test]
fn a_key_in_the_name_of_any_ref_is_found() {
    let world = World::new();
    world.commit("a.txt", "a\n", "one");
    for kind in ["heads", "heads/team", "tags", "remotes/origin", "notes", "changes/01", "pull/7"] {
        let name = format!("refs/{kind}/{}", key(1));
        world.git(&["update-ref", &name, "HEAD"]);
        for packed in [false, true] {
            if packed {
                world.git(&["pack-refs", "--all"]);
            }
            let said = world.skout(&[]);
            assert_eq!((said.status, said.found(), said.complete()), (1, 1, true), "{kind} {packed}");
            names_without_showing(&said, &format!("refs/{kind}/"));
        }
        world.git(&["update-ref", "-d", &name]);
    }
    assert_eq!(world.skout(&[]).status, 0);
    world.git(&["tag", "-a", &key(1), "-m", "an annotated tag"]);
    names_without_showing(&world.skout(&[]), "refs/tags/");
    names_without_showing(&world.skout(&["--branch", &key(1)]), "refs/tags/");
    names_without_showing(&world.skout(&["--since", "2024-01-01"]), "refs/tags/");
    assert_eq!(world.skout(&["--branch", "main"]).status, 0);
}

#[test]
fn the_name_of_a_branch_is_news_until_it_is_on_a_remote() {
    let world = World::new();
    world.commit("a.txt", "a\n", "one");
    let remote = world.beside("remote.git");
    world.git(&["init", "-q", "--bare", remote.to_str().unwrap()]);
    world.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
    world.git(&["push", "-q", "origin", "main"]);
    world.git(&["branch", &key(1)]);
    let said = world.skout(&["--unpushed"]);
    names_without_showing(&said, "refs/heads/");
    assert_eq!(said.first()["pushed"], false);
    world.git(&["push", "-q", "origin", &key(1)]);
    assert_eq!(world.skout(&["--unpushed"]).status, 0);
    let pushed = world.skout(&[]);
    assert_eq!((pushed.found(), &pushed.first()["pushed"]), (1, &true.into()));
}

#[test]
fn the_name_of_a_file_or_folder_has_a_story_too() {
    let world = World::new();
    world.commit("b.txt", "b\n", "zero");
    let file = format!("deep/er/{}.txt", key(1));
    let came = world.commit(&file, "a\n", "one");
    let folder = format!("{}/x.txt", key(2));
    let second = world.commit(&folder, "x\n", "two");
    world.git(&["rm", "-q", &file]);
    world.git(&["commit", "-q", "-m", "three"]);
    let gone = world.git(&["rev-parse", "HEAD"]);
    for args in [&["--no-cache"][..], &["--branch", "main"]] {
        let said = world.skout(args);
        assert_eq!(said.found(), 2, "{args:?} {}", said.json);
        let places: Vec<_> = (0..2).map(|n| &said.json["findings"][n]["locations"][0]).collect();
        let of =
            |start: &str| *places.iter().find(|p| p["path"].as_str().unwrap().starts_with(start)).unwrap();
        let place = of("deep/er/sk-");
        assert_eq!((&place["commit"], &place["removed_in"]), (&came.clone().into(), &gone.clone().into()));
        assert_eq!((&place["column"], &place["in_head"]), (&9.into(), &false.into()));
        let place = of("sk-");
        assert_eq!((&place["commit"], &place["in_head"]), (&second.clone().into(), &true.into()));
    }
    let range = world.skout(&["--range", &format!("{came}..HEAD")]);
    assert_eq!((range.found(), &range.first()["commit"]), (1, &second.into()));
}

#[test]
fn objects_named_by_sha_256_are_read_like_others() {
    let world = World::new();
    fs::remove_dir_all(world.root().join(".git")).unwrap();
    world.git(&["init", "-q", "-b", "main", "--object-format", "sha256"]);
    world.stage("a.env", format!("\n{}", line(1)));
    assert_eq!(world.skout(&["--staged"]).places(), ["a.env:2"]);
    world.git(&["commit", "-q", "-m", "one"]);
    let came = world.git(&["rev-parse", "HEAD"]);
    assert_eq!(came.len(), 64);
    let gone = world.commit("a.env", "gone\n", &format!("use {}", key(2)));
    world.git(&["tag", "-a", "v1", "-m", &format!("with {}", key(3))]);
    world.commit(&format!("deep/{}.txt", key(4)), "x\n", "a name");
    world.commit("lost.env", line(5), "lost");
    world.git(&["reset", "-q", "--hard", "HEAD~1"]);
    for packed in [false, true] {
        if packed {
            world.git(&["repack", "-q", "-a", "-d", "-k"]);
        }
        let said = world.skout(&[]);
        assert_eq!((said.status, said.found(), said.complete()), (1, 4, true), "{}", said.json);
        let text = said.json.to_string();
        assert!(text.contains(&came) && text.contains(&gone), "{text}");
        assert_eq!(world.skout(&["--include", "dangling"]).found(), 5);
        assert_eq!(world.skout(&["--range", &format!("{came}..HEAD")]).found(), 2);
        assert_eq!(world.skout(&["--branch", "main"]).found(), 3);
    }
}

#[test]
fn a_rebase_in_progress_blames_what_the_next_commit_adds() {
    let world = forked();
    world.commit("a.txt", "side\n", "side");
    world.git(&["checkout", "-q", "main"]);
    world.commit("known.env", line(1), "known");
    world.commit("a.txt", "main\n", "main");
    assert!(!world.try_git(&["rebase", "main", "side"]).status.success());
    let said = world.skout(&["--staged"]);
    assert_eq!((said.status, said.found()), (0, 0), "{}", said.json);
    world.stage("a.txt", line(2));
    assert_eq!(world.skout(&["--staged"]).places(), ["a.txt:1"]);
}

#[test]
fn a_git_directory_elsewhere_and_a_multi_pack_index_do_not_matter() {
    let world = World::new();
    let (tree, git) = (world.beside("tree"), world.beside("elsewhere"));
    let separate = format!("--separate-git-dir={}", git.display());
    world.git(&["init", "-q", "-b", "main", &separate, tree.to_str().unwrap()]);
    for n in 1..4 {
        fs::write(tree.join(format!("{n}.env")), line(n)).unwrap();
        world.git_in(&tree, &["add", "-A"]);
        assert_eq!(world.skout_in(&tree, &["--staged"]).found(), 1);
        world.git_in(&tree, &["commit", "-q", "-m", "more"]);
        world.git_in(&tree, &["repack", "-q", "-d"]);
    }
    world.git_in(&tree, &["multi-pack-index", "write"]);
    assert!(git.join("objects/pack/multi-pack-index").exists());
    for folder in [&tree, &git] {
        let said = world.skout_in(folder, &["--no-cache"]);
        assert_eq!((said.found(), said.complete()), (3, true), "{}", folder.display());
    }
}

#[test]
fn what_a_replacement_hides_is_read_all_the_same() {
    let world = World::new();
    let leaking = world.commit("a.env", line(1), "leaks");
    world.commit("b.txt", "b\n", "two");
    let tree = world.git(&["rev-parse", "HEAD:"]);
    let clean = world.git(&["commit-tree", &tree, "-m", "says nothing"]);
    world.git(&["rm", "-q", "a.env"]);
    world.git(&["commit", "-q", "-m", "three"]);
    world.git(&["replace", &leaking, &clean]);
    let said = world.skout(&[]);
    assert_eq!((said.found(), &said.first()["commit"]), (1, &leaking.into()), "{}", said.json);
}

#[test]
fn submodules_are_told_and_one_that_is_not_there_makes_the_scan_incomplete() {
    let world = World::new();
    world.commit("a.env", line(1), "one");
    let above = world.beside("above");
    world.git(&["init", "-q", "-b", "main", above.to_str().unwrap()]);
    let from = world.root();
    let add = ["-c", "protocol.file.allow=always", "submodule", "-q", "add", from.to_str().unwrap(), "sub"];
    world.git_in(&above, &add);
    let staged = world.skout_in(&above, &["--staged"]);
    assert_eq!(staged.status, 0, "{}", staged.json);
    assert!(staged.json["scan"]["skipped"].to_string().contains("submodule"), "{}", staged.json);
    world.git_in(&above, &["commit", "-q", "-m", "sub"]);
    for args in [&[][..], &["--range", "HEAD"]] {
        let said = world.skout_in(&above, args);
        assert_eq!((said.status, said.complete()), (0, true), "{}", said.json);
        assert!(said.json["scan"]["skipped"].to_string().contains("submodule"), "{}", said.json);
    }
    assert_eq!(world.skout_in(&above.join("sub"), &[]).found(), 1);
    let clone = world.beside("clone");
    world.git(&["clone", "-q", above.to_str().unwrap(), clone.to_str().unwrap()]);
    let said = world.skout_in(&clone, &[]);
    assert_eq!((said.status, said.complete()), (2, false));
    assert!(said.json["scan"]["errors"].to_string().contains("submodule update --init"), "{}", said.json);
}
