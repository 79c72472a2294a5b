//! Where the configuration is: named, in the environment, or at the root of the repository.
//!
//! In flows the root, out flows a path or the text of a file. It reads nothing else.

use std::path::{Path, PathBuf};

use super::check::{Config, ConfigError};
use crate::rule::RuleSet;

/// The names under which the file is looked for, at the root of the repository.
pub const NAMES: [&str; 3] = ["skout.toml", ".skout.toml", ".config/skout.toml"];

/// The configuration file of the project at `root`, if it has one.
///
/// # Errors
/// There are two, and nobody could tell which one counts; or there is a link that leads nowhere, and with it the rules
/// of the project are gone.
pub fn find(root: &Path) -> Result<Option<PathBuf>, ConfigError> {
    let dangling = |path: &PathBuf| path.is_symlink() && !path.exists();
    if let Some(path) = NAMES.iter().map(|name| root.join(name)).find(dangling) {
        let problem = "is a link to a file that is not there; mend it, or delete it".to_owned();
        return Err(ConfigError { file: path.display().to_string(), line: 1, column: 1, problem });
    }
    let mut there = NAMES.iter().map(|name| root.join(name)).filter(|path| path.is_file());
    let first = there.next();
    match (&first, there.next()) {
        (Some(first), Some(second)) => Err(ConfigError {
            file: second.display().to_string(),
            line: 1,
            column: 1,
            problem: format!("{} is there, too; keep one of the two", first.display()),
        }),
        _ => Ok(first),
    }
}

/// Reads and checks the file at `path`, which reports call `name`.
///
/// # Errors
/// It cannot be read, or what [`Config::parse`] objects to.
pub fn load(path: &Path, name: &str, rules: &RuleSet) -> Result<Config, ConfigError> {
    let wrong = |problem: String| ConfigError { file: name.to_owned(), line: 1, column: 1, problem };
    let bytes = std::fs::read(path).map_err(|e| wrong(format!("cannot be read: {e}")))?;
    let text = String::from_utf8(bytes).map_err(|e| {
        wrong(format!("is not UTF-8 (byte {}); save it as UTF-8", e.utf8_error().valid_up_to() + 1))
    })?;
    Config::parse(name, &text, rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_is_found_and_two_are_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(find(folder.path()), Ok(None));
        std::fs::create_dir(folder.path().join(".config")).unwrap();
        std::fs::write(folder.path().join(".config/skout.toml"), "").unwrap();
        assert_eq!(find(folder.path()), Ok(Some(folder.path().join(".config/skout.toml"))));
        std::fs::write(folder.path().join("skout.toml"), "").unwrap();
        assert!(find(folder.path()).unwrap_err().problem.contains("keep one"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_nowhere_is_not_taken_for_no_configuration() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("gone.toml", folder.path().join("skout.toml")).unwrap();
        assert!(find(folder.path()).unwrap_err().problem.contains("not there"));
    }
}
