//! One hook file: put in place, set an older one aside, put it back.
//!
//! In flow a folder, a hook and its text; out flows what was done. It never loses a byte that somebody
//! else wrote: what stood here is renamed or added to, and comes back as it was.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::InstallError;
use super::neighbour::{self, Neighbour};
use super::script::{self, BLOCK, Hook, KEPT, MARK};

/// What the pre-commit framework renames the hook to that it finds (its documentation, "Running in migration mode").
pub(super) const LEGACY: &str = "legacy";

/// The first lines of a hook that exists for our lines alone, so that it goes when they go.
const OWN_HEAD: &str = "#!/bin/sh\n# Made by skout install; other commands may be added below.\n";

/// What was done to one hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Git's name of the hook.
    pub hook: &'static str,
    /// Its file.
    pub path: PathBuf,
    /// What was done.
    pub deed: Deed,
}

/// What can be done to a hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Put where none was.
    Installed,
    /// Put in front of an older hook, which is kept in this file and still runs.
    Chained(PathBuf),
    /// Lines put into a hook that others wrote.
    Inserted,
    /// An older version of ours replaced.
    Renewed,
    /// It was there already.
    AlreadyThere,
    /// Ours taken out.
    Removed,
    /// Ours taken out, the older hook back in its place.
    Restored,
    /// Ours, but changed by hand: set aside in this file, out of git's sight.
    SetAside(PathBuf),
}

/// What stands in a hook file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// No file.
    Nothing,
    /// A file that is ours as a whole.
    Ours(Vec<u8>),
    /// Somebody else's, with our lines or a call of the program in it.
    Calls(Vec<u8>),
    /// Somebody else's; empty if it cannot be read (a link that leads nowhere).
    Foreign(Vec<u8>),
}

/// Looks at a hook file.
pub(super) fn look(path: &Path) -> Result<Content, InstallError> {
    if path.symlink_metadata().is_err() {
        return Ok(Content::Nothing);
    }
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(InstallError::file(path, "reading")(error)),
    };
    let has = |what: &str| memchr::memmem::find(&bytes, what.as_bytes()).is_some();
    Ok(if bytes.split(|&b| b == b'\n').any(|line| line.starts_with(MARK.as_bytes())) {
        Content::Ours(bytes)
    } else if has(BLOCK.0) || has("skout hook ") {
        Content::Calls(bytes)
    } else {
        Content::Foreign(bytes)
    })
}

/// Puts a whole hook file into `folder`, which is made if it is missing; an older hook is set aside.
pub(super) fn put(folder: &Path, name: &'static str, text: &str) -> Result<Done, InstallError> {
    let path = folder.join(name);
    let done = |deed| Done { hook: name, path: path.clone(), deed };
    fs::create_dir_all(folder).map_err(InstallError::file(folder, "making the folder"))?;
    match look(&path)? {
        Content::Nothing => {
            write_hook(&path, text.as_bytes())?;
            Ok(done(Deed::Installed))
        }
        Content::Ours(old) if old == text.as_bytes() && is_executable(&path) => Ok(done(Deed::AlreadyThere)),
        Content::Ours(_) => {
            write_hook(&path, text.as_bytes())?;
            Ok(done(Deed::Renewed))
        }
        Content::Calls(_) => Ok(done(Deed::AlreadyThere)),
        Content::Foreign(old) if is_handed_on(folder, name, &old) => Ok(done(Deed::AlreadyThere)),
        Content::Foreign(old) => {
            let kept = folder.join(format!("{name}.{KEPT}"));
            if kept.symlink_metadata().is_ok() && !is_newer(&old, &kept) {
                return Err(InstallError::Taken { hook: path, kept });
            }
            fs::rename(&path, &kept).map_err(InstallError::file(&path, "setting the hook aside"))?;
            if let Err(error) = write_hook(&path, text.as_bytes()) {
                fs::rename(&kept, &path).map_err(InstallError::file(&kept, "putting the hook back"))?;
                return Err(error);
            }
            Ok(done(Deed::Chained(kept)))
        }
    }
}

/// Whether the hook is that of the pre-commit framework, which runs ours as the older one that it found.
pub(super) fn is_handed_on(folder: &Path, name: &str, text: &[u8]) -> bool {
    let ours = folder.join(format!("{name}.{LEGACY}"));
    neighbour::author(text) == Some(Neighbour::PreCommit)
        && matches!(look(&ours), Ok(Content::Ours(_) | Content::Calls(_)))
        && is_executable(&ours)
}

/// Whether a hook takes the place of a kept one: it is the same, or the same program wrote it again.
fn is_newer(text: &[u8], kept: &Path) -> bool {
    let old = fs::read(kept).unwrap_or_default();
    old == text || neighbour::author(text).is_some_and(|author| neighbour::author(&old) == Some(author))
}

/// Puts our lines into a shell hook that others share; a hook in another language is chained instead.
pub(super) fn insert(folder: &Path, hook: Hook) -> Result<Done, InstallError> {
    let path = folder.join(hook.name());
    let done = |deed| Ok(Done { hook: hook.name(), path: path.clone(), deed });
    let lines = script::block(hook);
    match look(&path)? {
        Content::Nothing => {
            fs::create_dir_all(folder).map_err(InstallError::file(folder, "making the folder"))?;
            write_hook(&path, format!("{OWN_HEAD}{lines}").as_bytes())?;
            done(Deed::Installed)
        }
        Content::Ours(_) | Content::Calls(_) => done(Deed::AlreadyThere),
        Content::Foreign(old) => match insertion_point(&old) {
            Some(at) => {
                let text = [&old[..at], lines.as_bytes(), &old[at..]].concat();
                rewrite(&path, &text)?;
                done(Deed::Inserted)
            }
            None => put(folder, hook.name(), &script::whole(hook, None)),
        },
    }
}

/// Where our lines go into a shell script: after its `#!` line, and after the line by which Husky
/// before version 9 starts it anew. `None` if it is no shell script, or one without a line end there.
fn insertion_point(text: &[u8]) -> Option<usize> {
    let line_end = |from: usize| memchr::memchr(b'\n', &text[from..]).map(|n| from + n + 1);
    let mut at = 0;
    if text.starts_with(b"#!") {
        at = line_end(0)?;
        let first = String::from_utf8_lossy(&text[..at]);
        let shells = ["sh", "bash", "dash", "zsh", "ksh", "ash"];
        let is_shell = |word: &str| word.rsplit('/').next().is_some_and(|name| shells.contains(&name));
        if !first[2..].split_whitespace().any(is_shell) {
            return None;
        }
    } else if std::str::from_utf8(text).is_err() {
        return None;
    }
    if let Some(found) = memchr::memmem::find(text, b"/_/husky.sh") {
        at = line_end(found)?.max(at);
    }
    Some(at)
}

/// Takes ours out of `folder/name`, wherever it went: another program may have renamed it.
pub(super) fn take_out(folder: &Path, name: &'static str) -> Result<Vec<Done>, InstallError> {
    let mut all = Vec::new();
    for suffix in ["", &format!(".{LEGACY}"), ".old"] {
        let path = folder.join(format!("{name}{suffix}"));
        let deed = match look(&path)? {
            Content::Ours(text) => Some(remove_whole(folder, name, &path, &text)?),
            Content::Calls(text) => remove_lines(&path, &text)?,
            Content::Nothing | Content::Foreign(_) => None,
        };
        all.extend(deed.map(|deed| Done { hook: name, path, deed }));
    }
    Ok(all)
}

fn remove_whole(folder: &Path, name: &str, path: &Path, text: &[u8]) -> Result<Deed, InstallError> {
    let mut deed = Deed::Removed;
    if changed_by_hand(text, name) {
        let aside = folder.join(format!("{name}.skout-changed"));
        fs::rename(path, &aside).map_err(InstallError::file(path, "setting the hook aside"))?;
        deed = Deed::SetAside(aside);
    } else {
        fs::remove_file(path).map_err(InstallError::file(path, "deleting"))?;
    }
    let kept = folder.join(format!("{name}.{KEPT}"));
    if kept.symlink_metadata().is_ok() {
        // A program that renamed ours has put its own hook in place, often the very one we kept.
        let current = folder.join(name);
        let same = current != path && fs::read(&current).ok() == fs::read(&kept).ok();
        if same {
            fs::remove_file(&kept).map_err(InstallError::file(&kept, "deleting"))?;
        } else {
            fs::rename(&kept, path).map_err(InstallError::file(&kept, "putting the hook back"))?;
            deed = Deed::Restored;
        }
    }
    Ok(deed)
}

/// Whether a hook of ours is none that any version of this program writes, apart from the path in it.
fn changed_by_hand(text: &[u8], name: &str) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return true };
    let without_path = |text: &str| -> String {
        text.lines().filter(|line| !line.starts_with("skout=")).flat_map(|line| [line, "\n"]).collect()
    };
    let hooks = [Hook::PreCommit, Hook::CommitMsg, Hook::PrePush, Hook::PreReceive];
    let path = Path::new("x");
    let whole = hooks
        .iter()
        .filter(|hook| hook.name() == name)
        .flat_map(|&hook| [script::whole(hook, None), script::whole(hook, Some(path))]);
    let mut written = whole.chain([script::everywhere(name, path)]);
    let text: String = without_path(text).lines().filter(|l| !l.starts_with("[ -x \"$skout\" ]")).collect();
    !written.any(|ours| {
        let ours: String =
            without_path(&ours).lines().filter(|l| !l.starts_with("[ -x \"$skout\" ]")).collect();
        ours == text
    })
}

/// Takes our lines out of somebody else's hook; a hook that held nothing else goes as a whole. `None` if
/// they wrote the call themselves.
fn remove_lines(path: &Path, text: &[u8]) -> Result<Option<Deed>, InstallError> {
    let find = |what: &str| memchr::memmem::find(text, what.as_bytes());
    let (Some(from), Some(last)) = (find(BLOCK.0), find(BLOCK.1)) else { return Ok(None) };
    let to = (last + BLOCK.1.len() + 1).min(text.len());
    let rest = [&text[..from], &text[to..]].concat();
    if rest == OWN_HEAD.as_bytes() {
        fs::remove_file(path).map_err(InstallError::file(path, "deleting"))?;
        return Ok(Some(Deed::Removed));
    }
    rewrite(path, &rest)?;
    Ok(Some(Deed::Restored))
}

/// Writes an executable file in one step, so that git never sees half of it.
fn write_hook(path: &Path, text: &[u8]) -> Result<(), InstallError> {
    let wrong = |cause| InstallError::file(path, "writing")(cause);
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let half = folder.join(format!("{name}.skout-{}", std::process::id()));
    let written = write_executable(&half, text).and_then(|()| fs::rename(&half, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&half);
        wrong(error)
    })
}

fn write_executable(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(text)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// Writes new text into a file that keeps its mode, its owner and the link that leads to it.
pub(super) fn rewrite(path: &Path, text: &[u8]) -> Result<(), InstallError> {
    fs::write(path, text).map_err(InstallError::file(path, "writing"))
}

/// Whether git would run the file. Where there is no such mark, it does.
pub(super) fn is_executable(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        path.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    path.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(path: &Path) -> Vec<u8> {
        fs::read(path).unwrap()
    }

    #[test]
    fn an_older_hook_is_kept_and_comes_back_byte_for_byte() {
        let home = tempfile::tempdir().unwrap();
        let hook = home.path().join("pre-commit");
        let old = b"#!/usr/bin/env python3\r\nprint('\xff')".to_vec();
        write_executable(&hook, &old).unwrap();
        let text = script::whole(Hook::PreCommit, None);
        let done = put(home.path(), "pre-commit", &text).unwrap();
        assert!(matches!(done.deed, Deed::Chained(_)), "{done:?}");
        assert_eq!(put(home.path(), "pre-commit", &text).unwrap().deed, Deed::AlreadyThere);
        let done = take_out(home.path(), "pre-commit").unwrap();
        assert_eq!(done[0].deed, Deed::Restored);
        assert_eq!(bytes(&hook), old);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[test]
    fn lines_go_into_a_shared_shell_hook_and_out_again() {
        let texts: [&[u8]; 5] = [
            b"npx lint-staged",
            b"#!/bin/sh\n. \"$(dirname -- \"$0\")/_/husky.sh\"\nnpm test\n",
            b"#!/usr/bin/env bash\r\necho hi\r\n",
            b"",
            b"#!/bin/sh\n",
        ];
        for old in texts {
            let home = tempfile::tempdir().unwrap();
            let hook = home.path().join("pre-push");
            fs::write(&hook, old).unwrap();
            assert_eq!(insert(home.path(), Hook::PrePush).unwrap().deed, Deed::Inserted);
            assert_ne!(bytes(&hook), old);
            assert_eq!(insert(home.path(), Hook::PrePush).unwrap().deed, Deed::AlreadyThere);
            take_out(home.path(), "pre-push").unwrap();
            assert_eq!(bytes(&hook), old);
        }
    }

    #[test]
    fn a_shared_hook_in_another_language_is_chained() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("pre-commit"), "#!/usr/bin/env node\n").unwrap();
        let done = insert(home.path(), Hook::PreCommit).unwrap();
        assert!(matches!(done.deed, Deed::Chained(_)), "{done:?}");
    }

    #[test]
    fn a_hook_made_for_our_lines_goes_with_them_unless_others_were_added() {
        let home = tempfile::tempdir().unwrap();
        insert(home.path(), Hook::PreCommit).unwrap();
        take_out(home.path(), "pre-commit").unwrap();
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
        insert(home.path(), Hook::PreCommit).unwrap();
        let hook = home.path().join("pre-commit");
        fs::write(&hook, [bytes(&hook), b"npm test\n".to_vec()].concat()).unwrap();
        take_out(home.path(), "pre-commit").unwrap();
        assert!(bytes(&hook).ends_with(b"npm test\n"));
    }

    #[test]
    fn a_hook_of_ours_that_was_changed_by_hand_is_not_deleted() {
        let home = tempfile::tempdir().unwrap();
        let text = script::whole(Hook::PreCommit, Some(Path::new("/opt/skout")));
        put(home.path(), "pre-commit", &(text + "make check\n")).unwrap();
        let done = take_out(home.path(), "pre-commit").unwrap();
        assert!(matches!(done[0].deed, Deed::SetAside(_)), "{done:?}");
        put(home.path(), "commit-msg", &script::whole(Hook::CommitMsg, Some(Path::new("/else/where"))))
            .unwrap();
        assert_eq!(take_out(home.path(), "commit-msg").unwrap()[0].deed, Deed::Removed);
    }

    #[test]
    fn a_hook_that_another_program_renamed_is_found() {
        let home = tempfile::tempdir().unwrap();
        let framework = "#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\n";
        fs::write(home.path().join("pre-commit"), framework).unwrap();
        put(home.path(), "pre-commit", &script::whole(Hook::PreCommit, None)).unwrap();
        fs::rename(home.path().join("pre-commit"), home.path().join("pre-commit.legacy")).unwrap();
        fs::write(home.path().join("pre-commit"), framework).unwrap();
        take_out(home.path(), "pre-commit").unwrap();
        let left: Vec<_> = fs::read_dir(home.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["pre-commit"]);
    }

    #[test]
    fn a_kept_hook_is_never_overwritten() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("pre-commit"), "#!/bin/sh\n").unwrap();
        fs::write(home.path().join(format!("pre-commit.{KEPT}")), "#!/bin/sh\necho\n").unwrap();
        let error = put(home.path(), "pre-commit", "new").unwrap_err();
        assert!(matches!(error, InstallError::Taken { .. }), "{error}");
        assert_eq!(bytes(&home.path().join("pre-commit")), b"#!/bin/sh\n");
    }
}
