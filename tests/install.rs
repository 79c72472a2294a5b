//! `skout install`, `uninstall` and `doctor` in repositories of every kind, each made by git itself.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "git/world.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod world;

use std::fs;
use std::path::{Path, PathBuf};

use world::World;

/// The file of a hook.
fn hook(world: &World, name: &str) -> PathBuf {
    world.root().join(".git/hooks").join(name)
}

/// Every file below `folder` with its bytes and its mode, `.git/index` and the like left out.
fn picture(folder: &Path) -> Vec<(PathBuf, Vec<u8>, u32)> {
    use std::os::unix::fs::PermissionsExt;
    let mut all = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let mode = path.metadata().unwrap().permissions().mode();
                all.push((path.clone(), fs::read(&path).unwrap(), mode));
            }
        }
    }
    all.sort();
    all
}

fn write_executable(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn install_and_uninstall_leave_no_trace() {
    let world = World::with_skout_on_path();
    write_executable(&hook(&world, "pre-push"), "#!/bin/sh\nexit 0\n");
    let before = picture(&world.root());
    let (status, said) = world.tell(&["install"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("still runs"), "{said}");
    assert_eq!(world.tell(&["install"]).0, 0);
    assert_eq!(world.tell(&["uninstall"]).0, 0);
    assert_eq!(picture(&world.root()), before);
}

#[test]
fn doctor_says_yes_after_install_and_no_before() {
    let world = World::with_skout_on_path();
    let (status, said) = world.tell(&["doctor"]);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("trouble: pre-commit: nothing runs"), "{said}");
    world.tell(&["install"]);
    let (status, said) = world.tell(&["doctor"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("ok: pre-commit: runs"), "{said}");
}

#[test]
fn doctor_sees_a_hook_that_git_skips() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::with_skout_on_path();
    world.tell(&["install"]);
    fs::set_permissions(hook(&world, "pre-commit"), fs::Permissions::from_mode(0o644)).unwrap();
    let (status, said) = world.tell(&["doctor"]);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("not executable") && said.contains("chmod +x"), "{said}");
}

#[test]
fn a_missing_hooks_folder_is_made_and_a_subfolder_will_do() {
    let world = World::with_skout_on_path();
    fs::remove_dir_all(world.root().join(".git/hooks")).unwrap();
    let inner = world.root().join("a/b");
    fs::create_dir_all(&inner).unwrap();
    let (status, said) = world.tell_in(&inner, &["install"]);
    assert_eq!(status, 0, "{said}");
    assert!(hook(&world, "pre-commit").is_file());
}

#[test]
fn a_worktree_shares_the_hooks_of_its_repository() {
    let world = World::with_skout_on_path();
    world.git(&["commit", "-q", "--allow-empty", "-m", "one"]);
    world.git(&["worktree", "add", "-q", "../other"]);
    let other = world.home().join("other");
    assert_eq!(world.tell_in(&other, &["install"]).0, 0);
    assert!(hook(&world, "pre-commit").is_file());
    assert_eq!(world.tell_in(&other, &["doctor"]).0, 0);
}

#[test]
fn husky_gets_lines_in_its_own_hooks() {
    let world = World::with_skout_on_path();
    world.git(&["config", "core.hooksPath", ".husky/_"]);
    let root = world.root();
    write_executable(&root.join(".husky/_/pre-commit"), "#!/bin/sh\nsh -e .husky/pre-commit \"$@\"\n");
    fs::write(root.join(".husky/pre-commit"), "echo tests ran").unwrap();
    let before = picture(&root);
    let (status, said) = world.tell(&["install", "--hook", "pre-commit"]);
    assert_eq!(status, 0, "{said}");
    let hook = fs::read_to_string(root.join(".husky/pre-commit")).unwrap();
    assert!(hook.contains("hook pre-commit") && hook.ends_with("echo tests ran"), "{hook}");
    assert!(!hook.contains(&*world.home().to_string_lossy()), "{hook}");
    assert!(world.tell(&["doctor"]).1.contains("called by Husky"));
    world.tell(&["uninstall"]);
    assert_eq!(picture(&root), before);
}

#[test]
fn a_shared_hooks_folder_gets_lines_that_work_everywhere() {
    let world = World::with_skout_on_path();
    world.git(&["config", "core.hooksPath", ".githooks"]);
    let root = world.root();
    write_executable(&root.join(".githooks/pre-push"), "#!/bin/bash\ncat >refs\n");
    let before = picture(&root);
    assert_eq!(world.tell(&["install"]).0, 0);
    assert_eq!(world.tell(&["doctor"]).0, 0);
    world.tell(&["uninstall"]);
    assert_eq!(picture(&root), before);
}

#[test]
fn the_framework_s_hook_is_chained_and_survives_its_reinstallation() {
    let world = World::with_skout_on_path();
    let framework = "#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\nexit 0\n";
    write_executable(&hook(&world, "pre-commit"), framework);
    let before = picture(&world.root());
    assert_eq!(world.tell(&["install"]).0, 0);
    fs::rename(hook(&world, "pre-commit"), hook(&world, "pre-commit.legacy")).unwrap();
    write_executable(&hook(&world, "pre-commit"), framework);
    assert_eq!(world.tell(&["uninstall"]).0, 0);
    assert_eq!(picture(&world.root()), before);
}

#[test]
fn a_global_folder_of_hooks_is_not_touched_by_a_local_install() {
    let world = World::with_skout_on_path();
    world.git(&["config", "--global", "core.hooksPath", "~/hooks"]);
    let (status, said) = world.tell(&["install"]);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("install --global"), "{said}");
}

#[test]
fn a_global_install_runs_the_hooks_of_each_repository_too() {
    let world = World::with_skout_on_path();
    fs::write(world.home().join(".gitconfig"), "[user]\n\tname = B").unwrap();
    let before = picture(world.home());
    write_executable(&hook(&world, "post-commit"), "#!/bin/sh\ntouch ran\n");
    let (status, said) = world.tell(&["install", "--global"]);
    assert_eq!(status, 0, "{said}");
    world.git(&["-c", "core.fsmonitor=false", "commit", "-q", "--no-verify", "--allow-empty", "-m", "one"]);
    assert!(world.root().join("ran").exists());
    assert_eq!(world.tell(&["doctor"]).0, 0, "{}", world.tell(&["doctor"]).1);
    assert_eq!(world.tell(&["install"]).0, 0);
    world.tell(&["uninstall", "--global"]);
    fs::remove_dir_all(world.root()).unwrap();
    let gone = |all: Vec<(PathBuf, Vec<u8>, u32)>| -> Vec<_> {
        all.into_iter().filter(|(path, ..)| !path.starts_with(world.root())).collect()
    };
    assert_eq!(picture(world.home()), gone(before));
}

#[test]
fn a_bare_repository_gets_the_server_s_hook() {
    let world = World::with_skout_on_path();
    let bare = world.home().join("bare.git");
    world.git_in(world.home(), &["init", "-q", "--bare", "bare.git"]);
    assert_eq!(world.tell_in(&bare, &["install"]).0, 0);
    assert!(bare.join("hooks/pre-receive").is_file());
    assert!(!bare.join("hooks/pre-commit").exists());
}

#[test]
fn outside_of_a_repository_the_way_out_is_told() {
    let world = World::with_skout_on_path();
    let (status, said) = world.tell_in(world.home(), &["install"]);
    assert_eq!(status, 2);
    assert!(said.contains("--global"), "{said}");
}

#[test]
fn every_shell_gets_completions_that_know_every_command() {
    let world = World::with_skout_on_path();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (status, said) = world.tell(&["completions", shell]);
        assert_eq!(status, 0);
        assert!(said.contains("doctor"), "{shell}: {said}");
    }
    let (status, page) = world.tell(&["man"]);
    assert_eq!(status, 0);
    assert!(page.contains(".SH \"SKOUT INSTALL\""), "{page}");
}

#[test]
fn doctor_names_hooks_that_git_never_sees_and_a_history_that_is_not_whole() {
    let world = World::with_skout_on_path();
    world.git(&["commit", "-q", "--allow-empty", "-m", "one"]);
    world.git(&["commit", "-q", "--allow-empty", "-m", "two"]);
    let url = format!("file://{}", world.root().display());
    world.git_in(world.home(), &["clone", "-q", "--depth=1", &url, "shallow"]);
    let shallow = world.home().join("shallow");
    write_executable(&shallow.join(".git/hooks/pre-push"), "#!/bin/sh\n");
    world.git_in(&shallow, &["config", "core.hooksPath", ".githooks"]);
    let (status, said) = world.tell_in(&shallow, &["doctor"]);
    assert_eq!(status, 2, "{said}");
    assert!(
        said.contains("shallow") && said.contains("core.hooksPath names another folder: pre-push"),
        "{said}"
    );
}

#[test]
fn a_hooks_folder_that_cannot_be_written_is_named_and_nothing_is_lost() {
    let world = World::with_skout_on_path();
    let hooks = world.root().join(".git/hooks");
    fs::remove_dir_all(&hooks).unwrap();
    fs::write(&hooks, "a file in its place").unwrap();
    let (status, said) = world.tell(&["install"]);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains(".git/hooks") && said.contains("move it away"), "{said}");
    assert_eq!(fs::read_to_string(&hooks).unwrap(), "a file in its place");
}

#[test]
fn a_folder_of_hooks_that_is_none_is_no_success() {
    let world = World::with_skout_on_path();
    let file = world.beside("file");
    fs::write(&file, "").unwrap();
    for setting in ["", "/dev/null", file.to_str().unwrap()] {
        world.git(&["config", "core.hooksPath", setting]);
        for command in ["install", "doctor"] {
            let (status, said) = world.tell(&[command]);
            assert_eq!(status, 2, "{command} '{setting}': {said}");
            let way_out = "git config --unset core.hooksPath";
            assert!(said.contains("git runs no hook") && said.contains(way_out), "{said}");
            assert!(!said.contains("to do: skout install\n"), "{said}");
        }
        assert_eq!(world.tell(&["uninstall"]).0, 0);
    }
    world.git(&["config", "--unset", "core.hooksPath"]);
    fs::remove_dir_all(world.root().join(".git/hooks")).unwrap();
    fs::write(world.root().join(".git/hooks"), "").unwrap();
    let (status, said) = world.tell(&["install"]);
    assert!(status == 2 && said.contains("move it away"), "{said}");
}

#[test]
fn doctor_outside_of_a_repository_tells_of_all_repositories() {
    let world = World::with_skout_on_path();
    let (status, said) = world.tell_in(world.home(), &["doctor"]);
    assert!(status == 2 && said.contains("skout install --global") && !said.contains("class="), "{said}");
    assert_eq!(world.tell(&["install", "--global"]).0, 0);
    let (status, said) = world.tell_in(world.home(), &["doctor"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("ok: pre-commit: runs") && said.contains("ok: pre-push: runs"), "{said}");
    assert!(!said.contains("pre-receive"), "{said}");
    write_executable(&hook(&world, "pre-commit"), "#!/bin/sh\nexit 0\n");
    let (_, said) = world.tell(&["doctor"]);
    assert!(said.contains("the hook of this repository runs after skout"), "{said}");
}

#[test]
fn a_repository_elsewhere_is_found_by_git_dir() {
    let world = World::with_skout_on_path();
    let git_dir = world.root().join(".git");
    let mut doctor = world.command(env!("CARGO_BIN_EXE_skout"), world.home());
    let out = doctor.arg("doctor").env("GIT_DIR", &git_dir).output().unwrap();
    assert!(world::said(&out).contains(".git/hooks"), "{}", world::said(&out));
}

#[test]
fn doctor_and_install_know_that_the_framework_calls_us() {
    let world = World::with_skout_on_path();
    let framework = "#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\nexit 0\n";
    write_executable(&hook(&world, "pre-commit"), framework);
    assert_eq!(world.tell(&["install"]).0, 0);
    // As `pre-commit install` does when it finds another hook.
    fs::rename(hook(&world, "pre-commit"), hook(&world, "pre-commit.legacy")).unwrap();
    write_executable(&hook(&world, "pre-commit"), framework);
    let (status, said) = world.tell(&["doctor"]);
    assert!(status == 0 && said.contains("called by the pre-commit framework"), "{said}");
    let (status, said) = world.tell(&["install"]);
    assert!(status == 0 && said.contains("pre-commit: already"), "{said}");
    assert_eq!(world.tell(&["uninstall"]).0, 0);
    assert_eq!(fs::read_to_string(hook(&world, "pre-commit")).unwrap(), framework);
}

#[test]
fn a_hook_that_its_program_wrote_anew_is_chained_again() {
    let world = World::with_skout_on_path();
    let written = |version: u8| format!("#!/bin/sh\n# lefthook {version}\nexit 0\n");
    write_executable(&hook(&world, "pre-commit"), &written(1));
    assert_eq!(world.tell(&["install"]).0, 0);
    // As lefthook does when its settings change.
    fs::rename(hook(&world, "pre-commit"), hook(&world, "pre-commit.old")).unwrap();
    write_executable(&hook(&world, "pre-commit"), &written(2));
    assert_eq!(world.tell(&["doctor"]).0, 2);
    let (status, said) = world.tell(&["install"]);
    assert_eq!(status, 0, "{said}");
    assert_eq!(fs::read_to_string(hook(&world, "pre-commit.before-skout")).unwrap(), written(2));
    assert_eq!(world.tell(&["uninstall"]).0, 0);
    let left: Vec<_> = fs::read_dir(world.root().join(".git/hooks")).unwrap().collect();
    let left: Vec<String> = left.into_iter().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(left.iter().filter(|name| !name.ends_with(".sample")).collect::<Vec<_>>(), ["pre-commit"]);
    assert_eq!(fs::read_to_string(hook(&world, "pre-commit")).unwrap(), written(2));
}
