//! What git tracks: the files that the index of a work tree names.
//!
//! In flows a folder with a `.git`; out flow the paths of its regular files. The index is read here and
//! not by libgit2: its names alone are wanted, in repositories of every owner and object format, and
//! twenty times as fast (it compares no checksum). The format: git's documentation, gitformat-index.

use std::fs;
use std::path::{Path, PathBuf};

use super::entries::{self, FILE, ID_LENGTHS, KIND};
use crate::source::SourceError;

/// The regular files in the index of the work tree at `folder`, relative to it. With a split index,
/// files that were only just removed from it may be among them.
///
/// # Errors
/// The index is there and cannot be read.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let Some(path) = index_of(folder).filter(|path| path.exists()) else { return Ok(Vec::new()) };
    let trouble = |path: &Path, problem: &str| {
        let problem = format!("git's list of tracked files cannot be read: {problem}");
        let advice = "without it, tracked files that .gitignore names stay unread; --no-gitignore reads them";
        SourceError::new(path.to_string_lossy(), problem).advise(advice)
    };
    let read = |path: &Path| {
        let bytes = fs::read(path).map_err(|e| trouble(path, &e.to_string()))?;
        let parsed = ID_LENGTHS.iter().find_map(|id| parse(&bytes, *id));
        parsed.ok_or_else(|| trouble(path, "it is damaged, or of a version this program does not know"))
    };
    let mut index = read(&path)?;
    if let Some(base) = index.base.take() {
        index.files.extend(read(&path.with_file_name(base))?.files);
    }
    Ok(index.files)
}

/// Where the index of a work tree lies: in `.git`, or where the file `.git` of a linked work tree or
/// submodule points to.
fn index_of(folder: &Path) -> Option<PathBuf> {
    let git = folder.join(".git");
    if git.is_dir() {
        return Some(git.join("index"));
    }
    let text = fs::read_to_string(&git).ok()?;
    let target = text.strip_prefix("gitdir:")?.trim();
    Some(folder.join(target).join("index"))
}

/// What an index says.
#[derive(Debug, Default)]
struct Contents {
    files: Vec<PathBuf>,
    /// The name of the file with the rest of a split index.
    base: Option<String>,
}

/// Reads an index whose object ids have `id` bytes; `None` if it is none.
fn parse(bytes: &[u8], id: usize) -> Option<Contents> {
    let mut files = Vec::new();
    let link = entries::parse(bytes, id, &mut |entry| {
        if entry.mode & KIND == FILE && !entry.path.is_empty() {
            files.push(path_of(entry.path));
        }
    })?;
    Some(Contents { files, base: link.map(|link| link.base) })
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn git(folder: &Path, arguments: &[&str]) -> String {
        let run = Command::new("git").arg("-C").arg(folder).args(arguments).output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8(run.stdout).unwrap()
    }

    #[test]
    fn every_version_and_format_is_read_as_git_does() {
        for setup in [
            &["update-index", "--index-version", "2"][..],
            &["update-index", "--index-version", "4"],
            &["update-index", "--split-index"],
            &["update-index", "--skip-worktree", "a/deep/er.txt"],
        ] {
            for format in ["sha1", "sha256"] {
                let folder = tempfile::tempdir().unwrap();
                git(folder.path(), &["init", "-q", "--object-format", format]);
                fs::create_dir_all(folder.path().join("a/deep")).unwrap();
                for name in
                    ["a/deep/er.txt", "a/deep/er.txu", "a/x", "b \u{e9}", "c", "dd", "eee", "ffffffffff"]
                {
                    fs::write(folder.path().join(name), name).unwrap();
                }
                git(folder.path(), &["add", "-A"]);
                git(folder.path(), setup);
                let listed = git(folder.path(), &["-c", "core.quotePath=false", "ls-files"]);
                let mut found: Vec<String> =
                    files(folder.path()).unwrap().iter().map(|p| p.to_str().unwrap().to_owned()).collect();
                found.sort();
                assert_eq!(found, listed.lines().collect::<Vec<_>>(), "{setup:?} {format}");
            }
        }
    }

    #[test]
    fn a_damaged_index_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        git(folder.path(), &["init", "-q"]);
        assert!(files(folder.path()).unwrap().is_empty());
        fs::write(folder.path().join("a"), "a").unwrap();
        git(folder.path(), &["add", "-A"]);
        let path = folder.path().join(".git/index");
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 30]).unwrap();
        assert!(files(folder.path()).unwrap_err().place.ends_with("index"));
    }
}
