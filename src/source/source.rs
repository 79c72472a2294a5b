//! What a source is: something that pushes blobs, and says what it read and what it could not.
//!
//! In flows a sink; into it flow blobs, skipped files and trouble, in any order, from many threads. A
//! source never knows a rule.

use std::sync::atomic::AtomicBool;

use crate::blob::{Blob, ObjectId, Trail};

use super::origin::Origin;

/// One thing a source has to say.
#[derive(Debug)]
pub enum Item<'a> {
    /// Bytes to scan.
    Blob(Blob<'a>),
    /// The same, for a source that wants to know: the flag is set if anything was found.
    Watched(Blob<'a>, &'a AtomicBool),
    /// The same, of which the source knows something and wants to know what else stands there.
    Traced(Blob<'a>, &'a mut Trail),
    /// Something left out on purpose, and why; it does not make the scan incomplete.
    Skipped {
        /// Its name.
        path: String,
        /// Why, in a few words.
        reason: String,
    },
    /// Something that should have been read and was not.
    Trouble(SourceError),
}

/// Something that could not be read; it makes the scan incomplete.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct SourceError {
    /// The file, revision or object.
    pub place: String,
    /// What went wrong, in words.
    pub problem: String,
    /// What to do about it; may be empty.
    pub advice: String,
}

impl SourceError {
    /// Trouble with `place`.
    pub fn new(place: impl Into<String>, problem: impl ToString) -> Self {
        Self { place: place.into(), problem: problem.to_string(), advice: String::new() }
    }

    /// The same with advice.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = advice.into();
        self
    }
}

/// What was read, for the receipt. The scope is in words for a person; `kind` is one word for a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// `tree`, `stdin`, `staged`, `range`, `history`, `message`.
    pub kind: &'static str,
    /// The scope in words: `the index`, `main..HEAD`, `12 refs`.
    pub scope: String,
    /// Files read (paths of a tree, an index or a stream).
    pub files: u64,
    /// Commits covered.
    pub commits: u64,
    /// Distinct blobs read.
    pub blobs: u64,
    /// Bytes read, after decompression.
    pub bytes: u64,
    /// There was nothing to read and that is as it should be (nothing staged, an empty range).
    pub nothing_to_do: bool,
}

/// Where blobs come from.
pub trait Source: Sync {
    /// Pushes everything into `sink`, from as many threads as it likes, and says what was covered.
    fn each(&self, sink: &(dyn Fn(Item<'_>) + Sync)) -> Coverage;

    /// Which commits, paths and refs hold these blobs: one answer for each group, a group being the
    /// blobs in which one secret stands. Sources without history answer nothing.
    ///
    /// # Errors
    /// The history cannot be read.
    fn attribute(&self, groups: &[Vec<ObjectId>]) -> Result<Vec<Vec<Origin>>, SourceError> {
        let _ = groups;
        Ok(Vec::new())
    }

    /// Where names that were pushed without an object came from: one answer for each, an empty one for a name
    /// that is no part of the scan. `None` if the source knows no more of names than that they are there.
    ///
    /// # Errors
    /// The history cannot be read.
    fn attribute_names(&self, names: &[String]) -> Result<Option<Vec<Vec<Origin>>>, SourceError> {
        let _ = names;
        Ok(None)
    }

    /// Whether HEAD, or the old side of what is being committed, already holds the secret, so that it is
    /// no news. Only sources that look at a change know better than "no".
    fn already_there(&self, secret: &[u8]) -> bool {
        let _ = secret;
        false
    }

    /// How the file at `path`, which is made to hold secrets on one machine only, stands with git, in words for
    /// the report. The engine asks only when something was found in it.
    fn standing(&self, path: &str) -> Option<&'static str> {
        let _ = path;
        None
    }

    /// Pushes what stood there before the change, so that a secret in it is no news. The engine asks only
    /// when something was found; sources that look at no change push nothing.
    fn before(&self, sink: &(dyn Fn(Item<'_>) + Sync)) {
        let _ = sink;
    }

    /// Pushes these objects once more, each under the path on which it stands. Sources that know no paths
    /// while they read are asked for this when something was found.
    fn again(&self, wanted: &[(ObjectId, String)], sink: &(dyn Fn(Item<'_>) + Sync)) {
        let _ = (wanted, sink);
    }
}
