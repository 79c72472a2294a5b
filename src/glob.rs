//! Path patterns in gitignore syntax, compiled once and asked often.
//!
//! In flow patterns a person wrote (an exclude option, an ignore file, a rule's `paths`); out flows yes
//! or no for a path. It never touches the file system.

use std::borrow::Cow;
use std::path::{Component, Path};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// A set of gitignore-style patterns; a later pattern overrides an earlier one, `!` takes back.
#[derive(Debug, Clone)]
pub struct GlobSet {
    set: Gitignore,
    base: Base,
    /// The patterns count from where the reported names begin, too.
    named: bool,
    also: Option<Box<GlobSet>>,
}

/// The empty set, which matches nothing.
impl Default for GlobSet {
    fn default() -> Self {
        Self { set: Gitignore::empty(), base: Base::default(), named: true, also: None }
    }
}

/// Where the names that a scan reports stand below the root of a repository. Without an entry, names
/// count from the root already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Base {
    /// The beginning of a name and what to put in its place, longest first.
    mounts: Vec<(String, String)>,
}

impl Base {
    /// Maps names below the first part of each pair to paths below the second; `""` is the working
    /// folder, or the root.
    pub fn new(mut mounts: Vec<(String, String)>) -> Self {
        mounts.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        Self { mounts }
    }

    /// The path from the root of the repository; the name itself if it lies elsewhere.
    pub fn rooted<'p>(&self, name: &'p str) -> Cow<'p, str> {
        for (from, to) in &self.mounts {
            let rest = match name.strip_prefix(from.as_str()) {
                Some(rest) if from.is_empty() && !rest.starts_with('/') && !rest.starts_with("../") => rest,
                Some("") => "",
                Some(rest) if !from.is_empty() && rest.starts_with('/') => &rest[1..],
                _ => continue,
            };
            return match (to.as_str(), rest) {
                ("", rest) => Cow::Borrowed(rest),
                (to, "") => Cow::Owned(to.to_owned()),
                (to, rest) => Cow::Owned(format!("{to}/{rest}")),
            };
        }
        Cow::Borrowed(name)
    }
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
        Ok(Self { set, ..Self::default() })
    }

    /// Reads a pattern without compiling it, which costs a hundredth.
    ///
    /// # Errors
    /// It is no valid gitignore line.
    pub fn check(pattern: &str) -> Result<(), GlobError> {
        GitignoreBuilder::new("")
            .add_line(None, pattern)
            .map(drop)
            .map_err(|e| GlobError { pattern: pattern.to_owned(), reason: e.to_string() })
    }

    /// The same patterns, counting from the root that `base` knows; with `named` also from where the
    /// reported names begin, which is what a person means who types a pattern.
    #[must_use]
    pub fn based(mut self, base: Base, named: bool) -> Self {
        (self.base, self.named) = (base, named);
        self
    }

    /// A set that matches what either of the two does.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        self.also = match self.also.take() {
            None => Some(Box::new(other)),
            Some(also) => Some(Box::new(also.or(other))),
        };
        self
    }

    /// Whether there is no pattern at all.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.also.as_ref().is_none_or(|also| also.is_empty())
    }

    /// Whether the file at `path` (relative, `/` between parts) or a folder above it is matched.
    pub fn matches(&self, path: &str) -> bool {
        self.matching(path).is_some()
    }

    /// The pattern that matches the file at `path` or a folder above it, as written.
    pub fn matching(&self, path: &str) -> Option<&str> {
        let rooted = self.base.rooted(path);
        let found = match self.ask(&rooted) {
            Match::None if self.named && *rooted != *path => self.ask(path),
            found => found,
        };
        match found {
            Match::Ignore(glob) => Some(glob.original()),
            _ => self.also.as_ref()?.matching(path),
        }
    }

    fn ask(&self, path: &str) -> Match<&ignore::gitignore::Glob> {
        let path = relative(path);
        if self.set.is_empty() || path.is_empty() {
            return Match::None;
        }
        self.set.matched_path_or_any_parents(path, false)
    }

    /// Whether everything in the folder at `path` is matched, so that it need not be entered. With a
    /// `!` pattern the answer is always no: it may take back a file below.
    pub fn covers(&self, path: &str) -> bool {
        let ask = |path: &str| {
            let path = relative(path);
            !path.is_empty() && self.set.matched_path_or_any_parents(path, true).is_ignore()
        };
        let own = !self.set.is_empty() && self.set.num_whitelists() == 0;
        own && (ask(&self.base.rooted(path)) || self.named && ask(path))
            || self.also.as_ref().is_some_and(|also| also.covers(path))
    }
}

/// The path without its root, which patterns know nothing of: on Windows a drive (`C:/`) or a backslash, too, also
/// in names that were given elsewhere (a commit, an archive).
fn relative(path: &str) -> &str {
    let path = path.trim_start_matches("./").trim_start_matches('/');
    if !Path::new(path).has_root() {
        return path;
    }
    let mut parts = Path::new(path).components();
    while matches!(parts.clone().next(), Some(Component::Prefix(_) | Component::RootDir)) {
        parts.next();
    }
    parts.as_path().to_str().unwrap_or_default()
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
    fn a_path_with_a_root_is_matched_below_it() {
        let globs = GlobSet::new(["vendor/", "/src/a"]).unwrap();
        assert!(globs.matches("/x/vendor/a") && globs.matches("/src/a/b"));
        for name in ["C:/x/vendor/a", "C:\\x\\vendor\\a", "\\\\?\\C:\\vendor\\a", "\\vendor\\a", "C:", "\\"] {
            assert_eq!(
                globs.matches(name),
                name.contains("vendor") && (cfg!(windows) || name.contains('/')),
                "{name}"
            );
        }
    }

    #[test]
    fn a_folder_is_covered_unless_something_may_be_taken_back() {
        assert!(GlobSet::new(["vendor/"]).unwrap().covers("a/vendor"));
        assert!(!GlobSet::new(["vendor/"]).unwrap().covers("a"));
        assert!(!GlobSet::new(["vendor/", "!keep.lock"]).unwrap().covers("vendor"));
    }

    #[test]
    fn names_are_mapped_to_paths_from_the_root() {
        let base = Base::new(vec![(String::new(), "sub".into()), ("/abs/repo".into(), String::new())]);
        assert_eq!(base.rooted("a/b.rs"), "sub/a/b.rs");
        assert_eq!(base.rooted("/abs/repo/a"), "a");
        assert_eq!(base.rooted("/abs/repository/a"), "/abs/repository/a");
        assert_eq!(base.rooted("../x"), "../x");
        assert_eq!(Base::default().rooted("a"), "a");
    }

    #[test]
    fn patterns_of_a_file_count_from_the_root_and_typed_ones_from_either() {
        let base = Base::new(vec![(String::new(), "sub".into())]);
        let set = |named| GlobSet::new(["/src/gen"]).unwrap().based(base.clone(), named);
        assert!(set(true).matches("src/gen/a"));
        assert!(!set(false).matches("src/gen/a"));
        let rooted = GlobSet::new(["sub/src"]).unwrap().based(base.clone(), false);
        assert!(set(false).or(rooted).matches("src/gen/a"));
    }
}
