//! What a run is about: which commits to scan, and why those.
//!
//! In flow the names that a service gives; out flows a wish in ids and ref names. It asks no repository.

/// Which commits a run is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    /// Commits that `tip` reaches and `known` do not.
    Commits {
        /// The newest commit (or tag): an id, a ref, or `HEAD`.
        tip: String,
        /// What was there before, in the order of how much it tells; those that cannot be found are left
        /// aside, which makes the scan wider, never narrower.
        known: Vec<String>,
        /// `known[0]` must be there: without it the scan would say nothing about the change.
        strict: bool,
        /// What this is, in words: `pull request 7`.
        what: String,
    },
    /// The whole history.
    History {
        /// Why, in words: `scheduled run`.
        what: String,
    },
    /// There is nothing to scan.
    Nothing {
        /// Why, in words: `the branch was deleted`.
        what: String,
    },
}

impl Wish {
    /// The commits between two ids of a proposed change.
    pub(super) fn change(base: &str, tip: &str, what: impl Into<String>) -> Self {
        Self::Commits { tip: tip.to_owned(), known: vec![base.to_owned()], strict: true, what: what.into() }
    }

    /// What a push brought: `before` may be all zeros (a new branch) or gone (a force push); then the default branch
    /// tells what was there.
    pub(super) fn pushed(
        before: Option<&str>,
        tip: &str,
        default: Option<&str>,
        what: impl Into<String>,
    ) -> Self {
        let before = before.filter(|id| !is_zero(id)).map(str::to_owned);
        let default =
            default.filter(|name| !name.is_empty()).map(|name| format!("refs/remotes/origin/{name}"));
        let known = before.into_iter().chain(default).collect();
        Self::Commits { tip: tip.to_owned(), known, strict: false, what: what.into() }
    }

    /// The whole history.
    pub(super) fn history(what: impl Into<String>) -> Self {
        Self::History { what: what.into() }
    }

    /// What it is about, in words.
    pub(super) fn what(&self) -> &str {
        let (Self::Commits { what, .. } | Self::History { what } | Self::Nothing { what }) = self;
        what
    }

    /// The same in words that `tell` has gone over: names of branches are whatever somebody pushes.
    #[must_use]
    pub(super) fn told(mut self, tell: impl Fn(&str) -> String) -> Self {
        let (Self::Commits { what, .. } | Self::History { what } | Self::Nothing { what }) = &mut self;
        *what = tell(what);
        self
    }
}

/// Whether an id is the one of no object.
pub(super) fn is_zero(id: &str) -> bool {
    id.len() >= 40 && id.bytes().all(|b| b == b'0')
}
