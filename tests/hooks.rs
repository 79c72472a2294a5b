//! Commits and pushes that git itself makes or refuses, because it calls the installed hooks.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "git/world.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod world;

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use world::said;

/// A repository with hooks installed.
struct World(world::World);

impl Deref for World {
    type Target = world::World;

    fn deref(&self) -> &world::World {
        &self.0
    }
}

impl World {
    fn new() -> Self {
        let world = Self::without_hooks();
        assert_eq!(world.tell(&["install"]).0, 0);
        world
    }

    fn without_hooks() -> Self {
        Self(world::World::new())
    }

    fn git_in(&self, folder: &Path, args: &[&str]) -> (bool, String) {
        let out = self.command("git", folder).args(args).output().unwrap();
        (out.status.success(), said(&out))
    }

    fn git(&self, args: &[&str]) -> (bool, String) {
        self.git_in(&self.root(), args)
    }

    /// Runs git, which must succeed.
    fn done(&self, args: &[&str]) -> String {
        let (done, said) = self.git(args);
        assert!(done, "git {args:?}: {said}");
        said
    }

    /// Runs git, which a hook must refuse.
    fn refused(&self, args: &[&str]) -> String {
        let (done, said) = self.git(args);
        assert!(!done, "git {args:?} was not refused: {said}");
        assert!(said.contains("refused"), "{said}");
        assert!(!said.contains(&key()[20..60]), "the secret is shown: {said}");
        said
    }

    /// Commits a file without asking any hook.
    fn commit(&self, path: &str, text: &str) {
        self.write(path, text);
        self.done(&["add", "-f", path]);
        self.done(&["commit", "-q", "--no-verify", "-m", "change"]);
    }

    /// A bare repository that is the remote `origin`.
    fn remote(&self) -> PathBuf {
        let path = self.home().join("server.git");
        self.done(&["init", "-q", "--bare", "-b", "main", path.to_str().unwrap()]);
        self.done(&["remote", "add", "origin", path.to_str().unwrap()]);
        path
    }
}

/// A key that looks live, made anew so that none stands in this repository.
fn key() -> String {
    let letters = |mut seed: u64, n: usize| -> String {
        let alphabet: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').collect();
        let next = |_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            alphabet[usize::try_from(seed >> 33).unwrap() % alphabet.len()]
        };
        (0..n).map(next).collect()
    };
    format!("sk-proj-{}{}{}", letters(7, 74), "T3BlbkFJ", letters(8, 74))
}

fn leak() -> String {
    format!("OPENAI_API_KEY = \"{}\"\n", key())
}

#[test]
fn a_commit_with_a_key_is_refused_and_the_way_out_works() {
    let world = World::new();
    world.write("src/app.py", leak());
    world.done(&["add", "."]);
    let told = world.refused(&["commit", "-m", "one"]);
    assert!(told.contains("src/app.py") && told.contains("Nothing has left this machine"), "{told}");
    let way_out = told.lines().find(|line| line.contains("git reset -- ")).unwrap();
    let file = way_out.rsplit(' ').next().unwrap();
    world.done(&["reset", "-q", "--", file]);
    world.write("ok.txt", "hello\n");
    world.done(&["add", "ok.txt"]);
    world.done(&["commit", "-q", "-m", "one"]);
    assert!(world.root().join("src/app.py").exists(), "nothing is lost");
}

#[test]
fn commit_all_and_commit_of_a_path_are_seen_as_they_will_be_recorded() {
    let world = World::new();
    world.commit("a.py", "a = 1\n");
    world.commit("b.py", "b = 1\n");
    world.write("a.py", leak());
    world.refused(&["commit", "-am", "all"]);
    world.refused(&["commit", "-m", "one path", "a.py"]);
    world.write("b.py", "b = 2\n");
    world.done(&["commit", "-q", "-m", "the other path", "b.py"]);
}

#[test]
fn only_what_is_staged_counts() {
    let world = World::new();
    world.write("a.py", "a = 1\n");
    world.done(&["add", "a.py"]);
    world.write("a.py", leak());
    world.done(&["commit", "-q", "-m", "the clean version is staged"]);
    world.done(&["add", "a.py"]);
    world.write("a.py", "a = 2\n");
    world.refused(&["commit", "-m", "the leaking version is staged"]);
}

#[test]
fn a_key_that_is_taken_out_or_was_there_before_does_not_block() {
    let world = World::new();
    world.commit("a.py", &leak());
    world.write("a.py", format!("# moved\n\n{}", leak()));
    world.done(&["commit", "-qam", "moved"]);
    world.write("a.py", "a = 1\n");
    world.done(&["commit", "-qam", "taken out"]);
}

#[test]
fn a_worktree_is_guarded_too() {
    let world = World::new();
    world.commit("a.py", "a = 1\n");
    world.done(&["worktree", "add", "-q", "../other"]);
    let other = world.home().join("other");
    fs::create_dir(other.join("sub")).unwrap();
    fs::write(other.join("sub/b.py"), leak()).unwrap();
    assert!(world.git_in(&other, &["add", "."]).0);
    let (done, told) = world.git_in(&other.join("sub"), &["commit", "-m", "b"]);
    assert!(!done && told.contains("sub/b.py"), "{told}");
}

#[test]
fn a_message_with_a_key_is_refused_and_kept() {
    let world = World::new();
    world.write("a.py", "a = 1\n");
    world.done(&["add", "."]);
    let told = world.refused(&["commit", "-m", &format!("use {}", leak())]);
    assert!(told.contains("its message"), "{told}");
    assert!(fs::read_to_string(world.root().join(".git/COMMIT_EDITMSG")).unwrap().contains(&key()));
}

#[test]
fn the_change_that_a_verbose_commit_shows_is_no_part_of_the_message() {
    let world = World::new();
    world.commit("a.py", &leak());
    world.write("a.py", "a = 1\n");
    let mut commit = world.command("git", &world.root());
    let editor = "sh -c 'printf \"taken out\\n\" | cat - \"$1\" >m && cat m >\"$1\"' -";
    let out = commit.args(["commit", "-av"]).env("GIT_EDITOR", editor).output().unwrap();
    assert!(out.status.success(), "{}", said(&out));
}

#[test]
fn a_clean_commit_and_a_clean_push_are_not_talked_about() {
    let world = World::new();
    world.remote();
    world.write("a.py", "a = 1\n");
    world.done(&["add", "."]);
    assert_eq!(world.done(&["commit", "-q", "-m", "one"]), "");
    assert_eq!(world.done(&["push", "-q", "origin", "main"]), "");
    assert!(world.tell(&["hook", "pre-commit", "--verbose"]).1.contains("nothing new"));
}

#[test]
fn a_key_in_the_name_of_a_file_is_refused_and_never_shown() {
    let world = World::new();
    world.write(&key(), "x\n");
    world.done(&["add", "."]);
    let told = world.refused(&["commit", "-m", "one"]);
    assert!(told.contains("another name"), "{told}");
}

#[test]
fn the_way_out_of_a_refused_first_push_works() {
    let world = World::new();
    world.remote();
    world.commit("a.py", &leak());
    world.commit("b.py", "b = 1\n");
    let told = world.refused(&["push", "origin", "main"]);
    assert!(told.contains("Do not push") && told.contains("git rebase -i --root"), "{told}");
    let mut rebase = world.command("git", &world.root());
    let rebase = rebase.args(["rebase", "-i", "--root"]).env("GIT_SEQUENCE_EDITOR", "sed -i 1s/pick/edit/");
    assert!(rebase.output().unwrap().status.success());
    world.write("a.py", "a = 1\n");
    world.done(&["commit", "-q", "--amend", "--all", "--no-edit"]);
    world.done(&["rebase", "--continue"]);
    world.done(&["push", "-q", "origin", "main"]);
}

#[test]
fn skip_and_no_verify_are_honoured() {
    let world = World::new();
    world.write("a.py", leak());
    world.done(&["add", "."]);
    let out = world
        .command("git", &world.root())
        .args(["commit", "-m", "x"])
        .env("SKIP", "skout")
        .output()
        .unwrap();
    assert!(out.status.success() && said(&out).contains("skipped"), "{}", said(&out));
}

#[test]
fn an_older_hook_still_runs_and_what_it_stages_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::without_hooks();
    let hook = world.root().join(".git/hooks/pre-commit");
    fs::write(&hook, "#!/bin/sh\ntouch ran\ngit add late.py 2>/dev/null || true\n").unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    world.tell(&["install"]);
    world.write("a.py", "a = 1\n");
    world.done(&["add", "a.py"]);
    world.done(&["commit", "-q", "-m", "clean"]);
    assert!(world.root().join("ran").exists());
    world.write("late.py", leak());
    world.write("a.py", "a = 2\n");
    world.refused(&["commit", "-m", "the other hook stages a key", "-a"]);
}

#[test]
fn a_push_with_a_key_anywhere_in_its_commits_is_refused() {
    let world = World::new();
    let server = world.remote();
    world.commit("a.py", "a = 1\n");
    world.done(&["push", "-q", "origin", "main"]);
    world.commit("a.py", &leak());
    world.commit("a.py", "a = 2\n");
    let told = world.refused(&["push", "origin", "main"]);
    assert!(told.contains("Nothing was sent") && told.contains("rebase -i"), "{told}");
    let refs = world.git_in(&server, &["log", "--format=%s", "main"]).1;
    assert_eq!(refs.lines().count(), 1, "{refs}");
}

#[test]
fn new_branches_deleted_branches_force_pushes_and_tags() {
    let world = World::new();
    world.remote();
    world.commit("a.py", "a = 1\n");
    world.done(&["push", "-q", "origin", "main"]);
    world.done(&["checkout", "-q", "-b", "topic"]);
    world.commit("b.py", &leak());
    world.refused(&["push", "origin", "topic"]);
    world.refused(&["push", "--all"]);
    world.done(&["push", "-q", "--no-verify", "origin", "topic"]);
    world.commit("c.py", "c = 1\n");
    world.done(&["push", "-q", "origin", "topic"]);
    world.done(&["push", "-q", "origin", ":topic"]);
    world.done(&["checkout", "-q", "main"]);
    world.done(&["commit", "-q", "--amend", "--allow-empty", "-m", "rewritten"]);
    world.done(&["push", "-q", "--force", "origin", "main"]);
    world.done(&["tag", "-a", "v1", "-m", &leak()]);
    world.refused(&["push", "origin", "v1"]);
    world.done(&["tag", "v2", "topic"]);
    world.refused(&["push", "origin", "v2"]);
    world.done(&["push", "-q", "origin", "main"]);
}

#[test]
fn a_key_in_the_name_of_a_branch_is_not_pushed() {
    let world = World::new();
    world.remote();
    world.commit("a.py", "a = 1\n");
    world.done(&["push", "-q", "origin", "main"]);
    let told = world.refused(&["push", "origin", &format!("main:refs/heads/{}", key())]);
    assert!(told.contains("refs/heads/sk-proj-") && told.contains("git branch -m"), "{told}");
    world.done(&["push", "-q", "origin", "main:refs/heads/plain"]);
}

#[test]
fn another_remote_has_seen_nothing_yet() {
    let world = World::new();
    world.remote();
    world.commit("a.py", &leak());
    world.done(&["push", "-q", "--no-verify", "origin", "main"]);
    let public = world.home().join("public.git");
    world.done(&["init", "-q", "--bare", public.to_str().unwrap()]);
    world.done(&["remote", "add", "public", public.to_str().unwrap()]);
    world.refused(&["push", "public", "main"]);
    world.refused(&["push", public.to_str().unwrap(), "main"]);
}

#[test]
fn a_server_refuses_what_reaches_it_and_keeps_nothing() {
    let world = World::without_hooks();
    let server = world.remote();
    let out = world.command(env!("CARGO_BIN_EXE_skout"), &server).arg("install").output().unwrap();
    assert!(out.status.success(), "{}", said(&out));
    world.commit("a.py", "a = 1\n");
    world.done(&["push", "-q", "origin", "main"]);
    world.commit("b.py", &leak());
    let told = world.refused(&["push", "origin", "main"]);
    assert!(told.contains("remote:") && told.contains("b.py"), "{told}");
    assert!(told.contains("on no branch or tag here"), "{told}");
    world.refused(&["push", "origin", "main:refs/heads/new"]);
    let count = world.git_in(&server, &["count-objects"]).1;
    assert!(count.starts_with("3 objects"), "{count}");
    world.done(&["reset", "-q", "--hard", "HEAD^"]);
    world.commit("c.py", "c = 1\n");
    world.done(&["push", "-q", "origin", "main", "main:refs/heads/gone"]);
    world.done(&["push", "-q", "origin", ":gone"]);
}

#[test]
fn a_hook_without_its_program_refuses_and_says_why() {
    let world = World::new();
    let hook = world.root().join(".git/hooks/pre-commit");
    let text = fs::read_to_string(&hook).unwrap();
    fs::write(&hook, text.replace(env!("CARGO_BIN_EXE_skout"), "/gone/skout")).unwrap();
    world.write("a.py", "a = 1\n");
    world.done(&["add", "."]);
    let (done, told) = world.git(&["commit", "-m", "x"]);
    assert!(!done && told.contains("not installed") && told.contains("--no-verify"), "{told}");
}

#[test]
fn what_is_not_from_git_is_told() {
    let world = World::new();
    for args in [&["hook", "commit-msg"][..], &["hook", "commit-msg", "missing"]] {
        assert_eq!(world.tell(args).0, 2, "{args:?}");
    }
}

#[test]
fn husky_s_hooks_pass_the_refs_on() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::without_hooks();
    world.remote();
    world.done(&["config", "core.hooksPath", ".githooks"]);
    let hook = world.root().join(".githooks/pre-push");
    fs::create_dir(world.root().join(".githooks")).unwrap();
    fs::write(&hook, "#!/bin/sh\ncat >refs-seen\n").unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    world.tell(&["install"]);
    world.commit("a.py", "a = 1\n");
    let bin = Path::new(env!("CARGO_BIN_EXE_skout")).parent().unwrap().display().to_string();
    let push = |world: &World| {
        let path = format!("{bin}:/usr/local/bin:/usr/bin:/bin");
        world
            .command("git", &world.root())
            .args(["push", "origin", "main"])
            .env("PATH", path)
            .output()
            .unwrap()
    };
    assert!(push(&world).status.success());
    assert!(fs::read_to_string(world.root().join("refs-seen")).unwrap().contains("refs/heads/main"));
    world.commit("b.py", &leak());
    let out = push(&world);
    assert!(!out.status.success() && said(&out).contains("refused"), "{}", said(&out));
}

#[test]
fn the_way_out_is_told_for_the_folder_in_which_one_stands() {
    let world = World::new();
    world.stage("deep/er/x.txt", "x\n");
    world.stage("a.env", leak());
    let (done, said) = world.git_in(&world.root().join("deep/er"), &["commit", "-q", "-m", "x"]);
    assert!(!done && said.contains("2. git add ../../a.env\n"), "{said}");
    let (done, _) = world.git_in(&world.root().join("deep/er"), &["reset", "-q", "--", "../../a.env"]);
    assert!(done);
    world.done(&["commit", "-q", "-m", "x"]);
    world.stage("-x", leak());
    assert!(world.refused(&["commit", "-q", "-m", "y"]).contains("git add ./-x\n"));
}

#[test]
fn a_tag_that_is_not_pushed_is_deleted_and_no_commit_is_rewritten() {
    let world = World::new();
    let remote = world.beside("remote.git");
    world.done(&["init", "-q", "--bare", remote.to_str().unwrap()]);
    world.commit("a.txt", "a\n");
    world.done(&["push", "-q", remote.to_str().unwrap(), "main"]);
    world.done(&["tag", "-a", "v1", "-m", &leak()]);
    let said = world.refused(&["push", "-q", remote.to_str().unwrap(), "v1"]);
    assert!(said.contains("git tag -d v1") && !said.contains("rebase"), "{said}");
}

#[test]
fn a_kept_hook_runs_under_the_name_that_it_had() {
    let world = World::without_hooks();
    let hook = world.root().join(".git/hooks/pre-commit");
    let shown = world.beside("shown");
    for (text, want) in [
        (
            "#!/bin/sh\necho \"$(basename \"$0\") $# $(dirname \"$0\")\" > SHOWN\n",
            "pre-commit 0 .git/hooks\n",
        ),
        ("#!/usr/bin/env bash\nset -e\necho \"${0##*/}\" > SHOWN\nexit 0\n", "pre-commit\n"),
        ("#!/bin/bash\nif [ \"$0\" = \"${BASH_SOURCE[0]}\" ]; then echo main > SHOWN; fi\n", "main\n"),
        ("#!/bin/sh -e\nfalse || echo \"$0\" > SHOWN\n", ".git/hooks/pre-commit\n"),
    ] {
        fs::write(&hook, text.replace("SHOWN", shown.to_str().unwrap())).unwrap();
        fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        assert_eq!(world.tell(&["install", "--hook", "pre-commit"]).0, 0);
        world.done(&["commit", "-q", "--allow-empty", "-m", "x"]);
        assert_eq!(fs::read_to_string(&shown).unwrap(), want);
        assert_eq!(world.tell(&["uninstall"]).0, 0);
    }
    // What it refuses stays refused.
    fs::write(&hook, "#!/bin/sh\nexec test \"$0\" = x\n").unwrap();
    assert_eq!(world.tell(&["install"]).0, 0);
    assert!(!world.git(&["commit", "-q", "--allow-empty", "-m", "x"]).0);
}
