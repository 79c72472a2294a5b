//! How a file of a work tree stands with git: tracked, ignored, or neither.
//!
//! In flows the path of a file; out flows a word for it, or nothing outside a repository. It is asked for few
//! files, when something was found in them, and changes nothing.

use std::path::Path;

use super::repo::Repo;

/// How a file stands with git.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The index names it.
    Tracked,
    /// An ignore rule names it, and the index does not.
    Ignored,
    /// Neither: the next `git add` of its folder takes it in.
    Loose,
}

/// How the file at `path` stands; `None` if it lies in no repository that can be opened.
pub(crate) fn of(path: &Path) -> Option<Standing> {
    let real = path.canonicalize().ok()?;
    let (_, git) = Repo::at(real.parent()?).ok()?;
    let top = git.workdir()?.canonicalize().ok()?;
    let inside = real.strip_prefix(&top).ok()?;
    if git.index().ok()?.get_path(inside, 0).is_some() {
        return Some(Standing::Tracked);
    }
    let ignored = git.is_path_ignored(inside).ok()?;
    Some(if ignored { Standing::Ignored } else { Standing::Loose })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_tracked_ignored_or_loose() {
        let folder = tempfile::tempdir().unwrap();
        let git = git2::Repository::init(folder.path()).unwrap();
        for name in ["a", "b", "c"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        fs::write(folder.path().join(".gitignore"), "b\n").unwrap();
        let mut index = git.index().unwrap();
        index.add_path(Path::new("a")).unwrap();
        index.write().unwrap();
        let standing = |name: &str| of(&folder.path().join(name));
        assert_eq!(standing("a"), Some(Standing::Tracked));
        assert_eq!(standing("b"), Some(Standing::Ignored));
        assert_eq!(standing("c"), Some(Standing::Loose));
    }
}
