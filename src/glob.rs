//! Path patterns in gitignore syntax, compiled once and asked often.
//!
//! In flow patterns a person wrote (an exclude option, an ignore file, a rule's `paths`); out flows yes
//! or no for a path. It never touches the file system.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// A set of gitignore-style patterns; a later pattern overrides an earlier one, `!` takes back.
#[derive(Debug, Clone)]
pub struct GlobSet {
    set: Gitignore,
}

/// A pattern that cannot be read, with the reason in words.
#[derive(Debug, thiserror::Error)]
#[error("the path pattern '{pattern}' cannot be read: {reason}")]
pub struct GlobError {
    /// The pattern as written.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

/// The empty set, which matches nothing.
impl Default for GlobSet {
    fn default() -> Self {
        Self { set: Gitignore::empty() }
    }
}

impl GlobSet {
    /// Compiles `patterns`, in order.
    ///
    /// # Errors
    /// The first pattern that is no valid gitignore line.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, GlobError> {
        let wrong = |pattern: &str, error: &ignore::Error| GlobError {
            pattern: pattern.to_owned(),
            reason: error.to_string(),
        };
        let mut builder = GitignoreBuilder::new("");
        let mut last = String::new();
        for pattern in patterns {
            builder.add_line(None, pattern).map_err(|e| wrong(pattern, &e))?;
            pattern.clone_into(&mut last);
        }
        let set = builder.build().map_err(|e| wrong(&last, &e))?;
        Ok(Self { set })
    }

    /// Whether there is no pattern at all.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Whether the file at `path` (relative, `/` between parts) or a folder above it is matched.
    pub fn matches(&self, path: &str) -> bool {
        if self.set.is_empty() {
            return false;
        }
        let path = path.trim_start_matches("./").trim_start_matches('/');
        self.set.matched_path_or_any_parents(path, false).is_ignore()
    }

    /// Whether everything in the folder at `path` is matched, so that it need not be entered. With a
    /// `!` pattern the answer is always no: it may take back a file below.
    pub fn covers(&self, path: &str) -> bool {
        if self.set.is_empty() || self.set.num_whitelists() > 0 {
            return false;
        }
        let path = path.trim_start_matches("./").trim_start_matches('/');
        self.set.matched_path_or_any_parents(path, true).is_ignore()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_pattern_covers_what_is_below() {
        let globs = GlobSet::new(["vendor/", "*.lock", "!keep.lock"]).unwrap();
        assert!(globs.matches("vendor/a/b.rs"));
        assert!(globs.matches("x/Cargo.lock"));
        assert!(!globs.matches("keep.lock"));
        assert!(!globs.matches("src/vendor.rs"));
    }

    #[test]
    fn a_folder_is_covered_unless_something_may_be_taken_back() {
        assert!(GlobSet::new(["vendor/"]).unwrap().covers("a/vendor"));
        assert!(!GlobSet::new(["vendor/"]).unwrap().covers("a"));
        assert!(!GlobSet::new(["vendor/", "!keep.lock"]).unwrap().covers("vendor"));
    }
}
