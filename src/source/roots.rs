//! Where a scan begins: how much of a path says what kind of file it is, and how much only where the scanned folder lies.
//!
//! In flow the paths that were named for a scan; out flows, for the path of a file, where the telling part of it begins.
//! A copy of a repository in `~/test` is no test. Git is not asked: a `.git` beside a folder is enough.

use std::path::Path;

use super::files::name_of;

/// The folders that what was named lies in, as they begin the paths of files.
#[derive(Debug, Default)]
pub(super) struct Roots(Vec<String>);

impl Roots {
    /// Of each of the paths the repository it lies in; without one the folder itself, and of a file the working folder or
    /// the one that it is in. A path from the working folder on tells everything, if that is a repository's or the path is
    /// that of a file.
    pub(super) fn of<P: AsRef<Path>>(paths: &[P]) -> Self {
        let mut roots: Vec<String> = paths.iter().filter_map(|path| root(path.as_ref())).collect();
        roots.sort_unstable_by_key(|root| std::cmp::Reverse(root.len()));
        Self(roots)
    }

    /// Where the telling part of a path begins.
    pub(super) fn below(&self, path: &str) -> usize {
        self.0.iter().find(|root| path.starts_with(root.as_str())).map_or(0, String::len)
    }
}

/// What begins the paths of all files at or below `path` and tells nothing.
fn root(path: &Path) -> Option<String> {
    let holds_git = |folder: &Path| folder.join(".git").exists();
    let named = |folder: &Path| !matches!(folder.to_str(), Some("" | "." | "./"));
    let outside = path.is_absolute() || path.starts_with("..");
    let working = std::env::current_dir().unwrap_or_default();
    let above = || path.ancestors().filter(|folder| named(folder));
    let folder = match above().find(|folder| holds_git(folder)) {
        Some(repository) => repository,
        None if !outside && (path.is_file() || working.ancestors().any(holds_git)) => return None,
        None if path.is_dir() => path,
        None if path.starts_with(&working) => &working,
        None => path.parent()?,
    };
    let name = name_of(folder).trim_end_matches('/').to_owned();
    (named(folder) && !name.is_empty()).then(|| name + "/")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn where_a_folder_lies_says_nothing_of_the_files_in_it() {
        let place = tempfile::tempdir().unwrap();
        let (loose, repository) = (place.path().join("tests/loose"), place.path().join("tests/repository"));
        fs::create_dir_all(loose.join("src")).unwrap();
        fs::create_dir_all(repository.join("tests")).unwrap();
        fs::create_dir(repository.join(".git")).unwrap();
        fs::write(loose.join("src/a.txt"), "a").unwrap();
        let told = |named: &Path, file: &Path| {
            let path = name_of(file).into_owned();
            path[Roots::of(&[named]).below(&path)..].to_owned()
        };
        assert_eq!(told(&loose, &loose.join("src/a.txt")), "src/a.txt");
        assert_eq!(told(&loose.join("src/a.txt"), &loose.join("src/a.txt")), "a.txt");
        assert_eq!(told(&repository, &repository.join("tests/a.txt")), "tests/a.txt");
        assert_eq!(told(&repository.join("tests"), &repository.join("tests/a.txt")), "tests/a.txt");
    }

    #[test]
    fn a_path_within_the_repository_that_is_worked_in_tells_everything() {
        // The tests of this package run in its folder, which git may or may not know.
        let known = std::env::current_dir().unwrap().ancestors().any(|at| at.join(".git").exists());
        let expected = if known { 0 } else { "tests/".len() };
        assert_eq!(Roots::of(&["tests"]).below("tests/a.rs"), expected);
        assert_eq!(Roots::of(&["."]).below("tests/a.rs"), 0);
    }
}
