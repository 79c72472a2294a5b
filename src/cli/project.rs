//! The project that is scanned: where its root is, and its configuration, ignore file and baseline.
//!
//! In flow the paths a person named; out flow the files that decide what counts. They are read from the
//! root of the repository, whatever the working folder.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::config::{self, Config};
use crate::glob::Base;
use crate::policy::{Baseline, Date, IGNORE_FILE, IgnoreFile};
use crate::rule::RuleSet;

/// A project on disk.
#[derive(Debug, Clone, Default)]
pub(super) struct Project {
    /// The root of its repository; the folder itself if it is in none.
    pub(super) root: PathBuf,
    /// Whether the root is that of a repository.
    pub(super) repository: bool,
    /// How reported names become paths from the root.
    pub(super) base: Base,
    /// Files are scanned as they are now; else what git keeps.
    pub(super) tree: bool,
    /// The root is scanned whole.
    pub(super) whole: bool,
}

impl Project {
    /// The project whose root (or a folder below it) is known. Names count from its root.
    pub(super) fn at(folder: &Path) -> Self {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        // A bare repository is its own root; whatever lies above has nothing to say.
        let bare = |f: &Path| f.join("HEAD").is_file() && f.join("objects").is_dir();
        let root = folder.ancestors().find(|f| f.join(".git").exists() || bare(f));
        let repository = root.is_some();
        Self { root: root.unwrap_or(&folder).to_path_buf(), repository, ..Self::default() }
    }

    /// The project of the first of the paths; names count from the working folder.
    pub(super) fn of_paths(paths: &[PathBuf]) -> Self {
        let first = paths.first().map_or(Path::new("."), PathBuf::as_path);
        let folder = if first.is_dir() { first } else { first.parent().unwrap_or(Path::new("")) };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let mut project = Self::at(folder);
        project.tree = true;
        let mut mounts = Vec::new();
        for path in paths {
            let Ok(real) = path.canonicalize() else { continue };
            project.whole |= real == project.root;
            if let Ok(below) = real.strip_prefix(&project.root) {
                mounts.push((reported(path), slashed(below)));
                // Patterns are asked for names below such a folder; of several, nobody could say below which.
                if paths.len() == 1 && (path.is_absolute() || path.starts_with("..")) {
                    mounts.push((String::new(), slashed(below)));
                }
            }
        }
        if paths.is_empty()
            && let Ok(below) = Path::new(".").canonicalize().unwrap_or_default().strip_prefix(&project.root)
        {
            mounts.push((String::new(), slashed(below)));
        }
        project.base = Base::new(mounts);
        project
    }

    /// The configuration file: named on the command line, in `SKOUT_CONFIG`, or found at the root.
    pub(super) fn config_path(&self, named: Option<&Path>) -> anyhow::Result<Option<PathBuf>> {
        let environment = std::env::var_os("SKOUT_CONFIG").filter(|v| !v.is_empty()).map(PathBuf::from);
        for (path, by) in [(named.map(Path::to_path_buf), "--config"), (environment, "SKOUT_CONFIG")] {
            match path {
                Some(path) if !path.exists() => bail!("{by} {}: there is no such file", path.display()),
                Some(path) => return Ok(Some(path)),
                None => {}
            }
        }
        Ok(config::find(&self.root)?)
    }

    /// The same project, scanned whole under the name of its root.
    pub(super) fn entire(&self) -> Self {
        let base = Base::new(vec![(slashed(&self.root), String::new())]);
        Self { base, tree: true, whole: true, ..self.clone() }
    }

    /// Reads the configuration, if there is one, and says where it is.
    pub(super) fn config(&self, named: Option<&Path>) -> anyhow::Result<(Config, Option<PathBuf>)> {
        let Some(path) = self.config_path(named)? else { return Ok((Config::default(), None)) };
        let name = self.name_of(&path);
        Ok((config::load(&path, &name, &RuleSet::builtin())?, Some(path)))
    }

    /// Reads the ignore file, if there is one.
    pub(super) fn ignore_file(&self) -> anyhow::Result<Option<IgnoreFile>> {
        let path = self.root.join(IGNORE_FILE);
        let Some(text) = read_if_there(&path)? else { return Ok(None) };
        Ok(Some(IgnoreFile::parse(IGNORE_FILE, &text, Date::today())?))
    }

    /// Reads the baseline that the options or the configuration name.
    ///
    /// # Errors
    /// There is none, or it is damaged.
    pub(super) fn baseline(&self, named: Option<&Path>, config: &Config) -> anyhow::Result<Option<Baseline>> {
        let Some(path) = self.baseline_path(named, config) else { return Ok(None) };
        let name = self.name_of(&path);
        let text = read_if_there(&path)?.with_context(|| {
            let option = named.map_or(String::new(), |path| format!(" -b {}", path.display()));
            format!("{name}: there is no such baseline; `skout baseline create{option}` makes one")
        })?;
        Ok(Some(Baseline::parse(&name, &text)?))
    }

    /// Where the baseline is, if one is named: an option counts from the working folder, the
    /// configuration from the root.
    pub(super) fn baseline_path(&self, named: Option<&Path>, config: &Config) -> Option<PathBuf> {
        let configured = || config.baseline.as_ref().map(|path| self.root.join(path));
        named.map(Path::to_path_buf).or_else(configured)
    }

    /// What messages call a file: its path from the root, or as it was named.
    pub(super) fn name_of(&self, path: &Path) -> String {
        slashed(path.strip_prefix(&self.root).unwrap_or(path))
    }

    /// The folder in which git keeps what is not versioned, if the project is a repository.
    pub(super) fn git_folder(&self) -> Option<PathBuf> {
        let marker = self.root.join(".git");
        if marker.is_dir() {
            return Some(marker);
        }
        let text = std::fs::read_to_string(&marker).ok()?;
        let folder = text.strip_prefix("gitdir:")?.trim();
        Some(self.root.join(folder))
    }
}

/// The text of a file; `None` if there is none.
///
/// # Errors
/// It is there and cannot be read, or is not UTF-8.
pub(super) fn read_if_there(path: &Path) -> anyhow::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            bail!("{}: permission denied; make it and its folder readable for you", path.display())
        }
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

/// Puts `text` in the place of the file at `path`, whole or not at all.
///
/// # Errors
/// It cannot be written; the old file is still there then.
pub(super) fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let mut beside = target.clone().into_os_string();
    beside.push(format!(".{}.part", std::process::id()));
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, &target));
    if written.is_err() {
        let _nothing_more_to_do = std::fs::remove_file(&beside);
    }
    written.with_context(|| format!("{} cannot be written", path.display()))
}

/// The beginning of the names that are reported for a path.
fn reported(path: &Path) -> String {
    let name = slashed(path);
    let mut name = name.as_str();
    while let Some(rest) = name.strip_prefix("./") {
        name = rest.trim_start_matches('/');
    }
    let name = if name == "." { "" } else { name };
    if name == "/" { name.to_owned() } else { name.trim_end_matches('/').to_owned() }
}

fn slashed(path: &Path) -> String {
    let name = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { name.into_owned() } else { name.replace('\\', "/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_reported_as_the_walk_does() {
        for (path, name) in
            [(".", ""), ("./", ""), ("./a/", "a"), ("a/b", "a/b"), ("/x/", "/x"), ("..", "..")]
        {
            assert_eq!(reported(Path::new(path)), name, "{path}");
        }
    }

    #[test]
    fn the_root_is_the_folder_with_git_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("a/b")).unwrap();
        std::fs::create_dir(root.join(".git")).unwrap();
        let project = Project::of_paths(&[root.join("a/b")]);
        assert_eq!(
            (project.root.as_path(), project.repository, project.whole),
            (root.as_path(), true, false)
        );
        let inside = root.join("a/b/c.txt");
        assert_eq!(project.base.rooted(&reported(&inside)), "a/b/c.txt");
        assert_eq!(project.base.rooted("c.txt"), "a/b/c.txt", "a name below the folder");
        assert!(Project::of_paths(std::slice::from_ref(&root)).whole);
    }
}
